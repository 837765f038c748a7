//! `drafts`: drafts of what was typed and not stored. Connects to nothing.

use std::path::Path;

use bytes::Bytes;
use serde_json::{Map, json};

use super::arguments::DraftsCommand;
use super::exit::{DONE, ExitResult};
use super::input::not_written;
use super::output::Output;
use super::unknown::beginning;
use super::{json, messages};
use crate::config::state_folder;
use crate::drafts::{Drafts, Entry};
use crate::edit::draft::DraftId;
use crate::model::{Error, ErrorKind, Timestamp, in_words};
use crate::outfile;
use crate::text;
use crate::text::{Visible, visible};

/// The remedy for a name that is not one draft's.
const LIST: &str = "`larder drafts` lists them";
const HEADS: [&str; 6] = ["draft", "typed", "size", "store", "key", "target"];

/// `drafts`.
pub(super) fn run(what: Option<&DraftsCommand>, output: &mut Output) -> ExitResult {
    let none = || Error::new(ErrorKind::Io, "no state folder to keep drafts in");
    let drafts = Drafts::of(&state_folder().ok_or_else(none)?);
    match what {
        None | Some(DraftsCommand::List) => list(&drafts, output),
        Some(DraftsCommand::Show { draft }) => print(&drafts, draft, output),
        Some(DraftsCommand::Export { draft, file }) if file == Path::new("-") => {
            print(&drafts, draft, output)
        }
        Some(DraftsCommand::Export { draft, file }) => {
            let typed = typed(&drafts, draft)?;
            outfile::write(file, &typed, true).map_err(|why| not_written(file, &why))?;
            let size = text::size(typed.len() as u64);
            messages::tell(&format!("saved {size} to {}", file.display()));
            Ok(DONE)
        }
        Some(DraftsCommand::Remove { drafts: named }) => {
            let known = drafts.list();
            // All names are checked before the first draft is removed.
            let ids: Vec<_> =
                named.iter().map(|name| known_id(&known, name)).collect::<Result<_, _>>()?;
            for id in &ids {
                drafts.remove(id).map_err(|why| {
                    let problem = format!("{} cannot be removed: {}", id.as_str(), in_words(&why));
                    Error::new(ErrorKind::Io, problem)
                })?;
            }
            messages::tell(&format!("removed {}", text::plural(ids.len() as u64, "draft")));
            Ok(DONE)
        }
    }
}

/// Prints a draft's text; on a terminal only if it is text, made visible.
fn print(drafts: &Drafts, draft: &str, output: &mut Output) -> ExitResult {
    let typed = typed(drafts, draft)?;
    if !output.terminal {
        output.raw(&typed)?;
        return Ok(DONE);
    }
    let Ok(text) = std::str::from_utf8(&typed) else {
        let problem = "bytes, which a terminal cannot show";
        let hint = format!("save it: larder drafts export {draft} FILE");
        return Err(Error::new(ErrorKind::NotSupported, problem).hint(hint).into());
    };
    output.text(text)?;
    Ok(DONE)
}

fn list(drafts: &Drafts, output: &mut Output) -> ExitResult {
    let entries = drafts.list();
    if output.json {
        for entry in &entries {
            output.json_line(&as_json(entry).into())?;
        }
        return Ok(DONE);
    }
    // A script would take the sentence for a draft.
    if entries.is_empty() && output.terminal {
        output.line(&[visible("nothing is typed that is not stored")])?;
        return Ok(DONE);
    }
    let now = Timestamp::now();
    let rows: Vec<_> = entries.iter().map(|entry| row(entry, now)).collect();
    output.table(&HEADS, &rows)?;
    Ok(DONE)
}

fn row(Entry { id, head, size }: &Entry, now: Timestamp) -> Vec<Visible<'static>> {
    let own = |text: &str| visible(text).into_static();
    let (id, size) = (own(id.as_str()), own(&text::size(*size)));
    match head {
        Ok(head) => {
            let age = text::ago(head.at.micros(), now.micros());
            let key = match (head.is_new, head.key.escaped()) {
                (true, key) if key.is_empty() => "(new)".to_owned(),
                (true, key) => format!("{key} (new)"),
                (false, key) => key,
            };
            let key = if head.staged { format!("{key} (staged)") } else { key };
            let key = match &head.inner {
                Some(inner) if !inner.path.is_empty() => format!("{key} · {}", inner.path),
                _ => key,
            };
            let key = match &head.leaf {
                Some(leaf) => format!("{key} · {}", leaf.path),
                None => key,
            };
            vec![id, own(&age), size, own(&head.store.escaped()), own(&key), own(&head.target)]
        }
        Err(why) => vec![id, own(""), size, own(""), own(""), own(&format!("! {why}"))],
    }
}

fn as_json(Entry { id, head, size }: &Entry) -> Map<String, serde_json::Value> {
    let mut map = Map::new();
    map.insert("draft".into(), json!(id.as_str()));
    map.insert("bytes".into(), json!(size));
    match head {
        Ok(head) => {
            map.insert("target".into(), json!(head.target));
            json::put_text(&mut map, "store", head.store.as_bytes());
            json::put_text(&mut map, "key", head.key.as_bytes());
            map.insert("new".into(), json!(head.is_new));
            map.insert("content_type".into(), json!(head.content_type.as_str()));
            if head.staged {
                map.insert("staged".into(), json!(true));
            }
            if let Some(inner) = &head.inner {
                map.insert("inside".into(), json!(inner.path));
            }
            if let Some(leaf) = &head.leaf {
                map.insert("value".into(), json!(leaf.path));
                map.insert("change".into(), json!(leaf.edit.name()));
            }
            map.insert("place".into(), json!(head.place));
            map.insert("typed_at".into(), json!(head.at.to_string()));
        }
        Err(why) => drop(map.insert("problem".into(), json!(why))),
    }
    map
}

/// The id of the draft of this name, or of the only one that begins so.
fn known_id(known: &[Entry], name: &str) -> Result<DraftId, Error> {
    let ids: Vec<&str> = known.iter().map(|entry| entry.id.as_str()).collect();
    let none = || Error::new(ErrorKind::NotFound, format!("there is no draft `{name}`")).hint(LIST);
    let id = beginning(name, &ids).map_err(|several| several.hint(LIST))?;
    id.and_then(DraftId::parse).ok_or_else(none)
}

/// What was typed in a draft. Where the value in which it was typed is lost, it is what there is, which is said.
fn typed(drafts: &Drafts, name: &str) -> Result<Bytes, Error> {
    let id = known_id(&drafts.list(), name)?;
    match (drafts.read(&id), drafts.typed_alone(&id)) {
        (Ok(draft), _) => Ok(draft.typed()),
        (Err(why), Some(typed)) => {
            messages::say(&format!("{why}: only what was typed is given, place by place"));
            Ok(typed)
        }
        (Err(why), None) => Err(Error::new(ErrorKind::Damaged, why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Failure;
    use crate::drafts::tests::draft;
    use crate::model::Key;

    #[test]
    fn a_draft_is_named_by_what_only_its_name_begins_with() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        let (one, mut other) = (draft("k", b"one"), draft("k", b"other"));
        other.head.process = 2;
        let mut third = draft("", b"third");
        third.head.key = Key::from("another key");
        for draft in [&one, &other, &third] {
            drafts.keep(draft).unwrap();
        }
        let text = |name: &str| super::typed(&drafts, name);
        let id = third.head.id();
        assert_eq!(text(&id.as_str()[..6]).unwrap(), "third");
        assert_eq!(text(other.head.id().as_str()).unwrap(), "other");
        // The drafts of one record begin alike.
        let several = text(&one.head.id().as_str()[..16]).unwrap_err().to_string();
        assert!(several.contains("is the beginning of 2 names"), "{several}");
        for none in ["", "nothing", &id.as_str()[1..]] {
            assert_eq!(text(none).unwrap_err().kind, ErrorKind::NotFound, "{none}");
        }
    }

    #[test]
    fn a_terminal_gets_no_bytes_of_a_draft() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        let typed = draft("k", b"\xff\x1b]0;title\x07");
        drafts.keep(&typed).unwrap();
        let mut output = Output::new(false);
        output.terminal = true;
        let refused = print(&drafts, typed.head.id().as_str(), &mut output);
        let Err(Failure::Error(why)) = refused else { panic!("printed") };
        assert_eq!(why.kind, ErrorKind::NotSupported);
        assert!(why.to_string().contains("save it: larder drafts export"), "{why}");
    }
}
