//! The line in which a record's new key or content type is typed: its first text, its store, and the record
//! in its way.

use crate::model::{ContentType, Key, LONGEST_KEY, RecordMeta, StoreName};
use crate::ops::words;
use crate::preview;

use super::super::App;
use super::super::event::Slot;
use super::super::input::LineInput;
use super::super::layers::{Layer, Palette};
use super::super::load::Load;
use super::super::notice::Notice;
use super::super::question::{Prompt, PromptKind};

/// Width from which the border has room for the whole reason why a change would not last, in columns.
const ROOMY: u16 = 86;

/// Limit on a value that is checked while a content type is typed, in bytes: the check takes well under a
/// millisecond.
const LOOKED_AT: usize = 64 << 10;

/// Asks for the new key or content type of the record under the cursor.
pub(in crate::app) fn ask(app: &mut App, kind: PromptKind) {
    let (Some(store), Some(meta)) = (app.keys.store.clone(), app.keys.current()) else { return };
    // The pane beside the list may have read metadata that the list has not.
    let shown = app.record.shown.as_ref().and_then(|shown| shown.meta());
    let meta = shown.filter(|shown| shown.key == meta.key).cloned().unwrap_or(meta);
    let Some(key) = meta.key.as_str() else {
        app.notice = Some(Notice::info("key not UTF-8: no line can hold it"));
        return;
    };
    let text = match kind {
        PromptKind::CopyKey => free_key(app, key),
        PromptKind::RecordType => meta.content_type.as_str().to_owned(),
        _ => key.to_owned(),
    };
    let prompt = Prompt { about: Some((store, meta)), ..Prompt::new(kind, &text) };
    app.layers.push(Layer::Prompt(Box::new(prompt)));
    check(app);
}

/// The key, with an ending that no other record's key has.
fn free_key(app: &App, key: &str) -> String {
    let numbered = |at: usize| match at {
        1 => format!("{key}-copy"),
        at => format!("{key}-copy-{at}"),
    };
    let is_free = |key: &String| app.keys.index.find(key.as_bytes()).is_err();
    (1..1000).map(numbered).find(is_free).unwrap_or_else(|| numbered(1))
}

/// Lists the stores that may get the copy.
pub(in crate::app) fn choose_store(app: &mut App) {
    let Some(Layer::Prompt(prompt)) = app.layers.last() else { return };
    if let Some((own, _)) = prompt.about.clone() {
        let stores = Palette::of_stores(app, &own);
        app.layers.push(Layer::Palette(Box::new(stores)));
    }
}

/// Takes the store that was chosen for the copy.
pub(in crate::app) fn into(app: &mut App, store: StoreName) {
    let Some(Layer::Prompt(prompt)) = app.layers.last() else { return };
    let Some((own, meta)) = prompt.about.as_ref().filter(|_| prompt.kind == PromptKind::CopyKey)
    else {
        return;
    };
    let key = meta.key.as_str().unwrap_or_default().to_owned();
    let (other, free) = ((store != *own).then_some(store), free_key(app, &key));
    // A proposed key that was not changed is proposed anew for the store.
    let typed = prompt.input.text();
    let proposed = if other.is_some() { key.clone() } else { free.clone() };
    let input = [key.as_str(), free.as_str()].contains(&typed).then(|| LineInput::new(&proposed));
    if let Some(Layer::Prompt(prompt)) = app.layers.last_mut() {
        (prompt.to_store, prompt.there) = (other, None);
        prompt.input = input.unwrap_or_else(|| prompt.input.clone());
    }
    check(app);
}

/// Says what is in the way of the key that is being typed. The record which another store has under it is
/// read.
pub(in crate::app) fn check(app: &mut App) {
    let Some(Layer::Prompt(prompt)) = app.layers.last() else { return };
    let fault = fault(app, prompt);
    let key = Key::from(prompt.input.text());
    let is_known = prompt.there.as_ref().is_some_and(|(of, _)| *of == key);
    if let Some(store) = prompt.to_store.clone().filter(|_| !is_known) {
        app.out.read(Slot::Theirs, Load::Meta { store, key });
    }
    let Some(Layer::Prompt(prompt)) = app.layers.last_mut() else { return };
    prompt.fault = fault;
    if !is_known {
        prompt.there = None;
    }
}

/// Takes the record that another store has under a key; the line for which it was read shows it.
pub(in crate::app) fn there(app: &mut App, store: &StoreName, key: Key, meta: Option<RecordMeta>) {
    let Some(Layer::Prompt(prompt)) = app.layers.last_mut() else { return };
    if prompt.to_store.as_ref() == Some(store) {
        prompt.there = Some((key, meta));
        check(app);
    }
}

/// The record that a line would write over: in its own store, or in the other one as far as that was read.
pub(super) fn in_the_way(app: &App, prompt: &Prompt, key: &Key) -> Option<RecordMeta> {
    match (&prompt.to_store, &prompt.there) {
        (None, _) => {
            let row = app.keys.index.find(key.as_bytes()).ok()?;
            Some(app.keys.index.row(row))
        }
        (Some(_), Some((of, Some(meta)))) if of == key => {
            Some(RecordMeta { key: key.clone(), ..meta.clone() })
        }
        (Some(_), _) => None,
    }
}

fn fault(app: &App, prompt: &Prompt) -> Option<String> {
    let text = prompt.input.text();
    let (store, meta) = prompt.about.as_ref()?;
    let key = Key::from(text);
    let is_own = meta.key == key && prompt.to_store.is_none();
    let is_lost = |key: &Key| app.writes_back(prompt.to_store.as_ref().unwrap_or(store), key);
    // The copied record itself stays as it is.
    let changes = prompt.kind != PromptKind::CopyKey;
    if prompt.kind == PromptKind::RecordType {
        return is_lost(&meta.key)
            .then(|| not_lasting(app, words::WRITTEN_BACK))
            .or_else(|| unread(app, meta, text));
    }
    if text.is_empty() {
        return Some("a key has at least one character".to_owned());
    }
    if !is_own && in_the_way(app, prompt, &key).is_some() {
        return Some("key taken · you are asked first".to_owned());
    }
    if changes && is_lost(&meta.key) {
        return Some(not_lasting(app, words::WRITTEN_AGAIN));
    }
    if !is_own && is_lost(&key) {
        return Some(not_lasting(app, words::WRITTEN_BACK));
    }
    if is_own {
        return None;
    }
    let (longest, length) = (LONGEST_KEY, text.chars().count());
    match key.odd_character() {
        Some(odd) => Some(format!("Crawlee for JS: no {odd:?} in a key")),
        None if length > longest => {
            Some(format!("Crawlee for JS: {longest} characters, not {length}"))
        }
        None => None,
    }
}

/// Why Crawlee would not read the record under this content type, if its value is at hand.
fn unread(app: &App, meta: &RecordMeta, content_type: &str) -> Option<String> {
    let record = app.record.record().filter(|record| record.meta.key == meta.key)?;
    let is_other = meta.content_type.as_str() != content_type;
    let value = (is_other && record.value.len() <= LOOKED_AT).then_some(&record.value)?;
    preview::why_none(value, &ContentType::from(content_type)).map(str::to_owned)
}

/// A warning that a change would not last, in its long form or a short one, as the border has room.
fn not_lasting(app: &App, long: &str) -> String {
    let words = if app.size.0 >= ROOMY { long } else { words::WRITTEN_BACK_SHORT };
    words.to_owned()
}
