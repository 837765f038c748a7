//! The Redis backend on a real server: the contract of every backend, and what only Redis has.

#[path = "support/fill.rs"]
mod fill;
#[path = "support/server.rs"]
mod server;
#[path = "contract/suite.rs"]
mod suite;

use std::sync::Arc;

use larder::storage::{self, Options, Storage, Target};
use server::Server;

/// A storage on a server of its own.
struct Redis {
    storage: Arc<dyn Storage>,
    #[expect(dead_code, reason = "lives as long as the storage")]
    server: Server,
}

impl Redis {
    async fn new() -> Self {
        let server = Server::start();
        let storage = connect(&server, &Options::default()).await;
        Self { storage, server }
    }

    fn storage(&self) -> &dyn Storage {
        &*self.storage
    }
}

async fn connect(server: &Server, options: &Options) -> Arc<dyn Storage> {
    let target = Target::parse(&server.url()).unwrap();
    storage::connect(&target, options).await.unwrap()
}

mod contract_on_redis {
    crate::contract!(crate::Redis::new);
}
