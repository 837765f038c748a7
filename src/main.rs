//! larder's entry point: arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser as _;
use larder::cli::{self, Browse, Cli};
use larder::tui;

fn main() -> ExitCode {
    let cli = Cli::parse();
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
    let Browse { prepared, targets } = cli::prepare_browser(cli)?;
    let setup = tui::Setup::new(&prepared.config, prepared.target)?;
    tui::run(setup.with_targets(targets).with_welcome())
}
