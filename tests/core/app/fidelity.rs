//! Values of all kinds are edited in one place, by keys: every byte outside that place stays.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use larder::app::Settings;
use larder::model::{SetValue, Write};

use super::JSON;
use super::inner::{self, gzip, string, unzip};
use crate::stage::{Stage, record, store};

/// A value, and one edit of it: the keys that make it, and the bytes that they replace.
struct Case {
    content_type: String,
    value: Vec<u8>,
    keys: String,
    /// The bytes that are replaced, and the new ones.
    at: std::ops::Range<usize>,
    by: Vec<u8>,
}

/// An endless series of numbers, the same in every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    pub(super) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const LEAVES: [&str; 22] = [
    "1.10",
    "-0.0",
    "1E5",
    "0",
    "1234567890123456789012345678901234567890",
    "0.1000000000000000055511151231257827",
    "NaN",
    "-Infinity",
    "true",
    "null",
    r#""\u00e9""#,
    "\"é\"",
    r#""\ud800""#,
    r#""\udc00 \ud83d\ude00""#,
    "\"👨\u{200d}👩\u{200d}👧 e\u{301}\"",
    r#""\/ \" \\ \n""#,
    "\"\"",
    "{}",
    "[ ]",
    "{  }",
    "\"\u{202e}\u{7f}\"",
    "\"a]b}c,d:e\"",
];
pub(super) const GAPS: [&str; 6] = ["", "", " ", "  ", " \t", "\t"];
/// The mark of the leaf that is edited.
pub(super) const MARK: &str = "\"here\"";

/// JSON on one line, with varying spaces, and with the mark in it once.
pub(super) fn json(random: &mut Random, depth: usize, marked: bool) -> String {
    let gap = |random: &mut Random| random.pick(&GAPS).to_owned();
    if depth == 0 {
        return if marked { MARK.to_owned() } else { random.pick(&LEAVES).to_owned() };
    }
    let count = 1 + random.below(4);
    let here = random.below(count);
    let object = random.below(2) == 0;
    let mut members = Vec::new();
    for index in 0..count {
        let deeper = if marked && index == here { depth - 1 } else { random.below(depth) };
        let value = json(random, deeper, marked && index == here);
        // Some keys occur more than once.
        let key = random.pick(&["\"a\"", "\"a\"", r#""\u0061""#, "\"b c\"", "\"\""]);
        members.push(if object {
            gap(random) + key + &gap(random) + ":" + &gap(random) + &value + &gap(random)
        } else {
            gap(random) + &value + &gap(random)
        });
    }
    let members = members.join(",");
    if object { format!("{{{members}}}") } else { format!("[{members}]") }
}

/// Searches for the mark in a value, and types over it.
fn replaced(content_type: &str, value: &str, encode: impl Fn(&str) -> Vec<u8>) -> Case {
    let at = value.find("here").unwrap();
    let before = encode(&value[..at]).len();
    let by = encode(&(value[..at].to_owned() + "€ö"))[before..].to_vec();
    Case {
        content_type: content_type.to_owned(),
        value: encode(value),
        keys: "<ctrl-f>here<enter>€ö".to_owned(),
        at: before..encode(&value[..at + 4]).len(),
        by,
    }
}

fn utf8(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn by_hand() -> Vec<Case> {
    let mut cases = Vec::new();
    let deep = "[".repeat(10_000) + MARK + &"]".repeat(10_000);
    for text in [
        r#"{"a":1.10,"b":"here","a":-0.0}"#,
        r#"[1234567890123456789012345678901234567890,"here",NaN]"#,
        r#"{"\u00e9":"é","x":"here"}"#,
        r#" {"é" : "\ud800" ,"x":["here" ]} "#,
        "{\r\n\t\"a\": 1.50,\r\n\t\"b\": \"here\" }\r\n",
        "{\n  \"a\": 1E5,\r\n  \"b\": \"here\"\n}",
        "\"here\"",
        "\n\"here\"\n\n",
        &deep,
    ] {
        cases.push(replaced(JSON, text, utf8));
    }
    for text in [
        "here",
        "a\nhere",
        "a\r\nhere\r\n",
        "a\r\nb\nhere\r\n\n",
        "\t\0here\u{7f}",
        "one\n\nhere\n",
    ] {
        cases.push(replaced("text/plain; charset=utf-8", text, utf8));
        cases
            .push(replaced("text/plain", text, |text| [b"\xef\xbb\xbf", text.as_bytes()].concat()));
        let little = |text: &str| -> Vec<u8> {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        };
        cases.push(replaced("text/plain; charset=utf-16", text, little));
    }
    // Latin-1 has no €.
    let latin: &[u8] = b"caf\xe9 here \xfc\r\nna\xefve\n";
    cases.push(Case {
        content_type: "text/plain; charset=iso-8859-1".to_owned(),
        value: latin.to_vec(),
        keys: "<ctrl-f>here<enter>ö".to_owned(),
        at: 5..9,
        by: b"\xf6".to_vec(),
    });
    for content_type in ["text/plain", "text/csv; charset=utf-8"] {
        cases.push(Case {
            content_type: content_type.to_owned(),
            value: Vec::new(),
            keys: "€ö".to_owned(),
            at: 0..0,
            by: utf8("€ö"),
        });
    }
    cases
}

fn saved(case: &Case) -> SetValue {
    let mut stage = Stage::with(100, 30, Settings { editor_limit: 1 << 24, ..Settings::default() });
    stage.connect(vec![store("default", 1), store("shop", 1)]);
    let value = record("k", &case.content_type, "");
    let value = larder::model::Record { value: case.value.clone().into(), ..value };
    stage.keys("j").open(&[value]);
    stage.keys("e");
    assert!(stage.app.editor.is_some(), "{:?} opens", String::from_utf8_lossy(&case.value));
    // A save without an edit writes nothing.
    stage.keys("<ctrl-s>");
    assert!(stage.writes().is_empty(), "{:?}", String::from_utf8_lossy(&case.value));
    stage.keys("e").keys(&case.keys).keys("<ctrl-s>");
    match stage.write() {
        Write::Set(set) => set,
        other => panic!("{other:?}"),
    }
}

fn holds(case: &Case) {
    let expected = [&case.value[..case.at.start], &case.by, &case.value[case.at.end..]].concat();
    let set = saved(case);
    assert!(
        set.value == expected,
        "{}: {:?}\nbecame {:?}\ninstead of {:?}",
        case.content_type,
        String::from_utf8_lossy(&case.value),
        String::from_utf8_lossy(&set.value),
        String::from_utf8_lossy(&expected)
    );
    assert_eq!(set.content_type.as_str(), case.content_type);
}

#[test]
fn awkward_values_are_what_they_were_but_for_what_was_typed() {
    let cases = by_hand();
    assert!(cases.len() >= 25);
    cases.iter().for_each(holds);
}

#[test]
fn json_of_any_spacing_is_what_it_was_but_for_one_leaf() {
    let mut random = Random(0x5eed);
    for _ in 0..400 {
        let depth = 1 + random.below(5);
        let text = json(&mut random, depth, true);
        let around = random.pick(&GAPS).to_owned();
        holds(&replaced(JSON, &(around.clone() + &text + &around), utf8));
    }
}

#[test]
fn text_of_any_line_ends_is_what_it_was_but_for_one_word() {
    let mut random = Random(0xcafe);
    for _ in 0..100 {
        let mut text = String::new();
        let count = 1 + random.below(8);
        let here = random.below(count);
        for index in 0..count {
            text +=
                random.pick(&["", "word", "日本", "\t x", "e\u{301}", "🇩🇪🇫🇷", "\u{200d}", "\"{"]);
            if index == here {
                text += "here";
            }
            text += random.pick(&["\n", "\r\n", "\n", "\r", "", "\u{2028}"]);
        }
        holds(&replaced("text/plain; charset=utf-8", &text, utf8));
    }
}

/// A string that holds this text, encoded in one of many ways.
fn layered(way: usize, text: &str) -> String {
    let escaped = |text: &str| {
        let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
        format!("\"{}\"", units.collect::<String>())
    };
    match way % 8 {
        0 => string(text),
        1 => escaped(text),
        2 => string(&STANDARD.encode(text)),
        3 => string(&STANDARD.encode(gzip(text.as_bytes()))),
        4 => string(&format!("data:text/plain;base64,{}", STANDARD.encode(text))),
        5 => string(&string(text)),
        6 => string(text).replace('/', "\\/"),
        _ => escaped(&STANDARD.encode(text)),
    }
}

/// The text in such a string, decoded by other means.
fn held(way: usize, spelled: &str) -> String {
    let text: String = serde_json::from_str(spelled).unwrap();
    let bytes = |text: &str| STANDARD.decode(text).unwrap();
    let read = match way % 8 {
        2 | 7 => bytes(&text),
        3 => unzip(&bytes(&text)),
        4 => bytes(text.strip_prefix("data:text/plain;base64,").unwrap()),
        5 => return serde_json::from_str(&text).unwrap(),
        _ => return text,
    };
    String::from_utf8(read).unwrap()
}

#[test]
fn every_byte_outside_what_is_edited_inside_is_what_it_was() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let texts = [
        r#"{"a":1.10,"b":"here","a":-0.0}"#,
        "[ 1.10,\t\"\\u00e9 here\",NaN ]",
        "first line\r\nhere / second\nlast",
        "<p class=\"x\">here \u{e9}\u{301} \u{1f600}</p>",
        "{\n  \"a\": [\"here\"]\n}\n",
    ];
    for round in 0..200 {
        let held_text = texts[random.below(texts.len())];
        let outer = json(&mut random, 3, true);
        let spelled = layered(round, held_text);
        let member = format!("{{ \"held\" :{spelled}}}");
        let at = outer.find(MARK).unwrap() + member.find(&spelled).unwrap();
        let outer = outer.replace(MARK, &member);
        let mut stage = inner::opened(outer.as_bytes(), JSON);
        inner::inside(&mut stage, ".held");
        stage.keys("<ctrl-f>here<enter>\u{20ac}/\u{f6}");
        let set = inner::saved(&mut stage);
        let value = inner::text(&set);
        let end = value.len() - (outer.len() - at - spelled.len());
        assert_eq!(value[..at], outer[..at], "{outer}");
        assert_eq!(value[end..], outer[at + spelled.len()..], "{outer}");
        let expected = held_text.replace("here", "\u{20ac}/\u{f6}");
        assert_eq!(held(round, &value[at..end]), expected, "{outer}");
    }
}
