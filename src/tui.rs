//! The imperative shell: owns the terminal, the tasks and the time.

pub mod clipboard;
pub mod terminal;

use crate::config::Config;
use crate::storage::Options;
use crate::storage::target::Target;

/// Runs the browser until the user leaves it.
///
/// # Errors
/// What keeps it from starting.
pub fn run(config: Config, target: Target, options: Options) -> anyhow::Result<()> {
    drop((config, options));
    let label = target.label();
    drop(target);
    anyhow::bail!("there is no browser yet for {label}")
}
