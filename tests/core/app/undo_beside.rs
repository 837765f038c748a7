//! Steps undone and done again beside somebody else who writes the same records between them.

use larder::model::{Expect, SetValue};
use larder::ops::{self, Plan};

use super::JSON;
use super::undo::Shop;

const CRAWLED: &str = "\"crawled\"";

/// Somebody else writes a record.
fn crawls(shop: &Shop, key: &str) {
    let plan = Plan::set(SetValue {
        store: shop.name.clone(),
        key: key.into(),
        value: CRAWLED.into(),
        content_type: JSON.into(),
        expected: Expect::Anything,
    });
    shop.runtime.block_on(ops::perform(&*shop.storage, &plan)).unwrap();
}

#[test]
fn nothing_is_undone_or_done_again_over_what_somebody_else_has_written_between() {
    for (keys, key) in [
        ("dy", "a"),
        ("e<ctrl-end>0<ctrl-s>", "a"),
        ("e<ctrl-end>0<ctrl-p><ctrl-p><ctrl-s>", "a"),
        ("K<ctrl-u>text/plain<enter>", "a"),
        ("A<ctrl-u>y<enter>", "y"),
        ("R<ctrl-u>y<enter>", "y"),
        ("R<ctrl-u>y<enter>", "a"),
        ("R<ctrl-u>b<enter>y", "b"),
        ("R<ctrl-u>b<enter>y", "a"),
    ] {
        for turn in ["u", "<ctrl-r>"] {
            let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
            shop.makes(keys);
            if turn != "u" {
                shop.makes("u");
            }
            let all = |shop: &Shop| ["a", "b", "y"].map(|key| shop.value(key));
            let before = all(&shop).into_iter().flatten().count();
            crawls(&shop, key);
            shop.makes(turn);
            assert_eq!(shop.value(key).as_deref(), Some(CRAWLED), "{keys} {turn}");
            let told = shop.stage.notice();
            let names = |told: &str| told.contains(&format!("{key} has changed"));
            let is_told = names(told) || told.contains(&format!("already a record {key}"));
            assert!(is_told, "{keys} {turn}: {told}");
            let after = all(&shop).into_iter().flatten().count();
            assert!(after >= before, "{keys} {turn}: {:?}", all(&shop));
        }
    }
}
