//! Writes that fail: for want of rights or memory, on old servers, and with their wire cut.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

mod aside_step;
mod asides;
mod cuts;
mod old_servers;
mod rights;
mod stage;
