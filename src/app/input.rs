//! A line of text being typed: filter, search, file name, a store's name.

use std::fmt;

use crossterm::event::KeyEvent;
use ratatui_textarea::{CursorMove, TextArea};

/// One line with a cursor, edited as in the editor. `Debug` hides the text, which may be a password.
#[derive(Clone)]
pub struct LineInput {
    area: TextArea<'static>,
}

impl fmt::Debug for LineInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LineInput(…)")
    }
}

impl Default for LineInput {
    fn default() -> Self {
        Self::new("")
    }
}

impl PartialEq for LineInput {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.cursor() == other.cursor()
    }
}

impl LineInput {
    /// A line that holds this text, with the cursor behind it. Line breaks become spaces.
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(vec![one_line(text)]);
        area.move_cursor(CursorMove::End);
        Self { area }
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// The cursor's place, in characters.
    pub fn cursor(&self) -> usize {
        self.area.cursor().1
    }

    /// Takes a key that is bound to nothing else; tells whether the text changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        use crossterm::event::{KeyCode, KeyModifiers};
        // Ctrl-J is a line feed.
        let breaks = matches!(key.code, KeyCode::Enter)
            || (matches!(key.code, KeyCode::Char('m' | 'j'))
                && key.modifiers.contains(KeyModifiers::CONTROL));
        if key.code == KeyCode::Char('u') && key.modifiers == KeyModifiers::CONTROL {
            // As in a shell.
            return self.area.delete_line_by_head();
        }
        !breaks && self.area.input(key)
    }

    /// Takes pasted text, on one line.
    pub fn paste(&mut self, text: &str) {
        self.area.insert_str(one_line(text));
    }
}

fn one_line(text: &str) -> String {
    text.replace("\r\n", " ").replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::super::question::{Prompt, PromptKind};

    #[test]
    fn a_password_being_typed_is_not_in_the_debug_text() {
        let prompt = Prompt::new(PromptKind::Password, "correct horse");
        assert_eq!(format!("{:?}", prompt.input), "LineInput(…)");
        let told = format!("{prompt:#?}");
        assert!(told.contains("Password") && !told.contains("horse"), "{told}");
    }
}
