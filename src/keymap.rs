//! The table of keys and their actions, which dispatch, footer and help all read.
//!
//! The table is `assets/keymap.toml`, embedded; the user's `[keys.CONTEXT]` tables replace the
//! chords of the actions they name.

mod action;
mod chord;
mod meaning;

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;
use toml::Spanned;

pub use action::{Action, Context};
pub use chord::Chord;

const DEFAULTS: &str = include_str!("../assets/keymap.toml");

/// Actions that lead out of a context. In a dialog that has one of them, every keymap must give it a chord.
const WAYS_OUT: [Action; 3] = [Action::Cancel, Action::Close, Action::ConfirmNo];

/// The chords of every context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMap {
    /// The tables, one for each of [`Context::ALL`], in that order.
    tables: Vec<ContextTable>,
    /// Whether sentences spell keys in ASCII, for terminals that show nothing else.
    ascii: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct ContextTable {
    /// The actions with their chords, in the order of the file.
    bindings: Vec<(Action, Vec<Chord>)>,
    footer: Vec<Action>,
}

/// The embedded file: its contexts, and next to them the choice of the footer. The spans tell the order of
/// the actions.
type File = BTreeMap<String, BTreeMap<String, Spanned<Vec<String>>>>;

impl Default for KeyMap {
    fn default() -> Self {
        // A test checks that the embedded file is sound; no input reaches this.
        Self::embedded().unwrap_or_else(|why| unreachable!("the embedded keymap: {why}"))
    }
}

impl KeyMap {
    /// The built-in keys, with the chords that the user's tables replace: a table for each context, in which
    /// an action has a chord or an array of them (`[]`: no key does it).
    ///
    /// # Errors
    /// A sentence that names what is wrong: an unknown context or chord, an action that the context does not
    /// have, a chord with two meanings, a plain character where text is typed, or no key to get out.
    pub fn with_overrides(overrides: &toml::Table) -> Result<Self, String> {
        let mut map = Self::default();
        for (name, actions) in overrides {
            let context: Context = name.parse().map_err(|why| {
                format!("{why} in [keys]; there are {}", names(Context::ALL.iter().copied()))
            })?;
            let Some(actions) = actions.as_table() else {
                return Err(format!("[keys] {name} must be a table: [keys.{name}]"));
            };
            let table = &mut map.tables[context as usize];
            for (name, chords) in actions {
                let found = table.bindings.iter_mut().find(|(action, _)| action.name() == name);
                let Some((action, bound)) = found else {
                    let known = names(table.bindings.iter().map(|(action, _)| *action));
                    return Err(format!(
                        "there is no action `{name}` in [keys.{context}]; there are {known}"
                    ));
                };
                *bound =
                    chords_of(chords).map_err(|why| format!("[keys.{context}] {action}: {why}"))?;
            }
        }
        map.checked()
    }

    /// The action of a key. The context's own chords take precedence over the global ones; where text is
    /// typed or a dialog is in front, plain characters are not looked up among the latter.
    pub fn lookup(&self, context: Context, event: &KeyEvent) -> Option<Action> {
        let chord = Chord::from_event(event)?;
        if let Some(action) = self.bound(context, chord) {
            return Some(action);
        }
        if context.is_in_front() && chord.character().is_some() {
            return None;
        }
        self.bound(Context::Global, chord)
    }

    /// The chords of an action in a context; none if the context does not have the action.
    pub fn chords(&self, context: Context, action: Action) -> &[Chord] {
        let mut entries = self.entries(context);
        entries.find(|(known, _)| *known == action).map_or(&[], |(_, chords)| chords)
    }

    /// The actions and their chords in a context, in the order of the help; the global ones only under
    /// [`Context::Global`].
    pub fn entries(&self, context: Context) -> impl Iterator<Item = (Action, &[Chord])> {
        self.table(context).bindings.iter().map(|(action, chords)| (*action, chords.as_slice()))
    }

    /// The actions that the footer names in a context, from the most to the least useful.
    pub fn footer(&self, context: Context) -> &[Action] {
        &self.table(context).footer
    }

    /// The first chord of an action in a context, its own or a global one that is valid there.
    pub fn chord(&self, context: Context, action: Action) -> Option<Chord> {
        let own = self.chords(context, action).first();
        let plain = |chord: &&Chord| context.is_in_front() && chord.character().is_some();
        let global = || self.chords(Context::Global, action).iter().find(|chord| !plain(chord));
        own.or_else(global).copied()
    }

    /// The same where text is typed, so that letters have no actions.
    pub fn chord_beside_text(&self, context: Context, action: Action) -> Option<Chord> {
        let mut chords = self.chords(context, action).iter();
        chords.find(|chord| chord.character().is_none()).copied()
    }

    /// A key and its effect for a sentence, like `r reads on`; `None` if no key does it.
    pub fn says(&self, context: Context, action: Action, does: &str) -> Option<String> {
        Some(format!("{} {does}", self.named(self.chord(context, action)?)))
    }

    /// A key, as the footer spells it: with arrows if the terminal shows them.
    pub fn named(&self, chord: Chord) -> String {
        chord.label(!self.ascii)
    }

    /// Sets whether sentences spell keys in ASCII.
    #[must_use]
    pub fn spelled_in_ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }

    fn table(&self, context: Context) -> &ContextTable {
        &self.tables[context as usize]
    }

    fn bound(&self, context: Context, chord: Chord) -> Option<Action> {
        self.entries(context).find(|(_, chords)| chords.contains(&chord)).map(|(action, _)| action)
    }

    fn embedded() -> Result<Self, String> {
        let mut file: File = toml::from_str(DEFAULTS).map_err(|why| why.to_string())?;
        let footer = file.remove("footer").unwrap_or_default();
        let mut tables = vec![ContextTable::default(); Context::ALL.len()];
        for (name, actions) in file {
            let context: Context = name.parse()?;
            let mut actions: Vec<_> = actions.into_iter().collect();
            actions.sort_unstable_by_key(|(_, chords)| chords.span().start);
            for (action, chords) in actions {
                let chords = chords.get_ref().iter().map(|text| text.parse());
                let binding = (action.parse()?, chords.collect::<Result<_, _>>()?);
                tables[context as usize].bindings.push(binding);
            }
        }
        for (name, actions) in footer {
            let context: Context = name.parse()?;
            let actions = actions.get_ref().iter().map(|action| action.parse());
            tables[context as usize].footer = actions.collect::<Result<_, _>>()?;
        }
        Self { tables, ascii: false }.checked()
    }

    fn checked(self) -> Result<Self, String> {
        for &context in Context::ALL {
            let mut seen: Vec<(Chord, Action)> = Vec::new();
            for (action, chords) in self.entries(context) {
                for &chord in chords {
                    if let Some((_, other)) = seen.iter().find(|(known, _)| *known == chord) {
                        return Err(format!(
                            "[keys.{context}] `{chord}` is bound to {other} and to {action}; \
                             give one of them another chord, or none: []"
                        ));
                    }
                    if context.takes_text() && chord.character().is_some() {
                        return Err(format!(
                            "[keys.{context}] {action}: `{chord}` is typed there and cannot be \
                             bound; use ctrl, alt or a function key"
                        ));
                    }
                    seen.push((chord, action));
                }
            }
        }
        for &context in Context::ALL {
            for (action, chords) in self.entries(context) {
                let needed = WAYS_OUT.contains(&action) && context.is_in_front()
                    || (context, action) == (Context::Global, Action::Quit);
                if needed && chords.is_empty() {
                    return Err(format!("[keys.{context}] {action} needs a key"));
                }
            }
        }
        let quit = self.chords(Context::Global, Action::Quit);
        for context in [Context::Stores, Context::Keys, Context::Record] {
            // A pane's own keys take precedence over the global ones.
            if quit.iter().all(|chord| self.bound(context, *chord).is_some()) {
                return Err(format!(
                    "[keys.{context}] leaves no key to quit with; give quit another one in \
                     [keys.global]"
                ));
            }
        }
        Ok(self)
    }
}

fn chords_of(value: &toml::Value) -> Result<Vec<Chord>, String> {
    let one = std::slice::from_ref(value);
    let items = value.as_array().map_or(one, Vec::as_slice);
    let chord = |item: &toml::Value| match item.as_str() {
        Some(text) => text.parse(),
        None => Err(format!("`{item}` is not a chord; write it as \"ctrl-d\"")),
    };
    items.iter().map(chord).collect()
}

fn names(all: impl Iterator<Item = impl ToString>) -> String {
    all.map(|one| one.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn overrides(text: &str) -> Result<KeyMap, String> {
        KeyMap::with_overrides(&text.parse().unwrap())
    }

    fn press(map: &KeyMap, context: Context, key: char) -> Option<Action> {
        map.lookup(context, &KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE))
    }

    fn ctrl(map: &KeyMap, context: Context, key: char) -> Option<Action> {
        map.lookup(context, &KeyEvent::new(KeyCode::Char(key), KeyModifiers::CONTROL))
    }

    #[test]
    fn the_embedded_keymap_is_sound() {
        let map = KeyMap::embedded().unwrap();
        for context in Context::ALL {
            assert!(map.entries(*context).count() > 0, "{context}");
            // Every hint of the footer has a key.
            let footer = map.footer(*context).iter();
            let unbound = footer.filter(|action| map.chord(*context, **action).is_none());
            assert_eq!(unbound.collect::<Vec<_>>(), [&Action::Quit; 0], "{context}");
            let leads_out = |action: &Action| !map.chords(*context, *action).is_empty();
            assert_eq!(WAYS_OUT.iter().any(leads_out), context.is_in_front(), "{context}");
        }
    }

    #[test]
    fn every_action_can_be_reached() {
        let map = KeyMap::default();
        for action in Action::ALL {
            assert!(
                Context::ALL.iter().any(|context| !map.chords(*context, *action).is_empty()),
                "{action}"
            );
        }
    }

    #[test]
    fn the_help_keeps_the_order_of_the_file() {
        let map = KeyMap::default();
        let actions: Vec<_> = map.entries(Context::Editor).map(|(action, _)| action).collect();
        assert_eq!(actions[..4], [Action::Save, Action::Stage, Action::SaveAsText, Action::Cancel]);
    }

    #[test]
    fn a_context_goes_before_the_global_keys() {
        let map = KeyMap::default();
        assert_eq!(ctrl(&map, Context::Keys, 'z'), Some(Action::Suspend));
        assert_eq!(ctrl(&map, Context::Editor, 'z'), Some(Action::Undo));
        assert_eq!(press(&map, Context::Keys, 'q'), Some(Action::Quit));
        assert_eq!(press(&map, Context::Help, 'q'), Some(Action::Close));
    }

    #[test]
    fn typing_never_acts_on_the_panes_behind() {
        let map = KeyMap::default();
        for &context in Context::ALL.iter().filter(|context| context.is_in_front()) {
            for key in ['r', 'M'] {
                // The dialog has its own action: it reads its content again.
                let reads = matches!(context, Context::Staged | Context::Contents);
                let own = reads && key == 'r';
                let expected = own.then_some(Action::Refresh);
                assert_eq!(press(&map, context, key), expected, "{key} in {context}");
            }
            assert_eq!(ctrl(&map, context, 'c'), Some(Action::Quit));
        }
        for key in (' '..='~').chain(['ä']) {
            assert_eq!(press(&map, Context::Editor, key), None, "{key}");
            assert_eq!(press(&map, Context::Prompt, key), None, "{key}");
        }
    }

    #[test]
    fn sentences_spell_keys_as_the_footer_does() {
        let map = KeyMap::default();
        let says = |map: &KeyMap| map.says(Context::Keys, Action::Left, "goes back");
        assert_eq!(says(&map).unwrap(), "← goes back");
        assert_eq!(says(&map.spelled_in_ascii(true)).unwrap(), "left goes back");
    }

    #[test]
    fn the_user_replaces_the_chords_of_single_actions() {
        let map =
            overrides("[record]\nwrap = ['W', 'f2']\nfetch = []\n[keys]\nsort = 'b'").unwrap();
        assert_eq!(press(&map, Context::Record, 'W'), Some(Action::Wrap));
        assert_eq!(press(&map, Context::Record, 'z'), None);
        assert_eq!(press(&map, Context::Record, 'f'), None);
        assert_eq!(press(&map, Context::Keys, 'b'), Some(Action::Sort));
        assert_eq!(press(&map, Context::Keys, 'd'), Some(Action::Delete));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("[kitchen]\nquit = 'x'", "`kitchen`"),
            ("keys = 'x'", "[keys.keys]"),
            ("[keys]\nfly = 'x'", "`fly` in [keys.keys]"),
            ("[keys]\nnew_store = 'x'", "`new_store` in [keys.keys]"),
            ("[keys]\nsort = 'ctrl-'", "[keys.keys] sort: there is no key `ctrl-`"),
            ("[keys]\nsort = 3", "`3`"),
            ("[keys]\nsort = 'd'", "`d` is bound to sort and to delete"),
            ("[keys]\nsort = ['b', 'b']", "`b` is bound to sort and to sort"),
            ("[editor]\nsave = 's'", "`s` is typed"),
            ("[global]\nquit = []", "[keys.global] quit needs a key"),
            ("[merge]\nclose = []", "[keys.merge] close needs a key"),
            ("[editor]\ncancel = []", "[keys.editor] cancel needs a key"),
            ("[stores]\nup = ['q', 'ctrl-c']", "no key to quit"),
        ] {
            let why = overrides(text).unwrap_err();
            assert!(why.contains(named), "{text}: {why}");
        }
    }

    #[test]
    fn a_freed_chord_can_be_taken() {
        let map = overrides("[keys]\nsort = 'd'\ndelete = 'del'").unwrap();
        assert_eq!(press(&map, Context::Keys, 'd'), Some(Action::Sort));
    }
}
