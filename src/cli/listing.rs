//! `keys`.

use std::io;

use futures::StreamExt as _;

use super::arguments::KeysArgs;
use super::exit::{DONE, ExitResult};
use super::output::Output;
use super::{json, key, store};
use crate::model::{
    Error, ErrorKind, Order, PageRow, RecordMeta, RecordState, Result, Scan, StoreInfo, StoreState,
};
use crate::storage::Storage;
use crate::text::{Visible, cells, visible};

/// Fits `application/json; charset=utf-8`.
const TYPE_WIDTH: usize = 31;
/// As wide as all columns.
pub(super) const BLANKS: &str = "                                             ";

/// `keys`: prints as keys come, so columns have fixed widths and the key stands last.
pub(super) async fn keys(
    storage: &dyn Storage,
    arguments: &KeysArgs,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &arguments.store).await?;
    let prefix = arguments.prefix.as_deref().map(key).unwrap_or_default();
    let after = arguments.after.as_deref().map(key);
    let order = Order::Keys { after, limit: arguments.limit };
    let scan = Scan { order, prefix: prefix.as_bytes().to_vec() };
    let mut pages = storage.scan(&name, scan);
    let mut empty = true;
    while let Some(page) = pages.next().await {
        for row in page?.iter() {
            empty = false;
            print(&row, arguments, output)?;
        }
    }
    if empty {
        // Nothing listed: is there a store at all? Where that may not be asked, so be it.
        match storage.get_metadata(&name).await {
            Err(why) if why.kind == ErrorKind::NotFound => return Err(why.into()),
            Ok(info) => sound(&info)?,
            Err(_) => {}
        }
    }
    Ok(DONE)
}

fn print(row: &PageRow<'_>, arguments: &KeysArgs, output: &mut Output) -> io::Result<()> {
    if arguments.null {
        output.raw(row.key)?;
        return output.raw(b"\0");
    }
    if arguments.bare && !output.json {
        return output.last(row.key);
    }
    let meta = row.to_meta();
    if output.json {
        return output.json_line(&json::record(&meta).into());
    }
    for part in columns(&meta) {
        output.part(&part)?;
    }
    output.last(row.key)
}

/// Nothing to list is no answer where the store itself is damaged.
fn sound(info: &StoreInfo) -> Result<()> {
    if !matches!(info.state, StoreState::HalfMade | StoreState::Damaged(_)) {
        return Ok(());
    }
    let problem = json::store_problem(&info.state).unwrap_or_default();
    let error = Error::new(ErrorKind::Damaged, format!("the store `{}` is {problem}", info.store));
    Err(match info.state {
        StoreState::HalfMade => {
            error.hint("if no crawl is just creating it, drop it and create it again")
        }
        _ => error,
    })
}

/// Size and content type, in columns.
pub(super) fn columns(meta: &RecordMeta) -> [Visible<'_>; 3] {
    let problem = match &meta.state {
        RecordState::NoMetadata => Some("(no metadata)"),
        RecordState::NoValue => Some("(no value)"),
        RecordState::BadMetadata(_) => Some("(malformed metadata)"),
        RecordState::Unreadable(_) => Some("(not readable)"),
        RecordState::SeveralFiles(_) => Some("(several files)"),
        RecordState::Whole
        | RecordState::WrongSize(_)
        | RecordState::BareFile
        | RecordState::NotRead => None,
    };
    let kind = visible(problem.unwrap_or(meta.content_type.as_str()));
    let pad = TYPE_WIDTH.saturating_sub(cells(&kind));
    let size = visible(&format!("{:>10}  ", meta.size)).into_static();
    [size, kind, visible(&BLANKS[..pad + 2])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContentType;

    #[test]
    fn columns_line_up_whatever_the_type_holds() {
        let row = |content_type: &str| {
            let content_type = ContentType::from(content_type);
            let meta = RecordMeta { content_type, size: 12, ..RecordMeta::default() };
            Visible::concat(&columns(&meta))
        };
        for text in
            ["application/json; charset=utf-8", "text/html", "a\u{1b}b\n", "文字/プレーン", ""]
        {
            assert_eq!(cells(&row(text)), 10 + 2 + TYPE_WIDTH + 2, "{text:?}");
            assert!(!row(text).contains(['\u{1b}', '\n']));
        }
    }
}
