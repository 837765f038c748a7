//! Redis's own command-line client, for comparison. Needs `server` next to it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::{Server, test_env};

/// Time of a command, its output thrown away.
pub(crate) fn run(server: &Server, args: &[&str]) -> Duration {
    let own = test_env().join("bin/redis-cli");
    let mut client = Command::new(if own.exists() { own } else { "redis-cli".into() });
    client.args(["-p", &server.port().to_string()]).args(args).stdout(Stdio::null());
    let started = Instant::now();
    assert!(client.status().expect("redis-cli runs").success());
    started.elapsed()
}
