//! Sorts rows by their keys, eight bytes at a time, the most significant first; and keeps the
//! last row of each key.

use std::ops::Range;

use super::columns::Columns;

/// Groups below this are sorted by comparing whole keys.
const SMALL: usize = 32;
const WORD: usize = size_of::<u64>();
/// Stands in [`Entry::rest`] for a row whose key comes again later.
const REPLACED: u8 = u8::MAX;

/// A row with the eight bytes of its key that are compared now.
struct Entry {
    word: u64,
    row: u32,
    /// How many bytes the key has left from there: 9 for more than eight.
    rest: u8,
}

/// The rows in the order of their keys' bytes; of rows with one key only the last.
pub(super) fn by_key(rows: &Columns) -> Vec<u32> {
    let numbers = 0..u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let mut entries: Vec<_> = numbers.map(|row| Entry { word: 0, row, rest: 0 }).collect();
    // A list of its own instead of recursion: hostile keys can share megabytes.
    let mut work: Vec<(Range<usize>, usize)> = vec![(0..entries.len(), 0)];
    while let Some((range, depth)) = work.pop() {
        let group = &mut entries[range.clone()];
        if group.len() < SMALL {
            let tail = |entry: &Entry| &rows.key(entry.row as usize)[depth..];
            group.sort_unstable_by(|a, b| tail(a).cmp(tail(b)).then(a.row.cmp(&b.row)));
            for at in 1..group.len() {
                if tail(&group[at - 1]) == tail(&group[at]) {
                    group[at - 1].rest = REPLACED;
                }
            }
            continue;
        }
        let depth = depth + shared(rows, group, depth);
        for entry in &mut *group {
            let tail = &rows.key(entry.row as usize)[depth..];
            entry.word = word(tail);
            entry.rest = tail.len().min(WORD + 1) as u8;
        }
        // Of two keys with the same word, the one that ends within it is the prefix.
        group.sort_unstable_by_key(|entry| (entry.word, entry.rest, entry.row));
        let mut start = range.start;
        for same in group.chunk_by_mut(|a, b| (a.word, a.rest) == (b.word, b.rest)) {
            let end = start + same.len();
            if same.len() > 1 && usize::from(same[0].rest) > WORD {
                work.push((start..end, depth + WORD));
            } else if let [replaced @ .., _] = same {
                for entry in replaced {
                    entry.rest = REPLACED;
                }
            }
            start = end;
        }
    }
    let kept = entries.into_iter().filter(|entry| entry.rest != REPLACED);
    kept.map(|entry| entry.row).collect()
}

/// How many bytes after `depth` all keys of the group have in common.
fn shared(rows: &Columns, group: &[Entry], depth: usize) -> usize {
    let tail = |entry: &Entry| &rows.key(entry.row as usize)[depth..];
    let Some(first) = group.first().map(tail) else { return 0 };
    let mut shared = first.len();
    for entry in group {
        let other = tail(entry);
        let equal = first[..shared].iter().zip(other).take_while(|(a, b)| a == b).count();
        shared = equal;
        if shared == 0 {
            break;
        }
    }
    shared
}

/// The first eight bytes, as a number that sorts as they do.
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; WORD];
    let length = bytes.len().min(WORD);
    word[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(keys: &[Vec<u8>]) -> Vec<u32> {
        let mut columns = Columns::default();
        for key in keys {
            columns.push(key, 0, 0, None);
        }
        by_key(&columns)
    }

    #[test]
    fn keys_that_end_with_nul_are_not_their_prefix() {
        // Enough of them to be sorted by words.
        let keys: Vec<Vec<u8>> = (0..40).rev().map(|length| vec![0; length]).collect();
        let order = sorted(&keys);
        assert!(order.is_sorted_by_key(|row| keys[*row as usize].len()));
    }

    #[test]
    fn of_equal_keys_the_last_one_stays() {
        // Once by words, once by whole keys.
        for count in [200, 10] {
            let keys: Vec<Vec<u8>> = (0..count).map(|at| vec![b'x'; 20 + at % 2]).collect();
            assert_eq!(sorted(&keys), [count as u32 - 2, count as u32 - 1]);
        }
    }

    #[test]
    fn keys_that_share_64_kib_are_sorted() {
        let mut keys: Vec<Vec<u8>> = Vec::new();
        for last in (0..40_u8).rev() {
            let mut key = vec![b'k'; 1 << 16];
            key.push(last);
            keys.push(key);
        }
        assert_eq!(sorted(&keys), (0..40).rev().collect::<Vec<_>>());
    }
}
