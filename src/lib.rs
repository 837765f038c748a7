//! larder: a terminal browser for the key-value stores that Crawlee crawls fill.
//!
//! ```text
//! main → tui, cli, demo                  two front ends of one storage layer, and what fills it
//! tui  → view, app, storage, config, …   the loop, the terminal, the tasks
//! cli  → storage, preview, config, demo  one-shot commands for scripts
//! demo → storage                         a simulated crawl, beside the browser
//! view → app, preview, keymap, theme     one file per region of the screen
//! app  → index, preview, keymap          the state, and what an event makes of it
//! storage → index                        the backends
//! index, preview                         keys in order; values as rows
//! model, text, keymap, theme, outfile    the ground: know no other layer
//! ```
//!
//! `ARCHITECTURE.md` tells what happens on a keypress and on a load, and where a new line goes.

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod index;
pub mod keymap;
pub mod model;
mod outfile;
pub mod preview;
pub mod storage;
pub mod text;
pub mod theme;
pub mod tui;
pub mod view;
