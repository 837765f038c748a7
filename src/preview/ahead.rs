//! A preview of what takes its time to be made ready, shown until it is.

use super::opened::joined;
use super::source::Language;
use super::{Body, Mode, Preview, PreviewKind, charset, coding, format, picture};
use crate::model::{Family, Record};

/// Bytes of source from which its beginning is shown first: to read or lay out 5 MB takes some 50 ms.
const LONG: usize = 512 << 10;
/// Bytes of that beginning: many screens of any size.
const BEGINNING: usize = 64 << 10;

impl Preview {
    /// A preview of what takes its time, to be shown until that is made: the size of a picture with many
    /// pixels, or the beginning of long source. `None` for other values.
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
        let note = joined([format::contradiction(content_type.as_str(), &value), Some(told)]);
        Some(Self { value, kind: PreviewKind::Picture, note, body: Body::Nothing })
    }

    /// The beginning of long source, as it is shown when all of it is read.
    fn beginning(record: &Record, mode: Mode) -> Option<Self> {
        let Record { meta, value } = record;
        let shown = matches!(mode, Mode::Auto | Mode::Text) && value.len() >= LONG;
        if !shown || meta.content_type.family() == Family::Json || coding::is_marked(value) {
            return None;
        }
        let head = Record { meta: meta.clone(), value: value.slice(..BEGINNING) };
        Language::of(&meta.content_type, &head.value)?;
        charset::read(meta, &head.value, true).filter(|read| read.charset.is_plain())?;
        let shown = Self::build_head(head, mode);
        let source = shown.is_source() || shown.kind == PreviewKind::Page;
        // Converted text is handed to other programs: that must be all of it.
        (source && shown.converted_text().is_none()).then_some(shown)
    }

    /// Whether this is a picture that is still to be decoded.
    pub fn is_ahead(&self) -> bool {
        self.is_picture() && matches!(self.body, Body::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::super::coding::tests::gzip;
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
        let latin = [page.as_bytes(), b"\xe9"].concat();
        for (value, content_type) in [
            (page.get(..1000).unwrap().as_bytes(), "text/html"),
            (of("{}").as_bytes(), "application/json"),
            (of("a word\n").as_bytes(), "text/plain"),
            (gzip(page.as_bytes()).repeat(2000).as_slice(), "text/html"),
            (latin.as_slice(), "text/html; charset=latin-1"),
        ] {
            assert!(Preview::ahead(&record(value, content_type), Mode::Auto).is_none());
        }
    }
}
