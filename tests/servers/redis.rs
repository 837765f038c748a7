//! The Redis backend on a real server: the contract of every backend, and what only Redis has.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

mod aside_steps;
mod asides;
mod commands;
mod commit_races;
mod crawl;
mod damaged;
mod deleting;
mod format;
mod listening;
mod lost_undo;
mod races;
mod rewrites;
mod rights;
mod walking;
mod watching;

use std::sync::Arc;

use larder::storage::{self, Options, Storage, Target, Timing};

use crate::server::Server;

/// A storage on a server of its own.
struct Redis {
    storage: Arc<dyn Storage>,
    server: Server,
}

impl Redis {
    /// For a user who may do everything.
    async fn new() -> Self {
        Self::with(&options()).await
    }

    async fn with(options: &Options) -> Self {
        let server = Server::start();
        let storage = connect(&server.url(), options).await;
        Self { storage, server }
    }

    /// For a user who may run no scripts.
    async fn without_scripts() -> Self {
        Self::as_user(&["~*", "+@all", "-eval", "-evalsha", "-eval_ro", "-evalsha_ro"]).await
    }

    /// For a user with these rights.
    async fn as_user(rights: &[&str]) -> Self {
        let server = Server::start();
        let rule = [&["ACL", "SETUSER", "user", "on", ">secret"], rights].concat();
        server.cli(&rule);
        let url = format!("redis://user:secret@127.0.0.1:{}", server.port());
        let storage = connect(&url, &options()).await;
        Self { storage, server }
    }

    fn storage(&self) -> &dyn Storage {
        &*self.storage
    }
}

/// The usual ones, with watchers that look ten times as often, and may cost as much more.
fn options() -> Options {
    let usual = Options::default();
    let watch_budget = usual.watch_budget * 10.0;
    Options { timing: Timing::default().faster(10), watch_budget, ..usual }
}

async fn connect(url: &str, options: &Options) -> Arc<dyn Storage> {
    let target = Target::parse(url).unwrap();
    storage::connect(&target, options).await.unwrap()
}

mod contract_on_redis {
    crate::contract!(super::Redis::new);
}

mod contract_without_scripts {
    crate::contract!(super::Redis::without_scripts);
}
