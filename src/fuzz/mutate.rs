//! Inputs made of samples: changed, cut, repeated and mixed, the same for the same seed.

/// No input is longer.
const LONGEST: usize = 4096;

/// Bytes that mean something to one format or another.
const MEANING: &[u8] =
    b"\0\x01\x1b\x7f\x80\xc2\xe2\xff\r\n\t \"'\\/:;,.|*$+-_#%&?@[]{}<>()=019azAZ";

/// Numbers as `SplitMix64` gives them.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len);
        start..start + self.below((len - start).min(64) + 1)
    }
}

/// One input.
pub(super) fn input(random: &mut Random, samples: &[&[u8]]) -> Vec<u8> {
    if samples.is_empty() || random.below(10) == 0 {
        return (0..random.below(64)).map(|_| random.next() as u8).collect();
    }
    let mut bytes = samples[random.below(samples.len())].to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        let part = random.range(bytes.len());
        match random.below(8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(part)),
            2 => bytes.insert(at, MEANING[random.below(MEANING.len())]),
            3 => bytes.insert(at, random.next() as u8),
            4 => {
                let bit = 1 << random.below(8);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bit);
            }
            5 => {
                let other = samples[random.below(samples.len())];
                let part = random.range(other.len());
                bytes.splice(at..at, other[part].iter().copied());
            }
            6 => {
                let copy = bytes[part].to_vec();
                bytes.splice(at..at, copy);
            }
            _ => {
                let copy = bytes[part].repeat(1 << random.below(9));
                bytes.splice(at..at, copy);
            }
        }
        bytes.truncate(LONGEST);
    }
    bytes
}
