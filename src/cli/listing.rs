//! `keys`.

mod columns;
mod fields;
mod odd;
mod sorted;

use std::ffi::OsStr;
use std::io;

use futures::StreamExt as _;
use futures::stream::BoxStream;

use super::arguments::KeysOptions;
use super::exit::{ExitResult, Failure};
use super::output::Output;
use super::progress::Progress;
use super::{json, key, messages, store};
use crate::model::{
    Error, ErrorKind, KeyPage, Order, RecordMeta, Result, Scan, StoreInfo, StoreState,
};
use crate::storage::Storage;
use crate::text::visible;
use crate::theme::Role;
use odd::OddKeys;

pub(super) use columns::Columns;

/// `keys`: prints the keys as they come, so that columns have fixed widths and the key is last; in another
/// order, all keys are read first.
pub(super) async fn keys(
    storage: &dyn Storage,
    named: &OsStr,
    arguments: &KeysOptions,
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, named).await?;
    let prefix = arguments.prefix.as_deref().map(key).unwrap_or_default();
    let after = arguments.after.as_deref().map(key);
    let limit = arguments.limit.filter(|_| arguments.order().is_none());
    let order = Order::Keys { after, limit };
    let scan = Scan { order, prefix: prefix.as_bytes().to_vec() };
    progress.lists(storage.session().traffic);
    let pages = storage.scan(&name, scan);
    let mut odd = OddKeys::default();
    let empty = match arguments.order() {
        Some(query) => {
            let list = sorted::list(pages, &query, progress).await?;
            messages::erase_progress();
            let rows = list.rows(arguments.limit);
            rows.enumerate().try_fold(true, |_, (at, meta)| {
                let key = meta.key.clone();
                let key = key.as_bytes();
                if odd.is_left_out(key, arguments, output) {
                    return Ok::<_, io::Error>(false);
                }
                print(at == 0, key, || meta, arguments, output).map(|()| false)
            })?
        }
        None => as_they_come(pages, arguments, progress, &mut odd, output).await?,
    };
    if empty {
        // Nothing was listed, so the store is looked for; if that is forbidden, the empty list stands.
        match storage.get_metadata(&name).await {
            Err(why) if why.kind == ErrorKind::NotFound => return Err(why.into()),
            Ok(info) => sound(&info)?,
            Err(_) => {}
        }
    }
    Ok(odd.told(arguments))
}

/// Prints the rows of each page as it comes; tells whether there were none.
async fn as_they_come(
    mut pages: BoxStream<'_, Result<KeyPage>>,
    arguments: &KeysOptions,
    progress: &Progress,
    odd: &mut OddKeys,
    output: &mut Output,
) -> std::result::Result<bool, Failure> {
    let mut empty = true;
    while let Some(page) = pages.next().await {
        let page = page?;
        progress.add(page.len() as u64);
        for row in page.iter() {
            let is_first = std::mem::take(&mut empty);
            if odd.is_left_out(row.key, arguments, output) {
                continue;
            }
            print(is_first, row.key, || row.to_meta(), arguments, output)?;
        }
    }
    Ok(empty)
}

/// Prints a row; before the first one, the heads.
fn print(
    is_first: bool,
    key: &[u8],
    meta: impl FnOnce() -> RecordMeta,
    arguments: &KeysOptions,
    output: &mut Output,
) -> io::Result<()> {
    if arguments.null {
        output.raw(key)?;
        return output.raw(b"\0");
    }
    if arguments.bare && output.terminal {
        return output.last(key);
    }
    if arguments.bare {
        output.raw(key)?;
        return output.raw(b"\n");
    }
    if !arguments.fields.is_empty() {
        return fields::print(is_first, &meta(), &arguments.fields, output);
    }
    if output.json {
        return output.json_line(&json::record(&meta()).into());
    }
    if let Some(heads) = Columns::of(output).heads().filter(|_| is_first) {
        output.styled(Role::Header, &visible(&heads))?;
        output.raw(b"\n")?;
    }
    Columns::of(output).print(&meta(), output)?;
    output.last(key)
}

/// The error of a damaged store, whose empty list would be no answer.
fn sound(info: &StoreInfo) -> Result<()> {
    if !matches!(info.state, StoreState::HalfMade | StoreState::Damaged(_)) {
        return Ok(());
    }
    let problem = json::store_problem(&info.state).unwrap_or_default();
    let error = Error::new(ErrorKind::Damaged, format!("the store {} is {problem}", info.store));
    Err(match info.state {
        StoreState::HalfMade => error.hint("unless a crawl is creating it, drop it"),
        _ => error,
    })
}
