//! Text for people: hostile text made visible, widths in cells, and numbers in words.

mod apart;
mod format;
mod links;
pub(crate) mod unit;
mod visible;
mod width;
mod wrap;

pub use apart::{Cut, cut_apart};
pub use format::{
    ago, clock, count, count_within, latency, limit, moment, plural, rate, short_count, since,
    size, span, then,
};
pub use links::{file_url, is_linkable, linked, takes_links};
pub use visible::{Visible, visible, visible_bytes};
pub use width::{beginning, cells, fit, fit_middle};
pub use wrap::{wrap, wrap_parts};
