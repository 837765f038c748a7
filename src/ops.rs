//! What is done to data, as data: one road for the browser and the commands.
//!
//! ```text
//! Operation   what is asked for
//! plan        what it would change, as it is now: shown by dialogs and by --dry-run
//! perform     makes just that; what has changed since is left as it is, and named
//! resolve     finds out what became of a write whose answer was lost
//! words       the sentences for all of it, for notices, dialogs and commands
//! ```
//!
//! [`perform()`] is the only caller of what changes a [`Storage`](crate::storage::Storage), but for
//! the demo's crawl. The core handles [`Plan`], [`Outcome`] and [`Resolution`] as data.

mod operation;
mod perform;
mod plan;
mod resolution;
mod resolve;
pub mod words;

pub use operation::{Operation, Outcome};

pub use crate::model::WriteId;
pub use perform::{Failed, perform};
pub use plan::{Plan, PlannedChange, PlannedRecord, PlannedStore, Weight, plan};
pub use resolution::Resolution;
pub use resolve::{Doubt, find_out, resolve};
