//! The entries of an archive as lines of text, to be compared with those of another one.

use std::fmt::Write as _;

use flate2::Crc;

use super::{Data, Entry, Kind, entries};
use crate::model::sort;
use crate::text::visible_bytes;

/// The format of an archive and its entries, one a line, in the order of their names: name, size and checksum,
/// or what else it is. Times are left out, as they differ in archives that are made anew. `None` for anything
/// else, and for what is not whole.
pub(in crate::preview) fn compared(bytes: &[u8]) -> Option<(&'static str, String)> {
    let (word, mut entries) = entries(bytes)?;
    if entries.fault.is_some() || entries.count > entries.list.len() as u64 {
        return None;
    }
    sort::sort_by(&mut entries.list, |one, other| one.name.cmp(&other.name));
    let mut lines = String::new();
    for entry in &entries.list {
        let name = visible_bytes(&entry.name);
        let end = entry.facts(bytes);
        let _ = writeln!(lines, "{name}{end}");
    }
    Some((word, lines))
}

impl Entry<'_> {
    fn facts(&self, archive: &[u8]) -> String {
        let sum = match &self.data {
            Some(Data::Packed(packed)) => packed.sum,
            Some(Data::Plain(at)) => archive.get(at.clone()).map(|data| {
                let mut sum = Crc::new();
                sum.update(data);
                sum.sum()
            }),
            None => None,
        };
        let sum = sum.map_or_else(String::new, |sum| format!(", checksum {sum:08x}"));
        match &self.kind {
            Kind::File => format!("  {} B{sum}", self.size),
            Kind::Locked => format!("  {} B{sum}, encrypted", self.size),
            Kind::Folder => String::new(),
            Kind::Link(target) if target.is_empty() => format!("  link{sum}"),
            Kind::Link(target) => format!(" \u{2192} {}", visible_bytes(target)),
            Kind::Other => "  no file".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{tar, zip};
    use super::*;

    #[test]
    fn an_entry_is_a_line_with_what_it_holds() {
        let told = |bytes: &[u8]| compared(bytes).unwrap();
        let files: [(&[u8], &[u8]); 2] = [(b"b\x1b.txt", b"two"), (b"a.txt", b"hello")];
        let expected = "a.txt  5 B, checksum 3610a686\nb\u{241b}.txt  3 B, checksum 11ca8a66\n";
        assert_eq!(told(&tar(&files)), ("tar", expected.to_owned()));
        let (word, packed) = told(&zip(&files));
        assert_eq!((word, packed.lines().count()), ("ZIP", 2));
        assert!(packed.starts_with("a.txt  5 B"), "{packed}");
        let whole = tar(&files);
        assert_eq!(compared(&whole[..514]), None, "it is cut off");
        assert_eq!(compared(b"words"), None);
    }
}
