//! The contents of compressed and encoded values: gzip, zlib, Zstandard, Brotli, base64, `data:` URLs, layer
//! by layer. This is for showing them; `edit::inner` opens what has to be packed again.

pub(crate) mod base64;
mod inflate;
mod name;
mod unmarked;
mod zstd;

use std::io::{self, BufRead, Read};
use std::time::{Duration, Instant};

use brotli_decompressor::Decompressor;
use bytes::Bytes;

use super::is_readable;
use crate::text;

pub(super) use inflate::deflate;
pub(crate) use inflate::{GZIP, is_zlib};
pub(super) use name::inner_type;

/// Limit on the layers that are opened.
pub(super) const MOST_LAYERS: usize = 4;
/// Limit on the bytes that all layers together give.
const MOST: usize = 64 << 20;
/// Time limit; a value that takes longer is shown as far as it was read.
const LONGEST: Duration = Duration::from_secs(2);
/// Bytes that are read between two looks at the limits.
const CHUNK: usize = 64 << 10;
/// Bytes that are read first; then twice as many each time, to the number above.
const FIRST: usize = 64;
/// Bytes that are handed to the decoder of Brotli at a time.
const BUFFER: usize = 4096;
/// Bytes that incomplete compressed text without a declared coding has to give to be believed.
const SURE: usize = 16;

/// One layer around a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layer {
    Gzip,
    Zlib,
    Zstd,
    Brotli,
    /// The contents of zlib alone, as some servers send them.
    Deflate,
    Base64,
    /// A `data:` URL, with the type that it declares.
    DataUrl(String),
}

/// Why a layer is incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The bytes end too early.
    CutOff,
    /// The next bytes make no sense.
    Broken,
    /// The layer is complete, but its checksum is wrong.
    Checksum,
    /// The layer needs a dictionary, or more memory than it is given.
    Unsupported,
    /// This number of bytes behind the end is of another kind.
    Rest(usize),
    /// The contents exceed the limit of bytes.
    TooMuch,
    /// Reading took too long, or is no longer wanted.
    TooLong,
}

/// The contents of a value.
#[derive(Debug)]
pub(super) struct Opened {
    /// The layers, from the outside in.
    pub(super) layers: Vec<Layer>,
    /// The innermost bytes.
    pub(super) bytes: Bytes,
    /// The fault of the last layer.
    pub(super) fault: Option<Fault>,
    /// A further layer that gives nothing, and why.
    pub(super) closed: Option<(Layer, Fault)>,
}

/// Limits of reading.
#[derive(Clone, Copy)]
pub(super) struct Limits<'a> {
    /// Limit on the bytes that come out.
    pub(super) bytes: usize,
    /// Time at which reading ends.
    pub(super) until: Instant,
    /// Whether the result is still wanted.
    pub(super) wanted: &'a dyn Fn() -> bool,
    /// Whether the bytes are a beginning, and only that of each layer is asked for.
    pub(super) beginning: bool,
}

impl<'a> Limits<'a> {
    /// The limits of a preview.
    pub(super) fn new(wanted: &'a dyn Fn() -> bool) -> Self {
        Self { bytes: MOST, until: Instant::now() + LONGEST, wanted, beginning: false }
    }

    /// The limits of this number of bytes from the beginning of each layer.
    pub(super) fn beginning(bytes: usize) -> Self {
        Self { bytes, beginning: true, ..Self::new(&|| true) }
    }
}

impl Layer {
    /// Name of the layer.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zstd => "zstd",
            Self::Brotli => "brotli",
            Self::Deflate => "deflate",
            Self::Base64 => "base64",
            Self::DataUrl(_) => "data: URL",
        }
    }

    /// Whether the contents are another text of the same type.
    pub(super) fn is_compression(&self) -> bool {
        !matches!(self, Self::Base64 | Self::DataUrl(_))
    }
}

impl Fault {
    /// Whether something is missing at the end.
    pub(super) fn is_partial(self) -> bool {
        !matches!(self, Self::Checksum | Self::Rest(_))
    }

    /// Whether larder stopped before the end.
    pub(super) fn is_limit(self) -> bool {
        matches!(self, Self::TooMuch | Self::TooLong)
    }

    /// A sentence on a layer of this name that gives nothing.
    pub(super) fn words_of_nothing(self, layer: &str) -> String {
        match self {
            Self::CutOff => format!("the {layer} is cut off: nothing readable"),
            Self::Broken => format!("the {layer} is damaged: nothing readable"),
            Self::Checksum | Self::Unsupported | Self::Rest(_) => self.words(layer),
            Self::TooMuch | Self::TooLong => format!("the {layer} is not opened: it is too much"),
        }
    }

    /// A sentence on this fault in a layer of this name.
    pub(super) fn words(self, layer: &str) -> String {
        match self {
            Self::CutOff => format!("the {layer} is cut off: shown in part"),
            Self::Broken => format!("the {layer} is damaged: shown in part"),
            Self::Checksum => format!("the checksum of the {layer} does not fit"),
            Self::Unsupported => format!("the {layer} needs a dictionary or large window"),
            Self::Rest(bytes) => {
                format!("{} behind its end are no {layer}", text::size(bytes as u64))
            }
            Self::TooMuch => "only the beginning is shown".to_owned(),
            Self::TooLong => "only what was opened in time is shown".to_owned(),
        }
    }
}

/// Opens the known codings of a value of this content type and name, layer by layer.
pub(super) fn open(value: &Bytes, content_type: &str, name: &str, limits: Limits<'_>) -> Opened {
    let mut opened = Opened { layers: Vec::new(), bytes: value.clone(), fault: None, closed: None };
    let mut left = limits;
    let goes_on = |opened: &Opened| match opened.fault {
        None => true,
        // Of encoded text, whatever is there is as it was.
        Some(Fault::CutOff) => opened.layers.last().is_some_and(|layer| !layer.is_compression()),
        Some(fault) => limits.beginning && fault == Fault::TooMuch,
    };
    while opened.layers.len() < MOST_LAYERS && goes_on(&opened) {
        let declared = name::declared(&opened.layers, content_type, name);
        let unpacked = layer(&opened.bytes, declared, left).or_else(|| {
            if opened.layers.is_empty() && !name::is_text(content_type) {
                return None;
            }
            // What is inside another layer has to be whole, as nothing says that it should be text.
            let found = unmarked::open(&opened.bytes, left)?;
            let sure = opened.layers.is_empty() || found.2.is_none();
            sure.then_some(found)
        });
        let Some((layer, out, fault)) = unpacked else { break };
        if let Some(fault) = fault.filter(|_| out.is_empty()) {
            opened.closed = Some((layer, fault));
            break;
        }
        if !limits.beginning {
            left.bytes = left.bytes.saturating_sub(out.len());
        }
        opened.bytes = out.into();
        opened.layers.push(layer);
        // The beginning of a layer ends where that of the layer around it does.
        let cut = matches!(fault, None | Some(Fault::CutOff));
        opened.fault = opened.fault.filter(|_| cut).or(fault);
    }
    opened
}

type Unpacked = (Layer, Vec<u8>, Option<Fault>);

fn layer(bytes: &[u8], declared: name::Declared, limits: Limits<'_>) -> Option<Unpacked> {
    if bytes.starts_with(GZIP) {
        let (out, fault) = inflate::gzip(bytes, limits);
        return Some((Layer::Gzip, out, fault));
    }
    if zstd::is_marked(bytes) {
        let (out, fault) = zstd::open(bytes, limits);
        return Some((Layer::Zstd, out, fault));
    }
    if declared == name::Declared::Brotli {
        let (out, fault) = brotli(bytes, limits);
        return Some((Layer::Brotli, out, fault));
    }
    if is_zlib(bytes) && !is_readable(bytes) {
        let (out, fault) = inflate::zlib(bytes, limits);
        // A mark of two bytes is a weak one.
        let sure = declared == name::Declared::Zlib
            || matches!(fault, None | Some(Fault::TooMuch | Fault::TooLong | Fault::Checksum))
            || out.len() >= SURE && is_readable(&out);
        return sure.then_some((Layer::Zlib, out, fault));
    }
    if declared == name::Declared::Zlib && !is_readable(bytes) {
        let (out, fault) = deflate(bytes, limits);
        return (!out.is_empty()).then_some((Layer::Deflate, out, fault));
    }
    if declared != name::Declared::Text {
        return None;
    }
    if let Some((kind, out, fault)) = base64::data_url(bytes, limits.bytes) {
        return Some((Layer::DataUrl(kind), out, fault));
    }
    let (out, fault) = base64::likely(bytes, limits.bytes)?;
    Some((Layer::Base64, out, fault))
}

/// Whether bytes have the mark of a further layer.
pub(super) fn is_marked(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP) || zstd::is_marked(bytes)
}

/// Bytes to be read, and whether more than all of them was asked for: decoders tell a stream that ends too
/// early as they tell a damaged one.
struct Source<'a> {
    rest: &'a [u8],
    ran_out: bool,
}

impl<'a> Source<'a> {
    fn new(rest: &'a [u8]) -> Self {
        Self { rest, ran_out: false }
    }

    /// What a fault of its decoder is.
    fn told(&self, fault: Fault) -> Fault {
        if fault == Fault::Broken && self.ran_out { Fault::CutOff } else { fault }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.ran_out |= self.rest.is_empty();
        self.rest.read(buffer)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.ran_out |= self.rest.is_empty();
        Ok(self.rest)
    }

    fn consume(&mut self, count: usize) {
        self.rest.consume(count);
    }
}

/// Reads a stream of Brotli, which has no mark.
fn brotli(bytes: &[u8], limits: Limits<'_>) -> (Vec<u8>, Option<Fault>) {
    let mut out = Vec::new();
    let mut decoder = Decompressor::new(Source::new(bytes), BUFFER);
    let fault = drain(&mut decoder, &mut out, limits).err();
    let fault = fault.map(|fault| decoder.get_ref().told(fault));
    (out, fault)
}

/// Reads to the end, within limits.
fn drain(reader: &mut dyn Read, out: &mut Vec<u8>, limits: Limits<'_>) -> Result<(), Fault> {
    let mut chunk = vec![0; CHUNK];
    // A decoder that comes to damaged bytes gives nothing of what it was asked for with them.
    let (mut asked, mut looked) = (FIRST, CHUNK);
    loop {
        if looked == CHUNK {
            if Instant::now() >= limits.until || !(limits.wanted)() {
                return Err(Fault::TooLong);
            }
            looked = 0;
        }
        let read = reader.read(&mut chunk[..asked.min(CHUNK - looked)]);
        asked = (asked * 2).min(CHUNK);
        match read {
            Ok(0) => return Ok(()),
            Ok(count) => {
                looked += count;
                let room = limits.bytes.saturating_sub(out.len());
                out.extend_from_slice(&chunk[..count.min(room)]);
                if count > room {
                    return Err(Fault::TooMuch);
                }
            }
            Err(why) if why.kind() == io::ErrorKind::UnexpectedEof => return Err(Fault::CutOff),
            Err(_) => return Err(Fault::Broken),
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
