//! The cost of leaving the program alone.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::pty::Screen;
use crate::report::{Report, cpu};

/// Leaves the program alone for ten seconds, and checks that it writes no byte, and uses no time that tools
/// would show.
pub(crate) fn measure(what: &str, screen: &Screen, report: &mut Report) {
    screen.wait_quiet(Duration::from_secs(2));
    let both = || cpu(screen.pid()) + cpu(screen.worker());
    let (bytes, before, since) = (screen.written(), both(), Instant::now());
    sleep(Duration::from_secs(10));
    let used = both().saturating_sub(before);
    let seconds = since.elapsed().as_secs_f64();
    let written = (screen.written() - bytes) as f64;
    report.line(&format!("{what} for 10 s: to the terminal"), written, Some(0.0), "bytes");
    // One in ten thousand: less than the clock ticks in which tools count.
    let share = used.as_secs_f64() / seconds * 1e4;
    let processor = format!("{what} for 10 s: processor, in 1/100 of a percent");
    report.line(&processor, share, Some(1.0), "");
}
