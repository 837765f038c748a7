//! The turn and mirroring that make a picture upright.

/// A number of EXIF's orientation tag: 1, upright, to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn(u8);

impl Default for Turn {
    fn default() -> Self {
        Self(1)
    }
}

impl Turn {
    /// The turn of this number; any unknown one is upright.
    pub(super) fn of(number: u16) -> Self {
        u8::try_from(number)
            .ok()
            .filter(|number| (1..=8).contains(number))
            .map_or_else(Self::default, Self)
    }

    /// The number of EXIF's orientation tag.
    pub(super) fn number(self) -> u8 {
        self.0
    }

    /// Whether columns become rows.
    pub(super) fn is_sideways(self) -> bool {
        self.0 >= 5
    }

    /// The turn in words; empty for an upright picture.
    pub(super) fn words(self) -> &'static str {
        match self.0 {
            2 | 4 | 5 | 7 => "mirrored as its EXIF data says",
            3 | 6 | 8 => "turned as its EXIF data says",
            _ => "",
        }
    }

    /// Place of a seen pixel in the stored picture of this size.
    pub(super) fn source(
        self,
        (x, y): (usize, usize),
        (columns, rows): (usize, usize),
    ) -> (usize, usize) {
        let right = |x: usize| columns.saturating_sub(1 + x);
        let bottom = |y: usize| rows.saturating_sub(1 + y);
        match self.0 {
            2 => (right(x), y),
            3 => (right(x), bottom(y)),
            4 => (x, bottom(y)),
            5 => (y, x),
            6 => (y, bottom(x)),
            7 => (right(y), bottom(x)),
            8 => (right(y), x),
            _ => (x, y),
        }
    }
}
