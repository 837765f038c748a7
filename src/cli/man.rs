//! `man` and `completions`: generated from the same definitions as the parser.

use std::io;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::arguments::Cli;
use super::exit::{DONE, ExitResult};
use super::output::Output;
use super::shell::Shell;
use super::topics::TOPICS;
use crate::model::Timestamp;

/// The beginning of the page: the parser's definitions name each option, but not the two ways to call larder.
const BEGIN: &str = r".SH NAME
larder \- terminal browser for the key\-value stores that Crawlee crawls fill
.SH SYNOPSIS
\fBlarder\fR [\fIOPTIONS\fR] [\fITARGET\fR]
.br
\fBlarder\fR [\fIOPTIONS\fR] [\fB\-t\fR \fITARGET\fR] \fICOMMAND\fR ...
";

/// Sections that no definition of an argument and no topic holds.
const MORE: &str = r#".SH FILES
.TP
~/.config/larder/config.toml
Settings, keys, colours and profiles; \fIlarder config path\fR names it.
.TP
~/.local/state/larder/larder.log
The log, if it is switched on.
.SH "SEE ALSO"
.BR redis\-cli (1),
https://crawlee.dev/python/
"#;

/// `completions`.
pub(super) fn completions(shell: Shell, output: &mut Output) -> ExitResult {
    match shell.script() {
        Ok(script) => output.raw(script.as_bytes())?,
        Err(shell) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "larder", &mut script);
            output.raw(&script)?;
        }
    }
    Ok(DONE)
}

/// `man`: one page for the whole program.
pub(super) fn page(output: &mut Output) -> ExitResult {
    output.raw(&roff()?)?;
    Ok(DONE)
}

fn roff() -> io::Result<Vec<u8>> {
    let mut command = Cli::command().disable_help_flag(false);
    command.build();
    // Arguments that the short help leaves out are described here.
    let command = command.mut_args(|arg| arg.hide_short_help(false));
    let mut out = Vec::new();
    let man = Man::new(command.clone()).manual("larder").date(date());
    man.render_title(&mut out)?;
    out.extend_from_slice(BEGIN.as_bytes());
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    out.extend_from_slice(b".SH COMMANDS\n");
    for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        out.extend_from_slice(&section(one)?);
    }
    for topic in &TOPICS {
        out.extend_from_slice(topic.roff().as_bytes());
    }
    out.extend_from_slice(MORE.as_bytes());
    man.render_version_section(&mut out)?;
    Ok(out)
}

/// The day of the release, if the build was told it (`SOURCE_DATE_EPOCH`).
fn date() -> String {
    let seconds = option_env!("SOURCE_DATE_EPOCH").and_then(|seconds| seconds.parse().ok());
    seconds.map_or_else(String::new, day)
}

/// The day of a moment, in seconds since 1970-01-01 UTC.
fn day(seconds: i64) -> String {
    let moment = Timestamp::from_micros(seconds.saturating_mul(1_000_000)).to_string();
    moment.split('T').next().unwrap_or_default().to_owned()
}

/// A command's own page as a part of the whole one, without the options of all commands.
fn section(command: &Command) -> io::Result<Vec<u8>> {
    let name = command.get_name().to_owned();
    let own = command.clone().mut_args(|arg| {
        let shared = arg.is_global_set() || arg.get_id() == "help" || arg.get_id() == "version";
        arg.hide(shared)
    });
    let man = Man::new(own);
    let mut page = Vec::new();
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    man.render_extra_section(&mut page)?;
    if command.has_subcommands() {
        page.extend_from_slice(&actions(command)?);
    }
    let page = String::from_utf8_lossy(&page);
    let mut out = format!(".SS \"larder {name}\"\n");
    for line in page.lines().filter(|line| !line.starts_with(".ie") && !line.starts_with(".el")) {
        match line.strip_prefix(".SH ") {
            Some(_) => out.push_str(".PP"),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    Ok(out.into_bytes())
}

/// The subcommands of a command, each with its options.
fn actions(command: &Command) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for one in command.get_subcommands().filter(|one| one.get_name() != "help") {
        let own = one.clone().mut_args(|arg| {
            let shared = arg.is_global_set() || arg.get_id() == "help";
            arg.hide(shared)
        });
        let man = Man::new(own);
        out.extend_from_slice(b".PP\n");
        for part in [Man::render_synopsis_section, Man::render_description_section] {
            part(&man, &mut out)?;
        }
        if one.get_arguments().any(|arg| !arg.is_global_set() && arg.get_id() != "help") {
            man.render_options_section(&mut out)?;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::help;

    #[test]
    fn a_release_has_its_day() {
        assert_eq!(day(1_796_000_000), "2026-11-30");
    }

    #[test]
    fn definitions_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_overview_names_everything_on_one_screen() {
        let command = Cli::command();
        let (_, listed) = help::OVERVIEW.split_once("Commands").unwrap();
        for name in command.get_subcommands().map(Command::get_name) {
            assert!(listed.contains(&format!("  {name} ")), "{name}");
        }
        for long in command.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(help::OVERVIEW.contains(&format!("--{long} ")), "--{long}");
        }
        assert!(help::OVERVIEW.lines().count() <= 23);
        for line in help::OVERVIEW.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn every_command_has_an_example_that_parses() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            let examples = help.lines().filter(|line| line.starts_with("  "));
            let mut count = 0;
            for example in examples {
                count += 1;
                let own = example.split_once("larder ").unwrap().1;
                let own = own.split([';', '|', '>', '&']).next().unwrap();
                let words = own.split_whitespace().map(|word| word.trim_matches('\''));
                // A quoted value with spaces is one word to the shell, and several here.
                if own.contains("{\"start\":") || own.contains("select(") {
                    continue;
                }
                let parsed = Cli::try_parse_from(std::iter::once("larder").chain(words));
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            }
            assert!(count > 0, "{}", command.get_name());
        }
    }

    #[test]
    fn the_page_tells_about_every_command() {
        let page = String::from_utf8(roff().unwrap()).unwrap();
        for command in Cli::command().get_subcommands() {
            assert!(page.contains(&format!(".SS \"larder {}\"", command.get_name())));
        }
        for [command, own] in [["drafts", "export"], ["drafts", "remove"], ["aside", "discard"]] {
            assert!(page.contains(&format!("larder {command} {own}").replace('-', "\\-")), "{own}");
        }
        assert!(page.contains("Put back what the store does not have again"));
        assert_eq!(page.matches(".TH").count(), 1);
        assert!(page.contains("if\\-absent"));
        let (_, shared) = page.split_once(".SH \"GLOBAL OPTIONS\"").unwrap();
        let (shared, _) = shared.split_once(".SH COMMANDS").unwrap();
        for option in shared.split(".TP\n").skip(1) {
            assert!(option.lines().skip(1).any(|line| !line.trim().is_empty()), "{option}");
        }
        for topic in &TOPICS {
            assert!(page.contains(&format!(".SH \"{}\"\n", topic.title)), "{}", topic.name);
        }
    }
}
