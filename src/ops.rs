//! What is done to data, as data: one road for the browser and the commands.
//!
//! ```text
//! Operation   what is asked for
//! plan        what it would change, as it is now: shown by dialogs and by --dry-run
//! perform     makes just that; what has changed since is left as it is, and named
//! resolve     finds out what became of a write whose answer was lost
//! journal     what was done, so that it can be undone and redone in order
//! words       the sentences for all of it, for notices, dialogs and commands
//! ```
//!
//! [`perform()`] is the only caller of what changes a [`Storage`](crate::storage::Storage), but for
//! the demo's crawl. The core handles [`Plan`], [`Outcome`] and [`Resolution`] as data.

mod doubt;
mod follow;
mod import;
pub mod journal;
mod kept;
mod operation;
mod outcome;
mod perform;
mod plan;
mod planning;
mod record_swap;
mod resolution;
mod resolve;
mod reversible;
mod rewrite;
mod rewriting;
mod set_many;
mod swap;
mod tally;
mod undo;
pub mod words;
mod written_back;

pub use kept::{Kept, OldValues};

pub use crate::model::{Progress, WriteId};
pub use doubt::Doubt;
pub use follow::Followed;
pub use import::{Import, plan_import};
pub use operation::Operation;
pub use outcome::{Failed, Outcome};
pub use perform::{perform, perform_in_steps, perform_kept};
pub use plan::{Contents, Plan, PlannedChange, PlannedRecord, PlannedStore, Turn, Weight};
pub use planning::plan;
pub use record_swap::{Fate, Swap};
pub use resolution::Resolution;
pub use resolve::{find_out, resolve, told};
pub use rewrite::{Rewrite, RewriteKind};
pub use written_back::written_back;
