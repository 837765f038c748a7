//! The built program: its commands, and the browser in a pseudo-terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

#[path = "../support/breaking.rs"]
mod breaking;
#[path = "../support/fill.rs"]
mod fill;
#[path = "../support/programs.rs"]
mod programs;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/short.rs"]
mod short;

mod asides;
mod background;
mod browser;
mod commands;
mod completions;
mod copies;
mod demo;
mod documents;
mod drafts;
mod editors;
mod graphics;
mod heavy;
mod inner;
mod kills;
mod lying_servers;
mod mouse;
mod outside;
mod package;
mod passwords;

mod pictures;
mod round_trips;
mod signals;
mod slices;
mod ssh;
mod support;
mod terminal;
mod undo;
mod values;
