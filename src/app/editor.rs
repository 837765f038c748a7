//! The editor: a record's key, content type and value, until they are safely stored.

use bytes::Bytes;
use crossterm::event::KeyEvent;
use ratatui_textarea::{CursorMove, TextArea};

use crate::preview::{cells, json, visible};
use crate::storage::content::Family;
use crate::storage::{ContentType, Expected, JsonLayout, Key, Record, SetValue, StoreName, Write};

use super::input::LineInput;

/// The part of the editor that takes the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The key; only of a new record.
    Key,
    /// The content type.
    ContentType,
    /// The value.
    Value,
}

/// A record being edited.
#[derive(Debug)]
pub struct Editor {
    /// The store it is in.
    pub store: StoreName,
    /// The record as it was read; none for a new one.
    pub original: Option<Record>,
    /// The key.
    pub key: LineInput,
    /// The content type.
    pub content_type: LineInput,
    /// The value.
    pub value: Content,
    /// Which part takes the keys.
    pub field: Field,
    /// Whether a write is under way; keys wait for its end.
    pub saving: bool,
    /// Whether the user's own editor has it.
    pub outside: bool,
    /// How JSON that is new is stored.
    pub json_layout: JsonLayout,
    /// What is wrong with it.
    pub fault: Option<String>,
    /// First row and column of the value shown.
    pub scroll: (usize, usize),
    start: (String, Bytes),
}

/// What is edited.
#[derive(Debug)]
pub enum Content {
    /// Text, line by line, and what stands at a line's end.
    Text(Box<TextArea<'static>>, LineEnd),
    /// Bytes that are not text: only the user's own editor can change them.
    Bytes(Bytes),
}

/// What stands at the end of every line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// `\n`, or no line end at all.
    Lf,
    /// `\r\n` without exception.
    CrLf,
}

/// Why the editor cannot save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// Nothing was changed.
    Unchanged,
    /// A field is wrong; says what to do.
    Fault(String),
}

/// Offered one after the other in the content type's field.
pub const COMMON_TYPES: [&str; 7] = [
    "application/json; charset=utf-8",
    "text/plain; charset=utf-8",
    "text/html; charset=utf-8",
    "text/csv; charset=utf-8",
    "application/xml",
    "application/octet-stream",
    "application/x-none",
];

impl Editor {
    /// For a new record.
    pub fn create(store: StoreName) -> Self {
        Self::with(store, None, "", ContentType::JSON.as_str(), &Bytes::new(), Field::Key)
    }

    /// For a record that was read. JSON that stands on one line as Crawlee writes it is laid out
    /// for people, and will be put on one line again.
    ///
    /// A value above `limit` bytes is only held, for the user's own editor.
    pub fn edit(store: StoreName, record: Record, limit: u64) -> Self {
        let held = record.value.len() as u64 > limit;
        let text = if !held && is_crawlee_json(&record) {
            Bytes::from(json::pretty(&record.value))
        } else {
            record.value.clone()
        };
        let key = record.meta.key.escaped();
        let content_type = record.meta.content_type.as_str().to_owned();
        let mut editor =
            Self::with(store, Some(record), &key, &content_type, &Bytes::new(), Field::Value);
        editor.value = if held { Content::Bytes(text.clone()) } else { Content::new(&text) };
        editor.start.1 = text;
        editor
    }

    fn with(
        store: StoreName,
        original: Option<Record>,
        key: &str,
        content_type: &str,
        text: &Bytes,
        field: Field,
    ) -> Self {
        Self {
            store,
            original,
            key: LineInput::new(key),
            content_type: LineInput::new(content_type),
            value: Content::new(text),
            field,
            saving: false,
            outside: false,
            json_layout: JsonLayout::default(),
            fault: None,
            scroll: (0, 0),
            start: (content_type.to_owned(), text.clone()),
        }
    }

    /// Whether anything was changed.
    pub fn is_changed(&self) -> bool {
        self.content_type.text() != self.start.0
            || (self.original.is_none() && !self.key.text().is_empty())
            || !self.value.is(&self.start.1)
    }

    /// The content type as typed.
    pub fn typed_content_type(&self) -> ContentType {
        ContentType::from(self.content_type.text().trim())
    }

    /// Replaces the value, as the user's own editor left it.
    pub fn replace(&mut self, text: &Bytes) {
        self.value = match self.value {
            Content::Text(..) => Content::new(text),
            Content::Bytes(_) => Content::Bytes(text.clone()),
        };
        self.scroll = (0, 0);
        self.fault = None;
    }

    /// Moves to the next or previous field.
    pub fn next_field(&mut self, forward: bool) {
        let fields: &[Field] = if self.original.is_none() {
            &[Field::Key, Field::ContentType, Field::Value]
        } else {
            &[Field::ContentType, Field::Value]
        };
        let at = fields.iter().position(|field| *field == self.field).unwrap_or(0);
        let step = if forward { 1 } else { fields.len() - 1 };
        self.field = fields[(at + step) % fields.len()];
    }

    /// Takes a key that is bound to no action.
    pub fn key(&mut self, key: KeyEvent) {
        use crossterm::event::KeyCode;
        self.fault = None;
        match self.field {
            Field::Key | Field::ContentType if key.code == KeyCode::Enter => self.next_field(true),
            Field::ContentType if matches!(key.code, KeyCode::Up | KeyCode::Down) => {
                self.cycle_type(key.code == KeyCode::Down);
            }
            Field::Key => {
                self.key.key(key);
            }
            Field::ContentType => {
                self.content_type.key(key);
            }
            Field::Value => {
                if let Content::Text(area, _) = &mut self.value {
                    area.input(key);
                }
            }
        }
    }

    /// Takes pasted text where the cursor is.
    pub fn paste(&mut self, text: &str) {
        self.fault = None;
        match (self.field, &mut self.value) {
            (Field::Key, _) => self.key.paste(text),
            (Field::ContentType, _) => self.content_type.paste(text),
            (Field::Value, Content::Text(area, _)) => {
                // Terminals send a pasted line break as a carriage return.
                area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
            }
            (Field::Value, Content::Bytes(_)) => {}
        }
    }

    /// Takes back or does again.
    pub fn undo(&mut self, redo: bool) {
        if let Content::Text(area, _) = &mut self.value {
            if redo {
                area.redo();
            } else {
                area.undo();
            }
        }
    }

    /// Lays JSON out for people; tells why it could not.
    pub fn format(&mut self) -> Result<(), String> {
        let bytes = self.value.bytes();
        if let Err(fault) = json::check(&bytes) {
            self.go_to(fault.line, fault.column);
            return Err(format!(
                "line {}, column {}: {}",
                fault.line,
                fault.column,
                fault.reason()
            ));
        }
        let text = json::pretty(&bytes);
        if let Content::Text(area, _) = &mut self.value
            && text.as_bytes() != bytes
        {
            area.select_all();
            area.insert_str(&text);
            area.move_cursor(CursorMove::Top);
        }
        Ok(())
    }

    /// The write that stores what was typed; `as_text` stores it as text whatever it was.
    pub fn to_write(&mut self, as_text: bool, overwrite: bool) -> Result<Write, Blocked> {
        if as_text {
            self.content_type = LineInput::new(ContentType::TEXT.as_str());
        }
        if !self.is_changed() && self.original.is_some() && !overwrite {
            return Err(Blocked::Unchanged);
        }
        // What was not touched is stored as it was, to the byte.
        let was = self.original.as_ref();
        let content_type = match was {
            Some(record) if self.content_type.text() == self.start.0 => {
                record.meta.content_type.clone()
            }
            _ => self.typed_content_type(),
        };
        let untouched = was.filter(|_| self.value.is(&self.start.1)).map(|was| was.value.clone());
        let value = self.value.bytes();
        let value = match content_type.family() {
            Family::Unknown => {
                self.field = Field::ContentType;
                return Err(Blocked::Fault("type a content type, or choose one with ↑ ↓".into()));
            }
            Family::None if !value.is_empty() => {
                self.field = Field::ContentType;
                return Err(Blocked::Fault(
                    "application/x-none stands for None and has no value: choose another content \
                     type with ↑ ↓, or empty the value"
                        .into(),
                ));
            }
            Family::Json => match json::check(&value) {
                Ok(()) => untouched.unwrap_or_else(|| self.json_bytes(value)),
                Err(fault) => {
                    self.field = Field::Value;
                    self.go_to(fault.line, fault.column);
                    return Err(Blocked::Fault(format!(
                        "not JSON at line {}, column {}: {}",
                        fault.line,
                        fault.column,
                        fault.reason()
                    )));
                }
            },
            _ => untouched.unwrap_or(value),
        };
        let (key, expected) = match &self.original {
            Some(_) if overwrite => (None, Expected::Anything),
            Some(record) => (
                None,
                Expected::Unchanged {
                    value: record.value.clone(),
                    content_type: record.meta.content_type.clone(),
                },
            ),
            None if overwrite => (Some(self.key.text()), Expected::Anything),
            None => (Some(self.key.text()), Expected::Absent),
        };
        let key = match (key, &self.original) {
            (None, Some(record)) => record.meta.key.clone(),
            (key, _) => Key::from(key.unwrap_or_default()),
        };
        Ok(Write::Set(SetValue { store: self.store.clone(), key, value, content_type, expected }))
    }

    /// As Crawlee writes it in this storage, unless the record stood otherwise before.
    fn json_bytes(&self, text: Bytes) -> Bytes {
        let was_json = |record: &Record| record.meta.content_type.family() == Family::Json;
        match &self.original {
            Some(record) if was_json(record) && !is_crawlee_json(record) => text,
            Some(record) if was_json(record) => Bytes::from(json::compact(&text)),
            _ if self.json_layout == JsonLayout::Indented => Bytes::from(json::pretty(&text)),
            _ => Bytes::from(json::compact(&text)),
        }
    }

    fn cycle_type(&mut self, forward: bool) {
        let typed = self.content_type.text();
        let count = COMMON_TYPES.len();
        let at = COMMON_TYPES.iter().position(|common| *common == typed);
        let next = match (at, forward) {
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
            (None, true) => 0,
            (None, false) => count - 1,
        };
        self.content_type = LineInput::new(COMMON_TYPES[next]);
    }

    /// Puts the cursor on a line and column, both from 1.
    fn go_to(&mut self, line: usize, column: usize) {
        if let Content::Text(area, _) = &mut self.value {
            // `Jump` ends at 65,535; from there on the lines are walked.
            let jump = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
            let (row, column) = (line.saturating_sub(1), column.saturating_sub(1));
            area.move_cursor(CursorMove::Jump(jump(row), jump(column)));
            for _ in usize::from(u16::MAX)..row {
                area.move_cursor(CursorMove::Down);
            }
        }
    }
}

/// Rows of the editor that are not the value: border, key, content type, rule.
const FRAME_ROWS: u16 = 5;
/// Columns of the border and of the gap beside it.
const FRAME_COLUMNS: u16 = 4;

impl Editor {
    /// Rows and columns that the value has in a screen's body.
    pub fn value_size(body: super::Area) -> (usize, usize) {
        let rows = body.height.saturating_sub(FRAME_ROWS).max(1);
        (usize::from(rows), usize::from(body.width.saturating_sub(FRAME_COLUMNS).max(1)))
    }

    /// Scrolls so that the cursor is on the screen. Columns are cells of the visible text.
    pub fn show_cursor(&mut self, body: super::Area) {
        let (rows, columns) = Self::value_size(body);
        let Some((row, cells)) = self.cursor_cell() else { return };
        let (top, left) = &mut self.scroll;
        *top = (*top).min(row).max((row + 1).saturating_sub(rows));
        *left = (*left).min(cells).max((cells + 1).saturating_sub(columns));
    }

    /// The cursor's row, and the cells before it.
    pub fn cursor_cell(&self) -> Option<(usize, usize)> {
        let area = self.value.text()?;
        let ratatui_textarea::DataCursor(row, column) = area.cursor();
        let line = area.lines().get(row)?;
        let before = line.char_indices().nth(column).map_or(line.as_str(), |(at, _)| &line[..at]);
        Some((row, width(before)))
    }

    /// Scrolls the value without moving the cursor.
    pub fn wheel(&mut self, rows: isize) {
        if let Some(area) = self.value.text() {
            let last = area.lines().len().saturating_sub(1);
            self.scroll.0 = self.scroll.0.saturating_add_signed(rows).min(last);
        }
    }
}

/// Whether the value is JSON on one line exactly as Crawlee writes it.
fn is_crawlee_json(record: &Record) -> bool {
    record.meta.content_type.family() == Family::Json
        && json::check(&record.value).is_ok()
        && json::compact(&record.value) == record.value
}

/// Cells that text takes when it is made visible; quick for what most lines are.
fn width(text: &str) -> usize {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.len();
    }
    cells(&visible(text))
}

impl Content {
    fn new(bytes: &Bytes) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else { return Self::Bytes(bytes.clone()) };
        let breaks = text.matches('\n').count();
        let (end, separator) = if breaks > 0 && text.matches("\r\n").count() == breaks {
            (LineEnd::CrLf, "\r\n")
        } else {
            (LineEnd::Lf, "\n")
        };
        let mut area = TextArea::new(text.split(separator).map(str::to_owned).collect());
        area.set_max_histories(1000);
        area.set_tab_length(2);
        Self::Text(Box::new(area), end)
    }

    /// The value's bytes, as they would be stored.
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Text(area, LineEnd::Lf) => Bytes::from(area.lines().join("\n")),
            Self::Text(area, LineEnd::CrLf) => Bytes::from(area.lines().join("\r\n")),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    /// Whether these would be the value's bytes.
    fn is(&self, bytes: &Bytes) -> bool {
        match self {
            Self::Text(..) => self.bytes() == *bytes,
            // Mostly the very same bytes, which need not be compared.
            Self::Bytes(own) => {
                own.len() == bytes.len() && (own.as_ptr() == bytes.as_ptr() || own == bytes)
            }
        }
    }

    /// What ends a line, as other editors would add it at the end.
    pub fn line_end(&self) -> &'static [u8] {
        match self {
            Self::Text(_, LineEnd::CrLf) => b"\r\n",
            Self::Text(_, LineEnd::Lf) | Self::Bytes(_) => b"\n",
        }
    }

    /// The text being edited.
    pub fn text(&self) -> Option<&TextArea<'static>> {
        match self {
            Self::Text(area, _) => Some(area),
            Self::Bytes(_) => None,
        }
    }
}
