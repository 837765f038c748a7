use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::super::coding::Limits;
use super::*;

fn u16s(numbers: &[usize]) -> Vec<u8> {
    numbers.iter().flat_map(|&number| u16::try_from(number).unwrap().to_le_bytes()).collect()
}

fn u32s(numbers: &[usize]) -> Vec<u8> {
    numbers.iter().flat_map(|&number| u32::try_from(number).unwrap().to_le_bytes()).collect()
}

/// A ZIP of these entries, the first one stored and the others deflated, of 2024-01-31 12:30.
pub(in crate::preview) fn zip(files: &[(&[u8], &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (at, (name, content)) in files.iter().enumerate() {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        let packed = if at == 0 { content.to_vec() } else { encoder.finish().unwrap() };
        let method = if at == 0 { 0 } else { 8 };
        let mut sum = Crc::new();
        sum.update(content);
        let begin = [
            u16s(&[0, method, 12 << 11 | 30 << 5, 44 << 9 | 1 << 5 | 31]),
            u32s(&[sum.sum() as usize, packed.len(), content.len()]),
            u16s(&[name.len(), 0]),
        ]
        .concat();
        let start = out.len();
        out.extend([b"PK\x03\x04\x14\0", &begin[..], name, &packed].concat());
        let rest = [u16s(&[0, 0, 0]), u32s(&[0, start])].concat();
        directory.extend([b"PK\x01\x02\x14\0\x14\0", &begin[..], &rest, name].concat());
    }
    let start = out.len();
    out.extend(&directory);
    out.extend([&b"PK\x05\x06\0\0\0\0"[..], &u16s(&[files.len(), files.len()])].concat());
    out.extend([u32s(&[directory.len(), start]), u16s(&[0])].concat());
    out
}

/// A block with a tar header that has these fields, and its content.
fn block(name: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len()].copy_from_slice(name);
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[136..147].copy_from_slice(b"14556436520");
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header.extend(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

pub(in crate::preview) fn tar(files: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut out: Vec<u8> =
        files.iter().flat_map(|(name, content)| block(name, b'0', content)).collect();
    out.extend([0; 1024]);
    out
}

fn texts(listing: &Listing) -> Vec<String> {
    let lines = &listing.lines;
    let text = |number| {
        let line = lines.line(number);
        let parts: Vec<_> = line.parts.iter().map(|part| part.bytes).collect();
        String::from_utf8(parts.concat()).unwrap()
    };
    (0..lines.len()).map(text).collect()
}

#[test]
fn a_zip_lists_its_entries_and_their_sum() {
    let bytes = zip(&[(b"a/", b""), (b"a/page.html", &[b'x'; 1500]), (b"b\x1b[2J\n\xff", b"12")]);
    let listing = list(&bytes, false).unwrap();
    assert_eq!(listing.note, "ZIP, 3 entries, 1.5 KB unpacked");
    assert_eq!(
        texts(&listing),
        [
            "   size  modified          name",
            "         2024-01-31 12:30  a/",
            " 1.5 KB  2024-01-31 12:30  a/page.html",
            "    2 B  2024-01-31 12:30  b␛[2J␊\\xff",
            " 1.5 KB  in 3 entries",
        ]
    );
    let prefixed = [b"PK\x03\x04".to_vec(), bytes.clone()].concat();
    assert_eq!(list(&prefixed, false).unwrap().note, listing.note, "its offsets are shifted");
    let mut marked = zip(&[(b"a", b"1")]);
    let (end, comment) = (marked.len() - 2, b"PK\x05\x06 in a comment, and more of it ".repeat(20));
    marked[end..].copy_from_slice(&(comment.len() as u16).to_le_bytes());
    marked.extend(comment);
    assert_eq!(list(&marked, false).unwrap().note, "ZIP, 1 entry, 1 B unpacked");
    let empty = list(&zip(&[]), false).unwrap();
    assert_eq!(empty.note, "ZIP, 0 entries, 0 B unpacked");
}

#[test]
fn a_zip_behind_a_program_is_listed() {
    let zip = zip(&[(b"mimetype", b"application/epub+zip"), (b"second", b"22")]);
    let program = [b"MZ\x90\0 and PK\x05\x06 in it".to_vec(), zip.clone()].concat();
    let listing = list(&program, false).unwrap();
    assert_eq!(listing.note, "EPUB book, 2 entries, 22 B unpacked", "its offsets are shifted");
    let plain = [b"MZ\x90\0".to_vec(), super::tests::zip(&[(b"one", b"1")])].concat();
    assert_eq!(list(&plain, false).unwrap().note, "ZIP behind other bytes, 1 entry, 1 B unpacked");
    assert_eq!(word(&plain), "ZIP");
    for other in [
        [&plain[..], b"more"].concat(),
        [b"\x89PNG\r\n\x1a\n", &zip[..]].concat(),
        plain[..plain.len() - 1].to_vec(),
        b"MZ\x90\0".to_vec(),
    ] {
        assert!(list(&other, false).is_none(), "{other:?}");
    }
    let inside = tar(&[(b"a.zip", &zip)]);
    assert!(list(&inside, false).unwrap().note.starts_with("tar, 1 entry"));
}

#[test]
fn a_zip_that_is_cut_off_is_read_by_what_stands_before_its_entries() {
    let bytes = zip(&[(b"first", b"1"), (b"second", b"22"), (b"third", b"333")]);
    let cut = &bytes[..bytes.len() - 100];
    let listing = list(cut, false).unwrap();
    let fault = "the ZIP has lost its list of contents: this is what could be read";
    assert_eq!(listing.note, format!("ZIP, 3 entries, 6 B unpacked, {fault}"));
    assert_eq!(list(cut, true).unwrap().note, "ZIP, 3 entries, 6 B unpacked");
    assert!(list(b"PK\x03\x04", false).is_none());
}

#[test]
fn large_and_locked_entries_say_so() {
    let mut bytes = zip(&[(b"large", b"1")]);
    let directory = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    bytes[directory + 8] = 1;
    bytes[directory + 24..directory + 28].fill(0xff);
    bytes[directory + 30] = 12;
    let extra = [&[1, 0, 8, 0][..], &5_000_000_000_u64.to_le_bytes()].concat();
    let at = directory + 46 + 5;
    bytes.splice(at..at, extra);
    let rows = texts(&list(&bytes, false).unwrap());
    assert_eq!(rows[1], " 5.0 GB  2024-01-31 12:30  large  encrypted");
}

#[test]
fn office_files_and_books_say_what_they_are() {
    let types: (&[u8], &[u8]) = (b"[Content_Types].xml", b"<Types/>");
    let app = b"<Properties><Pages>12</Pages></Properties>";
    let note = |files: &[(&[u8], &[u8])]| list(&zip(files), false).unwrap().note;
    let word = note(&[types, (b"word/document.xml", b""), (b"docProps/app.xml", app)]);
    assert!(word.starts_with("Word document (docx), 12 pages, 3 entries"), "{word}");
    let sheets = [types, (b"xl/workbook.xml", b""), (b"xl/worksheets/sheet1.xml", b"")];
    assert!(note(&sheets).starts_with("Excel workbook (xlsx), 1 sheet, "));
    let odt: &[u8] = b"application/vnd.oasis.opendocument.text";
    let meta = b"<meta:document-statistic meta:page-count=\"7\"/>";
    assert!(
        note(&[(b"mimetype", odt), (b"meta.xml", meta)])
            .starts_with("OpenDocument text (odt), 7 pages")
    );
    assert!(note(&[(b"mimetype", b"application/epub+zip")]).starts_with("EPUB book, "));
    assert!(note(&[(b"mimetype", b"something")]).starts_with("ZIP, "));
}

#[test]
fn a_tar_lists_long_names_links_and_folders() {
    let long = "d/".repeat(60) + "file.txt";
    let record = format!("path={long}\n");
    let pax = format!("{} {record}", record.len() + 4);
    let bytes = [
        block(b"plain.txt", b'0', b"hello"),
        block(b"x", b'x', pax.as_bytes()),
        block(b"short", b'0', b"1234567"),
        block(b"././@LongLink", b'L', format!("{long}2\0").as_bytes()),
        block(b"short", b'0', b""),
        block(b"folder", b'5', b""),
        block(b"link", b'2', b""),
        vec![0; 1024],
    ]
    .concat();
    let listing = list(&bytes, false).unwrap();
    assert_eq!(listing.note, "tar, 5 entries, 12 B unpacked");
    let rows = texts(&listing);
    assert_eq!(rows[1], "    5 B  2024-01-31 12:30  plain.txt");
    assert!(rows[2].starts_with("    7 B") && rows[2].ends_with(&long));
    assert!(rows[3].ends_with(&format!("{long}2")));
    assert_eq!(&rows[4][27..], "folder");
    assert_eq!(&rows[5][27..], "link  link");
    assert_eq!(rows[6], "   12 B  in 5 entries");
}

#[test]
fn files_with_holes_have_the_size_that_they_take_unpacked() {
    let pax = b"29 GNU.sparse.realsize=70000\n23 GNU.sparse.name=big\n24 path=GNUSparseFile/b\n";
    let mut sparse = block(b"old", b'S', b"stored");
    sparse[482] = 1;
    sparse[483..494].copy_from_slice(b"00000303240");
    sparse[148..156].fill(b' ');
    let sum: u32 = sparse[..512].iter().map(|&byte| u32::from(byte)).sum();
    sparse[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut map = vec![0; 1024];
    map[504] = 1;
    sparse.splice(512..512, map);
    let bytes = [
        block(b"x", b'x', pax),
        block(b"GNUSparseFile/b", b'0', b"map and data"),
        sparse,
        block(b"last", b'0', b"1"),
        vec![0; 1024],
    ]
    .concat();
    let listing = list(&bytes, false).unwrap();
    assert_eq!(listing.note, "tar, 3 entries, 170 KB unpacked");
    let rows = texts(&listing);
    assert!(rows[1].starts_with("  70 KB") && rows[1].ends_with("  big"), "{}", rows[1]);
    assert!(rows[2].starts_with(" 100 KB") && rows[2].ends_with("  old"), "{}", rows[2]);
}

#[test]
fn a_tar_that_is_cut_off_or_damaged_says_so() {
    let bytes = tar(&[(b"one", &[b'1'; 700]), (b"two", b"2"), (b"three", b"3")]);
    let note = |bytes: &[u8]| list(bytes, false).map(|listing| listing.note);
    let what = "this is what could be read";
    let cut = note(&bytes[..1000]).unwrap();
    assert_eq!(cut, format!("tar, 1 entry, 700 B unpacked, the tar is cut off: {what}"));
    assert!(!list(&bytes[..1000], true).unwrap().note.contains("cut off"));
    // A size beyond all numbers is not a size of zero.
    let immense = [0xff; 11];
    let absurd = [&bytes[..124], &[0x80][..], &immense[..]].concat();
    let sum: usize = absurd
        .iter()
        .chain(&bytes[136..148])
        .chain(&bytes[156..512])
        .map(|b| usize::from(*b))
        .sum();
    let sum = format!("{:06o}\0 ", sum + 8 * 32);
    let absurd = [&absurd, &bytes[136..148], sum.as_bytes(), &bytes[156..]].concat();
    assert!(list(&absurd, false).is_none(), "nothing of it could be read");
    let mut damaged = bytes.clone();
    damaged[1536 + 130] = b'9';
    let damaged = note(&damaged).unwrap();
    assert_eq!(damaged, format!("tar, 1 entry, 700 B unpacked, the tar is damaged: {what}"));
    for no_tar in [&b"x"[..], &[0; 2048], &[b' '; 2048], &[b'0'; 2048]] {
        assert_eq!(note(no_tar), None);
    }
}

#[test]
fn more_entries_than_are_listed_are_counted() {
    let name = || b"n"[..].into();
    let entry = || Entry { name: name(), size: 1, time: None, kind: Kind::File, data: None };
    let mut entries = Entries::default();
    for _ in 0..MOST + 5 {
        entries.push(entry());
    }
    let listing = listing(&entries, sum(&entries));
    let count = listing.lines.len();
    assert_eq!((count, &*listing.note), (MOST + 2, "100,005 entries, 100 KB unpacked"));
    let rows = listing.lines.line(count - 1);
    let last = rows.parts.last().unwrap().bytes;
    let said = "in 100,005 entries, of which the first 100,000 are listed";
    assert_eq!(std::str::from_utf8(last).unwrap(), said);
}

#[test]
fn damaged_archives_do_no_harm() {
    let files: [(&[u8], &[u8]); 3] = [(b"mimetype", b"x"), (b"meta.xml", b"y"), (b"c/", b"")];
    let samples = [zip(&files), tar(&files)];
    let mut state = 3_usize;
    for round in 0..200 {
        for sample in &samples {
            let mut bytes = sample.clone();
            for _ in 0..=round % 5 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (state >> 33) % bytes.len();
                match state >> 20 & 3 {
                    0 => bytes.truncate(at.max(1)),
                    1 => bytes[at] ^= 1 << (state >> 24 & 7),
                    2 => bytes[at] = 0xff,
                    _ => bytes.copy_within(at.., at / 2),
                }
            }
            if let Some(listing) = list(&bytes, round % 2 == 0) {
                assert!(texts(&listing).iter().all(|text| !text.contains(char::is_control)));
                for row in rows(&bytes) {
                    let step = Step::To(row.at.number, &row.at.name);
                    let limits = Limits { bytes: 1 << 20, ..Limits::new(&|| true) };
                    // Whatever it gives, it is bounded.
                    assert!(find(&bytes, step, limits).map_or(0, |it| it.bytes.len()) <= 1 << 20);
                }
            }
        }
    }
}
