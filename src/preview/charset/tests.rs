use proptest::prelude::*;

use super::*;

fn meta(content_type: &str) -> RecordMeta {
    RecordMeta { content_type: content_type.into(), ..RecordMeta::default() }
}

fn reading(content_type: &str, bytes: &[u8]) -> Option<DecodedText> {
    read(&meta(content_type), &Bytes::copy_from_slice(bytes), false)
}

/// The text, and the remark on it.
fn seen(content_type: &str, bytes: &[u8]) -> (String, String) {
    let read = reading(content_type, bytes).unwrap_or_else(|| panic!("{content_type}: no text"));
    (String::from_utf8_lossy(&read.text).into_owned(), read.note().unwrap_or_default())
}

fn encoded(label: &str, text: &str) -> Vec<u8> {
    Charset::declared(&format!("text/plain; charset={label}")).unwrap().encode(text).unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

const RUSSIAN: &str = "Съешь же ещё этих мягких французских булок, да выпей чаю.\n";
const JAPANESE: &str = "いろはにほへと ちりぬるを 日本語の文章です。\n";

#[test]
fn the_declared_charset_is_used_whatever_its_spelling() {
    for (label, name, text) in [
        ("windows-1251", "windows-1251", RUSSIAN),
        ("CP1251", "windows-1251", RUSSIAN),
        ("\"Windows-1251\"", "windows-1251", RUSSIAN),
        ("win-1251", "windows-1251", RUSSIAN),
        ("koi8-r", "KOI8-R", "Съешь же"),
        ("x-sjis", "Shift_JIS", JAPANESE),
        ("Shift_JIS", "Shift_JIS", JAPANESE),
        ("cp932", "Shift_JIS", JAPANESE),
        ("EUC-JP", "EUC-JP", JAPANESE),
        ("iso-2022-jp", "ISO-2022-JP", JAPANESE),
        ("euc-kr", "EUC-KR", "안녕하세요 세계"),
        ("gbk", "GBK", "简体中文网页"),
        ("gb2312", "GBK", "简体中文网页"),
        ("gb18030", "gb18030", "简体中文网页 😀"),
        ("big5", "Big5", "繁體中文網頁"),
        ("utf-16le", "UTF-16LE", RUSSIAN),
        ("utf-16be", "UTF-16BE", RUSSIAN),
        ("UTF-16", "UTF-16LE", JAPANESE),
        ("latin1", "ISO-8859-1", "grüße"),
        ("latin-1", "ISO-8859-1", "grüße"),
        ("ISO-8859-1", "ISO-8859-1", "grüße"),
        ("iso-8859-2", "ISO-8859-2", "příliš"),
        ("windows-1252", "windows-1252", "“€”"),
    ] {
        let content_type = format!("text/html; charset={label}");
        let bytes = encoded(label, text);
        assert_eq!(
            seen(&content_type, &bytes),
            (text.to_owned(), format!("{name}, declared")),
            "{label}"
        );
    }
    for content_type in [
        "text/plain;charset='utf8'",
        "text/plain; charset=\"UTF8\"",
        "Text/Plain; format=flowed; Charset = UTF-8 ; x=1",
        "text/plain; a=\"x; charset=latin1\"; charset=utf-8",
        "text/plain",
    ] {
        assert_eq!(seen(content_type, "ü".as_bytes()), ("ü".to_owned(), String::new()));
    }
}

#[test]
fn a_byte_order_mark_a_document_and_a_guess_come_after_it() {
    let marked = [b"\xff\xfe", &*utf16(RUSSIAN)].concat();
    let note = "UTF-16LE, by its byte order mark";
    for content_type in ["text/plain", "text/html; charset=utf-8", "application/xml", ""] {
        assert_eq!(seen(content_type, &marked), (RUSSIAN.to_owned(), note.to_owned()));
    }
    let note = "UTF-16LE with a byte order mark, declared";
    assert_eq!(seen("text/plain; charset=utf-16", &marked).1, note);
    for page in [
        "<html><!-- <meta charset=latin1> --><META CHARSET='windows-1251'>",
        "<meta content=\"text/html; charset=windows-1251\" http-equiv=Content-Type>",
        "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>",
    ] {
        let page = format!("{page}{RUSSIAN}");
        let said = (page.clone(), "windows-1251, as the document says".to_owned());
        assert_eq!(seen("text/html", &encoded("cp1251", &page)), said);
        // Crawlee stores a decoded page as UTF-8, while the page still declares another charset.
        assert_eq!(seen("text/html", page.as_bytes()), (page, String::new()));
    }
    let guessed = |name: &str| format!("{name}, a guess");
    for (label, name, text) in [
        ("cp1251", "windows-1251", RUSSIAN),
        ("sjis", "Shift_JIS", JAPANESE),
        ("euc-jp", "EUC-JP", JAPANESE),
        ("iso-2022-jp", "ISO-2022-JP", JAPANESE),
        ("utf-16le", "UTF-16LE", "{\"plain\": true}"),
        ("utf-16le", "UTF-16LE", "schön, größer: déjà vu\r\n"),
        ("utf-16be", "UTF-16BE", "schön, größer: déjà vu\r\n"),
        ("utf-16le", "UTF-16LE", "Āda un Ēriks, 日本\n"),
    ] {
        assert_eq!(
            seen("text/plain", &encoded(label, text)),
            (text.to_owned(), guessed(name)),
            "{label}"
        );
    }
}

#[test]
fn what_is_no_text_is_not_made_text() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe";
    let noise: Vec<u8> =
        (0..400_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    for (content_type, bytes) in [
        ("text/html", &png[..]),
        ("text/html; charset=utf-8", png),
        ("text/plain", &noise),
        ("text/plain; charset=utf-8", &noise),
        ("application/octet-stream", b"\xcf\xf0\xe8\xe2\xe5\xf2"),
        ("image/png", b"\xcf\xf0\xe8\xe2\xe5\xf2"),
        ("application/octet-stream", b"\xff\xfea\0"),
        ("", b"\xcf\xf0\xe8\xe2\xe5\xf2"),
        ("text/plain", b"\xff\xfe\0\0a\0\0\0"),
    ] {
        assert!(reading(content_type, bytes).is_none(), "{content_type} {bytes:?}");
    }
    // As UTF-16 these would be control characters, or letters of both orders.
    for bytes in [&b"a\0b\0\x01\0c\0d\0"[..], b"a\0b\0c\0\0d", b"\xe9\0\xe8\0a\0\xfc\0\xe9\0"] {
        assert!(reading("application/octet-stream", bytes).is_none(), "{bytes:?}");
        assert!(
            reading("text/html", bytes).is_none_or(|read| !read.charset.is_guessed()),
            "{bytes:?}"
        );
    }
    // Colours in a log are not taken for Japanese.
    assert_eq!(seen("text/plain", b"\x1b[31mred\x1b[0m").1, "");
}

#[test]
fn a_charset_that_is_wrong_or_unknown_is_told() {
    let (text, note) = seen("text/plain; charset=shift_jis", b"a\x82\xff\xffb");
    assert!(text.starts_with('a') && text.contains('\u{fffd}'), "{text}");
    assert_eq!(note, "Shift_JIS, declared; some bytes are not in it, shown as \u{fffd}");
    let read = reading("text/plain; charset=utf-8", &encoded("cp1251", RUSSIAN)).unwrap();
    assert!(read.faulty && read.text == encoded("cp1251", RUSSIAN));
    let note = read.note().unwrap();
    assert!(note.contains("declared") && note.contains("looks like windows-1251"), "{note}");
    let (_, note) = seen("text/plain; charset=klingon", b"a");
    assert_eq!(note, "the declared charset `klingon` is not known");
    let (_, note) = seen("text/html; charset=windows-1251", RUSSIAN.as_bytes());
    assert_eq!(note, "windows-1251, declared; but its bytes are UTF-8");
}

#[test]
fn a_value_that_is_cut_within_a_character_ends_before_it() {
    for (label, text) in
        [("sjis", "日本"), ("utf-16le", "a日"), ("gb18030", "a😀"), ("utf-8", "a日")]
    {
        let bytes = Bytes::from(encoded(label, text));
        let content_type = format!("text/plain; charset={label}");
        let head = read(&meta(&content_type), &bytes.slice(..bytes.len() - 1), true).unwrap();
        let first: String = text.chars().take(1).collect();
        assert_eq!((std::str::from_utf8(&head.text).unwrap(), head.faulty), (&*first, false));
    }
}

#[test]
fn only_so_much_is_converted() {
    let large = Bytes::from(vec![0xff; MOST + 10]);
    let read = read(&meta("text/plain; charset=latin1"), &large, false).unwrap();
    assert_eq!((read.text.len(), read.cut, read.is_exact(&large)), (MOST * 2, true, false));
    assert!(read.note().unwrap().ends_with("only the first 16 MiB are shown"));
}

#[test]
fn what_cannot_be_written_is_named_with_its_place() {
    let fault = |label: &str, text: &str| {
        let charset = Charset::declared(&format!("text/plain; charset={label}")).unwrap();
        charset.encode(text).unwrap_err().to_string()
    };
    let words = "`日` at line 2, column 3 cannot be written in windows-1251";
    assert_eq!(fault("cp1251", "пр\nва日"), words);
    assert_eq!(fault("latin1", "€"), "`€` at line 1, column 1 cannot be written in ISO-8859-1");
    assert_eq!(fault("us-ascii", "aé"), "`é` at line 1, column 2 cannot be written in US-ASCII");
    assert!(fault("sjis", "é\u{1f600}").starts_with("`é` at line 1, column 1"));
    // A page that declares Latin-1 and uses more of windows-1252 is accepted.
    let read = reading("text/plain; charset=latin1", b"\x80").unwrap();
    assert_eq!(
        (read.charset.name(), read.charset.encode("€“").unwrap()),
        ("windows-1252", b"\x80\x93".to_vec())
    );
}

#[test]
fn the_head_of_a_value_whose_last_character_is_cut_is_not_exact() {
    let value = Bytes::from_static(b"Gr\xc3\xbc\xc3");
    let read = read(&meta("text/plain; charset=utf-8"), &value, true).unwrap();
    assert_eq!((&*read.text, read.faulty), ("Grü".as_bytes(), false));
    assert!(!read.is_exact(&value));
    assert!(read.is_exact(&value.slice(..4)));
}

proptest! {
    #[test]
    fn any_bytes_are_read_and_those_that_are_exact_come_back(
        label in "utf-8|utf-16|utf-16be|latin1|cp1251|sjis|euc-jp|iso-2022-jp|gbk|gb18030|big5|euc-kr|koi8-u|macintosh|none",
        bytes in prop_oneof![any::<Vec<u8>>(), "[a-zé日本я\r\n]{0,40}".prop_map(String::into_bytes)],
        head in any::<bool>(),
    ) {
        let value = Bytes::from(bytes);
        if let Some(read) = read(&meta(&format!("text/html; charset={label}")), &value, head)
            && read.is_exact(&value)
        {
            let text = std::str::from_utf8(&read.text).unwrap();
            prop_assert_eq!(read.charset.encode(text).unwrap(), value.to_vec());
        }
    }

    #[test]
    fn text_goes_there_and_back(
        label in "utf-16le|utf-16be|gb18030", text in "[a-zA-Z0-9 é日本語яЖ😀\r\n]{0,60}",
    ) {
        let charset = Charset::declared(&format!("text/plain; charset={label}")).unwrap();
        let (back, faulty) = convert::decode(charset.encoding, &charset.encode(&text).unwrap(), true);
        prop_assert_eq!((back, faulty), (text, false));
    }

    #[test]
    fn labels_and_documents_may_be_anything(content_type in ".{0,60}", page in "[<>!a-z='\" /-]{0,80}") {
        let _ = Charset::declared(&content_type);
        let _ = Charset::declared(&format!("a/b;{content_type}charset={page}"));
        let _ = document::encoding("text/html", page.as_bytes());
        let _ = document::encoding("", format!("<meta {page}").as_bytes());
    }
}
