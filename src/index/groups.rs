//! Groups of keys with a common beginning, which can be entered and left.

use super::Index;
use super::cursor::Cursor;
use crate::model::Key;

/// Keys with a common beginning, or one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Beginning of the keys; the whole key of a record.
    pub prefix: Key,
    /// Number of records.
    pub records: u64,
    /// Sum of their sizes in bytes, or the largest number if it overflows.
    pub bytes: u64,
    /// Whether this is a single record, shown as itself.
    pub leaf: bool,
    /// Whether only the keys that go on with a digit belong to it.
    pub numbered: bool,
}

/// The groups that share a prefix, in the order of their keys; they belong to the index that they were made
/// from. Consecutive single records take no memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Groups {
    segments: Vec<Segment>,
    len: usize,
    /// Number of records in all groups.
    records: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    /// Position of its first entry.
    position: usize,
    /// First row of it in the index.
    row: usize,
    /// The group; `None` for a run of records.
    group: Option<Group>,
}

/// Groups the keys that begin with `prefix` (with `numbered`: and go on with a digit): the view inside a
/// [`Group`] with this prefix. A group's keys share everything up to and including the next of `- _ / . : |`
/// and space, or everything up to a run of digits, and then only keys with digits there belong to it; digits
/// right after the prefix belong to the name. So `page-1` and `page-2` are in the group `page-`, and inside
/// it they are records. A group that would contain a single group takes that one's name, where there are at
/// most 4,096 groups. Whole groups are skipped; 1,000,000 single records take some twenty milliseconds.
pub fn groups(index: &Index, prefix: &[u8], numbered: bool) -> Groups {
    let mut groups = Groups::default();
    let mut cursor = Cursor::new(index, 0);
    let mut name = prefix.to_vec();
    if numbered {
        name.push(b'0');
    }
    cursor.seek(&name);
    while belongs(&cursor, prefix, numbered) {
        let row = cursor.at();
        match end(&cursor.key()[prefix.len()..]) {
            None => {
                groups.add_record(row);
                cursor.advance();
            }
            Some(end) => {
                name.clear();
                name.extend_from_slice(&cursor.key()[..prefix.len() + end]);
                let numbered = !cursor.key().get(name.len() - 1).copied().is_some_and(is_separator);
                let (records, bytes) = skip(&mut cursor, &mut name, numbered);
                if records == 1 {
                    groups.add_record(row);
                    continue;
                }
                let prefix = Key::from(name.as_slice());
                let group = Some(Group { prefix, records, bytes, leaf: false, numbered });
                groups.segments.push(Segment { position: groups.len, row, group });
                groups.len += 1;
                groups.records += records;
            }
        }
    }
    if groups.segments.len() <= MANY {
        for segment in &mut groups.segments {
            if let Some(group) = &mut segment.group {
                lengthen(group, index, segment.row);
            }
        }
    }
    groups
}

/// Limit on the groups whose names are lengthened by what their keys share beyond them; each takes some
/// microseconds.
const MANY: usize = 4096;

/// Extends the name of a group, which begins at a row, by that of a single group in it.
fn lengthen(group: &mut Group, index: &Index, row: usize) {
    let records = usize::try_from(group.records).unwrap_or(usize::MAX);
    let (first, last) = (Cursor::new(index, row), Cursor::new(index, row + records - 1));
    let (first, last) = (first.key(), last.key());
    let mut name = group.prefix.as_bytes().len();
    while let Some(end) = first.get(name..).and_then(end) {
        let longer = name + end;
        let numbered = !is_separator(first[longer - 1]);
        let goes_on = last.get(longer).is_some_and(u8::is_ascii_digit);
        // All keys between the two begin in the same way.
        if !last.starts_with(&first[..longer]) || (numbered && !goes_on) {
            break;
        }
        (name, group.numbered) = (longer, numbered);
    }
    group.prefix = Key::from(&first[..name]);
}

impl Groups {
    /// Number of groups and single records.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no groups and records.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of records in all of them.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The group or record at a position; the record comes from the index.
    pub fn get(&self, index: &Index, position: usize) -> Option<Group> {
        let segment =
            self.segments.partition_point(|segment| segment.position <= position).checked_sub(1)?;
        let segment = self.segments.get(segment).filter(|_| position < self.len)?;
        segment.group.clone().or_else(|| {
            let meta = index.get(segment.row + position - segment.position)?;
            let (prefix, bytes) = (meta.key, meta.size);
            Some(Group { prefix, records: 1, bytes, leaf: true, numbered: false })
        })
    }

    /// First row of the group or record at a position.
    pub fn row(&self, position: usize) -> Option<usize> {
        let segment =
            self.segments.partition_point(|segment| segment.position <= position).checked_sub(1)?;
        let segment = self.segments.get(segment).filter(|_| position < self.len)?;
        Some(segment.row + position - segment.position)
    }

    /// Position of the group or record that a row of the index belongs to; the nearest position before it, if
    /// it belongs to none.
    pub fn position_of(&self, row: usize) -> usize {
        let segment = self.segments.partition_point(|segment| segment.row <= row).checked_sub(1);
        let Some(segment) = segment.and_then(|at| self.segments.get(at)) else { return 0 };
        match segment.group {
            Some(_) => segment.position,
            None => (segment.position + row - segment.row).min(self.len - 1),
        }
    }

    /// All groups and single records.
    pub fn iter(&self, index: &Index) -> impl Iterator<Item = Group> {
        (0..self.len).filter_map(|position| self.get(index, position))
    }

    fn add_record(&mut self, row: usize) {
        if self.segments.last().is_none_or(|segment| segment.group.is_some()) {
            self.segments.push(Segment { position: self.len, row, group: None });
        }
        self.len += 1;
        self.records += 1;
    }
}

fn is_separator(byte: u8) -> bool {
    b"-_/.:| ".contains(&byte)
}

/// Whether the cursor is on a key of the group.
fn belongs(cursor: &Cursor, prefix: &[u8], numbered: bool) -> bool {
    cursor.is_on()
        && cursor.key().starts_with(prefix)
        && (!numbered || cursor.key().get(prefix.len()).is_some_and(u8::is_ascii_digit))
}

/// Skips the rest of a group. Returns the number of its records, and the sum of their sizes.
fn skip(cursor: &mut Cursor, name: &mut Vec<u8>, numbered: bool) -> (u64, u64) {
    if !numbered {
        return cursor.skip_prefix(name);
    }
    let (mut records, mut bytes) = (0, 0_u64);
    while belongs(cursor, name, true) {
        name.push(cursor.key()[name.len()]);
        let (more, larger) = cursor.skip_prefix(name);
        name.pop();
        records += more;
        bytes = bytes.saturating_add(larger);
    }
    (records, bytes)
}

/// End of a group's name in the part behind the prefix; `None` where that is a record's own.
fn end(rest: &[u8]) -> Option<usize> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let ends = |byte: &u8| is_separator(*byte) || byte.is_ascii_digit();
    let at = digits + rest.get(digits..)?.iter().position(ends)?;
    Some(if rest[at].is_ascii_digit() { at } else { at + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Builder;
    use crate::model::KeyPage;

    #[test]
    fn groups_are_nested_down_to_single_records() {
        let mut page = KeyPage::default();
        for number in 0..1000 {
            page.push(format!("page-{number:06}").as_bytes(), "", 2, None);
            page.push(format!("shop/img{number}.png").as_bytes(), "", 3, None);
        }
        for key in ["INPUT", "page", "shop/image.png", "solo-7", "2026-11-22", "2026-11-23"] {
            page.push(key.as_bytes(), "", 1, None);
        }
        let mut builder = Builder::new();
        builder.add(&page);
        let index = builder.finish();
        let names = |prefix: &[u8], numbered| -> Vec<(String, u64, u64)> {
            let groups = groups(&index, prefix, numbered);
            assert_eq!(groups, super::groups(&index.packed(), prefix, numbered));
            groups.iter(&index).map(|it| (it.prefix.escaped(), it.records, it.bytes)).collect()
        };
        let entry = |name: &str, records, bytes| (name.to_owned(), records, bytes);
        assert_eq!(
            names(b"", false),
            [
                entry("2026-11-", 2, 2),
                entry("INPUT", 1, 1),
                entry("page", 1, 1),
                entry("page-", 1000, 2000),
                entry("shop/", 1001, 3001),
                entry("solo-7", 1, 1),
            ]
        );
        assert_eq!(names(b"2026-", false), [entry("2026-11-", 2, 2)]);
        assert_eq!(names(b"2026-11-", false).len(), 2);
        assert_eq!(names(b"page-", false).len(), 1000);
        let shop = [entry("shop/image.png", 1, 1), entry("shop/img", 1000, 3000)];
        assert_eq!(names(b"shop/", false), shop);
        assert_eq!(names(b"shop/img", true).len(), 1000);
        assert!(names(b"shop/ima", true).is_empty());
    }

    #[test]
    fn a_group_that_holds_a_single_one_has_its_name() {
        let shown = |keys: &[&str]| -> Vec<String> {
            let mut page = KeyPage::default();
            for key in keys {
                page.push(key.as_bytes(), "", 1, None);
            }
            let mut builder = Builder::new();
            builder.add(&page);
            let index = builder.finish();
            let all = groups(&index, b"", false);
            // Each group has more than one row, and together they have all rows.
            let mut records = 0;
            for group in all.iter(&index) {
                if !group.leaf {
                    let within = groups(&index, group.prefix.as_bytes(), group.numbered);
                    assert!(within.len() > 1, "{group:?}");
                    assert_eq!(within.records(), group.records, "{group:?}");
                }
                records += group.records;
            }
            assert_eq!(records, keys.len() as u64);
            all.iter(&index).map(|group| group.prefix.escaped()).collect()
        };
        let deep = ["https://a.example/p/1/x", "https://a.example/p/2/x", "solo/one"];
        assert_eq!(shown(&deep), ["https://a.example/p/", "solo/one"]);
        assert_eq!(shown(&["a/b/c1", "a/b/c2", "a/b/c"]), ["a/b/"]);
        assert_eq!(shown(&["a/b/c1", "a/b/c2"]), ["a/b/c"]);
        assert_eq!(shown(&["a/b/c1x", "a/b/c2", "a/b/d"]), ["a/b/"]);
        assert_eq!(shown(&["img1-a/x", "img1-a/y", "img1-b"]), ["img1-"]);
        assert_eq!(shown(&["é/ü/1", "é/ü/2"]), ["é/ü/"]);
    }
}
