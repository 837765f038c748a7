//! Colours: JSON laid out for a person, and the theme of a command.

use std::io;

use clap::ValueEnum;

use super::output::Output;
use crate::config::Config;
use crate::model::{Record, Result};
use crate::preview::{Preview, PreviewKind, Role as Part, Row};
use crate::text::visible;
use crate::theme::{ColorDepth, Role, Theme};

/// Limit on values that are laid out, in bytes.
const MOST: usize = 16 << 20;

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Color {
    /// Where standard output is a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// In a pipe too.
    Always,
    /// Nowhere.
    Never,
}

/// The theme that the settings ask for; `None` without colours.
///
/// # Errors
/// [`ErrorKind::Usage`](crate::model::ErrorKind::Usage) for colours that make no sense.
pub(super) fn theme(config: &Config, terminal: bool) -> Result<Option<Theme>> {
    if !config.color || !(terminal || config.forces_color) {
        return Ok(None);
    }
    let env = |name: &str| config.color_variable(name);
    let theme = Theme::from_settings(&config.theme.name, &config.theme.colors, &env);
    let theme = theme.map_err(|why| config.wrong(&why))?;
    Ok(Some(theme).filter(|theme| theme.depth() != ColorDepth::None))
}

/// The lines of a JSON value; `None` if it is not JSON, or too large or too wide to be laid out.
pub(super) fn preview(record: &Record) -> Option<Preview> {
    if record.value.len() > MOST {
        return None;
    }
    let preview = Preview::build(record);
    let is_json = preview.kind() == PreviewKind::Json && !preview.is_converted();
    (is_json && preview.whole_lines().all(|row| !row.more)).then_some(preview)
}

/// Prints the lines.
pub(super) fn print(preview: &Preview, output: &mut Output) -> io::Result<()> {
    for Row { spans, .. } in preview.whole_lines() {
        for span in &spans {
            // The text is visible already; it is checked once more, like all output.
            output.styled(role(span.role), &visible(&span.text))?;
        }
        output.raw(b"\n")?;
    }
    Ok(())
}

fn role(part: Part) -> Role {
    match part {
        Part::Key => Role::JsonKey,
        Part::String => Role::JsonString,
        Part::Number => Role::JsonNumber,
        Part::Literal => Role::JsonLiteral,
        Part::Punctuation => Role::Punctuation,
        Part::Symbol => Role::Symbol,
        Part::Dim | Part::Wrapped => Role::Dim,
        Part::Plain | Part::Offset | Part::Hex | Part::Ascii => Role::Text,
    }
}
