//! Text that comes as keys. Text that is pasted without brackets is put into a value in one step, since each
//! single change costs time in proportion to the value's length.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::keymap::{Action, Context, KeyMap};

/// Whether a key types a character into a value.
pub fn is_text(key: &KeyEvent) -> bool {
    text_of(key).is_some()
}

/// The character that a key types. A line feed comes as Ctrl-J.
fn text_of(key: &KeyEvent) -> Option<char> {
    match (key.kind, key.code, key.modifiers) {
        (KeyEventKind::Release, ..) => None,
        (_, KeyCode::Char(c), KeyModifiers::NONE | KeyModifiers::SHIFT) => Some(c),
        (_, KeyCode::Enter, KeyModifiers::NONE) => Some('\r'),
        (_, KeyCode::Tab, KeyModifiers::NONE) => Some('\t'),
        (_, KeyCode::Char('j'), KeyModifiers::CONTROL) => Some('\n'),
        _ => None,
    }
}

/// Whether the editor does something with a key; all other keys are typed.
fn is_the_editors(action: Action) -> bool {
    matches!(
        action,
        Action::Quit
            | Action::Redraw
            | Action::Suspend
            | Action::Help
            | Action::Save
            | Action::SaveAsText
            | Action::Cancel
            | Action::NextField
            | Action::PreviousField
            | Action::Undo
            | Action::Redo
            | Action::EditExternal
            | Action::Format
            | Action::Cut
            | Action::CopySelection
            | Action::PasteSelection
            | Action::SelectAll
            | Action::Search
            | Action::SearchNext
            | Action::SearchPrevious
            | Action::Replace
            | Action::GoTo
            | Action::Bracket
            | Action::Wrap
            | Action::InsertMode
            | Action::SwitchColumn
    )
}

/// The text that keys type in the editor, up to the first key that does something else.
pub(super) fn typed(keymap: &KeyMap, keys: &[KeyEvent]) -> String {
    let acts = |key| keymap.lookup(Context::Editor, key).is_some_and(is_the_editors);
    keys.iter().map_while(|key| text_of(key).filter(|_| !acts(key))).collect()
}
