//! Scripts for the core: keys and replies go in, state and effects come out.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

pub(crate) mod asides;
mod awkward;
mod beside;
mod compare;
mod connection;
mod crawling;
mod drafts;
mod editing;
mod entries;
mod fidelity;
mod first_minute;
mod hex;
mod hints;
mod inner;
mod interleavings;
mod kept;
mod leaf;
mod leaf_drafts;
mod leaf_fidelity;
mod leaf_tree;
mod left;
mod lists;
mod menu;
mod mouse;
mod panes;
mod password;
mod pins;
mod places;
mod preparing;
mod reviewing;
mod rewrites;
mod rules;
mod saving;
mod staged;
mod staged_values;
mod tables;
mod text;
mod undo;
mod undo_beside;
mod values;
mod versions;
mod world;
mod writes;

use larder::model::Written;

use crate::stage::{Stage, record, store};

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
