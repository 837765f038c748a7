//! What breaks around larder while it works (the wire, rights, the terminal, the processes), and what
//! is left of it: nothing in part, nothing lost, no wrong word.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

#[path = "../support/fill.rs"]
mod fill;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/server.rs"]
mod server;

mod cuts;
mod kills;
mod old_servers;
mod peer;
mod rights;
mod signals;
mod stage;
mod terminal;
