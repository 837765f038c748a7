//! Crawlee's stores in a directory, in the layout of its own file-system storage.
//!
//! ```text
//! folder fault             directories and files by descriptors · what errors mean
//! names extension          file names ⇄ keys · content types of bare files
//! record stores            one record's files and metadata · the stores
//! ```

mod extension;
mod fault;
mod folder;
mod names;
mod record;
mod stores;
