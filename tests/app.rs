//! Scripts for the core: keys and replies go in, state and effects come out.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/stage.rs"]
mod stage;

#[path = "app/connection.rs"]
mod connection;
#[path = "app/editing.rs"]
mod editing;
#[path = "app/interleavings.rs"]
mod interleavings;
#[path = "app/kept.rs"]
mod kept;
#[path = "app/lists.rs"]
mod lists;
#[path = "app/rules.rs"]
mod rules;
#[path = "app/values.rs"]
mod values;
#[path = "app/world.rs"]
mod world;
#[path = "app/writes.rs"]
mod writes;

use larder::model::Written;
use stage::{Stage, record, store};

const JSON: &str = "application/json; charset=utf-8";

fn shop() -> Vec<larder::model::Record> {
    vec![
        record("a", JSON, r#"{"price": 1}"#),
        record("b", JSON, r#"{"price": 2}"#),
        record("c", "text/plain; charset=utf-8", "three"),
    ]
}

fn opened() -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&shop());
    stage
}

fn done() -> Written {
    Written { records: 1, ..Written::default() }
}
