//! A value in the form it is meant for: the contents of its codings, and the format of its bytes.

use super::coding::{self, Fault, Layer, Limits, Opened};
use super::line_layout::{Format, Lines};
use super::listed::Listed;
use super::notation::{self, Notation};
use super::picture::Kind as PictureKind;
use super::{
    Body, Mode, Preview, PreviewKind, archive, charset, format, is_markup, is_readable, json,
};
use crate::model::{Family, Record, endings};
use crate::text;

/// Size below which a value is opened at once, in bytes.
const QUICK: usize = 1024;

impl Preview {
    /// Whether a small value is made ready in a moment: nothing packed has to be opened, and no picture
    /// decoded.
    pub fn is_quick(record: &Record) -> bool {
        let limits = Limits { bytes: QUICK, ..Limits::new(&|| true) };
        let opened = Self::opened(record, limits);
        let picture = PictureKind::of(&record.value).is_some();
        !picture && opened.layers.is_empty() && opened.closed.is_none()
    }

    pub(super) fn opened(record: &Record, limits: Limits<'_>) -> Opened {
        let content_type = record.meta.content_type.as_str();
        coding::open(&record.value, content_type, &record.meta.key.escaped(), limits)
    }

    /// The contents of the value, inside all of its layers.
    pub(super) fn open(record: &Record, head: bool, wanted: &dyn Fn() -> bool) -> Self {
        let opened = Self::opened(record, Limits::new(wanted));
        let closed =
            opened.closed.as_ref().map(|(layer, fault)| fault.words_of_nothing(layer.word()));
        if opened.layers.is_empty() {
            let shown = Self::known(record, head, wanted);
            // Values that should be text have other remarks already.
            let known = matches!(record.meta.content_type.family(), Family::Json | Family::Text);
            let closed = closed.filter(|_| shown.kind == PreviewKind::Hex && !known && !head);
            let note = joined([shown.note.clone(), closed]);
            return Self { note, ..shown };
        }
        let (inner, partly) = inner(record, &opened, head);
        let inside = if opened.bytes.is_empty() {
            let (value, kind) = (record.value.clone(), PreviewKind::Empty);
            Self { value, kind, note: None, body: Body::Nothing }
        } else {
            Self::known(&inner, partly, wanted)
        };
        inside.told(record, (&opened, &inner), closed, head)
    }

    /// The source of text that is compressed in the value; `None` where there is none.
    pub(super) fn source_inside(
        record: &Record,
        head: bool,
        wanted: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let opened = Self::opened(record, Limits::new(wanted));
        let compressed = opened.layers.iter().all(Layer::is_compression);
        let none = opened.layers.is_empty() || opened.bytes.is_empty();
        if none || !compressed || opened.closed.is_some() || coding::is_marked(&opened.bytes) {
            return None;
        }
        let (mut inner, partly) = inner(record, &opened, head);
        let declared = inner.meta.content_type.as_str();
        let is_other = || format::contradiction(declared, &inner.value, true).is_some();
        let open = format::sniff(&inner.value).is_empty();
        if open && (declared.is_empty() || is_other()) && json::check(&inner.value).is_ok() {
            inner.meta.content_type = "application/json".into();
        }
        let family = inner.meta.content_type.family();
        let declared = || {
            matches!(family, Family::Json | Family::Text)
                && charset::read(&inner.meta, &inner.value, partly).is_some()
        };
        if !is_readable(&inner.value) && !declared() {
            return None;
        }
        let inside = Self::make(&inner, Mode::Text, partly, wanted);
        Some(inside.told(record, (&opened, &inner), None, head))
    }

    /// What is inside a value, with its layers and both sizes in the remark.
    pub(super) fn told(
        self,
        record: &Record,
        (opened, inner): (&Opened, &Record),
        closed: Option<String>,
        head: bool,
    ) -> Self {
        let inside = self;
        let told = format::contradiction(
            inner.meta.content_type.as_str(),
            &inner.value,
            inside.kind == PreviewKind::Json,
        );
        let is = told.as_ref().and_then(|told| told.is.as_deref());
        let word = match inside.kind {
            PreviewKind::Json if inner.meta.content_type.as_str().is_empty() => "application/json",
            PreviewKind::Empty => "nothing",
            PreviewKind::Listing => archive::word(&inner.value),
            PreviewKind::Picture if inner.meta.content_type.as_str().is_empty() => "picture",
            _ => match (is, endings::essence(&inner.meta.content_type)) {
                (Some(is), _) if is.contains('/') => is,
                (_, "") => "text/plain",
                (_, essence) => essence,
            },
        };
        let fault = opened.fault.filter(|fault| !(head && *fault == Fault::CutOff));
        let last = opened.layers.last().map_or("", Layer::word);
        let sizes = (record.value.len() as u64, opened.bytes.len() as u64);
        // What larder did not open to its end holds more.
        let more = head || opened.fault.is_some_and(Fault::is_limit);
        let sizes =
            from_to(if head { record.meta.size.max(sizes.0) } else { sizes.0 }, sizes.1, more);
        let chain = format!("{}, {sizes}", chain(&opened.layers, word));
        let fault = fault.map(|fault| fault.words(last));
        let more = opened.layers.len() == coding::MOST_LAYERS && coding::is_marked(&opened.bytes);
        let more = more.then(|| format!("no more than {} layers are opened", coding::MOST_LAYERS));
        let note = joined([Some(chain), fault, more.or(inside.note), closed]);
        Self { value: record.value.clone(), note, ..inside }
    }

    /// The value as its bytes show it, else as its type suggests.
    fn known(record: &Record, head: bool, wanted: &dyn Fn() -> bool) -> Self {
        let value = record.value.clone();
        if let Some(listing) = archive::list(&value, head) {
            let told = format::contradiction(record.meta.content_type.as_str(), &value, false);
            let note = joined([told.map(|told| told.to_string()), Some(listing.note)]);
            let (timed, widest) = (listing.timed, listing.widest);
            let listed = Listed { bytes: value.clone(), timed, widest };
            let lines = Lines { archive: Some(listed), ..listing.lines };
            return Self { value, kind: PreviewKind::Listing, note, body: Body::Lines(lines) };
        }
        let notation = notation::read(&record.meta.content_type, &value, head);
        if let Some((note, index)) = notation.as_ref().and_then(Notation::json) {
            let bytes = notation.map(|notation| notation.lines.bytes).unwrap_or_default();
            let body = Body::Lines(Lines::new(bytes, index, Format::Json));
            return Self { value, kind: PreviewKind::Json, note: Some(note), body };
        }
        if let Some(notation) = notation {
            let body = Body::Lines(notation.lines);
            return Self { value, kind: PreviewKind::Notation, note: Some(notation.note), body };
        }
        let shown = Self::guess(record, head, wanted);
        // Values that should be text have other remarks already.
        let known = matches!(record.meta.content_type.family(), Family::Json | Family::Text);
        let is_json = shown.kind == PreviewKind::Json;
        let picture = PictureKind::of(&value).is_some();
        let other = match shown.kind {
            PreviewKind::Json => is_markup(&record.meta.content_type),
            PreviewKind::Text => !picture && format::mime(&value).is_some(),
            _ => picture,
        };
        if known && !other || shown.value.is_empty() {
            return shown;
        }
        let told = format::contradiction(record.meta.content_type.as_str(), &value, is_json);
        let unread = notation::name(&record.meta.content_type);
        let unread = unread.filter(|_| shown.kind == PreviewKind::Hex && !head);
        let unread = unread.map(|name| format!("no {name} that could be read"));
        let declared = (shown.kind == PreviewKind::Hex && !head)
            .then(|| format::declared(&record.meta.content_type, &value))
            .flatten();
        let noted = declared.or_else(|| shown.note.clone());
        let (told, noted) = format::told_once(told, noted);
        let is_whole = shown.kind == PreviewKind::Hex && !head;
        let lacking = is_whole.then(|| format::lacking(&value)).flatten().map(str::to_owned);
        let note = joined([told, unread, noted, lacking]);
        Self { note, ..shown }
    }
}

pub(super) fn joined<const N: usize>(notes: [Option<String>; N]) -> Option<String> {
    let notes: Vec<_> = notes.into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// The contents of these layers as a record, and whether they are only a part.
pub(super) fn inner(record: &Record, opened: &Opened, head: bool) -> (Record, bool) {
    let (content_type, name) = (record.meta.content_type.as_str(), record.meta.key.escaped());
    let mut inner = record.clone();
    inner.meta.content_type =
        coding::inner_type(&opened.layers, content_type, &name, &opened.bytes);
    inner.meta.size = opened.bytes.len() as u64;
    inner.value = opened.bytes.clone();
    (inner, head || opened.fault.is_some_and(Fault::is_partial))
}

/// The layers and the type of their contents, as `base64 → gzip → text/html`.
fn chain(layers: &[Layer], inner: &str) -> String {
    let mut words: Vec<&str> = layers.iter().map(Layer::word).collect();
    words.push(inner);
    words.join(" → ")
}

/// Two sizes, as `2.5 → 30 MB`; `more` than the second one, as `2.5 → over 30 MB`.
fn from_to(from: u64, to: u64, more: bool) -> String {
    let (from, to) = (text::size(from), text::size(to));
    let unit = to.find(' ').map_or("", |at| &to[at..]);
    let from = from.strip_suffix(unit).unwrap_or(&from);
    let over = if more { "over " } else { "" };
    format!("{from} → {over}{to}")
}

#[cfg(test)]
pub(super) mod tests {
    use bytes::Bytes;

    use super::super::archive::tests::{tar, zip};
    use super::super::coding::tests::{brotli, gzip, zstd};
    use super::super::{Row, Viewport};
    use super::*;
    use crate::model::RecordMeta;

    const PAGE: &str = "<html>\n<p>hello hello hello hello</p>\n</html>\n";

    pub(in crate::preview) fn record(value: &[u8], content_type: &str) -> Record {
        let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
        Record { meta, value: Bytes::copy_from_slice(value) }
    }

    pub(in crate::preview) fn rows(preview: &Preview) -> Vec<String> {
        let view = Viewport { width: 80, height: 20, wrap: true };
        preview.rows(preview.top(), view, None).iter().map(Row::text).collect()
    }

    #[test]
    fn the_inside_is_shown_and_the_stored_bytes_are_kept() {
        let value = gzip(PAGE.as_bytes());
        let preview = Preview::build(&record(&value, "text/html"));
        assert_eq!(rows(&preview), ["hello hello hello hello"]);
        let size = value.len();
        assert_eq!(preview.note(), Some(&*format!("gzip → text/html, {size} → 46 B")));
        assert_eq!(preview.kind(), PreviewKind::Page);
        assert!(preview.is_converted(), "what is shown is not what is stored");
        assert_eq!(preview.converted_text().unwrap(), PAGE);
        assert!(preview.is_of_same_bytes(&Preview::build_as(&record(&value, ""), Mode::Hex)));
        assert_eq!(preview.find("hello").len(), 4);
        for mode in [Mode::Hex, Mode::Raw] {
            let stored = Preview::build_as(&record(&value, "text/html"), mode);
            assert_eq!((&stored.shown()[..], stored.note()), (&value[..], None));
        }
        let source = Preview::build_as(&record(&value, "text/html"), Mode::Text);
        assert_eq!((&source.shown()[..], source.note()), (PAGE.as_bytes(), preview.note()));
        assert!(source.is_source() && source.is_converted());
        for (value, content_type) in [
            (gzip(b"\x89PNG\r\n\x1a\n\0\0"), "image/png"),
            (b"PHA+aGVsbG8gaGVsbG8+".to_vec(), "text/plain"),
        ] {
            let stored = Preview::build_as(&record(&value, content_type), Mode::Text);
            assert_eq!(&stored.shown()[..], &value[..], "no compressed text");
        }
    }

    #[test]
    fn json_inside_is_laid_out_and_never_taken_for_the_value() {
        let value = zstd(b"[1, {\"a\": 2}]");
        let preview = Preview::build(&record(&value, "application/zstd"));
        assert_eq!((preview.kind(), rows(&preview).len()), (PreviewKind::Json, 6));
        assert!(preview.is_converted());
        let note = preview.note().unwrap();
        assert!(note.starts_with("zstd → application/json, "), "{note}");
    }

    #[test]
    fn what_is_wrong_is_said_beside_what_could_be_read() {
        let note = |value: &[u8], content_type: &str| {
            let preview = Preview::build(&record(value, content_type));
            (preview.kind(), preview.note().unwrap_or_default().to_owned())
        };
        let noise = |text: String, n: u64| format!("{text}{}\n", n * n * n % 9973);
        let noise = (0..3000).fold(String::new(), noise);
        let packed = gzip(noise.as_bytes());
        let (kind, said) = note(&packed[..packed.len() / 2], "application/gzip");
        assert_eq!(kind, PreviewKind::Text);
        assert!(said.ends_with("; the gzip is cut off: shown in part"), "{said}");
        let head = Preview::build_head(record(&packed[..packed.len() / 2], ""), Mode::Auto);
        let told = head.note().unwrap();
        assert!(!told.contains("cut off"), "it is not: only its head is here");
        assert!(told.contains(" → over "), "{told}");
        let (kind, said) = note(&packed[..12], "application/gzip");
        let nothing = "gzip; the gzip is cut off: nothing readable";
        assert_eq!((kind, &*said), (PreviewKind::Hex, nothing));
        let (kind, said) = note(&gzip(b""), "");
        assert_eq!((kind, &*said), (PreviewKind::Empty, "gzip → nothing, 20 → 0 B"));
        let cut = &brotli()[..40];
        assert!(note(cut, "application/brotli").1.contains("the brotli is cut off"));
        let five = (0..5).fold(PAGE.as_bytes().to_vec(), |inside, _| gzip(&inside));
        assert!(note(&five, "").1.ends_with("; no more than 4 layers are opened"));
        let json = gzip(b"{\"a\": [1, 2");
        assert!(note(&json, "application/json").1.contains("not valid JSON"));
    }

    #[test]
    fn why_bytes_are_shown_is_said() {
        let note = |value: &[u8], content_type: &str| {
            let preview = Preview::build(&record(value, content_type));
            (preview.kind(), preview.note().unwrap_or_default().to_owned())
        };
        let told = |said: &str| (PreviewKind::Hex, said.to_owned());
        let message = b"\x0a\x05hello\x10\x96\x01";
        assert_eq!(note(message, "application/x-protobuf"), told("protobuf, 2 fields"));
        assert_eq!(note(message, "application/octet-stream"), told(""));
        assert_eq!(note(b"\xff\0", "application/bson"), told("no BSON that could be read"));
        let bzip2 = b"BZh91AY&SY\0\x01";
        assert_eq!(note(bzip2, "application/x-bzip2"), told("bzip2, which is not opened"));
        let jxl = b"\0\0\0\x0cJXL \r\n\x87\n";
        let undecoded = "JPEG XL; this format is not decoded";
        assert_eq!(note(jxl, "image/jxl"), told(undecoded));
        // A type with a name of text makes text of any bytes.
        assert_eq!(note(b"<svg>\x1b[31m</svg>", "image/svg+xml").0, PreviewKind::Text);
        assert_eq!(note(b"a: \x1b", "application/yaml").0, PreviewKind::Text);
        assert_eq!(note(b"a: \x1b", "application/octet-stream"), told(""));
    }

    #[test]
    fn small_values_are_quick_unless_something_is_packed_in_them() {
        assert!(Preview::is_quick(&record(PAGE.as_bytes(), "text/html")));
        assert!(!Preview::is_quick(&record(&gzip(PAGE.as_bytes()), "text/html")));
        assert!(!Preview::is_quick(&record(&brotli(), "application/brotli")));
    }

    #[test]
    fn archives_are_listed_also_inside_what_is_packed() {
        let zip = zip(&[(b"a.html", b"1"), (b"b.html", b"22")]);
        let seen = |value: &[u8], content_type: &str| {
            let preview = Preview::build(&record(value, content_type));
            assert_eq!((preview.kind(), preview.lines()), (PreviewKind::Listing, 4));
            assert!(preview.is_converted() && preview.converted_text().is_none());
            preview.note().unwrap().to_owned()
        };
        assert_eq!(seen(&zip, "application/zip"), "ZIP, 2 entries, 3 B unpacked");
        let mistyped = "says image/png, is application/zip; ZIP, 2 entries, 3 B unpacked";
        assert_eq!(seen(&zip, "image/png"), mistyped);
        let tar = tar(&[(b"a", b"1"), (b"b", b"22")]);
        let note = seen(&gzip(&tar), "application/gzip");
        assert!(
            note.starts_with("gzip → tar, ") && note.ends_with("; tar, 2 entries, 3 B unpacked")
        );
        assert!(seen(&gzip(&zip), "text/html").contains("says text/html, is application/zip"));
    }

    #[test]
    fn sizes_share_their_unit() {
        assert_eq!(from_to(2_500_000, 30_600_000, false), "2.5 → 31 MB");
        assert_eq!(from_to(512, 30_600, false), "512 B → 31 KB");
        assert_eq!(from_to(12_000, 512, false), "12 KB → 512 B");
        assert_eq!(from_to(3_900_000, 67_108_864, true), "3.9 → over 67 MB");
    }
}
