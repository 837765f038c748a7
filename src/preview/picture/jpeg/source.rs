//! The bytes of a JPEG for its decoder. Reading ends where the picture is no longer wanted, since the decoder
//! itself goes on after a fault, and cannot be told to stop.

use std::panic::resume_unwind;

use zune_core::bytestream::{ZByteIoError, ZByteReaderTrait, ZCursor, ZSeekFrom};

/// Reads, of four bytes each, between two questions whether the picture is still wanted.
const READS: u32 = 1024;

/// The source that the decoder reads.
pub(super) struct Source<'a> {
    bytes: ZCursor<&'a [u8]>,
    wanted: &'a dyn Fn() -> bool,
    reads: u32,
}

impl<'a> Source<'a> {
    /// A source that has to be read within [`contained`](super::super::contained): an end of reading is like
    /// a panic there, but without its hook.
    pub(super) fn new(bytes: &'a [u8], wanted: &'a dyn Fn() -> bool) -> Self {
        Self { bytes: ZCursor::new(bytes), wanted, reads: 0 }
    }

    #[inline]
    fn count(&mut self) {
        self.reads += 1;
        if self.reads == READS {
            self.reads = 0;
            if !(self.wanted)() {
                resume_unwind(Box::new("not wanted any more"));
            }
        }
    }
}

impl ZByteReaderTrait for Source<'_> {
    #[inline]
    fn read_byte_no_error(&mut self) -> u8 {
        self.count();
        self.bytes.read_byte_no_error()
    }

    #[inline]
    fn read_exact_bytes(&mut self, buffer: &mut [u8]) -> Result<(), ZByteIoError> {
        self.count();
        self.bytes.read_exact_bytes(buffer)
    }

    fn read_bytes(&mut self, buffer: &mut [u8]) -> Result<usize, ZByteIoError> {
        self.bytes.read_bytes(buffer)
    }

    fn peek_bytes(&mut self, buffer: &mut [u8]) -> Result<usize, ZByteIoError> {
        self.bytes.peek_bytes(buffer)
    }

    fn peek_exact_bytes(&mut self, buffer: &mut [u8]) -> Result<(), ZByteIoError> {
        self.bytes.peek_exact_bytes(buffer)
    }

    fn z_seek(&mut self, from: ZSeekFrom) -> Result<u64, ZByteIoError> {
        self.bytes.z_seek(from)
    }

    fn is_eof(&mut self) -> Result<bool, ZByteIoError> {
        self.bytes.is_eof()
    }

    fn z_position(&mut self) -> Result<u64, ZByteIoError> {
        self.bytes.z_position()
    }

    fn read_remaining(&mut self, sink: &mut Vec<u8>) -> Result<usize, ZByteIoError> {
        self.bytes.read_remaining(sink)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use jpeg_encoder::{ColorType, Encoder};

    use super::super::super::{Kind, read};

    const SIDE: u16 = 400;

    fn noise(progressive: bool) -> Vec<u8> {
        let pixel = |at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8;
        let pixels: Vec<u8> = (0..3 * u32::from(SIDE).pow(2)).map(pixel).collect();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 95);
        encoder.set_progressive(progressive);
        encoder.encode(&pixels, SIDE, SIDE, ColorType::Rgb).unwrap();
        bytes
    }

    #[test]
    fn a_picture_that_nobody_wants_any_more_is_not_decoded_to_its_end() {
        for progressive in [false, true] {
            let bytes = noise(progressive);
            let asked = Cell::new(0_usize);
            let until = |most: usize| {
                asked.set(0);
                let wanted = || {
                    asked.set(asked.get() + 1);
                    asked.get() <= most
                };
                read(Kind::Jpeg, &bytes, false, &wanted)
            };
            assert!(until(usize::MAX).is_ok());
            let (all, rows) = (asked.get(), usize::from(SIDE));
            assert!(all > rows + 20, "asked {all} times, of {rows} rows too");
            let why = until(10).unwrap_err();
            assert!(why.ends_with("given up"), "{why}");
            // One more question tells it from a fault.
            assert_eq!(asked.get(), 12);
        }
    }
}
