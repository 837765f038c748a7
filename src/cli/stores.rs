//! `stores`, `create` and `info`.

use futures::StreamExt as _;
use serde_json::{Value, json};

use super::arguments::{CreateArgs, InfoArgs};
use super::exit::{self, DAMAGED, DONE, ExitResult, REFUSED};
use super::output::Output;
use super::progress::Progress;
use super::{json, key, messages, perform, store};
use crate::model::{
    KeyPage, OpenBy, Order, Reading, RecordState, Result, Scan, StoreInfo, StoreState, Timestamp,
    Want,
};
use crate::ops::{Plan, words};
use crate::storage::{Storage, all_stores, no_record};
use crate::text::{self, Visible, visible, visible_bytes};
use crate::theme::Role;

/// Limit on the records whose sizes are added up without `--sum`: a walk of some five seconds.
const ADDED_UP: u64 = 1_000_000;
/// Records whose sizes are asked for in one step.
pub(super) const AT_ONCE: u32 = 1000;

/// Fields that are moments, and fields that are counts.
const TIMES: [&str; 4] = ["created_at", "modified_at", "accessed_at", "expires_at"];
const COUNTS: [&str; 2] = ["records", "values"];

const SHORT_HEADS: [&str; 4] = ["store", ">records", "changed", "created"];
const HEADS: [&str; 7] =
    ["store", "id", "name", ">records", "created_at", "modified_at", "accessed_at"];

/// `stores`.
pub(super) async fn list(storage: &dyn Storage, output: &mut Output) -> ExitResult {
    let stores = all_stores(storage).await?;
    if output.json {
        for info in &stores {
            output.json_line(&json::store(info).into())?;
        }
        return Ok(DONE);
    }
    if stores.is_empty() && output.terminal {
        output.line(&[visible("no stores yet; one is made with: larder create --name NAME")])?;
        return Ok(DONE);
    }
    if output.terminal {
        let now = Timestamp::now();
        let rows: Vec<_> = stores.iter().map(|info| short_row(info, now)).collect();
        output.table(&SHORT_HEADS, &rows)?;
        return Ok(DONE);
    }
    let rows: Vec<_> = stores.iter().map(row).collect();
    output.table(&HEADS, &rows)?;
    Ok(DONE)
}

/// The row of a store for a person, in less than eighty cells unless its name is long; `info` tells the rest.
fn short_row(info: &StoreInfo, now: Timestamp) -> Vec<Visible<'static>> {
    let or_dash = |text: Option<String>| visible(text.as_deref().unwrap_or("-")).into_static();
    let age = |time: Option<Timestamp>| {
        or_dash(time.map(|time| text::since(time.micros(), now.micros())))
    };
    let mut row = vec![
        visible_bytes(info.store.as_bytes()).into_static(),
        or_dash(info.records.map(text::count)),
        age(info.modified_at),
        age(info.created_at),
    ];
    row.extend(problem(info));
    row
}

/// The problem of a store, which stands behind its columns.
fn problem(info: &StoreInfo) -> Option<Visible<'static>> {
    let problem = json::store_problem(&info.state)?;
    Some(Visible::concat(&[visible("! "), visible(&problem)]))
}

fn row(info: &StoreInfo) -> Vec<Visible<'static>> {
    let or_dash = |text: Option<&str>| visible(text.unwrap_or("-")).into_static();
    let mut row = vec![
        // The name is made visible for a script too: a line is a store, whatever its name holds.
        visible_bytes(info.store.as_bytes()).into_static(),
        or_dash(info.id.as_deref()),
        or_dash(info.name.as_deref()),
        or_dash(info.records.map(|records| records.to_string()).as_deref()),
    ];
    for time in [info.created_at, info.modified_at, info.accessed_at] {
        row.push(or_dash(time.map(to_the_second).as_deref()));
    }
    row.extend(problem(info));
    row
}

/// A moment to the second, which is enough for a column: `2026-11-22T13:57:47Z`.
pub(super) fn to_the_second(time: Timestamp) -> String {
    let whole = Timestamp::from_micros(time.micros().div_euclid(1_000_000) * 1_000_000);
    whole.to_string().replace("+00:00", "Z")
}

/// `create`.
pub(super) async fn create(
    storage: &dyn Storage,
    create: &CreateArgs,
    output: &mut Output,
) -> ExitResult {
    let by = match (&create.name, &create.alias) {
        (Some(name), _) => OpenBy::Name(name.clone()),
        (None, Some(alias)) => OpenBy::Alias(alias.clone()),
        (None, None) => OpenBy::Default,
    };
    let written = perform(storage, &Plan::create(by.clone())).await?;
    let info = match written.store {
        Some(info) => *info,
        // What became of the write had to be found out.
        None => storage.open(&by).await?.info,
    };
    if output.terminal && !output.json {
        let is_new = written.records > 0;
        messages::tell(&words::opened(&info, is_new));
        return Ok(exit::written(written.replicas));
    }
    let mut map = json::store(&info);
    map.insert("created".into(), json!(written.records > 0));
    json::put_replicas(&mut map, written.replicas);
    output.json_line(&map.into())?;
    Ok(exit::written(written.replicas))
}

/// `info`. `place` says where the bytes of a store are.
pub(super) async fn info(
    storage: &dyn Storage,
    info: &InfoArgs,
    place: &str,
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &info.store).await?;
    let mut ignored = (String::new(), String::new());
    let (map, problem, remedy, code) = if let Some(argument) = &info.key {
        let key = key(argument);
        let Some(meta) = storage.read(&name, &key, Want::Meta).await?.map(Reading::into_meta)
        else {
            return Err(no_record(storage, &name, &key).await.into());
        };
        let unreadable = matches!(meta.state, RecordState::Unreadable(_));
        let code = if unreadable { REFUSED } else { DAMAGED };
        let remedy = json::record_remedy(&meta.state).map(str::to_owned);
        (json::record(&meta), json::record_problem(&meta.state), remedy, code)
    } else {
        let sum = info.sum;
        // A small number of records comes in one page, together with the store's metadata.
        let few = Scan { order: Order::First(AT_ONCE), ..Scan::default() };
        let few = async { storage.scan(&name, few).next().await };
        let (info, few) = futures::join!(storage.get_metadata(&name), few);
        let info = info?;
        let mut map = json::store(&info);
        let beside = info.beside.clone().unwrap_or_default();
        json::put_ignored(&mut map, "no_stores", &beside);
        ignored = (info.ignored.to_string(), format!("{beside} (beside the stores)"));
        if sum || info.records.is_some_and(|records| records <= ADDED_UP) {
            let bytes = match few.and_then(|page| all_of(&info, page.ok()?)) {
                Some(page) => sum_of(&page),
                None => value_bytes(storage, &info, progress).await?,
            };
            map.insert("value_bytes".into(), json!(bytes));
        }
        // A store that may not be read has no known fault.
        let forbidden = matches!(info.state, StoreState::Forbidden(_) | StoreState::Unreadable(_));
        let code = if forbidden { REFUSED } else { DAMAGED };
        (map, json::store_problem(&info.state), None, code)
    };
    if output.json {
        output.json_line(&map.into())?;
    } else {
        let width = map.keys().map(String::len).max().unwrap_or(0);
        // The sentence at the end tells the problem.
        let mut rows: Vec<_> = map.iter().filter(|(name, _)| *name != "problem").collect();
        // The sum of the sizes stands before the estimate of the space that they take.
        let row_of = |name: &str| rows.iter().position(|(other, _)| *other == name);
        if let (Some(estimate), Some(sum)) = (row_of("bytes"), row_of("value_bytes")) {
            rows[estimate.min(sum)..=estimate.max(sum)].rotate_right(usize::from(estimate < sum));
        }
        for (name, value) in rows {
            let text = match value {
                Value::Null => "-".to_owned(),
                Value::String(text) if TIMES.contains(&&**name) => when(text, output),
                Value::String(text) => text.clone(),
                Value::Number(count) if COUNTS.contains(&&**name) => grouped(count, output),
                // The size of the values alone is another number.
                Value::Number(bytes) if name == "bytes" => {
                    format!("about {} {place}", counted(bytes, output))
                }
                Value::Number(bytes) if name == "value_bytes" || name == "size" => {
                    shown(bytes, output)
                }
                Value::Object(_) if name == "ignored" => ignored.0.clone(),
                Value::Object(_) if name == "no_stores" => ignored.1.clone(),
                other => other.to_string(),
            };
            output.styled(Role::Header, &visible(name))?;
            let gap = " ".repeat(width.saturating_sub(name.len()) + 2);
            output.line(&[visible(&gap), visible(&text)])?;
        }
        if let Some(problem) = &problem {
            let problem = text::then(&format!("! {problem}"), "; ", remedy);
            output.styled(Role::Warning, &visible(&problem))?;
            output.raw(b"\n")?;
        }
    }
    Ok(if problem.is_some() { code } else { DONE })
}

/// The page, if it holds all records; values without metadata are found only by a walk.
fn all_of(info: &StoreInfo, page: KeyPage) -> Option<KeyPage> {
    (info.values.is_none() && page.progress >= 1.0).then_some(page)
}

fn sum_of(page: &KeyPage) -> u64 {
    page.iter().fold(0, |bytes, row| bytes.saturating_add(row.size))
}

/// The sizes of all values together, as their metadata says, in bytes.
async fn value_bytes(storage: &dyn Storage, info: &StoreInfo, progress: &Progress) -> Result<u64> {
    let mut pages = storage.scan(&info.store, Scan::default());
    let mut bytes: u64 = 0;
    while let Some(page) = pages.next().await {
        let page = page?;
        progress.add(page.len() as u64);
        bytes = bytes.saturating_add(sum_of(&page));
    }
    Ok(bytes)
}

/// A moment: for a script as it is, for a person with its age.
fn when(iso: &str, output: &Output) -> String {
    match Timestamp::parse(iso).filter(|_| output.terminal) {
        Some(at) => text::moment(iso, at.micros(), Timestamp::now().micros()),
        None => iso.to_owned(),
    }
}

/// A count: for a script as it is, for a person in groups of thousands.
fn grouped(count: &serde_json::Number, output: &Output) -> String {
    let number = count.as_u64().filter(|_| output.terminal);
    number.map_or_else(|| count.to_string(), text::count)
}

/// A number of bytes: for a script as it is, for a person with its rounded size.
fn shown(bytes: &serde_json::Number, output: &Output) -> String {
    match bytes.as_u64().filter(|bytes| output.terminal && *bytes >= 1000) {
        Some(number) => format!("{bytes} ({})", text::size(number)),
        None => bytes.to_string(),
    }
}

/// The same with its unit, for a sentence.
fn counted(bytes: &serde_json::Number, output: &Output) -> String {
    match shown(bytes, output).split_once(' ') {
        Some((exact, beside)) => format!("{exact} bytes {beside}"),
        None if bytes.as_u64() == Some(1) => "1 byte".to_owned(),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_times_to_the_second() {
        let time = Timestamp::parse("2026-11-22T13:57:47.827633+00:00").unwrap();
        assert_eq!(to_the_second(time), "2026-11-22T13:57:47Z");
    }
}
