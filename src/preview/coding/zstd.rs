//! Zstandard. Its decoder holds a window back until a frame has ended, so a frame that is cut off or damaged
//! is read again with an end behind its last good block.

use std::io::Read;

use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{Fault, Limits, drain};

const MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";
/// Bytes of a block header.
const HEADER: usize = 3;
/// The header of an empty last block, and room for a checksum.
const END: &[u8] = b"\x01\0\0\0\0\0\0";
/// Limit on the window of a frame, in bytes.
const WINDOW: u64 = 64 << 20;

/// Whether the bytes begin with a frame, perhaps behind frames without contents.
pub(super) fn is_marked(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(skipped) = skipped(rest) {
        rest = rest.get(skipped..).unwrap_or_default();
    }
    rest.starts_with(MAGIC)
}

/// Reads all frames.
pub(super) fn open(bytes: &[u8], limits: Limits<'_>) -> (Vec<u8>, Option<Fault>) {
    let (mut out, mut rest) = (Vec::new(), bytes);
    loop {
        if let Some(skipped) = skipped(rest) {
            rest = rest.get(skipped..).unwrap_or_default();
        } else if rest.starts_with(MAGIC) {
            match frame(rest, &mut out, limits) {
                Ok(used) => rest = &rest[used..],
                Err(fault) => return (out, Some(fault)),
            }
        } else {
            let fault = (!rest.is_empty()).then_some(Fault::Rest(rest.len()));
            return (out, fault);
        }
    }
}

/// Length of a frame without contents.
fn skipped(bytes: &[u8]) -> Option<usize> {
    let [kind, 0x2a, 0x4d, 0x18, a, b, c, d, ..] = *bytes else { return None };
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    (kind & 0xf0 == 0x50).then(|| length.saturating_add(8))
}

/// Reads a frame; returns its length.
fn frame(bytes: &[u8], out: &mut Vec<u8>, limits: Limits<'_>) -> Result<usize, Fault> {
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(WINDOW);
    decoder.init(bytes).map_err(|why| why_not(&why))?;
    let begin = usize::try_from(decoder.bytes_read_from_source()).unwrap_or(usize::MAX);
    let sum = if bytes[MAGIC.len()] & 4 == 0 { 0 } else { 4 };
    let (end, whole) = blocks(bytes, begin, usize::MAX);
    let most = limits.bytes.saturating_sub(out.len());
    let before = out.len();
    let mut source = FrameSource { decoder, source: bytes[begin..end].chain(END) };
    let read = drain(&mut source, out, limits);
    match read {
        Ok(()) if !whole => Err(Fault::CutOff),
        Ok(()) if bytes.len() - end < sum => Err(Fault::CutOff),
        Ok(()) => Ok(end + sum),
        Err(Fault::Broken) => {
            // The result of the good blocks, without the part that the decoder holds back.
            let good = source.decoder.blocks_decoded();
            let (end, _) = blocks(bytes, begin, good);
            out.truncate(before);
            let mut decoder = FrameDecoder::new();
            decoder.set_max_window_size(WINDOW);
            decoder.init(bytes).map_err(|why| why_not(&why))?;
            // A frame without any block is not read again.
            if good > 0 {
                let mut source = FrameSource { decoder, source: bytes[begin..end].chain(END) };
                let limits = Limits { bytes: before + most, ..limits };
                drain(&mut source, out, limits)?;
            }
            Err(Fault::Broken)
        }
        Err(fault) => Err(fault),
    }
}

fn why_not(why: &FrameDecoderError) -> Fault {
    match why {
        FrameDecoderError::ReadFrameHeaderError(
            ReadFrameHeaderError::MagicNumberReadError(_)
            | ReadFrameHeaderError::FrameDescriptorReadError(_)
            | ReadFrameHeaderError::WindowDescriptorReadError(_)
            | ReadFrameHeaderError::DictionaryIdReadError(_)
            | ReadFrameHeaderError::FrameContentSizeReadError(_),
        ) => Fault::CutOff,
        FrameDecoderError::WindowSizeTooBig { .. }
        | FrameDecoderError::DictNotProvided { .. }
        | FrameDecoderError::FrameHeaderError(FrameHeaderError::WindowTooBig { .. })
        | FrameDecoderError::FailedToInitialize(FrameHeaderError::WindowTooBig { .. }) => {
            Fault::Unsupported
        }
        _ => Fault::Broken,
    }
}

/// End of the last of at most this number of whole blocks, and whether it is the frame's last block.
fn blocks(bytes: &[u8], begin: usize, most: usize) -> (usize, bool) {
    let mut at = begin.min(bytes.len());
    for _ in 0..most {
        let Some(header) = bytes.get(at..at + HEADER) else { break };
        let header = u32::from_le_bytes([header[0], header[1], header[2], 0]);
        // A repeated byte is stored once.
        let length = if header >> 1 & 3 == 1 { 1 } else { (header >> 3) as usize };
        let end = at + HEADER + length;
        if end > bytes.len() {
            break;
        }
        at = end;
        if header & 1 == 1 {
            return (at, true);
        }
    }
    (at, false)
}

/// The content of one frame.
struct FrameSource<R> {
    decoder: FrameDecoder,
    source: R,
}

impl<R: Read> Read for FrameSource<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            let one = BlockDecodingStrategy::UptoBlocks(1);
            self.decoder.decode_blocks(&mut self.source, one).map_err(std::io::Error::other)?;
        }
        self.decoder.read(buffer)
    }
}
