//! The end of a command by a signal: its files in the system's temporary folder are removed.

use std::ffi::c_int;
use std::{fs, thread};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::model::Result;
use crate::storage::{self, LoggedIn, Options, Target};

/// As [`storage::log_in`]. From then on, a signal that ends the command first ends `ssh` and removes its
/// folder.
pub(super) fn log_in(target: &Target, options: &Options) -> Result<Option<LoggedIn>> {
    if matches!(target, Target::Redis(redis) if redis.ssh.is_some()) {
        end_tunnels_before();
    }
    storage::log_in(target, options)
}

fn end_tunnels_before() {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let heard = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
    let heard = heard.into_iter().filter(|signal| !is_ignored(*signal, &status));
    // Without the thread, the next larder removes what is left.
    let Ok(mut signals) = Signals::new(heard) else { return };
    thread::spawn(move || {
        for signal in signals.forever() {
            storage::end_tunnels();
            // This ends the process as the signal would have.
            let _ = emulate_default_handler(signal);
        }
    });
}

/// Whether whoever started larder wants it to go on after this signal, as `nohup` does. If the system does
/// not tell, this is assumed for all signals but SIGTERM.
fn is_ignored(signal: c_int, status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.map_or(signal != SIGTERM, |mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nohup_ignores_stays_ignored() {
        let of_nohup = "Name:\tlarder\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\n";
        assert!(is_ignored(SIGHUP, of_nohup));
        assert!(!is_ignored(SIGINT, of_nohup) && !is_ignored(SIGTERM, of_nohup));
        assert!(is_ignored(SIGHUP, "") && !is_ignored(SIGTERM, ""));
    }
}
