//! Sorts rows by their keys and keeps the last row of each key. Rows are partitioned by two bytes at a time
//! until the parts are small, then sorted by eight bytes at a time.
//!
//! In addition to the order itself, this takes 4 bytes a row, and up to three megabytes a thread.

use std::ops::Range;

use super::arena::Arena;
use super::codec;

/// Largest part that is sorted by words, in rows: another partition would wait twice more for the memory of
/// each key, since the keys are in the order of arrival.
const PARTITION: usize = 1 << 17;
/// Number of rows from which two threads sort parts.
const MANY: usize = 1 << 16;
/// Number of rows below which a group is sorted by comparing whole keys.
const SMALL: usize = 32;
const WORD: usize = size_of::<u64>();
/// Mark of a row whose key comes again later.
const REPLACED: u32 = u32::MAX;
/// Number of combinations of two bytes of a key, each of which may be past its end.
const DIGITS: usize = 257 * 257;

/// A row with the eight bytes of its key that are being compared.
struct SortEntry {
    word: u64,
    offset: u32,
    /// Number of bytes of the key from there on: 9 for more than eight.
    rest: u8,
    replaced: bool,
}

/// Sorts offsets, which are rising at first, by their keys; among rows with the same key only the last stays.
/// Returns the sum of the sizes of the others.
pub(super) fn by_key(arena: &Arena, order: &mut Vec<u32>) -> u128 {
    let mut replaced = 0;
    let mut parts = Vec::new();
    partition(arena, order, &mut parts, &mut replaced);
    crate::model::sort::sort_by_key(&mut parts, |(range, _)| range.start);
    if order.len() < MANY {
        replaced += sort_partitions(arena, order, 0, &parts);
    } else {
        // Parts never overlap, and rise: about half of the rows are in each half of the parts.
        let half = parts.partition_point(|(range, _)| range.end <= order.len() / 2);
        let (front, back) = parts.split_at(half);
        let middle = back.first().map_or(order.len(), |(range, _)| range.start);
        let (low, high) = order.split_at_mut(middle);
        let sums = std::thread::scope(|scope| {
            let other = scope.spawn(|| sort_partitions(arena, high, middle, back));
            let one = sort_partitions(arena, low, 0, front);
            // A panic of that thread is passed on.
            match other.join() {
                Ok(other) => one + other,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        });
        replaced += sums;
    }
    order.retain(|offset| *offset != REPLACED);
    replaced
}

/// Partitions the offsets until every part is small. `parts` are those left to sort, with the number of bytes
/// that their keys share.
fn partition(
    arena: &Arena,
    order: &mut [u32],
    parts: &mut Vec<(Range<usize>, usize)>,
    replaced: &mut u128,
) {
    // An explicit list instead of recursion: hostile keys can share megabytes.
    let mut work: Vec<(Range<usize>, usize)> = vec![(0..order.len(), 0)];
    let (mut parted, mut counts) = (Vec::new(), Vec::new());
    while let Some((range, depth)) = work.pop() {
        if range.len() <= PARTITION {
            parts.push((range, depth));
            continue;
        }
        let group = &mut order[range.clone()];
        let depth = depth + shared(arena, group, depth);
        counts.clear();
        counts.resize(DIGITS + 1, 0_u32);
        for offset in &*group {
            counts[digit(&arena.key(*offset)[depth..]) + 1] += 1;
        }
        for at in 1..=DIGITS {
            counts[at] += counts[at - 1];
        }
        parted.resize(group.len().max(parted.len()), 0);
        let mut free = counts.clone();
        for offset in &*group {
            let slot = &mut free[digit(&arena.key(*offset)[depth..])];
            parted[*slot as usize] = *offset;
            *slot += 1;
        }
        group.copy_from_slice(&parted[..group.len()]);
        for (digit, bounds) in counts.windows(2).enumerate() {
            let part = range.start + bounds[0] as usize..range.start + bounds[1] as usize;
            if part.len() < 2 {
                continue;
            }
            if ends_within(digit) {
                *replaced += replace(arena, &mut order[part.start..part.end - 1]);
            } else {
                work.push((part, depth + 2));
            }
        }
    }
}

/// The first two bytes as a number in the same order, with the end of the key before all bytes.
fn digit(tail: &[u8]) -> usize {
    match tail {
        [] => 0,
        [one] => (usize::from(*one) + 1) * 257,
        [one, two, ..] => (usize::from(*one) + 1) * 257 + usize::from(*two) + 1,
    }
}

/// Whether all keys with this digit end in it, so that they are equal.
fn ends_within(digit: usize) -> bool {
    digit.is_multiple_of(257)
}

/// Marks rows as replaced, and returns the sum of their sizes.
fn replace(arena: &Arena, offsets: &mut [u32]) -> u128 {
    let mut sum = 0;
    for offset in offsets {
        sum += u128::from(arena.tail(*offset).size);
        *offset = REPLACED;
    }
    sum
}

/// Sorts each part of `order`, which begins at row `base`.
fn sort_partitions(
    arena: &Arena,
    order: &mut [u32],
    base: usize,
    parts: &[(Range<usize>, usize)],
) -> u128 {
    let mut entries = Vec::new();
    let mut replaced = 0;
    for (range, depth) in parts {
        let part = &mut order[range.start - base..range.end - base];
        entries.clear();
        let entry = |offset: &u32| SortEntry { word: 0, offset: *offset, rest: 0, replaced: false };
        entries.extend(part.iter().map(entry));
        sort_words(arena, &mut entries, *depth);
        for (offset, entry) in part.iter_mut().zip(&entries) {
            *offset = entry.offset;
            if entry.replaced {
                replaced += replace(arena, std::slice::from_mut(offset));
            }
        }
    }
    replaced
}

/// Sorts rows whose keys share `depth` bytes.
fn sort_words(arena: &Arena, entries: &mut [SortEntry], depth: usize) {
    let mut work: Vec<(Range<usize>, usize)> = vec![(0..entries.len(), depth)];
    while let Some((range, depth)) = work.pop() {
        let group = &mut entries[range.clone()];
        let tail = |entry: &SortEntry| &arena.key(entry.offset)[depth..];
        if group.len() < SMALL {
            group.sort_unstable_by(|a, b| tail(a).cmp(tail(b)).then(a.offset.cmp(&b.offset)));
            for at in 1..group.len() {
                group[at - 1].replaced = tail(&group[at - 1]) == tail(&group[at]);
            }
            continue;
        }
        for entry in &mut *group {
            let tail = tail(entry);
            entry.word = word(tail);
            entry.rest = tail.len().min(WORD + 1) as u8;
        }
        group.sort_unstable_by_key(|entry| entry.word);
        // Of two keys with the same word, the one that ends within it is the prefix.
        for same in group.chunk_by_mut(|a, b| a.word == b.word) {
            same.sort_unstable_by_key(|entry| (entry.rest, entry.offset));
        }
        let mut start = range.start;
        for same in group.chunk_by_mut(|a, b| (a.word, a.rest) == (b.word, b.rest)) {
            let end = start + same.len();
            if same.len() > 1 && usize::from(same[0].rest) > WORD {
                // Long words in common are skipped at once.
                let more = match same.len() {
                    ..SMALL => 0,
                    _ => shared_of(arena, same.iter().map(|entry| entry.offset), depth + WORD),
                };
                work.push((start..end, depth + WORD + more));
            } else if let [replaced @ .., _] = same {
                for entry in replaced {
                    entry.replaced = true;
                }
            }
            start = end;
        }
    }
}

/// Number of bytes after `depth` that all keys of the group have in common.
fn shared(arena: &Arena, group: &[u32], depth: usize) -> usize {
    shared_of(arena, group.iter().copied(), depth)
}

fn shared_of(arena: &Arena, mut offsets: impl Iterator<Item = u32>, depth: usize) -> usize {
    let tail = |offset: u32| &arena.key(offset)[depth..];
    let Some(mut first) = offsets.next().map(tail) else { return 0 };
    for offset in offsets {
        let other = tail(offset);
        if !other.starts_with(first) {
            first = &first[..codec::shared(first, other)];
        }
        if first.is_empty() {
            break;
        }
    }
    first.len()
}

/// The first eight bytes, as a number in the same order.
fn word(bytes: &[u8]) -> u64 {
    if let Some(word) = bytes.first_chunk() {
        return u64::from_be_bytes(*word);
    }
    let mut word = [0; WORD];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_be_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the keys in their order, and the sum of the sizes of the replaced ones, where the size
    /// of each is its number.
    fn sorted(keys: &[Vec<u8>]) -> (Vec<usize>, u128) {
        let mut arena = Arena::default();
        for (number, key) in keys.iter().enumerate() {
            arena.push(key, 0, number as u64, None);
        }
        let mut order = arena.take_offsets();
        let replaced = by_key(&arena, &mut order);
        (order.iter().map(|offset| arena.tail(*offset).size as usize).collect(), replaced)
    }

    #[test]
    fn keys_that_end_with_nul_are_not_their_prefix() {
        // Enough of them for the sort by words.
        let keys: Vec<Vec<u8>> = (0..40).rev().map(|length| vec![0; length]).collect();
        let (order, _) = sorted(&keys);
        assert!(order.is_sorted_by_key(|row| keys[*row].len()));
        assert_eq!(order.len(), 40);
    }

    #[test]
    fn the_last_of_equal_keys_is_kept() {
        // Sorted by whole keys, by words, and in parts.
        for count in [10, 200, PARTITION + PARTITION / 2] {
            let keys: Vec<Vec<u8>> = (0..count).map(|at| vec![b'x'; 20 + at % 2]).collect();
            let (order, replaced) = sorted(&keys);
            assert_eq!(order, [count - 2, count - 1]);
            assert_eq!(replaced, (0..count as u128 - 2).sum());
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
        assert_eq!(sorted(&keys).0, (0..40).rev().collect::<Vec<_>>());
    }

    #[test]
    fn large_sorts_agree_with_a_sorted_map() {
        let mut keys = Vec::new();
        for number in 0..4 * MANY as u64 {
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44;
            let text = format!("page-{mixed:x}").into_bytes();
            let cut = if number % 7 == 0 { mixed as usize % text.len() } else { text.len() };
            keys.push(text[..cut].to_vec());
        }
        let last: std::collections::BTreeMap<_, _> = keys.iter().zip(0..).collect();
        assert_eq!(sorted(&keys).0, last.into_values().collect::<Vec<usize>>());
    }
}
