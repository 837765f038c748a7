//! The segments of a JPEG up to its first scan.

/// Limit on the segments before the first scan.
const SEGMENTS: usize = 10_000;

/// Facts before the first scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) columns: u16,
    pub(super) rows: u16,
    /// Number of components: one for grey, three for YCbCr, four for CMYK.
    pub(super) parts: u8,
    bits: u8,
    progressive: bool,
    /// Whether all scans have to be read before the first row is complete.
    buffered: bool,
    /// Start of the first scan.
    scan: usize,
}

impl Header {
    /// Walks over the segments; `None` if they end before a frame and a scan.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut header = None;
        let mut at = 2;
        for _ in 0..SEGMENTS {
            let [0xff, kind] = *bytes.get(at..at + 2)? else {
                at += 1;
                continue;
            };
            match kind {
                0xff => at += 1,
                0x00 | 0x01 | 0xd0..=0xd8 => at += 2,
                0xd9 => return None,
                _ => {
                    let len = usize::from(u16::from_be_bytes(*bytes.get(at + 2..)?.first_chunk()?));
                    let body = bytes.get(at + 4..)?;
                    match kind {
                        0xc0..=0xcf if !matches!(kind, 0xc4 | 0xc8 | 0xcc) => {
                            let before: Option<Self> = header;
                            let mut frame = Self::frame(kind, body)?;
                            // Of two headers the larger one is the bound, whatever the decoder makes of them.
                            if let Some(before) = before {
                                frame.buffered = true;
                                frame.columns = frame.columns.max(before.columns);
                                frame.rows = frame.rows.max(before.rows);
                            }
                            header = Some(frame);
                        }
                        0xda => {
                            let header: Option<Self> = header;
                            return header.map(|header| Self {
                                buffered: header.buffered || body.first() != Some(&header.parts),
                                scan: at,
                                ..header
                            });
                        }
                        _ => {}
                    }
                    at = at.checked_add(2 + len.max(2))?;
                }
            }
        }
        None
    }

    fn frame(kind: u8, body: &[u8]) -> Option<Self> {
        let [bits, rows_high, rows_low, columns_high, columns_low, parts, ..] = *body else {
            return None;
        };
        let progressive = !matches!(kind, 0xc0 | 0xc1);
        Some(Self {
            columns: u16::from_be_bytes([columns_high, columns_low]),
            rows: u16::from_be_bytes([rows_high, rows_low]),
            parts,
            bits,
            progressive,
            buffered: progressive,
            scan: 0,
        })
    }

    /// Limit on the memory of decoding, in bytes per pixel: three bytes of colours, and where scans are
    /// gathered, two for each component.
    pub(super) fn bytes_a_pixel(&self) -> u64 {
        3 + if self.buffered { 2 * u64::from(self.parts.max(1)) } else { 0 }
    }

    /// Whether the end of the picture is there.
    pub(super) fn is_ended(&self, bytes: &[u8]) -> bool {
        bytes
            .get(self.scan..)
            .is_some_and(|rest| memchr::memmem::rfind(rest, &[0xff, 0xd9]).is_some())
    }

    pub(super) fn facts(&self) -> String {
        let colours = match self.parts {
            1 => "grey",
            3 => "colour",
            4 => "CMYK",
            _ => "unknown colours",
        };
        let progressive = if self.progressive { ", progressive" } else { "" };
        format!("{}-bit {colours}{progressive}", self.bits)
    }
}
