//! Diffs of values of every kind.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;

fn typed(content_type: &str, value: &[u8]) -> TypedValue {
    TypedValue { content_type: content_type.into(), value: Bytes::copy_from_slice(value) }
}

fn body(content_type: &str, before: &str, after: &str) -> DiffBody {
    let (before, after) =
        (typed(content_type, before.as_bytes()), typed(content_type, after.as_bytes()));
    Diff::of(Some(&before), Some(&after)).body
}

fn leaves(before: &str, after: &str) -> Vec<String> {
    let DiffBody::Leaves(changes) = body("application/json", before, after) else {
        panic!("not by leaf")
    };
    let shown = |piece: Option<String>| piece.unwrap_or_else(|| "-".to_owned());
    let line = |it: LeafChange| format!("{} {} → {}", it.path, shown(it.before), shown(it.after));
    changes.into_iter().map(line).collect()
}

#[test]
fn json_is_told_by_leaf_as_it_is_spelled() {
    let before = r#"{"price": 1.10, "tags": ["a", "b"], "old": null, "in": {"x": 1, "y": 2}}"#;
    let after = r#"{"price":1.20, "tags":["a","c","b"], "in":{"x":1,"y":2.0}, "new": [NaN]}"#;
    assert_eq!(
        leaves(before, after),
        [
            "$.old null → -",
            "$.new - → [NaN]",
            "$.price 1.10 → 1.20",
            r#"$.tags[1] - → "c""#,
            "$.in.y 2 → 2.0"
        ]
    );
    assert_eq!(leaves("[1]", "{}"), ["$ [1] → {}"]);
    assert_eq!(leaves(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3}"#), ["$.a 2 → 3"]);
    assert_eq!(leaves(r#"["é"]"#, r#"["\u00e9"]"#), [r#"$[0] "é" → "\u00e9""#]);
}

#[test]
fn only_the_layout_is_told_as_such() {
    let json = "application/json";
    assert_eq!(body(json, r#"{"a":1,"b":2}"#, "{\"b\": 2,\n\"a\": 1}"), DiffBody::Layout);
    assert_eq!(body(json, "[1]", "[1]"), DiffBody::Same);
    // Faulty JSON is compared as text.
    assert!(matches!(body(json, "[1", "[2"), DiffBody::Lines(_)));
}

#[test]
fn text_is_told_by_line_with_its_words_marked() {
    let before = "one\ntwo\nthree\nfour old words\nfive\nsix\nseven\n";
    let after = "one\ntwo\nthree\nfour new words\nfive\nsix\nseven\nend";
    let DiffBody::Lines(rows) = body("text/plain", before, after) else { panic!("not by line") };
    let old = Row::Removed(4, "four old words\n".to_owned(), std::iter::once(5..8).collect());
    let new = Row::Added(4, "four new words\n".to_owned(), std::iter::once(5..8).collect());
    assert_eq!(
        rows,
        [
            Row::Skipped(1),
            Row::Same(2, "two\n".to_owned()),
            Row::Same(3, "three\n".to_owned()),
            old,
            new,
            Row::Same(5, "five\n".to_owned()),
            Row::Same(6, "six\n".to_owned()),
            Row::Same(7, "seven\n".to_owned()),
            Row::Added(8, "end".to_owned(), Vec::new()),
        ]
    );
}

#[test]
fn a_long_line_is_cut_to_what_is_different() {
    let text = |word: &str| format!("{}{word}{}", "x".repeat(3 << 20), "y".repeat(2 << 20));
    let DiffBody::Lines(rows) = body("text/plain", &text("OLD"), &text("new ones")) else {
        panic!("not by line")
    };
    let [Row::Removed(1, gone, old), Row::Added(1, come, new)] = &rows[..] else {
        panic!("{rows:?}")
    };
    assert_eq!((&gone[old[0].clone()], &come[new[0].clone()]), ("OLD", "new ones"));
    assert!(gone.len() < 500 && gone.starts_with('…') && gone.ends_with('…'));
}

#[test]
fn bytes_are_told_by_range() {
    let png = |bytes: &[u8]| typed("image/png", &[b"\x89PNG\0\xff", bytes].concat());
    let of = |before: &[u8], after: &[u8]| {
        let DiffBody::Ranges(ranges) = Diff::of(Some(&png(before)), Some(&png(after))).body else {
            panic!("not by range")
        };
        ranges.into_iter().map(|it| (it.at, it.before.0, it.after.0)).collect::<Vec<_>>()
    };
    assert_eq!(of(b"aaaaaaaaaaaaaaaaaaaa", b"abaaaaaaaaaaaaaaaaab"), [(7, 1, 1), (25, 1, 1)]);
    assert_eq!(of(b"abcdef", b"abXYcdef"), [(8, 0, 2)]);
}

#[test]
fn weights_and_types_are_told_before_and_after() {
    let diff = Diff::of(None, Some(&typed("text/plain", b"abc")));
    assert_eq!((diff.before.clone(), diff.after.clone().unwrap().0), (None, 3));
    assert!(!diff.is_empty());
    let (old, new) = (typed("text/plain", b"{}"), typed("application/json", b"{}"));
    let diff = Diff::of(Some(&old), Some(&new));
    assert!(diff.is_retyped() && diff.body == DiffBody::Same && !diff.is_empty());
    assert!(Diff::of(Some(&old), Some(&old)).is_empty());
}

#[test]
fn what_is_not_listed_is_counted() {
    let list = |first: usize| {
        let items: Vec<String> = (first..first + 3000).map(|n| format!("{n}.5")).collect();
        typed("application/json", format!("[{}]", items.join(",")).as_bytes())
    };
    let diff = Diff::of(Some(&list(0)), Some(&list(10_000)));
    let DiffBody::Leaves(changes) = &diff.body else { panic!("not by leaf") };
    assert_eq!((changes.len(), diff.more), (1000, 2000));
    let text = |word: &str| typed("text/plain", word.repeat(5000).as_bytes());
    let diff = Diff::of(Some(&text("a\n")), Some(&text("b\n")));
    assert_eq!(diff.more, 8000);
}

proptest! {
    #[test]
    fn values_have_a_diff_only_if_they_are_different(
        before in any::<Vec<u8>>(), after in any::<Vec<u8>>(), text in "[ab\n]{0,9}", other in "[ab\n]{0,9}",
    ) {
        let pairs = [(before, after), (text.into_bytes(), other.into_bytes())];
        for (before, after) in pairs {
            for content_type in ["application/json", "text/plain", "image/png"] {
                let (old, new) = (typed(content_type, &before), typed(content_type, &after));
                let diff = Diff::of(Some(&old), Some(&new));
                prop_assert_eq!(diff.is_empty(), before == after);
            }
        }
    }
}
