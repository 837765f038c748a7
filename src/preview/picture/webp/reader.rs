//! The bytes of a picture, which end where they are no longer wanted.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

/// Bytes that are read between two questions whether they are still wanted: some milliseconds of decoding.
const CHUNK: usize = 16 << 10;

pub(super) struct Reader<'a> {
    bytes: Cursor<&'a [u8]>,
    wanted: &'a dyn Fn() -> bool,
    /// Offset up to which the bytes were wanted.
    until: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], wanted: &'a dyn Fn() -> bool) -> Self {
        Self { bytes: Cursor::new(bytes), wanted, until: 0 }
    }
}

impl BufRead for Reader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let at = self.bytes.position();
        if at >= self.until || at + (CHUNK as u64) < self.until {
            if !(self.wanted)() {
                return Err(io::Error::other("given up"));
            }
            self.until = at + CHUNK as u64;
        }
        let near = (self.until - at) as usize;
        let rest = self.bytes.fill_buf()?;
        Ok(&rest[..rest.len().min(near)])
    }

    fn consume(&mut self, count: usize) {
        self.bytes.consume(count);
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn all_bytes_come_while_they_are_wanted_and_none_afterwards() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|at| (at % 251) as u8).collect();
        let asked = Cell::new(0);
        let mut read = Vec::new();
        let wanted = || asked.replace(asked.get() + 1) < 100;
        Reader::new(&bytes, &wanted).read_to_end(&mut read).unwrap();
        assert!(read == bytes && asked.get() < 20, "asked {} times", asked.get());
        let (asked, mut read) = (Cell::new(0), Vec::new());
        let wanted = || asked.replace(asked.get() + 1) < 2;
        let mut reader = Reader::new(&bytes, &wanted);
        assert!(reader.read_to_end(&mut read).is_err() && read.len() == 2 * CHUNK);
        reader.seek(SeekFrom::Start(5)).unwrap();
        assert!(reader.read(&mut [0]).is_err());
    }
}
