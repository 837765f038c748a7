//! What editing makes of values, as data: no I/O, no clock, nothing of the screen.
//!
//! ```text
//! leaves  the leaves of a JSON value, with the bytes that each stands in
//! align   what two, or three, sequences have in common
//! diff    what is different about two values: by leaf, by line, by range
//! merge   two changes of one value, both of them made, or the places where they meet
//! ```
//!
//! Nothing is respelled: a diff shows bytes as they stand, and a merge joins pieces of what was there.

mod align;
pub mod diff;
mod leaves;
pub mod merge;
mod text_of;

pub use diff::{Diff, DiffBody, LeafChange, Row};
pub use leaves::{Digests, LeafIndex, Leaves, NotAValue, Trail};
pub use merge::{Choice, Conflict, Merge};
pub use text_of::Version;
