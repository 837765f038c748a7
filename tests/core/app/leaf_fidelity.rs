//! Values of all kinds are changed one at a time, by keys: set, added to, renamed, removed. Every byte
//! outside the change stays.

use larder::edit::{Digests, Leaves};
use larder::model::{SetValue, Write};

use super::JSON;
use super::fidelity::{GAPS, MARK, Random, json};
use super::leaf::{line, select};
use crate::stage::{Stage, record, store};

fn on(value: &[u8], content_type: &str) -> Stage {
    let mut stage = Stage::new(100, 30);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("k", content_type, value)]);
    stage.keys("<tab>");
    stage
}

fn leaves(text: &str) -> Leaves<'_> {
    Leaves::of(text.as_bytes(), &Digests::default()).unwrap()
}

/// The number of the value to change.
fn marked(text: &str) -> usize {
    let leaves = leaves(text);
    (0..leaves.len()).rfind(|node| leaves.value(*node) == MARK.as_bytes()).unwrap()
}

/// A stage with the cursor on the value to change.
fn on_mark(text: &str) -> Stage {
    let mut stage = on(text.as_bytes(), JSON);
    select(&mut stage);
    let (at, all) = (marked(text), leaves(text).len());
    if at + 1 == all {
        stage.keys("G");
    } else {
        stage.keys("g").keys(&"j".repeat(at));
    }
    stage
}

fn saved(stage: &mut Stage) -> String {
    match stage.write() {
        Write::Set(SetValue { value, .. }) => String::from_utf8(value.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The text after these keys.
fn changed(text: &str, keys: &str) -> String {
    let mut stage = on_mark(text);
    stage.keys(keys);
    saved(&mut stage)
}

/// Checks every kind of change of the marked value.
fn holds(text: &str) {
    let (found, node) = (leaves(text), marked(text));
    let (value, whole) = (found.range(node), found.whole(node));
    // An unchanged value is not written.
    let mut stage = on_mark(text);
    stage.keys("<enter>");
    assert_eq!(line(&stage), MARK);
    stage.keys("<enter>");
    assert!(stage.writes().is_empty(), "{text}");
    // The value is set.
    let set = changed(text, "<enter><ctrl-u>\"€ö\"<enter>");
    assert_eq!(set, [&text[..value.start], "\"€ö\"", &text[value.end..]].concat());
    let root = found.parent(node) == node;
    let in_object = found.is_member(node);
    if root {
        return;
    }
    // Another value is added behind it.
    let more = changed(text, if in_object { "anew: 1.10<enter>" } else { "a1.10<enter>" });
    let (before, after) = (&text[..whole.end], &text[whole.end..]);
    let new = more.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    let new = new.unwrap_or_else(|| panic!("{text} became {more}"));
    let spelled: String = new.chars().filter(|c| !c.is_whitespace()).collect();
    assert_eq!(spelled, if in_object { ",\"new\":1.10" } else { ",1.10" }, "{text}");
    // The member is renamed.
    if in_object {
        let key = whole.start..whole.start + found.key(node).len();
        let renamed = changed(text, "R<ctrl-u>näme<enter>");
        assert_eq!(renamed, [&text[..key.start], "\"näme\"", &text[key.end..]].concat());
    }
    // The value is removed, with one comma and the white space next to it.
    let less = changed(text, "dy");
    let gone = text.len() - less.len();
    let start = (0..=whole.start).rev().find(|start| {
        text.is_char_boundary(*start)
            && text.get(start + gone..).is_some_and(|rest| text[..*start].to_owned() + rest == less)
    });
    let start = start.unwrap_or_else(|| panic!("{text} became {less}"));
    let end = start + gone;
    assert!(start <= whole.start && whole.end <= end, "{text} became {less}");
    let beside = [&text[start..whole.start], &text[whole.end..end]].concat();
    let beside: String = beside.chars().filter(|c| !c.is_whitespace()).collect();
    let alone = found.children(found.parent(node)).count() == 1;
    assert_eq!(beside, if alone { "" } else { "," }, "{text} became {less}");
}

#[test]
fn awkward_json_is_what_it_was_but_for_the_value_that_is_changed() {
    let deep = "[".repeat(10_000) + MARK + &"]".repeat(10_000);
    for text in [
        r#"{"a":1.10,"b":"here","a":-0.0}"#,
        r#"{"a":"here","a":"other","a":1}"#,
        r#"[1234567890123456789012345678901234567890,"here",NaN]"#,
        r#"[0.1000000000000000055511151231257827, -Infinity ,"here"]"#,
        r#"{"\u00e9":"é","x":"here"}"#,
        r#"{"\u00e9":"here","é":"\u00e9"}"#,
        r#" {"é" : "\ud800" ,"x":["here" ]} "#,
        r#"{"\udc00":"here", "\/": "\ud83d\ude00"}"#,
        "{\r\n\t\"a\": 1.50,\r\n\t\"b\": \"here\" }\r\n",
        "{\n  \"a\": 1E5,\r\n  \"b\": \"here\"\n}",
        "[\n\"here\"\r\n,\n\t2]",
        "\"here\"",
        "\n\"here\"\n\n",
        "{\"👨\u{200d}👩\u{200d}👧\": \"here\", \"\u{202e}\": \"\u{7f}\"}",
        &deep,
    ] {
        holds(text);
    }
}

#[test]
fn json_of_any_spacing_is_what_it_was_but_for_the_value_that_is_changed() {
    let mut random = Random(0x1eaf);
    for _ in 0..500 {
        let depth = 1 + random.below(5);
        let text = json(&mut random, depth, true);
        let around = random.pick(&GAPS).to_owned();
        holds(&(around.clone() + &text + &around));
    }
}

#[test]
fn what_is_stored_in_other_bytes_than_its_text_is_edited_as_a_whole() {
    let text = r#"{"a": "here", "b": 1.10}"#;
    let utf16 = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    for (content_type, value) in [
        (JSON, [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("application/json; charset=utf-16", utf16(text)),
        ("application/json; charset=iso-8859-1", b"{\"a\": \"here \xfc\"}".to_vec()),
        // The text is all ASCII so far, but what is typed may not be.
        ("application/json; charset=iso-8859-1", text.as_bytes().to_vec()),
        (JSON, Vec::new()),
        ("text/plain", text.as_bytes().to_vec()),
    ] {
        let mut stage = on(&value, content_type);
        if stage.app.record.has_values() {
            // Its values are looked at, and none of them is changed alone.
            select(&mut stage);
            stage.keys("j<enter>");
            let why = "not stored as shown; edit the whole record";
            assert_eq!(stage.notice(), why, "{content_type}");
            stage.keys("<esc>");
        }
        stage.keys("e");
        let whole = stage.app.editor.is_some() && stage.app.leaf().is_none();
        assert!(whole, "{content_type}: {}", value.escape_ascii());
    }
}

#[test]
fn nothing_is_added_to_what_holds_nothing() {
    for text in ["7", "\"x\"", "null"] {
        let mut stage = on(text.as_bytes(), JSON);
        select(&mut stage);
        stage.keys("a");
        assert_eq!(stage.notice(), "this value holds no others; nothing added");
        assert!(stage.app.layers.len() == 1 && stage.writes().is_empty());
    }
}
