//! Brotli, which has no mark: only what says to be it is read as it.

use brotli_decompressor::Decompressor;

use super::{Fault, Limits, drain};

/// So many bytes are handed to the decoder at a time.
const BUFFER: usize = 4096;

/// The whole stream.
pub(super) fn open(bytes: &[u8], limits: Limits<'_>) -> (Vec<u8>, Option<Fault>) {
    let mut out = Vec::new();
    let mut decoder = Decompressor::new(bytes, BUFFER);
    let fault = match drain(&mut decoder, &mut out, limits) {
        Err(Fault::Broken) if decoder.get_ref().is_empty() => Some(Fault::CutOff),
        read => read.err(),
    };
    (out, fault)
}
