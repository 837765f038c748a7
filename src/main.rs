//! larder's entry point: arguments in, exit code out.

use std::process::ExitCode;

use larder::cli::{self, Cli, Prepared};
use larder::tui;

fn main() -> ExitCode {
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(code) => return ExitCode::from(code),
    };
    // First of all: until then, everybody on the machine can read them.
    cli::hide_passwords(&cli);
    match &cli.command {
        Some(command) => cli::run(command, &cli),
        None => match browse(&cli) {
            Ok(code) => ExitCode::from(code),
            Err(why) => cli::report(why),
        },
    }
}

fn browse(cli: &Cli) -> anyhow::Result<u8> {
    let Prepared { config, target } = cli::prepare_browser(cli)?;
    tui::run(tui::Setup::new(&config, target)?)
}
