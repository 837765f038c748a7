//! Values in values: what is opened comes out the same again, whatever is in it.

use bytes::Bytes;

use crate::edit::Inner;
use crate::preview::json;

/// The first byte chooses whether the rest is a value, a spelled JSON string, or the text of one.
pub(super) fn open(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    let spelled = match kind % 3 {
        0 => return whole(rest),
        1 => rest.to_vec(),
        _ => serde_json::to_vec(&String::from_utf8_lossy(rest)).unwrap_or_default(),
    };
    // Only what is JSON is looked into.
    if json::check(&spelled).is_err() {
        return;
    }
    let Ok(opened) = Inner::of_string(&spelled, 0..spelled.len()) else { return };
    comes_out_again(&opened, &spelled);
    for other in ["", "\"\\\u{0}\u{e9}/\u{1f600}"] {
        let Ok(put) = opened.put_back(other.as_bytes()) else { continue };
        assert!(json::check(&put).is_ok(), "{other:?}");
    }
}

fn whole(value: &[u8]) {
    let value = Bytes::copy_from_slice(value);
    if let Ok(opened) = Inner::of_value(&value) {
        comes_out_again(&opened, &value);
    }
}

/// To the byte, but where something is compressed anew.
fn comes_out_again(opened: &Inner, bytes: &[u8]) {
    let Ok(again) = opened.put_back(opened.value()) else { return assert!(bytes.is_empty()) };
    let again = Bytes::from(again);
    if opened.note().is_none() {
        assert_eq!(again, Bytes::copy_from_slice(bytes));
    }
    let read = match again.first() {
        Some(b'"') => Inner::of_string(&again, 0..again.len()),
        _ => Inner::of_value(&again),
    };
    assert!(read.is_ok_and(|read| read.value() == opened.value()), "{}", opened.chain());
}

pub(super) const SAMPLES: &[&[u8]] = &[
    b"\x01\"{\\\"a\\\": [1.10, \\\"\\u00e9\\ud83d\\ude00\\\\/\\\"]}\"",
    b"\x02{\"price\": 1.10, \"tags\": [\"sale\"]}",
    b"\x02data:text/html;charset=utf-8,%3Cp%3E%c3%a9 x</p>",
    b"\x02data:application/json;base64,eyJhIjogWzEuMTBdfQ==",
    b"\x02aGVsbG8gd29ybGQsIGhlbGxv\r\nIHdvcmxk\r\n",
    b"\x02H4sIAADxU2UC/6tWKijKTE5VslIw1DOoBQA1tWlCDgAAAA==",
    b"\0x\x9c\xabV*(\xcaLNU\xb2R0\xd43\xa8\x05\0\x22z\x049",
    b"\0\x1f\x8b\x08\x08\0\xf1Se\x02\xffa.txt\0\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x106\x05\0\0\0",
];
