//! larder: a terminal browser for the key-value stores that Crawlee crawls fill.
//!
//! ```text
//! main → tui, cli, demo                  two front ends of one storage layer, and what fills it
//! tui  → view, app, ops, storage, …      the loop, the terminal, the tasks
//! cli  → ops, storage, preview, config   one-shot commands for scripts
//! demo → storage                         a simulated crawl, beside the browser
//! view → app, preview, keymap, theme     one file per region of the screen
//! app  → ops, edit, index, preview, …    the state, and what an event makes of it
//! ops  → storage                         what is done to data, for browser and commands
//! edit → preview, text                   documents, diff, merge and drafts: pure
//! drafts → edit                          the folder in which drafts are kept
//! storage → index                        the backends
//! index, preview                         keys in order; values as rows
//! model, text, keymap, theme             the ground, with infile, logs, outfile, scratch
//! ```
//!
//! Without the features `tui` and `demo`, both on by default, it is a library: [`storage`], [`index`],
//! [`model`] and [`text`]. A program begins with [`storage::connect`] and asks a [`Store`](storage::Store)
//! for values, keys and changes.
//!
//! What may get more fields cannot be made field by field without the feature `tui`, which the program's own
//! tests are built with: it has constructors, or [`Default`].
//!
//! `ARCHITECTURE.md` tells what happens on a keypress and on a load, and where a new line goes.

#[cfg(feature = "tui")]
pub mod app;
#[cfg(feature = "tui")]
pub mod cli;
#[cfg(feature = "tui")]
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
#[cfg(feature = "tui")]
pub mod drafts;
#[cfg(feature = "tui")]
pub mod edit;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod fuzz;
pub mod index;
mod infile;
#[cfg(feature = "tui")]
pub mod keymap;
#[cfg_attr(
    not(feature = "tui"),
    allow(unused_imports, unused_macros, reason = "only the program logs errors")
)]
mod logs;
pub mod model;
#[cfg(feature = "tui")]
pub mod ops;
#[cfg(feature = "tui")]
mod outfile;
#[cfg(feature = "tui")]
pub mod preview;
mod scratch;
pub mod storage;
#[cfg_attr(not(feature = "tui"), allow(dead_code, reason = "the preview measures with it"))]
pub mod text;
#[cfg(feature = "tui")]
pub mod theme;
#[cfg(feature = "tui")]
pub mod tui;
#[cfg(feature = "tui")]
pub mod view;
