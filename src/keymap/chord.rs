//! A key with its modifiers, as text and as the terminal's event.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key with its modifiers: `q`, `ctrl-d`, `shift-tab`, `alt-enter`, `f1`.
///
/// Two chords are equal exactly if a terminal sends the same for both: shift with a letter is the upper-case
/// letter, and case does not count together with ctrl.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

const NAMES: &[(&str, KeyCode)] = &[
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("tab", KeyCode::Tab),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("del", KeyCode::Delete),
    ("ins", KeyCode::Insert),
];

/// Other spellings that are read but never written.
const ALIASES: &[(&str, KeyCode)] = &[
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("return", KeyCode::Enter),
    ("escape", KeyCode::Esc),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
];

const MODIFIERS: &[(&str, KeyModifiers)] = &[
    ("ctrl-", KeyModifiers::CONTROL),
    ("alt-", KeyModifiers::ALT),
    ("shift-", KeyModifiers::SHIFT),
];

/// The keys that terminals send for some chords with ctrl, which cannot be told apart from them.
const SAME_AS: &[(char, &str)] = &[('i', "tab"), ('m', "enter"), ('[', "esc")];

impl Chord {
    /// The chord of an event. `None` for releases, for modifiers alone, for keys that have no name here, and
    /// for chords with modifiers other than ctrl, alt and shift.
    pub fn from_event(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        Self::normal(event.code, event.modifiers)
    }

    /// The event of pressing the chord.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    /// The character that typing this chord inserts.
    pub fn character(self) -> Option<char> {
        match self.code {
            KeyCode::Char(character) if self.modifiers.is_empty() => Some(character),
            _ => None,
        }
    }

    /// Like [`Display`](fmt::Display), but with arrows and the return symbol if `unicode`.
    pub fn label(self, unicode: bool) -> String {
        let symbol = match self.code {
            KeyCode::Up => "↑",
            KeyCode::Down => "↓",
            KeyCode::Left => "←",
            KeyCode::Right => "→",
            KeyCode::Enter => "↵",
            _ => return self.to_string(),
        };
        if unicode { format!("{}{symbol}", self.prefix()) } else { self.to_string() }
    }

    fn normal(code: KeyCode, mut modifiers: KeyModifiers) -> Option<Self> {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        if !known.contains(modifiers) {
            return None;
        }
        let code = match code {
            KeyCode::Char(character) => {
                let shifted = modifiers.contains(KeyModifiers::SHIFT);
                modifiers.remove(KeyModifiers::SHIFT);
                KeyCode::Char(if modifiers.contains(KeyModifiers::CONTROL) {
                    single(character.to_lowercase()).unwrap_or(character)
                } else if shifted {
                    single(character.to_uppercase()).unwrap_or(character)
                } else {
                    character
                })
            }
            KeyCode::BackTab => {
                modifiers.insert(KeyModifiers::SHIFT);
                KeyCode::Tab
            }
            KeyCode::F(_) => code,
            _ if NAMES.iter().any(|(_, named)| *named == code) => code,
            _ => return None,
        };
        Some(Self { code, modifiers })
    }

    fn prefix(self) -> String {
        let held = MODIFIERS.iter().filter(|(_, modifier)| self.modifiers.contains(*modifier));
        held.map(|(name, _)| *name).collect()
    }
}

/// The character, if it is only one: `ß` has no single upper case.
fn single(mut characters: impl Iterator<Item = char>) -> Option<char> {
    let first = characters.next();
    first.filter(|_| characters.next().is_none())
}

impl FromStr for Chord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((found, modifier)) = MODIFIERS.iter().find_map(|(name, modifier)| {
            // `ctrl-` alone has no key.
            let after = rest.strip_prefix(name).filter(|after| !after.is_empty())?;
            Some((after, *modifier))
        }) {
            if modifiers.contains(modifier) {
                return Err(format!("`{text}` names a modifier twice"));
            }
            modifiers.insert(modifier);
            rest = found;
        }
        let code = key(rest).ok_or_else(|| format!("there is no key `{text}`"))?;
        if let KeyCode::Char(character) = code {
            let lone = character.is_control() || character.is_whitespace();
            let shifted = modifiers.contains(KeyModifiers::SHIFT) && !character.is_alphabetic();
            if (lone && character != ' ') || shifted {
                return Err(format!("`{text}` cannot be bound; write the character itself"));
            }
            let same = SAME_AS.iter().find(|(same, _)| character.eq_ignore_ascii_case(same));
            if let Some((_, name)) = same.filter(|_| modifiers.contains(KeyModifiers::CONTROL)) {
                return Err(format!("`{text}` cannot be told from `{name}`"));
            }
        }
        Self::normal(code, modifiers).ok_or_else(|| format!("there is no key `{text}`"))
    }
}

fn key(text: &str) -> Option<KeyCode> {
    if let Some((_, code)) = NAMES.iter().chain(ALIASES).find(|(name, _)| *name == text) {
        return Some(*code);
    }
    if let Some(character) = single(text.chars()) {
        return (character != ' ').then_some(KeyCode::Char(character));
    }
    let number: u8 = text.strip_prefix('f')?.parse().ok()?;
    ((1..=24).contains(&number) && !text.starts_with("f0") && !text.starts_with("f+"))
        .then_some(KeyCode::F(number))
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.prefix())?;
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(character) => write!(f, "{character}"),
            KeyCode::F(number) => write!(f, "f{number}"),
            _ => f.write_str("?"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(code: KeyCode, modifiers: KeyModifiers) -> Option<Chord> {
        Chord::from_event(&KeyEvent::new(code, modifiers))
    }

    #[test]
    fn chords_are_written_as_they_were_read() {
        for text in [
            "q",
            "Q",
            "?",
            "/",
            "-",
            "ctrl--",
            "ctrl-d",
            "ctrl-space",
            "alt-F",
            "alt-enter",
            "tab",
            "shift-tab",
            "space",
            "esc",
            "pgdn",
            "f1",
            "f12",
            "ctrl-alt-shift-left",
            "ä",
            "shift-f3",
        ] {
            assert_eq!(text.parse::<Chord>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn spellings_of_one_chord_are_equal() {
        for (one, other) in [
            ("shift-a", "A"),
            ("ctrl-D", "ctrl-d"),
            ("alt-ctrl-x", "ctrl-alt-x"),
            ("pagedown", "pgdn"),
            ("delete", "del"),
        ] {
            assert_eq!(one.parse::<Chord>(), other.parse::<Chord>(), "{one}");
        }
    }

    #[test]
    fn what_no_terminal_sends_is_refused_by_name() {
        for text in [
            "",
            " ",
            "ctrl-",
            "hyper-x",
            "f0",
            "f01",
            "f+1",
            "f25",
            "qq",
            "shift-?",
            "ctrl-i",
            "ctrl-m",
            "ctrl-ctrl-x",
            "\u{1b}",
            "\t",
            "ctrl-alt",
            "Esc",
        ] {
            let why = text.parse::<Chord>().unwrap_err();
            assert!(why.contains(&format!("`{text}`")), "{why}");
        }
    }

    #[test]
    fn events_become_chords() {
        let shift = KeyModifiers::SHIFT;
        for (code, modifiers, text) in [
            (KeyCode::Char('g'), KeyModifiers::NONE, "g"),
            (KeyCode::Char('G'), shift, "G"),
            (KeyCode::Char('g'), shift, "G"),
            (KeyCode::Char('?'), shift, "?"),
            (KeyCode::Char('D'), KeyModifiers::CONTROL | shift, "ctrl-d"),
            (KeyCode::BackTab, shift, "shift-tab"),
            (KeyCode::BackTab, KeyModifiers::NONE, "shift-tab"),
            (KeyCode::Char(' '), KeyModifiers::NONE, "space"),
        ] {
            assert_eq!(event(code, modifiers).unwrap().to_string(), text);
        }
        assert_eq!(event(KeyCode::Char('q'), KeyModifiers::SUPER), None);
        assert_eq!(event(KeyCode::CapsLock, KeyModifiers::NONE), None);
    }

    #[test]
    fn releases_are_ignored() {
        let (code, modifiers) = (KeyCode::Char('q'), KeyModifiers::NONE);
        let release = KeyEvent::new_with_kind(code, modifiers, KeyEventKind::Release);
        assert_eq!(Chord::from_event(&release), None);
        let repeat = KeyEvent::new_with_kind(code, modifiers, KeyEventKind::Repeat);
        assert_eq!(Chord::from_event(&repeat), Some("q".parse().unwrap()));
    }

    #[test]
    fn labels_use_arrows_only_where_they_can_be_shown() {
        let chord: Chord = "alt-enter".parse().unwrap();
        assert_eq!(chord.label(true), "alt-↵");
        assert_eq!(chord.label(false), "alt-enter");
    }

    proptest! {
        #[test]
        fn every_event_that_has_a_chord_survives_text(
            character in any::<char>().prop_filter("printable", |c| !c.is_control() && !c.is_whitespace()),
            special in 0..NAMES.len(),
            function in 1u8..=24,
            kind in 0..3,
            bits in 0u8..8,
        ) {
            let code = match kind {
                0 => KeyCode::Char(character),
                1 => NAMES[special].1,
                _ => KeyCode::F(function),
            };
            let chord = event(code, KeyModifiers::from_bits_truncate(bits)).unwrap();
            let told = SAME_AS.iter().all(|(same, _)| chord.code != KeyCode::Char(*same));
            if told || !chord.modifiers.contains(KeyModifiers::CONTROL) {
                prop_assert_eq!(chord.to_string().parse(), Ok(chord));
            }
        }
    }
}
