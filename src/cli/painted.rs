//! A value for a person: JSON laid out and coloured as in the browser.

use std::io;

use clap::ValueEnum;

use super::output::Output;
use crate::config::Config;
use crate::config::environment::variable;
use crate::model::{Record, Result};
use crate::preview::{Preview, PreviewKind, Role as Part, Row};
use crate::text::visible;
use crate::theme::{RESET, Role, Theme};

/// Values above this many bytes are not laid out.
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

/// How values are painted.
#[derive(Debug)]
pub(super) struct Paint(Option<Theme>);

impl Paint {
    /// As the settings have it; nothing where values are left as they are.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::model::ErrorKind::Usage) for colours that make no sense.
    pub(super) fn new(config: &Config, color: Color, terminal: bool) -> Result<Option<Self>> {
        match color {
            Color::Auto | Color::Never if !terminal => return Ok(None),
            Color::Never => return Ok(Some(Self(None))),
            Color::Auto if !config.color => return Ok(Some(Self(None))),
            Color::Auto | Color::Always => {}
        }
        let env = |name: &str| {
            // Whoever wants colours always has them.
            let is_over = color == Color::Always && name == "NO_COLOR";
            variable(name).filter(|_| !is_over)
        };
        let theme = Theme::from_settings(&config.theme.name, &config.theme.colors, &env);
        Ok(Some(Self(Some(theme.map_err(|why| config.wrong(&why))?))))
    }

    /// The value's lines; none of what is not JSON, or too large or too wide to be laid out.
    pub(super) fn preview(record: &Record) -> Option<Preview> {
        if record.value.len() > MOST {
            return None;
        }
        let preview = Preview::build(record);
        let is_json = preview.kind() == PreviewKind::Json && !preview.is_converted();
        (is_json && preview.whole_lines().all(|row| !row.more)).then_some(preview)
    }

    /// Prints the lines.
    pub(super) fn print(&self, preview: &Preview, output: &mut Output) -> io::Result<()> {
        for Row { spans, .. } in preview.whole_lines() {
            for span in &spans {
                // It is visible already; that is looked at once more, as of everything.
                let style = self.0.as_ref().map(|theme| theme.begin(role(span.role)));
                let style = style.unwrap_or_default();
                if style.is_empty() || span.text.trim().is_empty() {
                    output.part(&visible(&span.text))?;
                } else {
                    output.raw(style.as_bytes())?;
                    output.part(&visible(&span.text))?;
                    output.raw(RESET.as_bytes())?;
                }
            }
            output.raw(b"\n")?;
        }
        Ok(())
    }
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
