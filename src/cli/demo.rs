//! `demo`: the command line's part.

use super::arguments::{Cli, DemoArgs};
use super::prepare::{check_files, check_terminal, settings};
use crate::config::Config;
use crate::model::{Error, ErrorKind, Result};
use crate::storage::Target;

/// The settings, and the target to write to, if that is not a directory of the demo's own.
#[derive(Debug)]
pub struct PreparedDemo {
    /// The settings, with the flags applied. `read_only` is the browser's; the crawl writes.
    pub config: Config,
    /// The target that the command line names.
    pub target: Option<Target>,
    /// The settings of the demo itself.
    pub settings: crate::demo::DemoSettings,
}

/// Reads the settings and finds the target, if the command line names one: no variable and no
/// setting makes the demo write anywhere but in its own directory.
///
/// # Errors
/// As [`prepare_browser`](super::prepare_browser); [`ErrorKind::ReadOnly`] for a target that the
/// settings say is not to be written to.
pub fn prepare_demo(cli: &Cli, demo: &DemoArgs) -> Result<PreparedDemo> {
    let (config, environment) = settings(cli)?;
    check_terminal()?;
    check_files()?;
    config.check()?;
    let mut target = None;
    if cli.target().is_some() {
        let resolved = config.resolve(cli.target(), &environment)?;
        // The flag is for the browser alone; a ban in the settings holds for the demo too.
        let forbidden = Config::load(cli.global.config.as_deref(), &environment)?.read_only;
        if forbidden || resolved.read_only {
            let problem = format!("the demo writes, and {} is read-only", resolved.target.label());
            return Err(Error::new(ErrorKind::ReadOnly, problem)
                .hint("without a target it fills its own directory"));
        }
        target = Some(resolved.target);
    }
    let settings = crate::demo::DemoSettings {
        records: demo.records,
        rate: demo.rate,
        seed: demo.seed,
        store: demo.store.clone(),
    };
    Ok(PreparedDemo { config, target, settings })
}
