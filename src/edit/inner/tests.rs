//! Inner values, opened and put back to the byte.

use std::fmt::Write as _;
use std::io::Write as _;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use proptest::prelude::*;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn string(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// Opens a JSON text that is one string.
fn of(json: &str) -> Inner {
    Inner::of_string(json.as_bytes(), 0..json.len()).unwrap()
}

fn put(json: &str, value: &str) -> String {
    String::from_utf8(of(json).put_back(value.as_bytes()).unwrap()).unwrap()
}

#[test]
fn layers_are_opened_down_to_json_or_text() {
    let json = r#"{"a": [1.10]}"#;
    let packed = STANDARD.encode(gzip(json.as_bytes()));
    let url = format!("data:application/json;base64,{}", STANDARD.encode(json));
    for (text, chain, value) in [
        (json.to_owned(), "JSON", json),
        ("<p>\n</p>".to_owned(), "text", "<p>\n</p>"),
        (String::new(), "text", ""),
        (packed.clone(), "base64 → gzip → JSON", json),
        (STANDARD.encode(zlib(json.as_bytes())), "base64 → zlib → JSON", json),
        (URL_SAFE_NO_PAD.encode("some text?>"), "base64 → text", "some text?>"),
        (url, "data: URL → JSON", json),
        ("data:text/html,%3Cp%3E".to_owned(), "data: URL → text", "<p>"),
        (string(json), "JSON string → JSON", json),
        (string(&packed), "JSON string → base64 → gzip → JSON", json),
    ] {
        let opened = of(&string(&text));
        assert_eq!((&*opened.chain(), &opened.value()[..]), (chain, value.as_bytes()), "{text}");
        let again = opened.put_back(value.as_bytes()).unwrap();
        assert_eq!(again, string(&text).as_bytes(), "{text}");
    }
    let bytes: Vec<u8> = (0..=255).collect();
    let opened = of(&string(&STANDARD.encode(&bytes)));
    assert_eq!((&*opened.chain(), &opened.value()[..]), ("base64 → bytes", &bytes[..]));
}

#[test]
fn an_edit_changes_the_innermost_value_alone() {
    assert_eq!(put(r#""{\"a\": 1}""#, r#"{"a": 2}"#), r#""{\"a\": 2}""#);
    assert_eq!(put(r#""{\u0022a\u0022: \u0031}""#, r#"{"a": 2}"#), r#""{\u0022a\u0022: 2}""#);
    let text = string(&STANDARD.encode("hello world"));
    assert_eq!(put(&text, "hello"), string(&STANDARD.encode("hello")));
    let text = string(&STANDARD.encode(gzip(br#"{"a": 1}"#)));
    let again = put(&text, r#"{"a": 2}"#);
    assert_eq!(of(&again).value(), &br#"{"a": 2}"#[..]);
    assert!(of(&again).note().unwrap().contains("gzip"));
}

#[test]
fn whole_values_are_opened_where_something_is_packed_in_them() {
    let packed = Bytes::from(gzip(b"[1]"));
    let opened = Inner::of_value(&packed).unwrap();
    assert_eq!((&*opened.chain(), opened.content_type()), ("gzip → JSON", ContentType::JSON));
    assert_eq!(opened.put_back(b"[1]").unwrap(), packed);
    for plain in ["[1]", "text", "", "\u{1f}\u{8b}"] {
        assert!(Inner::of_value(&Bytes::from(plain)).is_err(), "{plain}");
    }
}

#[test]
fn what_cannot_be_text_is_not_put_into_a_string() {
    let opened = of(&string("text"));
    assert!(opened.put_back(b"\xff").unwrap_err().0.contains("not UTF-8"));
    let opened = of(&string(&STANDARD.encode("hello world")));
    assert_eq!(opened.put_back(b"\xff\xfe").unwrap(), br#""//4=""#);
}

#[test]
fn numbers_and_halves_of_characters_are_not_opened() {
    for json in ["1", "null", "[1]", r#""\ud800""#] {
        assert!(Inner::of_string(json.as_bytes(), 0..json.len()).is_err(), "{json}");
    }
}

#[test]
fn bombs_cost_a_sentence() {
    let mut bomb = gzip(&vec![0; MOST + 1]);
    for _ in 0..2 {
        let why = Inner::of_value(&bomb.clone().into()).unwrap_err();
        assert_eq!(why.0, "opened, this is more than 67 MB; it stays closed");
        bomb = gzip(&bomb);
    }
    // A value in too many layers is opened down to the limit.
    let mut value = b"[1]".to_vec();
    for _ in 0..=MOST_LAYERS {
        value = gzip(&value);
    }
    let opened = Inner::of_value(&value.into()).unwrap();
    assert_eq!(opened.chain(), "gzip → gzip → gzip → gzip → bytes");
}

/// Packs a value in these layers, the last of which is a JSON string.
fn wrapped(mut value: Vec<u8>, layers: &[u8]) -> String {
    for layer in layers {
        value = match (layer % 5, std::str::from_utf8(&value)) {
            (0, _) => gzip(&value),
            (1, _) => zlib(&value),
            (2, Ok(text)) => string(text).into_bytes(),
            (3, _) => format!("data:x;base64,{}", STANDARD.encode(&value)).into_bytes(),
            _ => STANDARD.encode(&value).into_bytes(),
        };
    }
    let text = String::from_utf8(value).unwrap_or_else(|fault| STANDARD.encode(fault.as_bytes()));
    string(&text)
}

proptest! {
    #[test]
    fn what_is_opened_is_put_back_to_the_byte(
        value in prop_oneof![any::<Vec<u8>>(), ".*".prop_map(String::into_bytes)],
        layers in proptest::collection::vec(any::<u8>(), 0..5),
    ) {
        let json = wrapped(value, &layers);
        let opened = of(&json);
        let again = opened.put_back(opened.value()).unwrap();
        prop_assert_eq!(String::from_utf8(again).unwrap(), json);
    }

    #[test]
    fn what_is_opened_is_told_by_its_first_bytes(
        value in any::<Vec<u8>>(), layers in proptest::collection::vec(any::<u8>(), 1..4),
    ) {
        let json = wrapped(value, &layers);
        let value = of(&json);
        let whole = Bytes::from(serde_json::from_str::<String>(&json).unwrap());
        if let Ok(opened) = Inner::of_value(&whole) {
            prop_assert!(may_hold(&whole));
            prop_assert_eq!(opened.value(), value.value());
        }
    }

    #[test]
    fn what_is_put_in_is_found_there_again(
        text in ".*", typed in "\\PC*", layers in proptest::collection::vec(any::<u8>(), 0..4),
    ) {
        let json = wrapped(text.into_bytes(), &layers);
        let opened = of(&json);
        let again = opened.put_back(typed.as_bytes()).unwrap();
        prop_assert!(crate::preview::json::check(&again).is_ok());
        let again = String::from_utf8(again).unwrap();
        // The typed text may have contents of its own, but is otherwise what was typed.
        let mut bytes = again.clone().into_bytes();
        for layer in &opened.layers {
            bytes = match layer {
                Layer::String(_) => serde_json::from_slice::<String>(&bytes).unwrap().into_bytes(),
                Layer::Base64(_) => STANDARD.decode(&bytes).unwrap(),
                Layer::DataUrl(url) if url.is_base64() => {
                    bytes[memchr::memchr(b',', &bytes).unwrap() + 1..].to_vec()
                }
                Layer::DataUrl(_) => panic!("none is made"),
                Layer::Packed(_) => Packed::open(&bytes, MOST).unwrap().unwrap().1,
            };
        }
        prop_assert_eq!(String::from_utf8(bytes).unwrap(), typed);
    }

    #[test]
    fn a_string_spelled_in_any_way_is_edited_in_its_own(
        characters in proptest::collection::vec((any::<char>(), 0..3_u8), 0..40),
        at in any::<prop::sample::Index>(), new in any::<char>(),
    ) {
        let mut spelled = String::from("\"");
        for (c, how) in &characters {
            if *how == 0 {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(spelled, "\\u{unit:04x}").unwrap();
                }
            } else {
                let quoted = string(&c.to_string());
                spelled.push_str(&quoted[1..quoted.len() - 1]);
            }
        }
        spelled.push('"');
        let text: String = serde_json::from_str(&spelled).unwrap();
        let (string, read) = JsonString::open(spelled.as_bytes(), spelled.as_bytes()).unwrap();
        prop_assert_eq!(&read, &text);
        let at = at.index(text.chars().count() + 1);
        let mut typed: Vec<char> = text.chars().collect();
        typed.insert(at, new);
        let typed: String = typed.into_iter().collect();
        let again = String::from_utf8(string.put_back(&typed)).unwrap();
        let read: String = serde_json::from_str(&again).unwrap();
        prop_assert_eq!(read, typed);
        // All of the old spelling is still there, in two parts.
        let (old, new) = (spelled.as_bytes(), again.as_bytes());
        let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
        prop_assert!(start + end >= old.len(), "{} {}", spelled, again);
    }
}
