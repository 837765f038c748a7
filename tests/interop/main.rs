//! Real Crawlee, for Python and for JavaScript, and larder on the same stores.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/short.rs"]
mod short;
#[path = "../support/stage.rs"]
mod stage;

mod cases;
mod crawl;
mod directory;
mod leaf_race;
mod overview;
mod peer;
mod race;
mod redis;
mod rewrites;
mod state;
