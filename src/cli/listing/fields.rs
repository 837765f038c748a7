//! The chosen fields of a record, as columns or as JSON.

use std::io;

use serde_json::Map;

use crate::cli::arguments::Field;
use crate::cli::json;
use crate::cli::output::Output;
use crate::model::RecordMeta;
use crate::text::{self, cells, visible, visible_bytes};
use crate::theme::Role;

/// Prints these fields of a record; for a person, heads are printed before the first record.
pub(super) fn print(
    is_first: bool,
    meta: &RecordMeta,
    fields: &[Field],
    output: &mut Output,
) -> io::Result<()> {
    if output.json {
        return as_json(meta, fields, output);
    }
    if output.terminal && is_first {
        line(fields, Some(Role::Header), |field| field.name().into(), output)?;
    }
    let for_person = output.terminal;
    line(fields, None, |field| cell(meta, field, for_person), output)
}

/// Prints the fields in their order as JSON; a field that the JSON of the whole record leaves out is left out
/// here too.
fn as_json(meta: &RecordMeta, fields: &[Field], output: &mut Output) -> io::Result<()> {
    let whole = json::record(meta);
    let mut map = Map::new();
    for field in fields {
        let name = field.name();
        for name in [name.to_owned(), format!("{name}_base64")] {
            if let Some(value) = whole.get(&name) {
                map.insert(name, value.clone());
            }
        }
    }
    output.json_line(&map.into())
}

fn cell(meta: &RecordMeta, field: Field, for_person: bool) -> Vec<u8> {
    match field {
        Field::Key => meta.key.as_bytes().to_vec(),
        Field::ContentType if for_person => meta.content_type.short().into(),
        Field::ContentType => visible(meta.content_type.as_str()).as_bytes().to_vec(),
        Field::Size if for_person => text::size(meta.size).into(),
        Field::Size => meta.size.to_string().into(),
        Field::State => json::record_state(&meta.state).unwrap_or_default().into(),
    }
}

/// Prints a line of cells: for a person padded to their widths, for a script with tabs between them.
fn line(
    fields: &[Field],
    style: Option<Role>,
    cell: impl Fn(Field) -> Vec<u8>,
    output: &mut Output,
) -> io::Result<()> {
    let last = fields.len().saturating_sub(1);
    for (at, field) in fields.iter().enumerate() {
        let bytes = cell(*field);
        if !output.terminal {
            output.raw(if at > 0 { b"\t" } else { b"" })?;
            output.raw(&bytes)?;
            continue;
        }
        let text = visible_bytes(&bytes);
        let gap = if at > 0 { 2 } else { 0 };
        let pad = width(*field).saturating_sub(cells(&text));
        let (before, after) = match field {
            Field::Size => (pad, 0),
            _ if at == last => (0, 0),
            _ => (0, pad),
        };
        output.part(&visible(&" ".repeat(gap + before)))?;
        let role = match (style, field) {
            (Some(style), _) => style,
            (None, Field::ContentType) => Role::Dim,
            (None, Field::State) => Role::Warning,
            (None, Field::Key | Field::Size) => Role::Text,
        };
        output.styled(role, &text)?;
        output.part(&visible(&" ".repeat(after)))?;
    }
    output.raw(b"\n")
}

/// Width of a field for a person, in cells; the last column has none.
fn width(field: Field) -> usize {
    match field {
        Field::Key => 32,
        Field::ContentType => 14,
        Field::Size => 8,
        Field::State => 13,
    }
}
