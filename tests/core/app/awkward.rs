//! Values that programs of all kinds leave, edited in one place: in the editor, and as a single value. Every
//! byte outside that place stays, and nothing is written where nothing was typed.

use larder::app::Settings;
use larder::model::{Record, Write};

use super::JSON;
use super::leaf::select;
use crate::stage::{Stage, record, store};

const TEXT: &str = "text/plain; charset=utf-8";

fn on(content_type: &str, value: &[u8]) -> Stage {
    let mut stage = Stage::with(100, 30, Settings { editor_limit: 1 << 24, ..Settings::default() });
    stage.connect(vec![store("shop", 1)]);
    let named = record("k", content_type, "");
    let meta = larder::model::RecordMeta { size: value.len() as u64, ..named.meta };
    stage.open(&[Record { meta, value: value.to_vec().into() }]);
    stage
}

fn saved(stage: &mut Stage) -> Vec<u8> {
    match stage.write() {
        Write::Set(set) => set.value.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// Checks an edit of the part of the text that is found as `here`, or of the first byte of a value that is no
/// text: nothing else changes.
fn holds(content_type: &str, value: &[u8], here: &[u8], there: &[u8]) {
    let shown =
        format!("{content_type}: {:?}", String::from_utf8_lossy(&value[..value.len().min(200)]));
    let mut stage = on(content_type, value);
    stage.keys("e<ctrl-s>");
    assert!(stage.writes().is_empty() && stage.app.editor.is_none(), "unedited {shown}");
    stage.keys("e");
    let expected = if stage.app.editor.as_ref().unwrap().value.text().is_some() {
        stage.keys("<ctrl-f>here<enter>THERE<ctrl-s>");
        let at = value.windows(here.len()).position(|part| part == here).unwrap();
        [&value[..at], there, &value[at + here.len()..]].concat()
    } else {
        stage.keys("a5<ctrl-s>");
        [&[0xa5], &value[1..]].concat()
    };
    let fault = stage.app.editor.as_ref().and_then(|editor| editor.fault.clone());
    assert_eq!(fault, None, "{shown}");
    assert!(saved(&mut stage) == expected, "{shown}");
}

fn is_text(content_type: &str, value: &[u8]) -> bool {
    let mut stage = on(content_type, value);
    stage.keys("e");
    stage.app.editor.as_ref().unwrap().value.text().is_some()
}

#[test]
fn text_with_awkward_ends_and_marks_is_edited_as_text() {
    for text in [
        "a\u{85}here\u{85}b\u{2028}c\u{2029}d",
        "a\rb\rhere\r",
        "a\r\nb\nc\rd\r\r\n\nhere",
        "here\n\r\n\r",
        "a\u{feff}here\u{feff}",
        "\u{feff}\u{feff}here\u{feff}",
        "\u{feff}",
        "\0here\0\0",
        "\u{1b}[31mhere\u{1b}[0m\x0b\x0c",
        "e\u{301}here\u{301}\u{200d}\u{1f1e9}",
        "\u{fffd}here\u{fffe}\u{10ffff}",
        "\t here \t\n \n",
    ] {
        if text.contains("here") {
            assert!(is_text(TEXT, text.as_bytes()), "{text:?}");
            holds(TEXT, text.as_bytes(), b"here", b"THERE");
        }
        let mut stage = on(TEXT, text.as_bytes());
        stage.keys("e<ctrl-s>");
        assert!(stage.writes().is_empty(), "{text:?}");
    }
}

#[test]
fn text_in_other_charsets_is_what_it_was_but_for_what_was_typed() {
    let wide = |text: &str, little: bool| -> Vec<u8> {
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    };
    let here = b"here".as_slice();
    let cases: &[(&str, Vec<u8>)] = &[
        ("text/plain; charset=iso-8859-1", b"caf\xe9 here \x80\x9f\xff".to_vec()),
        ("text/plain; charset=windows-1252", b"\x80 here \x81\x8d\x8f\x90\x9d".to_vec()),
        ("text/plain; charset=us-ascii", b"here \xe9".to_vec()),
        ("text/plain; charset=euc-jp", b"\xc6\xfc\xcb\xdc here \xa5\xe9\x8e\xb6".to_vec()),
        ("text/plain; charset=shift_jis", b"\x93\xfa\x96{ here \xb6\\~ \x81_".to_vec()),
        // Rows of Shift_JIS that encode the same characters as other rows.
        ("text/plain; charset=shift_jis", b"here \xed\x40\xfa\x5c \x81\xca\xfa\x54".to_vec()),
        ("text/plain; charset=gbk", b"\xc4\xe3\xba\xc3 here \x80 \xa2\xe3".to_vec()),
        ("text/plain; charset=gb18030", b"here \x81\x30\x81\x30 \xc4\xe3\x84\x31\xa4\x37".to_vec()),
        ("text/plain; charset=big5", b"\xa7A\xa6n here \xa2\xcc\xa4\x51".to_vec()),
        ("text/plain; charset=euc-kr", b"\xbe\xc8\xb3\xe7 here".to_vec()),
        ("text/plain; charset=iso-2022-jp", b"\x1b$B$F\x1b(B here \x1b$B$9\x1b(B\n".to_vec()),
        ("text/plain; charset=koi8-r", b"\xf0\xd2 here \x95".to_vec()),
        ("text/plain; charset=macintosh", b"\x80 here \xdb".to_vec()),
        ("text/plain; charset=utf-7", b"+AOk- here".to_vec()),
        ("text/plain; charset=nonsense", b"here \xc3\xa9".to_vec()),
        (TEXT, b"here \xc3 \xff\xfe \xed\xa0\x80".to_vec()),
    ];
    for (content_type, value) in cases {
        holds(content_type, value, here, b"THERE");
    }
    for little in [true, false] {
        let [own, by] = [wide("here", little), wide("THERE", little)];
        for text in ["\u{feff}a\r\nhere \u{1f600}\n", "plain here\r", "\u{feff}\u{feff}here"] {
            for odd in [&b""[..], b"\0", b"x", b"\0\xd8"] {
                let value = [&wide(text, little), odd].concat();
                for charset in ["utf-16", if little { "utf-16le" } else { "utf-16be" }] {
                    holds(&format!("text/plain; charset={charset}"), &value, &own, &by);
                }
            }
        }
        let units = "\u{feff}here"
            .chars()
            .map(|c| if little { u32::from(c).to_le_bytes() } else { u32::from(c).to_be_bytes() });
        let value: Vec<u8> = units.flatten().collect();
        for content_type in ["text/plain; charset=utf-32", "text/plain", "application/octet-stream"]
        {
            holds(content_type, &value, &own, &by);
        }
    }
}

/// JSON as Python reads it, with a value to edit.
fn odd_json() -> Vec<String> {
    let long = "k".repeat(1 << 20);
    let mut all: Vec<String> = [
        r#"{"here": 1E400, "b": -0, "c": -0.0e-0, "d": 1e-999999999}"#,
        r#"[NaN,Infinity , -Infinity,"here",0.0E+0]"#,
        r#"{"": "here", "":"", " ": {"": 2}}"#,
        r#"{"a\"b": "here", "\u0000": "\u0000", "\\": "\/"}"#,
        r#"{"a": {"x": 1, "x": [{"y": "here", "y": "other"}], "x": 3}}"#,
        r#""here""#,
        r#" "here\ud83d" "#,
        "{\"a\":\"here\u{2028}\u{85}\u{feff}\",\"\u{2029}\":\"\u{7f}\"}",
        r#"{"__proto__": "here", "constructor": {"toString": null}}"#,
        "[\"here\"\r,\r\n\"x\"\r]",
        r#"[[],{},[ ],{ },"here",[[]]]"#,
    ]
    .map(str::to_owned)
    .to_vec();
    all.push(format!(r#"{{"{long}":"here","{long}2" : 1.10}}"#));
    all.push(format!("[{}.{}e{},\"here\"]", "9".repeat(5000), "0".repeat(5000), "1".repeat(50)));
    all
}

#[test]
fn odd_json_is_what_it_was_but_for_what_was_typed() {
    for text in odd_json() {
        assert!(is_text(JSON, text.as_bytes()), "{text:.100}");
        holds(JSON, text.as_bytes(), b"here", b"THERE");
    }
    // A charset of its own, and a byte order mark that Python would not read.
    let marked = "\u{feff}{\"a\": 1.10,\"b\" :\"here\"}";
    holds(JSON, marked.as_bytes(), b"here", b"THERE");
}

#[test]
fn one_value_of_odd_json_is_changed_alone() {
    for text in
        odd_json().iter().filter(|text| text.contains("\"here\"") && !text.contains("\"here\":"))
    {
        let mut stage = on(JSON, text.as_bytes());
        stage.keys("<tab>");
        select(&mut stage);
        // The cursor goes to the value, whose number differs.
        stage.keys("g");
        let at = text.find("\"here\"").unwrap();
        for _ in 0..20 {
            stage.keys("<enter>");
            if stage.app.unsaved_leaf().is_some_and(|unsaved| unsaved.leaf.spelled() == "\"here\"")
            {
                break;
            }
            stage.keys(if stage.app.unsaved_leaf().is_some() { "<esc>j" } else { "j" });
        }
        stage.keys("<enter>");
        assert!(stage.writes().is_empty(), "unedited {text:.100}");
        stage.keys("<enter><ctrl-u>-0.10e+05<enter>");
        let expected = format!("{}-0.10e+05{}", &text[..at], &text[at + 6..]);
        assert!(saved(&mut stage) == expected.as_bytes(), "{text:.100}");
    }
}

#[test]
fn what_is_no_json_is_shown_as_it_stands_and_not_written_unedited() {
    for text in [
        "[1,]",
        "{'a': 1}",
        "{a: 1, // here\n b: 2}",
        "/* here */ {}",
        "{\"a\": 01}",
        "{\"a\": \"\0\"}",
        "{\"a\": \"b\nc\"}",
        "{} {}",
        "[1e]",
        "{\"a\": undefined}",
        "0x10",
        "+1",
        ".5",
        "\u{feff}",
        "",
        "  ",
        "{\"a\":1}\0",
        "\"\\x41\"",
        "[\"\u{0}\"]",
        "nan",
    ] {
        let mut stage = on(JSON, text.as_bytes());
        stage.keys("e");
        assert_eq!(
            stage.app.editor.as_ref().unwrap().value.bytes(),
            text.trim_start_matches('\u{feff}'),
            "{text:?}"
        );
        stage.keys("<ctrl-s>");
        assert!(stage.writes().is_empty() && stage.app.editor.is_none(), "{text:?}");
        // Text in the editor is not saved before it is JSON, and is not lost.
        stage.keys("e<ctrl-home>x<ctrl-s>");
        assert!(stage.writes().is_empty(), "{text:?}");
        assert!(stage.app.editor.as_ref().unwrap().fault.is_some(), "{text:?}");
    }
}

#[test]
fn what_programs_write_side_by_side_is_what_it_was_but_for_what_was_typed() {
    let here = b"here".as_slice();
    let cases: &[(&str, &[u8])] = &[
        ("application/x-ndjson", b"{\"a\":1}\n{\"b\" : \"here\"}\r\n\n{\"c\":1e5}"),
        ("application/x-jsonlines", b"{\"a\":\"here\"}\n{broken\n[1, 2]\n"),
        ("application/x-ndjson", b"\xef\xbb\xbf{\"a\":\"here\"}\n\0\n"),
        ("text/csv", b"sep=;\r\na;\"here \"\"x\"\"\r\n\";b\r\n"),
        ("text/csv; charset=windows-1252", b"na\xefve;here;\x80 5\r\n"),
        ("text/html", b"<meta charset=iso-8859-1><p>here \xe9\xa0"),
        ("text/html; charset=utf-8", b"<meta charset=koi8-r>here \xd0\xb0\xff"),
        ("application/xml", b"<?xml version='1.0' encoding='iso-8859-15'?><a>here \xa4</a>"),
        ("application/ld+json", b"{ \"@id\" : \"here\",\r\n\t\"x\":01 }\r\n"),
        ("application/ld+json", b"{\"a\":1.10,\"b\" :\"here\"} "),
        ("application/json; charset=iso-8859-1", b"{\"a\": \"\xe9 here\", \"b\":1.0}"),
        ("application/json; charset=utf-16", b"\xff\xfe[\0\"\0h\0e\0r\0e\0\"\0]\0"),
        ("application/json", b"{\"a\": \"here\xff\xfe\", \"b\":1}"),
        ("application/json", b"[\n\t\"here\" ,\r\n\r\n   1.10\n\n]\n\n"),
        ("application/yaml", b"---\n- here\n-\t\"x\"\n...\n\xef\xbb\xbf---\n"),
        ("application/x-www-form-urlencoded", b"a=here&b=%C3%A9+&c"),
        ("application/javascript", b"var here = '\\u2028';\n//\xe2\x80\xa8 x\r"),
        ("text/markdown", b"here  \n\n\n  \t\n# x   "),
        ("text/plain; charset=hz-gb-2312", b"~{VPND~} here ~~"),
        ("text/plain; charset=x-user-defined", b"here \x80\xff"),
        ("text/plain; charset=\"UTF-8\"; x=\"y\"", b"here \xc3"),
        ("text/plain; charset=utf-8", b"here\xe2\x82"),
        ("text/plain; charset=utf-8", b"\r\r\n\n\rhere\n\r"),
        ("text/plain; charset=ibm866", b"\x8f\xe0\xa8 here \xf0"),
        ("TEXT/PLAIN;CHARSET=Latin1", b"\xff here \x85\xa0"),
        ("image/svg+xml", b"<svg xmlns='x'>\n<!-- here --><![CDATA[\0]]></svg>"),
        ("application/octet-stream", b"here, as bytes\0\xff"),
        ("application/x-none-of-these", b"here \xf0\x9f\x98"),
    ];
    for (content_type, value) in cases {
        let [own, by]: [Vec<u8>; 2] = if content_type.contains("utf-16") {
            ["here", "THERE"].map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect())
        } else {
            [here.to_vec(), b"THERE".to_vec()]
        };
        holds(content_type, value, &own, &by);
    }
}

#[test]
fn one_string_of_5_mib_is_what_it_was_but_for_what_was_typed() {
    let long = r"a\u00e9\/ word ".repeat((5 << 20) / 15);
    let json = format!("{{\"a\" :1.10,\"b\": \"{long}here{long}\"}}");
    holds(JSON, json.as_bytes(), b"here", b"THERE");
    let text = format!("{long}here{long}");
    holds(TEXT, text.as_bytes(), b"here", b"THERE");
}
