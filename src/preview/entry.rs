//! An entry of an archive as a value of its own: listed, opened, and made ready to be shown.

use bytes::Bytes;

use super::archive::{self, EntryAt, EntryRow, Step};
use super::coding::{self, Fault, Limits};
use super::opened::joined;
use super::{Body, Mode, Preview, PreviewKind};
use crate::model::{ContentType, Key, Record, RecordMeta};
use crate::text;

/// Limit on the archives within one another that are opened.
const DEEPEST: usize = coding::MOST_LAYERS;

/// An entry that is to be opened.
#[derive(Debug, Clone)]
pub struct EntryWanted {
    /// Its place, from the outermost archive in; never empty.
    path: Vec<EntryAt>,
    /// Whether a file beside the last place is meant: the one behind it if `true`.
    beside: Option<bool>,
    /// The archive that the last place is in, if it is at hand.
    archive: Option<Bytes>,
}

/// An entry that is opened.
#[derive(Debug, Clone)]
pub struct Entry {
    path: Vec<EntryAt>,
    archive: Bytes,
    count: usize,
    fault: Option<Fault>,
    /// The entry as a record: its key is the last part of the name.
    pub record: Record,
}

impl Preview {
    /// The archive whose entries are listed: the value, or what is inside its codings.
    pub fn archive(&self) -> Option<&Bytes> {
        match &self.body {
            Body::Lines(lines) if self.kind == PreviewKind::Listing => {
                lines.archive.as_ref().map(|listed| &listed.bytes)
            }
            _ => None,
        }
    }

    /// The number of the entry in whose line this byte of the list is, from 0.
    pub fn entry_at(&self, offset: usize) -> Option<usize> {
        let Body::Lines(lines) = &self.body else { return None };
        // The first line holds the heads of the columns.
        self.archive().and_then(|_| lines.line_of(offset).checked_sub(1))
    }

    /// The entries of the archive. Takes time in proportion to their number: for the background.
    pub fn entries(&self) -> Vec<EntryRow> {
        self.archive().map(|archive| archive::rows(archive)).unwrap_or_default()
    }
}

impl EntryWanted {
    /// An entry of this archive, which a record holds, or an entry that is opened.
    pub fn new(archive: Bytes, inside: Option<&Entry>, at: EntryAt) -> Self {
        let mut path = inside.map(|entry| entry.path.clone()).unwrap_or_default();
        path.push(at);
        Self { path, beside: None, archive: Some(archive) }
    }
}

impl Entry {
    /// Opens an entry in the archive that a record holds; else a sentence says why not.
    pub fn open(
        record: &Record,
        wanted: &EntryWanted,
        still: &dyn Fn() -> bool,
    ) -> Result<Self, String> {
        let Some((last, before)) = wanted.path.split_last() else {
            return Err("no entry is meant".to_owned());
        };
        if before.len() >= DEEPEST {
            return Err(format!("no more than {DEEPEST} archives within one another are opened"));
        }
        let archive = if let Some(archive) = &wanted.archive {
            archive.clone()
        } else {
            let mut archive = contents(record, still);
            for at in before {
                let step = Step::To(at.number, &at.name);
                archive = contents(&Self::find(archive, before, step, still)?.record, still);
            }
            archive
        };
        let step = match wanted.beside {
            None => Step::To(last.number, &last.name),
            Some(behind) => Step::Neighbour(last.number, behind),
        };
        Self::find(archive, before, step, still)
    }

    fn find(
        archive: Bytes,
        before: &[EntryAt],
        step: Step<'_>,
        still: &dyn Fn() -> bool,
    ) -> Result<Self, String> {
        let found = archive::find(&archive, step, Limits::new(still))?;
        let value = match found.bytes {
            // Stored bytes are not copied.
            std::borrow::Cow::Borrowed(bytes) => archive.slice_ref(bytes),
            std::borrow::Cow::Owned(bytes) => bytes.into(),
        };
        let file = found.name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let key = Key::from(file);
        let content_type = coding::inner_type(&[], "", &key.escaped(), &value);
        let size = value.len() as u64;
        let meta = RecordMeta { key, content_type, size, ..RecordMeta::default() };
        let mut path = before.to_vec();
        path.push(EntryAt { number: found.number, name: found.name.into() });
        let (count, fault) = (found.count, found.fault);
        Ok(Self { path, count, fault, record: Record { meta, value }, archive })
    }

    /// The entry made ready to be shown, as what is in this record.
    pub fn preview(&self, of: &Record, mode: Mode, wanted: &dyn Fn() -> bool) -> Preview {
        let partly = self.fault.is_some_and(Fault::is_partial);
        let inside = Preview::make(&self.record, mode, partly, wanted);
        let fault = self.fault.map(|fault| fault.words("entry"));
        let note = joined([Some(self.words()), fault, inside.note.clone()]);
        Preview { value: of.value.clone(), note, ..inside }
    }

    /// The names of the entry and of those that it is in, from the outermost in, safe to show.
    pub fn names(&self) -> String {
        let names = self.path.iter().map(|at| text::visible_bytes(&at.name).into_owned());
        names.collect::<Vec<_>>().join(" › ")
    }

    /// The number of the entry among all of its archive: `entry 3 of 12`.
    fn words(&self) -> String {
        let number = self.path.last().map_or(0, |at| at.number as u64 + 1);
        format!("entry {} of {}", text::count(number), text::count(self.count as u64))
    }

    /// Its place in its archive, and the number of archives around it.
    pub fn place(&self) -> Option<(&EntryAt, usize)> {
        self.path.last().map(|at| (at, self.path.len()))
    }

    /// The content type that its name or its bytes tell.
    pub fn content_type(&self) -> &ContentType {
        &self.record.meta.content_type
    }

    /// The same entry, to be looked for in its record as it is now.
    pub fn again(&self) -> EntryWanted {
        EntryWanted { path: self.path.clone(), beside: None, archive: None }
    }

    /// The file beside it, behind it if `true`.
    pub fn beside(&self, behind: bool) -> EntryWanted {
        let archive = Some(self.archive.clone());
        EntryWanted { path: self.path.clone(), beside: Some(behind), archive }
    }

    /// The entry that its archive is; `None` where that is the record itself.
    pub fn around(&self) -> Option<EntryWanted> {
        let (_, before) = self.path.split_last()?;
        let wanted = EntryWanted { path: before.to_vec(), beside: None, archive: None };
        (!before.is_empty()).then_some(wanted)
    }
}

/// The bytes inside a record's codings.
fn contents(record: &Record, still: &dyn Fn() -> bool) -> Bytes {
    let (kind, name) = (record.meta.content_type.as_str(), record.meta.key.escaped());
    coding::open(&record.value, kind, &name, Limits::new(still)).bytes
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::{tar, zip};
    use super::super::coding::tests::gzip;
    use super::super::{Row, Viewport};
    use super::*;

    const PAGE: &[u8] = b"<!doctype html><p>Some words of a page, enough to be read.</p>";

    fn record(value: &[u8]) -> Record {
        Record { meta: RecordMeta::default(), value: Bytes::copy_from_slice(value) }
    }

    fn wanted(record: &Record, number: usize) -> EntryWanted {
        let preview = Preview::build(record);
        let at = preview.entries()[number].at.clone();
        EntryWanted::new(preview.archive().unwrap().clone(), None, at)
    }

    fn opened(record: &Record, number: usize) -> Entry {
        Entry::open(record, &wanted(record, number), &|| true).unwrap()
    }

    fn first_row(preview: &Preview) -> String {
        let view = Viewport { width: 80, height: 5, wrap: true };
        preview.rows(preview.top(), view, None).first().map(Row::text).unwrap_or_default()
    }

    fn rows(value: &[u8]) -> Vec<EntryRow> {
        Preview::build(&record(value)).entries()
    }

    #[test]
    fn an_entry_is_a_value_of_its_own() {
        let files: [(&[u8], &[u8]); 3] =
            [(b"a.json", b"{\"a\": 1}"), (b"p/page.html", PAGE), (b"p/page.html.gz", &gzip(PAGE))];
        for value in [zip(&files), tar(&files), gzip(&tar(&files))] {
            let record = record(&value);
            let json = opened(&record, 0);
            assert_eq!((json.record.value.as_ref(), &*json.names()), (files[0].1, "a.json"));
            let preview = json.preview(&record, Mode::Auto, &|| true);
            assert_eq!((preview.kind(), preview.note()), (PreviewKind::Json, Some("entry 1 of 3")));
            assert!(preview.is_converted(), "it is never taken for what is stored");
            assert!(preview.is_of_same_bytes(&Preview::build(&record)));
            for number in [1, 2] {
                let page = opened(&record, number);
                // Of what is packed in turn, the type says so.
                let types = ["text/html; charset=utf-8", "application/gzip"];
                assert_eq!(page.content_type().as_str(), types[number - 1]);
                let preview = page.preview(&record, Mode::Auto, &|| true);
                let read = "Some words of a page, enough to be read.";
                assert_eq!((preview.kind(), &*first_row(&preview)), (PreviewKind::Page, read));
                let hex = page.preview(&record, Mode::Hex, &|| true);
                assert_eq!(hex.shown(), &page.record.value);
            }
            assert_eq!(opened(&record, 1).record.meta.key, Key::from("page.html"));
        }
    }

    #[test]
    fn entries_lead_to_their_neighbours_and_out_again() {
        let inner = zip(&[(b"x.txt", b"inside"), (b"y.txt", b"beside")]);
        let value = gzip(&tar(&[(b"d/", b""), (b"in.zip", &inner), (b"e/", b""), (b"z", b"last")]));
        let record = record(&value);
        let open = |wanted: &EntryWanted| Entry::open(&record, wanted, &|| true);
        let archive = opened(&record, 1);
        let listing = archive.preview(&record, Mode::Auto, &|| true);
        assert_eq!(listing.kind(), PreviewKind::Listing);
        let at = listing.entries()[0].at.clone();
        let wanted = EntryWanted::new(listing.archive().unwrap().clone(), Some(&archive), at);
        let text = open(&wanted).unwrap();
        assert_eq!((&*text.names(), &text.record.value[..]), ("in.zip › x.txt", &b"inside"[..]));
        let next = open(&text.beside(true)).unwrap();
        assert_eq!(&next.record.value[..], b"beside");
        assert_eq!(open(&next.beside(true)).unwrap_err(), "this is the last entry");
        assert_eq!(open(&text.beside(false)).unwrap_err(), "this is the first entry");
        assert_eq!(&open(&next.again()).unwrap().record.value[..], b"beside");
        let around = open(&next.around().unwrap()).unwrap();
        assert_eq!((&*around.names(), around.around().is_none()), ("in.zip", true));
        // Folders are passed by.
        assert_eq!(&open(&around.beside(true)).unwrap().record.value[..], b"last");
        let gone = self::record(b"no archive");
        let why = Entry::open(&gone, &next.again(), &|| true).unwrap_err();
        assert_eq!(why, "there is no archive here any more");
    }

    #[test]
    fn what_cannot_be_opened_says_why_and_what_is_damaged_is_shown_in_part() {
        let noise: Vec<u8> = (0..9000_u32).flat_map(|n| (n * n % 9973).to_le_bytes()).collect();
        let value = zip(&[(b"first", b"1"), (b"d/", b""), (b"noise", &noise)]);
        let states = rows(&value).into_iter().map(|row| (row.opens, row.state));
        let states: Vec<_> = states.collect();
        assert_eq!(states[0], (true, "1 B".to_owned()));
        assert!(!states[1].0);
        let folder = Entry::open(&record(&value), &wanted(&record(&value), 1), &|| true);
        assert!(folder.unwrap_err().starts_with("a folder"));
        let mut damaged = value.clone();
        let at = damaged.len() / 2;
        damaged[at] ^= 0x55;
        let entry = opened(&record(&damaged), 2);
        let note = entry.preview(&record(&damaged), Mode::Auto, &|| true);
        let note = note.note().unwrap();
        assert!(note.contains("checksum") || note.contains("damaged"), "{note}");
        let cut = value[..value.len() / 2].to_vec();
        let entry = opened(&record(&cut), 2);
        assert_eq!(entry.fault, Some(Fault::CutOff));
        assert!(noise.starts_with(&entry.record.value) && entry.record.value.len() > 1000);
        let mut locked = zip(&[(b"secret", b"1")]);
        let directory = memchr::memmem::find(&locked, b"PK\x01\x02").unwrap();
        locked[directory + 8] = 1;
        assert_eq!((rows(&locked)[0].opens, &*rows(&locked)[0].state), (false, "1 B · encrypted"));
        let mut odd = zip(&[(b"odd", b"1")]);
        let at = memchr::memmem::find(&odd, b"PK\x01\x02").unwrap() + 10;
        odd[at] = 12;
        let why = Entry::open(&record(&odd), &wanted(&record(&odd), 0), &|| true).unwrap_err();
        assert_eq!(why, "packed by bzip2, which is not opened");
    }

    #[test]
    fn a_bomb_in_an_archive_gives_no_more_than_its_bound() {
        let zeros = vec![0; 80 << 20];
        let record = record(&zip(&[(b"a", b""), (b"zeros", &zeros)]));
        let bomb = opened(&record, 1);
        assert_eq!((bomb.record.value.len(), bomb.fault), (64 << 20, Some(Fault::TooMuch)));
        let mut nested = zip(&[(b"x", b"deepest")]);
        for _ in 0..5 {
            nested = zip(&[(b"z.zip", &nested)]);
        }
        let record = self::record(&nested);
        let mut entry = opened(&record, 0);
        for _ in 1..DEEPEST {
            let listing = entry.preview(&record, Mode::Auto, &|| true);
            let (archive, at) =
                (listing.archive().unwrap().clone(), listing.entries()[0].at.clone());
            let wanted = EntryWanted::new(archive, Some(&entry), at);
            entry = Entry::open(&record, &wanted, &|| true).unwrap();
        }
        let listing = entry.preview(&record, Mode::Auto, &|| true);
        let at = listing.entries()[0].at.clone();
        let wanted = EntryWanted::new(listing.archive().unwrap().clone(), Some(&entry), at);
        let why = Entry::open(&record, &wanted, &|| true).unwrap_err();
        assert!(why.starts_with("no more than 4 archives"), "{why}");
    }
}
