//! What merges keep, and where they ask.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;

fn typed(content_type: &str, value: &str) -> TypedValue {
    TypedValue {
        content_type: content_type.into(),
        value: Bytes::copy_from_slice(value.as_bytes()),
    }
}

fn json(value: &str) -> TypedValue {
    typed("application/json", value)
}

fn text(value: &str) -> TypedValue {
    typed("text/plain", value)
}

/// The outcome of a merge without conflicts.
fn clean(base: &TypedValue, mine: &TypedValue, theirs: &TypedValue) -> String {
    let merge = Merge::of(base, mine, theirs);
    assert!(merge.is_clean(), "{:?}", merge.conflicts);
    String::from_utf8(merge.resolve(&[]).unwrap().value.to_vec()).unwrap()
}

fn joined(base: &str, mine: &str, theirs: &str) -> String {
    clean(&json(base), &json(mine), &json(theirs))
}

#[test]
fn what_someone_else_has_changed_is_named_value_by_value() {
    let base = r#"{"price": 1, "stock": {"berlin": [1, 2], "paris": 0}, "x": {"y": 1}}"#;
    let mine = base.replace("1, \"stock", "2, \"stock");
    let theirs = base.replace("[1, 2]", "[1, 3]").replace("\"y\": 1", "\"z\": 1");
    let merge = Merge::of(&json(base), &json(&mine), &json(&theirs));
    assert!(merge.is_clean());
    assert_eq!(merge.theirs_at, ["$.stock.berlin[1]", "$.x"]);
}

#[test]
fn other_leaves_are_merged_and_the_rest_stays_to_the_byte() {
    let base = r#"{"price": 1.10,  "n":1E5, "tags":["a" ,"b"], "u":"\u00e9"}"#;
    let mine = r#"{"price": 1.20, "n": 1E5, "tags": ["a", "b"], "u": "\u00e9"}"#;
    let theirs = r#"{"price": 1.10,  "n":1E5, "tags":["a" ,"c"], "u":"\u00e9"}"#;
    assert_eq!(
        joined(base, mine, theirs),
        r#"{"price": 1.20,  "n":1E5, "tags":["a" ,"c"], "u":"\u00e9"}"#
    );
    assert_eq!(joined("[1, [2, 3]]", "[1, [2, 4]]", "[0,[2,3]]"), "[0,[2,4]]");
    assert_eq!(
        joined(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3}"#, r#"{"a":0,"a":2}"#),
        r#"{"a":0,"a":3}"#
    );
}

#[test]
fn white_space_that_is_not_taken_is_told() {
    let spaced = |mine: &str| {
        let (base, theirs) =
            (json(r#"{"a": 1, "b": [2], "c": 3}"#), json(r#"{"a":1,"b":[2],"c":4}"#));
        Merge::of(&base, &json(mine), &theirs).is_spaced
    };
    assert!(spaced(r#"{"a":  0, "b": [2], "c": 3}"#));
    assert!(!spaced(r#"{"a": 0, "b": [5], "c": 3}"#));
    assert!(!spaced(r#"{"a": 0, "b": {"x":  5}, "c": 3}"#), "a value is taken as it is typed");
    assert!(!spaced(r#"{"a": 0, "b": [2], "d":  0, "c": 3}"#), "more is not known");
}

#[test]
fn members_come_and_go_between_the_separators_that_stand_there() {
    let base = r#"{"a": 1, "b": 2, "c": 3}"#;
    let theirs = r#"{"a":1 , "b":2 , "c":4}"#;
    for (mine, expected) in [
        (r#"{"b": 2, "c": 3}"#, r#"{"b":2 , "c":4}"#),
        (r#"{"a": 1, "c": 3}"#, r#"{"a":1 , "c":4}"#),
        (r#"{"x": 0, "a": 1, "b": 2, "c": 3}"#, r#"{"x": 0 , "a":1 , "b":2 , "c":4}"#),
        (
            r#"{"a": 1, "x": 0, "y": 9, "b": 2, "c": 3}"#,
            r#"{"a":1 , "x": 0 , "y": 9 , "b":2 , "c":4}"#,
        ),
        (r#"{"a": 1, "b": 2, "c": 3, "x": 0}"#, r#"{"a":1 , "b":2 , "c":4 , "x": 0}"#),
        (r#"{"x": 0, "c": 3}"#, r#"{"x": 0 , "c":4}"#),
    ] {
        assert_eq!(joined(base, mine, theirs), expected);
    }
    // From nothing, to nothing.
    assert_eq!(
        joined(r#"{"o": {}, "n": 1}"#, r#"{"o": { "x": 1 }, "n": 1}"#, r#"{"o": {}, "n": 2}"#),
        r#"{"o": { "x": 1 }, "n": 2}"#
    );
    assert_eq!(
        joined(r#"{"o": {"x": 1}, "n": 1}"#, r#"{"o": {}, "n": 1}"#, r#"{"o": {"x": 1}, "n": 2}"#),
        r#"{"o": {}, "n": 2}"#
    );
    // Items.
    assert_eq!(joined("[[1, 2, 3], 0]", "[[1, 3], 0]", "[[1, 2, 3],9]"), "[[1, 3],9]");
    assert_eq!(joined("[1, 2, 3]", "[1, 2, 3, 4]", "[0,1,2,3]"), "[0,1,2,3,4]");
    // Both remove, both add the same.
    assert_eq!(joined(base, r#"{"a": 1, "c": 3}"#, r#"{"a":0,"c":3}"#), r#"{"a":0,"c":3}"#);
}

#[test]
fn the_same_leaf_is_a_conflict_that_takes_either_or_an_edit() {
    let (base, mine) = (json(r#"{"a": 1, "b": 1}"#), json(r#"{"a": 2, "b": 2}"#));
    let merge = Merge::of(&base, &mine, &json(r#"{"a":3,"b":1}"#));
    let [conflict] = &merge.conflicts[..] else { panic!("{:?}", merge.conflicts) };
    let pieces = [&conflict.base, &conflict.mine, &conflict.theirs];
    assert_eq!(conflict.at, "$.a");
    assert_eq!(pieces.map(|piece| piece.as_deref().unwrap()), [b"1", b"2", b"3"]);
    let with = |choice| merge.resolve(&[choice]).map(|it| it.value);
    assert_eq!(with(Choice::Mine).unwrap(), r#"{"a":2,"b":2}"#);
    assert_eq!(with(Choice::Theirs).unwrap(), r#"{"a":3,"b":2}"#);
    assert_eq!(with(Choice::Edited("[4.0]".into())).unwrap(), r#"{"a":[4.0],"b":2}"#);
    assert_eq!(merge.check(0, b"4.0]").unwrap_err(), "not JSON: line 1, column 4: Extra data");
    assert!(matches!(with(Choice::Edited("}".into())), Err(Unresolved::Fault(_))));
    assert_eq!(merge.resolve(&[]), Err(Unresolved::Undecided(0)));
}

#[test]
fn what_one_removed_and_the_other_changed_is_a_conflict() {
    let base = json(r#"{"a": 1, "b": 2}"#);
    let merge = Merge::of(&base, &json(r#"{"b": 3}"#), &json(r#"{"a": 9, "b": 2}"#));
    assert_eq!((merge.conflicts.len(), merge.conflicts[0].mine.clone()), (1, None));
    let value = |merge: &Merge, choice| {
        String::from_utf8(merge.resolve(&[choice]).unwrap().value.to_vec()).unwrap()
    };
    assert_eq!(value(&merge, Choice::Mine), r#"{"b": 3}"#);
    assert_eq!(value(&merge, Choice::Theirs), r#"{"a": 9, "b": 3}"#);
    assert_eq!(value(&merge, Choice::Edited("8".into())), r#"{"a": 8, "b": 3}"#);
    let merge = Merge::of(&base, &json(r#"{"a": 9, "b": 2}"#), &json(r#"{"b": 3}"#));
    assert_eq!(merge.conflicts[0].theirs, None);
    assert_eq!(value(&merge, Choice::Mine), r#"{"a": 9, "b": 3}"#);
    assert_eq!(value(&merge, Choice::Theirs), r#"{"b": 3}"#);
    assert_eq!(value(&merge, Choice::Edited("8".into())), r#"{"a": 8, "b": 3}"#);
    // Both add a member of one key.
    let merge = Merge::of(&json("{}"), &json(r#"{"k": 1}"#), &json(r#"{"k": 2}"#));
    assert_eq!((merge.conflicts.len(), merge.conflicts[0].base.clone()), (1, None));
    assert_eq!(value(&merge, Choice::Mine), r#"{"k": 1}"#);
}

#[test]
fn an_order_that_was_changed_is_not_lost() {
    let base = r#"{"a": 1, "b": 2}"#;
    assert_eq!(
        joined(&format!("[{base}, 0]"), r#"[{"b": 2, "a": 1}, 0]"#, &format!("[{base},1]")),
        r#"[{"b": 2, "a": 1},1]"#
    );
    let merge = Merge::of(&json(base), &json(r#"{"b": 2, "a": 1}"#), &json(r#"{"a": 1, "b": 3}"#));
    assert_eq!(merge.conflicts.len(), 1);
}

#[test]
fn other_lines_of_a_text_are_merged() {
    let base = "one\r\ntwo\nthree\nfour";
    let merged =
        clean(&text(base), &text("one\r\n2\nthree\nfour"), &text("zero\none\r\ntwo\nthree\nfour!"));
    assert_eq!(merged, "zero\none\r\n2\nthree\nfour!");
    let merge =
        Merge::of(&text(base), &text("one\r\n2\nthree\nfour"), &text("one\r\nTWO\nthree\n4"));
    assert_eq!((merge.conflicts.len(), &*merge.conflicts[0].at), (1, "line 2"));
    let value = merge.resolve(&[Choice::Edited("II\n".into())]).unwrap().value;
    assert_eq!(value, "one\r\nII\nthree\n4");
}

#[test]
fn text_is_merged_in_its_charset() {
    let utf16 = |text: &str| TypedValue {
        content_type: "text/plain; charset=utf-16le".into(),
        value: text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>().into(),
    };
    let merge = Merge::of(&utf16("ä\nb\n"), &utf16("ö\nb\n"), &utf16("ä\nĊ\n"));
    assert!(merge.is_clean());
    assert_eq!(merge.resolve(&[]).unwrap(), utf16("ö\nĊ\n"));
}

#[test]
fn bytes_are_one_or_the_other() {
    let png = |byte: u8| TypedValue {
        content_type: "image/png".into(),
        value: vec![0x89, b'P', 0, byte, 0xff].into(),
    };
    assert_eq!(Merge::of(&png(1), &png(2), &png(1)).resolve(&[]).unwrap(), png(2));
    assert_eq!(Merge::of(&png(1), &png(1), &png(2)).resolve(&[]).unwrap(), png(2));
    let merge = Merge::of(&png(1), &png(2), &png(3));
    assert!(merge.is_whole() && merge.conflicts.len() == 1);
    assert_eq!(merge.resolve(&[Choice::Mine]).unwrap(), png(2));
}

#[test]
fn the_content_type_is_merged_too() {
    let (base, mine) = (text("a\nb"), typed("text/html", "A\nb"));
    let merge = Merge::of(&base, &mine, &text("a\nB"));
    assert_eq!(merge.resolve(&[]).unwrap(), typed("text/html", "A\nB"));
    let merge = Merge::of(&base, &mine, &typed("text/csv", "a\nB"));
    assert_eq!((merge.conflicts.len(), &*merge.conflicts[0].at), (1, "the content type"));
    assert_eq!(merge.resolve(&[Choice::Theirs]).unwrap(), typed("text/csv", "A\nB"));
}

#[test]
fn deep_values_are_merged_without_a_stack() {
    let deep = |a: &str, b: &str| "{\"x\":[".repeat(5000) + a + "," + b + &"]}".repeat(5000);
    assert_eq!(joined(&deep("1", "2"), &deep("3", "2"), &deep("1", "4")), deep("3", "4"));
}

/// A flat object whose leaves have distinct numbers.
fn object(values: &[u32], gap: &str) -> String {
    let member = |(at, value): (usize, &u32)| format!("\"k{at}\":{gap}{value}.{value}0");
    let members: Vec<String> = values.iter().enumerate().map(member).collect();
    format!("{{{gap}{}{gap}}}", members.join(&format!(",{gap}")))
}

#[test]
fn what_was_typed_stands_as_it_was_typed_where_the_rest_is_laid_out() {
    let base = r#"{"a":1,"b":[2],"c":"\"typed-0-1\"","d":4}"#;
    let mine = r#"{"a":5,"b":[2],"c":"typed-1-","d":6}"#;
    let theirs = r#"{"a":7,"b":[3],"c":"\"typed-0-1\"","d":8}"#;
    let merge = Merge::of(&json(base), &json(mine), &json(theirs));
    let half = "[1,  \n \"typed-0-0\" {".as_bytes();
    let edited = Choice::Edited(Bytes::from_static(half));
    let laid_out =
        |choices: &[Choice]| String::from_utf8(merge.laid_out(choices).unwrap().to_vec()).unwrap();
    let lines = "{\n  \"a\": A,\n  \"b\": [\n    3\n  ],\n  \"c\": \"typed-1-\",\n  \"d\": D\n}";
    let text = String::from_utf8_lossy(half);
    assert_eq!(
        laid_out(&[edited.clone(), Choice::Mine]),
        lines.replace('A', &text).replace('D', "6")
    );
    assert_eq!(laid_out(&[Choice::Theirs, edited]), lines.replace('A', "7").replace('D', &text));
    // Even bytes that are not text are not lost.
    let bytes = Choice::Edited(Bytes::from_static(b"\xff"));
    assert!(merge.laid_out(&[bytes, Choice::Mine]).unwrap().contains(&0xff));
    // Faulty JSON has no layout.
    let merge = Merge::of(&json("{\"a\":1}"), &json("{\"a\":2}"), &json("{\"a\":"));
    assert_eq!(merge.laid_out(&[Choice::Theirs]).unwrap(), "{\"a\":");
}

proptest! {
    #[test]
    fn an_unchanged_side_gives_the_other(base in "[a-c\n]{0,20}", other in "[a-c\n]{0,20}", kind in 0_usize..3) {
        let content_type = ["text/plain", "application/json", "image/png"][kind];
        let (base, other) = (typed(content_type, &base), typed(content_type, &other));
        for (mine, theirs) in [(&base, &other), (&other, &base), (&other, &other)] {
            let merge = Merge::of(&base, mine, theirs);
            prop_assert!(merge.is_clean());
            prop_assert_eq!(&merge.resolve(&[]).unwrap(), &other);
        }
    }

    #[test]
    fn edits_of_other_leaves_commute_and_touch_nothing_else(
        values in proptest::collection::vec(0_u32..9, 2..12),
        sides in proptest::collection::vec(0..3, 12), gap in "[ \n\t]{0,3}",
    ) {
        let with = |side: i32| {
            let value = |(at, value): (usize, &u32)| if sides[at] == side { value + 100 } else { *value };
            object(&values.iter().enumerate().map(value).collect::<Vec<_>>(), &gap)
        };
        let all = |(at, value): (usize, &u32)| if sides[at] > 0 { value + 100 } else { *value };
        let all = object(&values.iter().enumerate().map(all).collect::<Vec<_>>(), &gap);
        let (base, mine, theirs) = (object(&values, &gap), with(1), with(2));
        prop_assert_eq!(&joined(&base, &mine, &theirs), &all);
        prop_assert_eq!(&joined(&base, &theirs, &mine), &all);
        // The same as text, line by line.
        let lines = |json: &str| json.replace(',', "\n,");
        let one = clean(&text(&lines(&base)), &text(&lines(&mine)), &text(&lines(&theirs)));
        prop_assert_eq!(one, lines(&all));
    }

    #[test]
    fn json_that_is_merged_is_json_whatever_is_chosen(
        base in "\\[([0-3](,[0-3]){0,5})?\\]", mine in "\\[([0-3](,[0-3]){0,5})?\\]",
        theirs in "\\[([0-3](,[0-3]){0,5})?\\]", mask in 0_u8..8,
        keys in proptest::collection::vec((0_u8..4, 0_u8..3), 0..18),
    ) {
        let lists = [base, mine, theirs];
        let of = |part: usize| {
            let part = keys.iter().skip(part * 6).take(6);
            let members: Vec<String> = part.map(|(key, value)| format!("\"{key}\": {value}")).collect();
            format!("{{{}}}", members.join(" , "))
        };
        let objects = [of(0), of(1), of(2)];
        for [base, mine, theirs] in [lists, objects] {
            let whole = |text: &str| json(&format!("{{\"x\": {text}, \"y\": 0}}"));
            let merge = Merge::of(&whole(&base), &whole(&mine), &whole(&theirs));
            let choices: Vec<Choice> = (0..merge.conflicts.len())
                .map(|at| match mask >> (at % 3) & 1 { 0 => Choice::Mine, _ => Choice::Theirs })
                .collect();
            let value = merge.resolve(&choices).unwrap().value;
            prop_assert!(syntax::check(&value).is_ok(), "{:?}", value);
            // All of one side, where all conflicts are decided for it and it alone changed the rest.
            let mine_only = merge.conflicts.iter().map(|_| Choice::Mine).collect::<Vec<_>>();
            prop_assert!(syntax::check(&merge.resolve(&mine_only).unwrap().value).is_ok());
        }
    }
}
