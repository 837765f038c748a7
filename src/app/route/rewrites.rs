//! Records that get another key or another content type.

use crate::index::Change;
use crate::model::{ContentType, Key, RecordMeta};
use crate::ops::{Outcome, Plan, Rewrite, RewriteKind, words};

use super::super::App;
use super::super::notice::Notice;
use super::super::question::{Prompt, PromptKind};
use super::{key_line, opened, questions, replies};

/// Changes the record as was typed, after a question where another record would be overwritten.
pub(in crate::app) fn typed(app: &mut App, prompt: Prompt) {
    let text = prompt.input.text().to_owned();
    let replaced = key_line::in_the_way(app, &prompt, &Key::from(text.as_str()));
    let Prompt { about: Some((store, meta)), to_store, .. } = prompt else { return };
    let is_type = prompt.kind == PromptKind::RecordType;
    let same =
        if is_type { meta.content_type.as_str() == text } else { meta.key == text.as_str().into() };
    let same = same && to_store.is_none();
    if text.is_empty() || same {
        app.notice = Some(Notice::info("nothing was changed"));
        return;
    }
    let rewrite = match prompt.kind {
        PromptKind::RecordType => Rewrite::retype(store, meta, ContentType::from(text.as_str())),
        kind => {
            let to = Key::from(text.as_str());
            let kind =
                if kind == PromptKind::CopyKey { RewriteKind::Copy } else { RewriteKind::Rename };
            let to_store = to_store.unwrap_or_else(|| store.clone());
            Rewrite { to_store, replaced, ..Rewrite::under(kind, store, meta, to) }
        }
    };
    let is_over = rewrite.replaced.is_some();
    let plan = Plan::rewrite(rewrite).undoable(false);
    // A change that cannot be undone is asked about.
    let asks = is_over || words::for_good(&plan).is_some();
    if asks {
        questions::ask(app, plan);
    } else {
        ctx!(app).send(plan);
    }
}

/// Takes note that a record was renamed, copied, or given another content type: the cursor goes to its new
/// place.
pub(in crate::app) fn done(app: &mut App, it: &Rewrite, outcome: &Outcome) {
    if app.keys.store.as_ref() != Some(&it.to_store) {
        return replies::after_change(app, &it.to_store);
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
    // If the user has gone on to another record meanwhile, the cursor stays there.
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
