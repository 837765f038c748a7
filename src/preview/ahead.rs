//! A preview of what takes its time to be made ready, shown until it is.

use super::charset::DecodedText;
use super::coding::{Fault, Layer, Limits};
use super::kind::is_named_text;
use super::opened::{inner, joined};
use super::source::Language;
use super::{Body, Mode, Preview, PreviewKind, charset, coding, format, json, picture};
use crate::model::{Family, Record};

/// Bytes of a value, or of what is packed in it, from which its beginning is shown first: to read, convert or
/// lay out 5 MB takes some 50 ms.
const LONG: usize = 512 << 10;
/// Bytes of that beginning: many screens of any size.
const BEGINNING: usize = 64 << 10;
/// Bytes of the beginning of a page: there is no text in its head, with scripts and styles.
const PAGE: usize = 256 << 10;

impl Preview {
    /// A preview of what takes its time, to be shown until that is made: the size of a picture with many
    /// pixels, or the beginning of something long. `None` for other values.
    pub fn ahead(record: &Record, mode: Mode) -> Option<Self> {
        let content_type = &record.meta.content_type;
        if content_type.family() == Family::None {
            return None;
        }
        let value = record.value.clone();
        let meant = matches!(mode, Mode::Auto | Mode::Table);
        let Some(told) = meant.then(|| picture::ahead(&value)).flatten() else {
            return Self::beginning(record, mode);
        };
        let other = format::contradiction(content_type.as_str(), &value, false);
        let note = joined([other.map(|other| other.to_string()), Some(told)]);
        Some(Self { value, kind: PreviewKind::Picture, note, body: Body::Nothing })
    }

    /// The beginning of long text, also of packed text, as it is shown when all of it is read.
    fn beginning(record: &Record, mode: Mode) -> Option<Self> {
        if matches!(mode, Mode::Hex | Mode::Raw) {
            return None;
        }
        let Record { meta, value } = record;
        // Twice the bytes that are wanted of each layer give them, if it is packed at all.
        let outer = Record { meta: meta.clone(), value: value.slice(..value.len().min(2 * LONG)) };
        let mut opened = Self::opened(&outer, Limits::beginning(LONG));
        let packed = !opened.layers.is_empty();
        let long = if packed { opened.fault == Some(Fault::TooMuch) } else { value.len() >= LONG };
        let source = mode != Mode::Text || opened.layers.iter().all(Layer::is_compression);
        if !long || !source || opened.closed.is_some() || coding::is_marked(&opened.bytes) {
            return None;
        }
        let all = if packed { inner(&outer, &opened, true).0 } else { outer.clone() };
        let shown = Self::head_of(&all, mode, packed)?;
        if !packed {
            return Some(shown);
        }
        // There is more, which needs no remark.
        opened.fault = Some(Fault::CutOff);
        Some(shown.told(record, (&opened, &all), None, true))
    }

    /// The beginning of the text of this beginning of a record; `None` where it is no text, or where nothing
    /// is gained.
    fn head_of(record: &Record, mode: Mode, packed: bool) -> Option<Self> {
        let Record { meta, value } = record;
        let language = Language::of(&meta.content_type, value);
        let page = mode == Mode::Auto && language == Some(Language::Html);
        let most = if page { PAGE } else { BEGINNING };
        let head = Record { meta: meta.clone(), value: value.slice(..value.len().min(most)) };
        if mode == Mode::Auto
            && let Some(shown) = Self::json_begun(&head)
        {
            return Some(shown);
        }
        let json = meta.content_type.family() == Family::Json;
        let shown = Self::build_head(head, mode);
        let gained = match shown.kind {
            // JSON that is none, or a page without text so far.
            PreviewKind::Text if page || json && mode != Mode::Text => false,
            PreviewKind::Text => packed || shown.is_source() || shown.is_converted(),
            // A remark on its lines would tell their number.
            PreviewKind::Table => !matches!(&shown.body, Body::Table(it) if it.has_odd_lines()),
            PreviewKind::Page => true,
            PreviewKind::Json
            | PreviewKind::Hex
            | PreviewKind::Picture
            | PreviewKind::None
            | PreviewKind::Empty
            | PreviewKind::Listing
            | PreviewKind::Notation => false,
        };
        gained.then_some(shown)
    }

    /// The beginning of JSON, laid out.
    fn json_begun(head: &Record) -> Option<Self> {
        let Record { meta, value } = head;
        let family = meta.content_type.family();
        if family != Family::Json
            && (family != Family::Unknown || is_named_text(&meta.content_type))
        {
            return None;
        }
        let mut read = charset::read(meta, value, true).or_else(|| DecodedText::utf8(value))?;
        read.text = json::closed(&read.text)?.into();
        Self::json(value, &read, family, false).ok()
    }

    /// Whether this is a picture that is still to be decoded.
    pub fn is_ahead(&self) -> bool {
        self.is_picture() && matches!(self.body, Body::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::super::coding::tests::{gzip, zlib, zstd};
    use super::super::opened::tests::{record, rows};
    use super::*;

    #[test]
    fn long_source_begins_as_all_of_it_does() {
        let of = |piece: &str| piece.repeat(LONG / piece.len() + 1);
        let page = format!("<!doctype html><title>T</title>{}", of("<p>A cup &amp; a plate</p>"));
        for (text, content_type) in [
            (page.clone(), "text/html"),
            (of("<url><loc>https://shop.example/1</loc></url>"), "application/xml"),
            (of("function f(a){return{ok:!0,n:[a]}}"), "text/javascript"),
            (of(".a:hover>b{color:#fff}\n"), "text/css"),
            (of("# A title\n\nA *word*.\n"), "text/markdown"),
        ] {
            for mode in [Mode::Auto, Mode::Text] {
                let record = record(text.as_bytes(), content_type);
                let all = Preview::build_as(&record, mode);
                let ahead = Preview::ahead(&record, mode).unwrap();
                assert_eq!(rows(&ahead), rows(&all), "{content_type}");
                assert_eq!((ahead.kind(), ahead.note()), (all.kind(), all.note()));
            }
        }
        for (value, content_type) in [
            (page.get(..1000).unwrap().as_bytes(), "text/html"),
            (of("a word\n").as_bytes(), "text/plain"),
            (of("{}").as_bytes(), "application/json"),
            (&gzip(page.as_bytes())[..500], "text/html"),
            (&gzip(&page.as_bytes()[..LONG - 1]), "text/html"),
            (of("<script>a()</script>").as_bytes(), "text/html"),
        ] {
            assert!(Preview::ahead(&record(value, content_type), Mode::Auto).is_none());
        }
    }

    /// Texts that larder shows in ways of their own: a page, rows, a tree, lines.
    fn texts() -> [(String, &'static str); 4] {
        let of = |piece: &str| piece.repeat(2 * LONG / piece.len());
        let row = r#"{"url": "https://shop.example/1", "price": 46.2}"#;
        [
            (format!("<!doctype html>{}", of("<p>A caf\u{e9} &amp; a plate</p>")), "text/html"),
            (format!("url,price\n{}", of("https://shop.example/1,46.2\n")), "text/csv"),
            (format!("[{row}{}]", of(&format!(",{row}"))), "application/json"),
            (of("a word of plain text\n"), "text/plain"),
        ]
    }

    #[test]
    fn what_is_packed_begins_as_all_of_it_does() {
        let base64 = |value: &[u8]| STANDARD.encode(value).into_bytes();
        for (text, content_type) in texts() {
            let bytes = text.as_bytes();
            for packed in [gzip(bytes), zlib(bytes), zstd(bytes), gzip(&zstd(bytes))] {
                let record = record(&packed, content_type);
                let all = Preview::build(&record);
                let ahead = Preview::ahead(&record, Mode::Auto).unwrap();
                assert_eq!(rows(&ahead), rows(&all), "{content_type}");
                assert_eq!(ahead.kind(), all.kind());
                let (chain, _) = all.note().unwrap().split_once(", ").unwrap();
                let told = ahead.note().unwrap();
                assert!(told.starts_with(chain), "{told}");
                assert!(told.ends_with(" \u{2192} over 524 KB"), "{told}");
                assert!(ahead.is_converted());
            }
            let source = record(&gzip(bytes), content_type);
            let [ahead, all] = [
                Preview::ahead(&source, Mode::Text).unwrap(),
                Preview::build_as(&source, Mode::Text),
            ];
            assert_eq!(rows(&ahead), rows(&all), "{content_type} as source");
        }
        let page = &texts()[0].0;
        for packed in [
            base64(page.as_bytes()),
            base64(&gzip(page.as_bytes())),
            [b"data:text/html;base64,", &*base64(page.as_bytes())].concat(),
            [b"data:text/html,", page.replace('\u{e9}', "e").as_bytes()].concat(),
        ] {
            let record = record(&packed, "text/plain");
            let ahead = Preview::ahead(&record, Mode::Auto).unwrap();
            assert_eq!(rows(&ahead), rows(&Preview::build(&record)));
            assert!(Preview::ahead(&record, Mode::Text).is_none(), "its source is one line");
        }
    }

    #[test]
    fn trees_rows_and_other_charsets_begin_as_all_of_them_do() {
        for (text, content_type) in texts() {
            let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let marked = [b"\xff\xfe", &*wide].concat();
            let declared = format!("{content_type}; charset=latin-1");
            for (value, content_type) in
                [(&latin, &*declared), (&marked, content_type), (&text.into_bytes(), content_type)]
            {
                let record = record(value, content_type);
                let all = Preview::build(&record);
                let ahead = Preview::ahead(&record, Mode::Auto);
                if content_type.starts_with("text/plain") && !all.is_converted() {
                    assert!(ahead.is_none(), "it is quick");
                    continue;
                }
                let ahead = ahead.unwrap();
                assert_eq!(rows(&ahead), rows(&all), "{content_type}");
                assert_eq!((ahead.kind(), ahead.note()), (all.kind(), all.note()));
            }
        }
        let list = record(texts()[2].0.as_bytes(), "application/json");
        let ahead = Preview::ahead(&list, Mode::Table).unwrap();
        assert_eq!(ahead.kind(), PreviewKind::Table);
        assert_eq!(rows(&ahead), rows(&Preview::build_as(&list, Mode::Table)));
    }
}
