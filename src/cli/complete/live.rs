//! Names that only the config file or a storage knows.

use std::path::PathBuf;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::time::Instant;

use crate::config::{Config, Environment, state_folder};
use crate::drafts::Drafts;
use crate::model::{AsideList, Order, Scan, StoreList, StoreName, sort};
use crate::storage::target::Target;
use crate::storage::{self, Storage};
use crate::text;

/// Limit on the time that a storage may take; what has come by then is offered.
const PATIENCE: Duration = Duration::from_millis(800);
/// Limit on the keys that are offered.
const KEYS: usize = 200;

/// A word, and its description.
type Named = (String, String);

/// The target and the options by which names are looked up.
pub(super) struct Live {
    pub(super) target: Option<String>,
    pub(super) config: Option<PathBuf>,
}

impl Live {
    fn settings(&self) -> Option<(Config, Environment)> {
        let environment = Environment::read().ok()?;
        Some((Config::load(self.config.as_deref(), &environment).ok()?, environment))
    }

    /// The profiles, each with its target.
    pub(super) fn profiles(&self) -> Vec<Named> {
        let Some((config, environment)) = self.settings() else { return Vec::new() };
        let profiles = config.choices(&environment).into_iter().filter(|choice| choice.is_profile);
        profiles.map(|choice| (choice.name, choice.label.unwrap_or_default())).collect()
    }

    /// The stores in the indexes.
    pub(super) fn stores(&self) -> Vec<Named> {
        let list = async |storage: &dyn Storage| {
            let (_, stores) = storage.stores(StoreList::Indexed).next().await?.ok()?;
            Some(stores.into_iter().filter_map(|info| plain(info.store.as_bytes())).collect())
        };
        self.ask(&async |storage, _| list(storage).await.unwrap_or_default())
    }

    /// Keys of a store that begin like this; for a large store, those that are found in time.
    pub(super) fn keys(&self, store: &str, begun: &str) -> Vec<Named> {
        if store.starts_with("id:") {
            return Vec::new();
        }
        let store = StoreName::from(store);
        let scan = Scan { order: Order::Any, prefix: begun.as_bytes().to_vec() };
        self.ask(&async |storage, until| {
            let mut found = Vec::new();
            let mut pages = storage.scan(&store, scan.clone());
            while let Ok(Some(Ok(page))) = tokio::time::timeout_at(until, pages.next()).await {
                found.extend(page.iter().filter_map(|row| plain(row.key)));
                if found.len() >= KEYS {
                    break;
                }
            }
            sort::sort_by(&mut found, Ord::cmp);
            found.truncate(KEYS);
            found
        })
    }

    /// The asides, each with its store.
    pub(super) fn asides(&self) -> Vec<Named> {
        self.ask(&async |storage, _| {
            let asides = storage.asides(AsideList::All).await.unwrap_or_default();
            let named = asides.iter().map(|info| {
                let records = text::plural(info.records, "record");
                let what = format!("{records} of {}", info.aside.store().escaped());
                (info.id.as_str().to_owned(), what)
            });
            named.collect()
        })
    }

    /// Connects, if that asks nobody for anything: without a command for a password, and without `ssh`.
    fn ask(&self, work: &impl AsyncFn(&dyn Storage, Instant) -> Vec<Named>) -> Vec<Named> {
        let answer = || {
            let (mut config, environment) = self.settings()?;
            for profile in config.profiles.values_mut() {
                if profile.password_command.take().is_some() && environment.password.is_none() {
                    // A profile that needs it gets no answer.
                    profile.url.clear();
                }
            }
            let named = self.target.as_deref().map(at_home);
            let target = config.resolve(named.as_deref(), &environment).ok()?.target;
            if matches!(&target, Target::Redis(redis) if redis.ssh.is_some()) {
                return None;
            }
            let mut options = config.options();
            (options.read_only, options.touch, options.one_connection) = (true, false, true);
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            let found = runtime.block_on(async {
                let until = Instant::now() + PATIENCE;
                let found = async {
                    let storage = storage::connect(&target, &options).await.ok()?;
                    Some(work(&*storage, until).await)
                };
                // This time is longer than that for keys, which end by themselves.
                tokio::time::timeout(PATIENCE + PATIENCE / 10, found).await.ok()?
            });
            runtime.shutdown_background();
            found
        };
        answer().unwrap_or_default()
    }
}

/// The drafts, each with its record.
pub(super) fn drafts() -> Vec<Named> {
    let drafts = state_folder().map(|folder| Drafts::of(&folder).list());
    let named = drafts.into_iter().flatten().map(|entry| {
        let of =
            entry.head.map(|head| format!("{} in {}", head.key.escaped(), head.store.escaped()));
        (entry.id.as_str().to_owned(), of.unwrap_or_default())
    });
    named.collect()
}

/// The target with `~/` replaced as by a shell, which has not done so yet.
fn at_home(target: &str) -> String {
    match (target.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => target.to_owned(),
    }
}

fn plain(name: &[u8]) -> Option<Named> {
    Some((std::str::from_utf8(name).ok()?.to_owned(), String::new()))
}
