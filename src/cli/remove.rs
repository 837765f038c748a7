//! `purge` and `drop`.

use serde_json::{Value, json};

use super::arguments::RemoveArgs;
use super::exit::{self, ExitResult};
use super::output::Output;
use super::{confirm, json, store, write};
use crate::model::{ErrorKind, Replicas, StoreInfo, StoreName, Write};
use crate::storage::Storage;

/// `purge`.
pub(super) async fn purge(
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let name = agreed(storage, remove, "Remove all records of", place).await?;
    let written = write(storage, &Write::Purge(name.clone())).await?;
    tell(output, &name, "purged", &json!(written.records), written.replicas)
}

/// `drop`.
pub(super) async fn drop_store(
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let name = agreed(storage, remove, "Remove", place).await?;
    let written = write(storage, &Write::Drop(name.clone())).await?;
    tell(output, &name, "dropped", &json!(true), written.replicas)
}

/// The store, if it may be done. A store that is there only in part can be removed too: then it is
/// the storage that says whether there is anything.
async fn agreed(
    storage: &dyn Storage,
    remove: &RemoveArgs,
    what: &str,
    place: &str,
) -> Result<StoreName, super::Failure> {
    let name = store(storage, &remove.store).await?;
    if remove.yes {
        return Ok(name);
    }
    let info = match storage.get_metadata(&name).await {
        Err(why) if why.kind == ErrorKind::Permission => {
            StoreInfo { store: name.clone(), ..StoreInfo::default() }
        }
        other => other?,
    };
    confirm::ask(what, &info, place)?;
    Ok(name)
}

fn tell(
    output: &mut Output,
    store: &StoreName,
    what: &str,
    value: &Value,
    replicas: Option<Replicas>,
) -> ExitResult {
    if output.json {
        let mut map = serde_json::Map::new();
        json::put_text(&mut map, "store", store.as_bytes());
        map.insert(what.to_owned(), value.clone());
        json::put_replicas(&mut map, replicas);
        output.json_line(&map.into())?;
    }
    Ok(exit::written(replicas))
}
