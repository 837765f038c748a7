//! Turns a value's bytes and content type into rows to show, without losing a byte.

mod unit;
mod visible;
mod width;

pub use visible::{visible, visible_bytes};
pub use width::{cells, fit, fit_middle};
