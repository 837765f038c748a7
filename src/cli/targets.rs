//! `targets`: the names of targets, and the one that plain `larder` opens.

use serde_json::json;

use super::exit::{DONE, ExitResult};
use super::output::Output;
use crate::config::{Choice, Config, Environment, TargetSource};
use crate::text::{Visible, visible};

const HEADS: [&str; 3] = ["  name", "target", "writes"];

/// `targets`. Connects to nothing, and runs no `password_command`.
pub(super) fn list(config: &Config, environment: &Environment, output: &mut Output) -> ExitResult {
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
                "default_by": choice.default.map(TargetSource::name),
            }))?;
        }
        return Ok(DONE);
    }
    if !choices.is_empty() {
        let rows: Vec<_> = choices.iter().map(row).collect();
        output.table(&HEADS, &rows)?;
        output.line(&[])?;
    }
    output.line(&[visible(&sentence(config, &choices))])?;
    Ok(DONE)
}

fn row(choice: &Choice) -> Vec<Visible<'static>> {
    let mark = if choice.default.is_some() { "* " } else { "  " };
    let target = match &choice.label {
        Ok(label) => visible(label).into_static(),
        Err(problem) => Visible::concat(&[visible("! "), visible(problem)]),
    };
    let writes = if choice.read_only { "refused" } else { "allowed" };
    vec![Visible::concat(&[visible(mark), visible(&choice.name)]), target, visible(writes)]
}

/// A sentence on the target that plain `larder` opens, and why.
fn sentence(config: &Config, choices: &[Choice]) -> String {
    let taken = choices.iter().find_map(|choice| Some((choice, choice.default?)));
    match taken {
        Some((choice, source)) if choice.name == source.name() => {
            format!("* opened by plain `larder` ({})", reason(source))
        }
        Some((choice, source)) => {
            format!("* {} is opened by plain `larder` ({})", choice.name, reason(source))
        }
        None if config.profiles.is_empty() => {
            "no profiles are configured, and plain `larder` finds nothing to open here".to_owned()
        }
        None => "nothing to open here: name one of these".to_owned(),
    }
}

fn reason(source: TargetSource) -> String {
    match source {
        TargetSource::CurrentDirectory => "it is here, and nothing else is named".to_owned(),
        _ => format!("from {}", source.name()),
    }
}
