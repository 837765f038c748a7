//! larder's entry point: arguments in, exit code out.

use std::process::ExitCode;

use larder::cli::{self, Browse, Cli};
#[cfg(feature = "demo")]
use larder::cli::{Command, PreparedDemo};
#[cfg(feature = "demo")]
use larder::demo::Demo;
use larder::tui;

fn main() -> ExitCode {
    if let Some(code) = cli::complete().or_else(cli::become_tied).or_else(cli::become_decoder) {
        return code;
    }
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(code) => return ExitCode::from(code),
    };
    // This comes first: until then, every user of the machine can read the passwords.
    cli::hide_passwords(&cli);
    match &cli.command {
        None => supervised(|| code(browse(&cli))),
        #[cfg(feature = "demo")]
        Some(Command::Demo(arguments)) => supervised(|| demonstrate(&cli, arguments)),
        Some(command) => cli::run(command, &cli),
    }
}

/// Runs the browser in this process, or waits for the child that runs it.
fn supervised(browser: impl FnOnce() -> ExitCode) -> ExitCode {
    tui::supervise().map_or_else(browser, ExitCode::from)
}

fn browse(cli: &Cli) -> anyhow::Result<u8> {
    let Browse { prepared, targets, warning, logged_in: _logged_in } = cli::prepare_browser(cli)?;
    if let Some(ended) = cli::browse_there(&prepared, cli) {
        return ended.map_err(|why| {
            // The screen still shows what the browser on the other host has drawn.
            tui::leave();
            why.into()
        });
    }
    let setup = tui::Setup::new(&prepared.config, prepared.target)?;
    tui::run(setup.with_targets(targets).with_welcome().with_warning(warning))
}

/// Browses the records that a simulated crawl writes meanwhile. A failure of the crawl is reported after the
/// browser's end, and is the reason for the end if there is no other.
#[cfg(feature = "demo")]
fn demonstrate(cli: &Cli, arguments: &cli::DemoArgs) -> ExitCode {
    let begun = || {
        let PreparedDemo { config, target, settings } = cli::prepare_demo(cli, arguments)?;
        let demo = Demo::begin(&settings, target, &config.options(), &std::env::temp_dir())?;
        let setup = tui::Setup::new(&config, demo.target().clone())?;
        let mut setup = setup.opening(demo.store().clone()).with_welcome();
        if let Some(product) = demo.first_product() {
            setup = setup.on_a_crawl(product);
        }
        anyhow::Ok((demo, setup))
    };
    let (demo, setup) = match begun() {
        Ok(begun) => begun,
        Err(why) => return cli::report(why),
    };
    let browsed = tui::run(setup);
    match (browsed, demo.finish()) {
        (Ok(0), Err(why)) => cli::report(why.into()),
        (browsed, Err(why)) => {
            cli::report(why.into());
            code(browsed)
        }
        (browsed, Ok(())) => code(browsed),
    }
}

fn code(ended: anyhow::Result<u8>) -> ExitCode {
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(why) => cli::report(why),
    }
}
