//! `drafts`: what was typed and not stored. Connects to nothing.

use serde_json::{Map, json};

use super::arguments::DraftsCommand;
use super::exit::{DONE, ExitResult};
use super::json;
use super::output::Output;
use crate::config::state_folder;
use crate::drafts::{Drafts, Entry};
use crate::edit::draft::{Draft, DraftId};
use crate::model::{Error, ErrorKind, Timestamp};
use crate::outfile;
use crate::text;
use crate::text::{Visible, visible};

const HEADS: [&str; 6] = ["draft", "typed", "size", "store", "key", "target"];

/// `drafts`.
pub(super) fn run(what: Option<&DraftsCommand>, output: &mut Output) -> ExitResult {
    let none = || Error::new(ErrorKind::Io, "there is no state folder to keep drafts in");
    let drafts = Drafts::of(&state_folder().ok_or_else(none)?);
    match what {
        None | Some(DraftsCommand::List) => list(&drafts, output),
        Some(DraftsCommand::Show { draft }) => {
            let text = read(&drafts, draft)?.typed();
            match std::str::from_utf8(&text) {
                Ok(text) if output.terminal => output.text(text)?,
                _ => output.raw(&text)?,
            }
            Ok(DONE)
        }
        Some(DraftsCommand::Export { draft, file }) => {
            let text = read(&drafts, draft)?.typed();
            outfile::write(file, &text, true).map_err(|why| {
                let problem = format!("{} cannot be written: {why}", file.display());
                Error::new(ErrorKind::Io, problem).hint("name a file that is not there")
            })?;
            Ok(DONE)
        }
        Some(DraftsCommand::Remove { drafts: named }) => {
            for name in named {
                let id = id(name)?;
                if !drafts.list().iter().any(|entry| entry.id == id) {
                    return Err(unknown(name).into());
                }
                drafts.remove(&id).map_err(|why| {
                    Error::new(ErrorKind::Io, format!("{name} cannot be removed: {why}"))
                })?;
            }
            Ok(DONE)
        }
    }
}

fn list(drafts: &Drafts, output: &mut Output) -> ExitResult {
    let entries = drafts.list();
    if output.json {
        for entry in &entries {
            output.json_line(&as_json(entry).into())?;
        }
        return Ok(DONE);
    }
    if entries.is_empty() {
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

fn id(name: &str) -> Result<DraftId, Error> {
    DraftId::parse(name).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no draft `{name}`"))
        .hint("larder drafts lists them")
}

fn read(drafts: &Drafts, name: &str) -> Result<Draft, Error> {
    let id = id(name)?;
    if !drafts.list().iter().any(|entry| entry.id == id) {
        return Err(unknown(name));
    }
    drafts.read(&id).map_err(|why| Error::new(ErrorKind::Damaged, why))
}
