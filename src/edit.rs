//! The data model of editing: no I/O, no clock, nothing of the screen.
//!
//! ```text
//! document   a value being edited: pieces of what was read and of what was typed, and its history
//! clusters   what the cursor steps over: grapheme clusters, words
//! find       search, and brackets that belong together
//! rows       how a document is laid out: only the rows that are seen
//! hex_edit   a document with a cursor on one of its bytes
//! inspect    what the bytes at a cursor would mean
//! text_edit  a document with a cursor and a selection: what an editor of text does
//! leaves     the leaves of a JSON value, with the bytes that each stands in
//! inner      what a value holds inside: JSON in a string, base64, gzip; opened, and put back
//! align      what two, or three, sequences have in common
//! diff       what is different about two values: by leaf, by line, by range
//! draft      what was typed and not yet stored, as it is kept in a file
//! merge      two changes of one value, both of them made, or the places where they meet
//! ```
//!
//! Nothing is respelled: what was not typed over is the original's bytes, a diff shows bytes as they
//! stand, and a merge joins pieces of what was there.

mod align;
pub mod clusters;
pub mod diff;
mod document;
pub mod draft;
pub mod find;
mod hex_edit;
mod inner;
mod inspect;
mod leaves;
mod line_edits;
pub mod merge;
pub mod rows;
mod text_edit;
mod text_of;

pub use diff::{Come, Diff, DiffBody, LeafChange, Row, come};
pub use document::{Document, Edit, Grouping};
pub use hex_edit::{Column, HexEdit};
pub use inner::{Inner, InnerMerge, InnerPlace, InnerValue, Joined, NotOpened, may_hold};
pub use inspect::{Reading, readings};
pub use leaves::{
    Digests, EditedLeaf, Folded, LeafEdit, LeafIndex, Leaves, NotAValue, PathForm, Trail,
};
pub use merge::{Choice, Conflict, Merge, MergedText, Unresolved};
pub use rows::Rows;
pub use text_edit::{Motion, Places, TextEdit};
pub use text_of::TypedValue;
