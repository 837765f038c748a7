//! `help`: of a command or a topic.

use clap::CommandFactory as _;

use super::arguments::Cli;
use super::exit::{DONE, ExitResult};
use super::help::OVERVIEW;
use super::output::Output;
use super::topics::{TOPICS, Topic};
use crate::config::closest;
use crate::model::{Error, ErrorKind};

/// `help`.
pub(super) fn run(what: Option<&str>, output: &mut Output) -> ExitResult {
    let Some(what) = what else {
        output.raw(whole().as_bytes())?;
        return Ok(DONE);
    };
    if let Some(topic) = Topic::find(what) {
        output.raw(topic.plain().as_bytes())?;
        return Ok(DONE);
    }
    let mut clap = Cli::command();
    clap.build();
    let Some(command) = clap.find_subcommand_mut(what) else { return Err(unknown(what).into()) };
    let text = command.render_long_help().to_string();
    output.raw(text.as_bytes())?;
    Ok(DONE)
}

/// The text of `larder --help`: the overview, the exit codes, the variables, and where to find more.
pub(super) fn whole() -> String {
    let topic = |name: &str| Topic::find(name).map(Topic::plain).unwrap_or_default();
    let more =
        TOPICS.iter().map(|topic| format!("  larder help {:<12} {}\n", topic.name, topic.about));
    let more: String = more.collect();
    format!(
        "{OVERVIEW}\n{}\n{}\nMore:\n  larder help COMMAND      a command with its examples\n{more}",
        topic("exit-codes"),
        topic("environment")
    )
}

fn unknown(what: &str) -> Error {
    let clap = Cli::command();
    let commands = clap.get_subcommands().flat_map(clap::Command::get_name_and_visible_aliases);
    let topics = || TOPICS.iter().map(|topic| topic.name);
    let hint = if let Some(meant) = closest(what, commands.chain(topics())) {
        format!("did you mean `larder help {meant}`?")
    } else {
        let topics: Vec<_> = topics().collect();
        format!("topics: {}; `larder --help` lists the commands", topics.join(", "))
    };
    Error::new(ErrorKind::Usage, format!("there is no help for `{what}`")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_help_has_what_one_screen_has_no_room_for() {
        let text = whole();
        for word in ["LARDER_URL", "larder help targets", "Usage: larder"] {
            assert!(text.contains(word), "{word}");
        }
        let unknown = unknown("environmnt").to_string();
        assert!(unknown.contains("did you mean `larder help environment`?"), "{unknown}");
    }
}
