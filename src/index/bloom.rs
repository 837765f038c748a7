//! Bloom filter over the keys that a rescan has seen.

use std::hash::{DefaultHasher, Hasher as _};

use super::Index;
use super::cursor::Cursor;
use crate::model::Key;

/// Bits set per key.
const BITS: u32 = 5;
/// Words that hold a key's bits: one cache line.
const LINE: usize = 8;

/// Bloom filter with one byte a key: false-positive rate about 4 %. Each round has another salt, so
/// that a false positive of one is found in the next.
#[derive(Debug, Clone, Default)]
pub struct BloomFilter {
    words: Vec<u64>,
    round: u64,
}

impl BloomFilter {
    /// Capacity in keys; with more, the false-positive rate grows.
    pub fn new(capacity: usize) -> Self {
        Self { words: vec![0; size(capacity)], round: 0 }
    }

    /// Clears the filter and changes its salt; `capacity` in keys.
    pub fn restart(&mut self, capacity: usize) {
        self.round += 1;
        self.words.clear();
        self.words.resize(size(capacity), 0);
        self.words.shrink_to(size(capacity));
    }

    /// Adds a key that a scan or an event has shown.
    pub fn insert(&mut self, key: &[u8]) {
        let (line, mask) = self.bits(key);
        for (word, bits) in self.words[line..].iter_mut().zip(mask) {
            *word |= bits;
        }
    }

    /// Whether a key may have been added: false positives, no false negatives.
    pub fn contains(&self, key: &[u8]) -> bool {
        let (line, mask) = self.bits(key);
        self.words[line..].iter().zip(mask).all(|(word, bits)| word & bits == bits)
    }

    /// Keys of the index that were certainly not added in this round, in their order. Visits
    /// every row: not for the loop.
    pub fn missing(&self, index: &Index) -> Vec<Key> {
        let mut missing = Vec::new();
        let mut cursor = Cursor::new(index, 0);
        while cursor.is_on() {
            if !self.contains(cursor.key()) {
                missing.push(Key::from(cursor.key()));
            }
            cursor.advance();
        }
        missing
    }

    /// Memory of the filter, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }

    /// The first word of the key's line, and its bits there.
    fn bits(&self, key: &[u8]) -> (usize, [u64; LINE]) {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.round);
        hasher.write(key);
        let hash = hasher.finish();
        let lines = (self.words.len() / LINE) as u64;
        // The upper half chooses the line, the lower half the bits.
        let line = ((hash >> 32) * lines) >> 32;
        let mut mask = [0; LINE];
        let mut bits = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for _ in 0..BITS {
            let bit = bits as usize % (LINE * 64);
            mask[bit / 64] |= 1 << (bit % 64);
            bits >>= 9;
        }
        (line as usize * LINE, mask)
    }
}

/// Number of words that have a byte for each key, in whole lines.
fn size(capacity: usize) -> usize {
    capacity.div_ceil(LINE * 8).max(1) * LINE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Builder;
    use crate::model::KeyPage;

    #[test]
    fn bloom_filter_has_no_false_negatives_and_new_salts_find_the_rest() {
        let keys: Vec<String> = (0..20_000).map(|number| format!("page-{number}")).collect();
        let mut page = KeyPage::default();
        for key in &keys {
            page.push(key.as_bytes(), "", 1, None);
        }
        let mut builder = Builder::new();
        builder.add(&page);
        let mut index = builder.finish();
        let gone = |key: &Key| key.escaped().ends_with('7');
        let mut seen = BloomFilter::new(1);
        let mut rounds = 0;
        while index.iter().any(|row| gone(&row.key)) {
            seen.restart(index.len());
            assert!(seen.heap_bytes() <= index.len() + 64);
            let there = index.iter().filter(|row| !gone(&row.key));
            there.for_each(|row| seen.insert(row.key.as_bytes()));
            let missing = seen.missing(&index);
            assert!(missing.iter().all(gone));
            if rounds == 0 {
                assert!(missing.len() > 1_800, "{}", missing.len());
            }
            let changes: Vec<_> = missing.into_iter().map(super::super::Change::Remove).collect();
            index = index.apply(&changes);
            rounds += 1;
            assert!(rounds < 20);
        }
        assert_eq!(index.len(), 18_000);
    }
}
