//! The sentences about a record that gets another key or another content type.

use crate::model::{Error, Key, RecordMeta, RecordRewrite};
use crate::text::size;

use super::super::rewrite::{Rewrite, RewriteKind};

/// The title of the dialog.
pub(super) fn title(it: &Rewrite) -> &'static str {
    match it.kind {
        _ if it.replaced.is_some() => "Overwrite the record",
        RewriteKind::Rename => "Rename the record",
        RewriteKind::Copy => "Copy the record",
        RewriteKind::Retype(_) => "Change the content type",
    }
}

/// The word on its button.
pub(super) fn verb(it: &Rewrite) -> &'static str {
    match it.kind {
        _ if it.replaced.is_some() => "overwrite",
        RewriteKind::Rename => "rename",
        RewriteKind::Copy => "copy",
        RewriteKind::Retype(_) => "retype",
    }
}

/// The sentence that it is under way.
pub(super) fn doing(it: &Rewrite) -> String {
    rewritten(it, ["renaming", "copying", "retyping"])
}

/// The sentence that it is done.
pub(super) fn done(it: &Rewrite) -> String {
    rewritten(it, ["renamed", "copied", "retyped"])
}

/// The sentence that the wanted state is there, after a write whose answer was lost.
pub(super) fn as_wanted(it: &RecordRewrite) -> &'static str {
    match it.removes {
        _ if it.is_in_place() => "the record has this content type now",
        true => "the record has its new key now",
        false => "the copy is there",
    }
}

/// The sentence on what is written anew, and how.
fn rewritten(it: &Rewrite, [rename, copy, retype]: [&str; 3]) -> String {
    let (from, to) = (it.record.key.named(), it.to.named());
    match &it.kind {
        RewriteKind::Rename => format!("{rename} {from} to {to}"),
        RewriteKind::Copy if it.store != it.to_store => {
            format!("{copy} {from} to {to} in {}", it.to_store)
        }
        RewriteKind::Copy => format!("{copy} {from} to {to}"),
        RewriteKind::Retype(content_type) => {
            format!("{retype} {from} as {content_type}")
        }
    }
}

/// What it would do, line by line.
pub(super) fn lines(it: &Rewrite) -> Vec<String> {
    let described = |meta: &RecordMeta| {
        let kind = meta.content_type.as_str();
        let kind = if kind.is_empty() { "no content type" } else { kind };
        format!("{}, {kind}", size(meta.size))
    };
    let mut lines = vec![match &it.kind {
        RewriteKind::Retype(content_type) => {
            format!("{}: {} → {content_type}", it.record.key, it.record.content_type)
        }
        _ if it.store != it.to_store => {
            let (from, to) = (&it.record.key, &it.to);
            format!("{from} → {to} in {}: {}", it.to_store, described(&it.record))
        }
        _ => format!("{} → {}: {}", it.record.key, it.to, described(&it.record)),
    }];
    if let Some(replaced) = &it.replaced {
        lines.push(format!("Overwrites {}: {}", it.to, described(replaced)));
    }
    lines
}

/// The error that the first of two linked changes is made, and the second is not, or not known to be.
pub(in crate::ops) fn half_made(first: &Key, second: &Key, error: Error) -> Error {
    let problem = format!("{first} is written, {second} is not removed: {}", error.problem);
    Error { problem, ..error }.hint("look at both, and delete one")
}
