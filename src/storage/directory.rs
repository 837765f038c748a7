//! Crawlee's stores in a directory, in the layout of its own file-system storage.
//!
//! ```text
//! names                    file names ⇄ keys
//! ```

mod names;
