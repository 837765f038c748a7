//! `aside`: the stores and records that the browser's purges and drops have set aside.

use serde_json::{Map, Value, json};

use super::arguments::AsideCommand;
use super::exit::{DONE, ExitResult, REFUSED};
use super::messages::{self, say};
use super::output::Output;
use super::stores::to_the_second;
use super::unknown::beginning;
use super::{confirm, dry_run, json, perform};
use crate::model::{Aside, AsideId, AsideInfo, AsideList, Error, Timestamp};
use crate::ops::{self, Operation, PlannedChange, words};
use crate::storage::Storage;
use crate::text::{Visible, visible, visible_bytes};

const HEADS: [&str; 7] =
    ["aside", "what", "store", ">records", "set_aside_at", "expires_at", "host"];

/// `aside`.
pub(super) async fn run(
    storage: &dyn Storage,
    what: Option<&AsideCommand>,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    match what {
        None | Some(AsideCommand::List) => list(storage, output).await,
        Some(AsideCommand::Restore { id, dry_run }) => {
            let plan =
                ops::plan(storage, &Operation::Restore(known_id(storage, id).await?)).await?;
            if *dry_run {
                return dry_run::show(&plan, place, output);
            }
            let outcome = perform(storage, &plan).await?;
            let (records, left) = (outcome.records, outcome.left);
            tell(output, &plan.change, &[("restored", records), ("left", left)])?;
            if left == 0 {
                messages::tell(&words::done(&plan, &outcome));
                return Ok(DONE);
            }
            say(&words::done(&plan, &outcome));
            Ok(REFUSED)
        }
        Some(AsideCommand::Discard { id, dry_run, yes }) => {
            let plan =
                ops::plan(storage, &Operation::Discard(known_id(storage, id).await?)).await?;
            if *dry_run {
                return dry_run::show(&plan, place, output);
            }
            if let (PlannedChange::Discard(info), false) = (&plan.change, *yes) {
                confirm::ask(info.aside.store(), &words::question(&plan, place))?;
            }
            let outcome = perform(storage, &plan).await?;
            tell(output, &plan.change, &[("discarded", outcome.records)])?;
            messages::tell(&words::done(&plan, &outcome));
            Ok(DONE)
        }
    }
}

/// The id of this name, or of the only aside whose id begins so.
async fn known_id(storage: &dyn Storage, name: &str) -> Result<AsideId, Error> {
    let id = AsideId::new(name).ok_or_else(|| words::nothing_aside(name))?;
    if !storage.asides(AsideList::One(id.clone())).await.unwrap_or_default().is_empty() {
        return Ok(id);
    }
    let asides = storage.asides(AsideList::All).await?;
    let ids: Vec<&str> = asides.iter().map(|info| info.id.as_str()).collect();
    let known = beginning(name, &ids).map_err(|several| several.hint(words::LIST_ASIDES))?;
    // What is not there is told by what it is needed for.
    Ok(known.and_then(AsideId::new).unwrap_or(id))
}

async fn list(storage: &dyn Storage, output: &mut Output) -> ExitResult {
    let asides = storage.asides(AsideList::All).await?;
    if output.json {
        for info in &asides {
            output.json_line(&as_json(info).into())?;
        }
        return Ok(DONE);
    }
    // A script would take the sentence for an aside.
    if asides.is_empty() && output.terminal {
        output.line(&[visible("nothing is set aside")])?;
        return Ok(DONE);
    }
    let now = Timestamp::now();
    let rows: Vec<_> = asides.iter().map(|info| row(info, now)).collect();
    output.table(&HEADS, &rows)?;
    Ok(DONE)
}

fn row(info: &AsideInfo, now: Timestamp) -> Vec<Visible<'static>> {
    let own = |text: &str| visible(text).into_static();
    let expires_at = match info.expires_at {
        None => "never".to_owned(),
        // Since it expired, no larder that may write has looked for asides.
        Some(at) if at <= now => "expired".to_owned(),
        Some(at) => to_the_second(at),
    };
    vec![
        own(info.id.as_str()),
        own(word(&info.aside)),
        visible_bytes(info.aside.store().as_bytes()).into_static(),
        own(&info.records.to_string()),
        own(&to_the_second(info.at)),
        own(&expires_at),
        own(info.maker.as_ref().map_or("", |maker| &maker.host)),
    ]
}

/// The fields `aside`, `what`, `store`, `records`, `set_aside_at`, `expires_at`; `host` and `process` of the
/// larder that has set it aside, if they are known; `in_steps` if it was moved in steps.
fn as_json(info: &AsideInfo) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("aside".into(), json!(info.id.as_str()));
    map.insert("what".into(), json!(word(&info.aside)));
    json::put_text(&mut map, "store", info.aside.store().as_bytes());
    map.insert("records".into(), json!(info.records));
    map.insert("set_aside_at".into(), json!(info.at.to_string()));
    map.insert("expires_at".into(), json!(info.expires_at.map(|at| at.to_string())));
    if let Some(maker) = &info.maker {
        map.insert("host".into(), json!(maker.host));
        map.insert("process".into(), json!(maker.process));
    }
    if info.in_steps {
        map.insert("in_steps".into(), json!(true));
    }
    map
}

fn word(aside: &Aside) -> &'static str {
    match aside {
        Aside::Records(_) => "records",
        Aside::Store(_) => "store",
    }
}

/// Prints as JSON what was done, if `--json` asks for it.
fn tell(output: &mut Output, change: &PlannedChange, numbers: &[(&str, u64)]) -> ExitResult {
    if let (PlannedChange::Restore(info) | PlannedChange::Discard(info), true) =
        (change, output.json)
    {
        let mut map = Map::new();
        map.insert("aside".into(), json!(info.id.as_str()));
        json::put_text(&mut map, "store", info.aside.store().as_bytes());
        for (name, number) in numbers {
            map.insert((*name).into(), json!(number));
        }
        output.json_line(&map.into())?;
    }
    Ok(DONE)
}
