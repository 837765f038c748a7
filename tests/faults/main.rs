//! What goes wrong on the way of a write, and what is left of it: nothing in part, and no wrong word.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

#[path = "../support/fill.rs"]
mod fill;
#[path = "../support/server.rs"]
mod server;

mod kills;
mod old_servers;
mod peer;
mod rights;
mod stage;
