//! `demo`: what the command line says about it.

use super::arguments::{Cli, DemoArgs};
use super::{check_terminal, settings};
use crate::config::Config;
use crate::model::{Error, ErrorKind, Result};
use crate::storage::Target;

/// The settings, and where to write, if that is not a directory of the demo's own.
#[derive(Debug)]
pub struct PreparedDemo {
    /// The settings, with the flags applied. `read_only` is the browser's; the crawl writes.
    pub config: Config,
    /// The target that the command line names.
    pub target: Option<Target>,
    /// What the demo is to do.
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
    config.check()?;
    let mut target = None;
    if cli.target().is_some() {
        let resolved = config.resolve(cli.target(), &environment)?;
        // The flag is the browser's alone; what the settings forbid stays forbidden.
        let forbidden = Config::load(cli.global.config.as_deref(), &environment)?.read_only;
        if forbidden || resolved.read_only {
            let problem = format!("the demo writes, and {} is read-only", resolved.target.label());
            return Err(Error::new(ErrorKind::ReadOnly, problem)
                .hint("leave the target out: then it fills a directory of its own"));
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

/// Reads how many records are to be written a second.
///
/// # Errors
/// A sentence, for what is no number between 0.01 and 100,000.
pub(super) fn parse_rate(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.01..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("a number of records a second, from 0.01 to 100000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_above_zero_and_bounded() {
        assert_eq!(parse_rate("0.5"), Ok(0.5));
        assert_eq!(parse_rate("2000"), Ok(2000.0));
        for wrong in ["0", "-1", "NaN", "inf", "1e9", "fast", ""] {
            assert!(parse_rate(wrong).is_err(), "{wrong}");
        }
    }
}
