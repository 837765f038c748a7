//! `targets`: what can be named as a target, and what `larder` alone takes.

use serde_json::json;

use super::failure::{DONE, Outcome};
use super::output::Output;
use crate::config::{Choice, Config, Environment, Origin};
use crate::text::visible;

const HEADS: [&str; 3] = ["  name", "target", "writes"];

/// `targets`. Connects to nothing, and runs no `password_command`.
pub(super) fn list(config: &Config, environment: &Environment, output: &mut Output) -> Outcome {
    let choices = config.choices(environment);
    if output.json {
        for choice in &choices {
            output.json_line(&json!({
                "name": choice.name,
                "profile": choice.is_profile,
                "target": choice.label.as_ref().ok(),
                "problem": choice.label.as_ref().err(),
                "read_only": choice.read_only,
                "default": choice.default.is_some(),
                "default_by": choice.default.map(Origin::name),
            }))?;
        }
        return Ok(DONE);
    }
    if !choices.is_empty() {
        let rows: Vec<_> = choices.iter().map(row).collect();
        output.table(&HEADS, &rows)?;
        output.line("")?;
    }
    output.line(&visible(&sentence(config, &choices)))?;
    Ok(DONE)
}

fn row(choice: &Choice) -> Vec<String> {
    let mark = if choice.default.is_some() { "*" } else { " " };
    let target = match &choice.label {
        Ok(label) => visible(label).into_owned(),
        Err(problem) => format!("! {}", visible(problem)),
    };
    let writes = if choice.read_only { "refused" } else { "allowed" };
    vec![format!("{mark} {}", visible(&choice.name)), target, writes.to_owned()]
}

/// What `larder` alone does, and why.
fn sentence(config: &Config, choices: &[Choice]) -> String {
    let taken = choices.iter().find_map(|choice| Some((choice, choice.default?)));
    match taken {
        Some((choice, origin)) if choice.name == origin.name() => {
            format!("* `larder` alone opens it: {}", reason(origin))
        }
        Some((choice, origin)) => {
            format!("* `larder` alone opens {}: {}", choice.name, reason(origin))
        }
        None if config.profiles.is_empty() => {
            "no profiles are configured, and `larder` alone finds nothing to open here".to_owned()
        }
        None => "`larder` alone finds nothing to open here: name one of these".to_owned(),
    }
}

fn reason(origin: Origin) -> &'static str {
    match origin {
        Origin::CommandLine => "the command line names it",
        Origin::Config => "the config file's target names it",
        Origin::LarderUrl => "LARDER_URL names it",
        Origin::RedisUrl => "REDIS_URL names it",
        Origin::StorageDir => "CRAWLEE_STORAGE_DIR names it",
        Origin::Here => "it is here, and nothing else is named",
    }
}
