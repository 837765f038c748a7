//! `config`: the path of the settings, their effective values, the example and the schema.

use serde_json::json;

use super::arguments::{Cli, ConfigCommand};
use super::exit::{DONE, ExitResult};
use super::output::Output;
use super::painted::{self, Color};
use super::prepare::use_colors;
use crate::config::environment::variable;
use crate::config::{Config, EXAMPLE, Environment, Setting, default_file, schema};
use crate::model::{Error, ErrorKind};
use crate::text::{file_url, visible};

const HEADS: [&str; 3] = ["setting", "value", "from"];

/// `config`. Connects to nothing, and runs no `password_command`.
pub(super) fn run(what: &ConfigCommand, cli: &Cli, output: &mut Output) -> ExitResult {
    match what {
        ConfigCommand::Example => output.raw(EXAMPLE.as_bytes())?,
        ConfigCommand::Schema => {
            let problem = |why| Error::new(ErrorKind::Damaged, why);
            let schema = schema().map_err(problem)?;
            output.raw(format!("{schema:#}\n").as_bytes())?;
        }
        ConfigCommand::Path => path(cli, output)?,
        ConfigCommand::Show => show(cli, output)?,
    }
    Ok(DONE)
}

/// Prints the path, also of a file that cannot be used: the user wants to mend it.
fn path(cli: &Cli, output: &mut Output) -> Result<(), super::Failure> {
    let environment = Environment::read()?;
    let named = cli.global.config.clone().or(environment.config);
    let file = named.or_else(default_file).ok_or_else(|| {
        Error::new(ErrorKind::Io, "no home folder to look for a config file")
            .hint("name one with --config or LARDER_CONFIG")
    })?;
    let text = file.display().to_string();
    if output.json {
        output.json_line(&json!({"path": text, "exists": file.exists()}))?;
    } else {
        // The terminal of another machine has other files.
        let here = variable("SSH_CONNECTION").is_none();
        let url = here.then(|| std::path::absolute(&file)).and_then(Result::ok);
        let url = url.map(|path| file_url(&path));
        output.link(text.as_bytes(), url.as_deref())?;
    }
    Ok(())
}

fn show(cli: &Cli, output: &mut Output) -> Result<(), super::Failure> {
    let mut environment = Environment::read()?;
    environment.no_color &= cli.global.color() != Color::Always;
    let mut config = Config::load(cli.global.config.as_deref(), &environment)?;
    config.check()?;
    use_colors(&mut config, cli);
    output.theme = painted::theme(&config, output.terminal)?;
    let mut settings = config.effective(&environment);
    by_flags(cli, &mut settings);
    if output.json {
        for Setting { name, value, from } in &settings {
            output.json_line(&json!({"setting": name, "value": value, "from": from}))?;
        }
        return Ok(());
    }
    let rows: Vec<_> = settings
        .iter()
        .map(|setting| {
            let cells = [&setting.name, &setting.value, &setting.from];
            cells.map(|cell| visible(cell).into_static()).to_vec()
        })
        .collect();
    output.table(&HEADS, &rows)?;
    Ok(())
}

/// Applies the command line's options, which take precedence over everything else.
fn by_flags(cli: &Cli, settings: &mut [Setting]) {
    let global = &cli.global;
    let never = global.color() == Color::Never;
    let timeout = global.timeout.map(|time| time.as_secs_f64().to_string());
    let flags = [
        ("read_only", global.read_only.then(|| "true".to_owned()), "--read-only"),
        ("touch", global.touch.then(|| "true".to_owned()), "--touch"),
        ("connect_timeout", timeout.clone(), "--timeout"),
        ("command_timeout", timeout, "--timeout"),
        ("wait_replicas", global.wait_replicas.map(|n| n.to_string()), "--wait-replicas"),
        ("theme.name", never.then(|| "\"none\"".to_owned()), "--color"),
    ];
    for (name, value, flag) in flags {
        let setting = settings.iter_mut().find(|setting| setting.name == name);
        if let (Some(setting), Some(value)) = (setting, value) {
            (setting.value, setting.from) = (value, flag.to_owned());
        }
    }
}
