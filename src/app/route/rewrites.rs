//! Records that get another key or another content type.

use crate::index::Change;
use crate::model::{ContentType, Key, LONGEST_KEY, RecordMeta};
use crate::ops::{Outcome, Plan, Rewrite, RewriteKind, words};

use super::super::App;
use super::super::layers::Layer;
use super::super::notice::Notice;
use super::super::question::{Prompt, PromptKind};
use super::{opened, questions, replies};

/// Asks for the key or the content type that the record under the cursor is to have.
pub(in crate::app) fn ask(app: &mut App, kind: PromptKind) {
    let (Some(store), Some(meta)) = (app.keys.store.clone(), app.keys.current()) else { return };
    // What the list has not read yet, the pane beside it may have.
    let shown = app.record.shown.as_ref().and_then(|shown| shown.meta());
    let meta = shown.filter(|shown| shown.key == meta.key).cloned().unwrap_or(meta);
    let Some(key) = meta.key.as_str() else {
        app.notice = Some(Notice::info("this key is not UTF-8: no line can hold it"));
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

/// The key with an end that no other record has.
fn free_key(app: &App, key: &str) -> String {
    let numbered = |at: usize| match at {
        1 => format!("{key}-copy"),
        at => format!("{key}-copy-{at}"),
    };
    let is_free = |key: &String| app.keys.index.find(key.as_bytes()).is_err();
    (1..1000).map(numbered).find(is_free).unwrap_or_else(|| numbered(1))
}

/// Says of the key that is being typed what is in its way.
pub(in crate::app) fn check(app: &mut App) {
    let Some(Layer::Prompt(prompt)) = app.layers.last() else { return };
    let fault = fault(app, prompt);
    let Some(Layer::Prompt(prompt)) = app.layers.last_mut() else { return };
    prompt.fault = fault;
}

fn fault(app: &App, prompt: &Prompt) -> Option<String> {
    let text = prompt.input.text();
    let (store, meta) = prompt.about.as_ref()?;
    let key = Key::from(text);
    let is_own = meta.key == key;
    let is_lost = |key: &Key| app.writes_back(store, key);
    // The copied record stays as it is.
    let changes = prompt.kind != PromptKind::CopyKey;
    if prompt.kind == PromptKind::RecordType {
        return is_lost(&meta.key).then(|| words::WRITTEN_BACK.to_owned());
    }
    if text.is_empty() {
        return Some("a key has at least one character".to_owned());
    }
    if !is_own && app.keys.index.find(text.as_bytes()).is_ok() {
        let why = "there is a record of this key; larder asks before it is overwritten";
        return Some(why.to_owned());
    }
    if (changes && is_lost(&meta.key)) || (!is_own && is_lost(&key)) {
        return Some(words::WRITTEN_BACK.to_owned());
    }
    if is_own {
        return None;
    }
    let (longest, length) = (LONGEST_KEY, text.chars().count());
    match key.odd_character() {
        Some(odd) => Some(format!("Crawlee for JavaScript takes no {odd:?} in a key")),
        None if length > longest => Some(format!(
            "Crawlee for JavaScript takes keys of at most {longest} characters, and this has {length}"
        )),
        None => None,
    }
}

/// Does what was typed, after a question where another record would be overwritten.
pub(in crate::app) fn typed(app: &mut App, prompt: Prompt) {
    let text = prompt.input.text().to_owned();
    let Some((store, meta)) = prompt.about else { return };
    let is_type = prompt.kind == PromptKind::RecordType;
    let same =
        if is_type { meta.content_type.as_str() == text } else { meta.key == text.as_str().into() };
    if text.is_empty() || same {
        app.notice = Some(Notice::info("nothing was changed"));
        return;
    }
    let rewrite = match prompt.kind {
        PromptKind::RecordType => Rewrite::retype(store, meta, ContentType::from(text.as_str())),
        kind => {
            let to = Key::from(text.as_str());
            let found = app.keys.index.find(to.as_bytes()).ok();
            let replaced = found.map(|row| app.keys.index.row(row));
            let kind =
                if kind == PromptKind::CopyKey { RewriteKind::Copy } else { RewriteKind::Rename };
            Rewrite { replaced, ..Rewrite::under(kind, store, meta, to) }
        }
    };
    let is_over = rewrite.replaced.is_some();
    let plan = Plan::rewrite(rewrite).undoable(false);
    // What cannot be undone is told before.
    let asks = is_over || words::for_good(&plan).is_some();
    if asks {
        questions::ask(app, plan);
    } else {
        ctx!(app).send(plan);
    }
}

/// A record was renamed, copied, or given another content type: the cursor goes to where it is now.
pub(in crate::app) fn done(app: &mut App, it: &Rewrite, outcome: &Outcome) {
    if app.keys.store.as_ref() != Some(&it.to_store) {
        return;
    }
    let meta = match &it.kind {
        RewriteKind::Retype(content_type) => {
            RecordMeta { content_type: content_type.clone(), ..it.record.clone() }
        }
        RewriteKind::Rename | RewriteKind::Copy => {
            RecordMeta { key: it.to.clone(), ..it.record.clone() }
        }
    };
    let meta = outcome.meta.clone().unwrap_or(meta);
    let mut changes = vec![Change::Set(meta)];
    if it.kind == RewriteKind::Rename {
        changes.push(Change::Remove(it.record.key.clone()));
        if app.keys.marks.keys.remove(&it.record.key) {
            app.keys.marks.keys.insert(it.to.clone());
        }
    }
    // Whoever has gone on to another record meanwhile stays there.
    if app.keys.current().is_some_and(|meta| meta.key == it.record.key) {
        app.keys.hold(it.to.clone());
    }
    replies::change_list(app, changes);
    let wanted = app.record.wanted.as_ref();
    if wanted.is_some_and(|(of, key)| *of == it.store && (*key == it.to || *key == it.record.key)) {
        opened::reload_record(app);
    }
    replies::after_change(app, &it.store);
}
