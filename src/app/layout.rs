//! Places on the screen: the core needs them for pages and the mouse, the view to draw.

/// One of the three panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The list of stores.
    Stores,
    /// The keys of the open store.
    Keys,
    /// The record under the cursor.
    Record,
}

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// The left column.
    pub x: u16,
    /// The top row.
    pub y: u16,
    /// In columns.
    pub width: u16,
    /// In rows.
    pub height: u16,
}

impl Area {
    /// Whether the cell is inside.
    pub fn contains(self, x: u16, y: u16) -> bool {
        (self.x..self.x.saturating_add(self.width)).contains(&x)
            && (self.y..self.y.saturating_add(self.height)).contains(&y)
    }

    /// The number of the row at a cell, in a list that has one line for each row, from `top` on.
    pub fn row_at(self, (x, y): (u16, u16), top: usize, rows: usize) -> Option<usize> {
        let row = top + usize::from(y.checked_sub(self.y)?);
        (self.contains(x, y) && row < rows).then_some(row)
    }

    /// The area without a border one cell wide.
    #[must_use]
    pub fn inner(self) -> Self {
        Self {
            x: self.x.saturating_add(1),
            y: self.y.saturating_add(1),
            width: self.width.saturating_sub(2),
            height: self.height.saturating_sub(2),
        }
    }
}

/// The regions of a screen. A pane that does not fit is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// The line at the top.
    pub status: Area,
    /// The line for banner, notice or prompt, which covers the last row of the panes.
    pub footer: Area,
    /// All between status and footer.
    pub body: Area,
    /// The left pane.
    pub stores: Option<Area>,
    /// The middle pane.
    pub keys: Option<Area>,
    /// The right pane.
    pub record: Option<Area>,
}

/// Width from which there is room for three panes, in columns.
pub const THREE_PANES: u16 = 100;
/// Width from which there is room for two panes, in columns.
pub const TWO_PANES: u16 = 60;
/// Width of the narrowest pane that has others beside it, with its borders, in columns.
const LEAST: u16 = 20;
/// Columns beyond its share that the left pane takes, if it then needs no more.
const MORE: u16 = 4;
/// Least width of the middle pane if there is room, in columns: enough for most stores, so its border stays.
const KEYS: u16 = 48;
/// Columns by which one step makes a pane wider or narrower.
const STEP: u16 = 2;
/// The whole of a width, for the shares of [`PaneSizes`].
const WHOLE: u32 = 1000;

/// The user's choices of how the panes share the width; kept from one run to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PaneSizes {
    /// Width of the left pane, in columns; none for the width that it needs.
    pub stores: Option<u16>,
    /// The middle pane's share of the width that it has together with the right one, in thousandths.
    pub keys: Option<u16>,
    /// Whether the pane in focus takes the whole width.
    pub zoomed: bool,
}

/// All that the widths of the panes follow from, besides the width of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Split {
    /// The user's choices.
    pub sizes: PaneSizes,
    /// Columns that the list of stores needs, with its borders.
    pub needed: u16,
    /// Columns that the keys of the stores opened so far need, with their borders.
    pub keys: u16,
    /// Whether the only store is open, so that a list of stores tells nothing.
    pub only_store: bool,
}

impl Layout {
    /// Lays out a screen of this size with this pane in focus. Neighbours share a border line.
    pub fn new(width: u16, height: u16, focus: Pane, split: &Split) -> Self {
        let status = Area { x: 0, y: 0, width, height: height.min(1) };
        let footer = Area { x: 0, y: height.saturating_sub(1), width, height: height.min(1) };
        let body = Area { x: 0, y: 1, width, height: height.saturating_sub(2) };
        let mut layout = Self { status, footer, body, ..Self::default() };
        let column = |x: u16, width: u16| Some(Area { x, width, ..body });
        if width < TWO_PANES || split.sizes.zoomed {
            let whole = column(0, width);
            match focus {
                Pane::Stores => layout.stores = whole,
                Pane::Keys => layout.keys = whole,
                Pane::Record => layout.record = whole,
            }
            return layout;
        }
        let three = width >= THREE_PANES && !(split.only_store && focus != Pane::Stores);
        let stores = split.stores(width);
        if three {
            let keys = split.keys(width - stores + 1);
            layout.stores = column(0, stores);
            layout.keys = column(stores - 1, keys);
            layout.record = column(stores + keys - 2, width - stores - keys + 2);
        } else if focus == Pane::Stores {
            layout.stores = column(0, stores);
            layout.keys = column(stores - 1, width - stores + 1);
        } else {
            let keys = split.keys(width);
            layout.keys = column(0, keys);
            layout.record = column(keys - 1, width - keys + 1);
        }
        layout
    }

    /// The panes that are shown, from left to right.
    pub fn panes(&self) -> impl Iterator<Item = (Pane, Area)> {
        let panes = [Pane::Stores, Pane::Keys, Pane::Record];
        let areas = [self.stores, self.keys, self.record];
        panes.into_iter().zip(areas).filter_map(|(pane, area)| Some((pane, area?)))
    }

    /// Number of list rows that a pane shows; for a hidden pane, the number that it would show.
    pub fn list_height(&self, pane: Pane) -> usize {
        let area = self.area(pane).unwrap_or(self.body);
        let header = u16::from(pane != Pane::Record);
        usize::from(area.inner().height.saturating_sub(header))
    }

    /// Number of rows that a list dialog shows at once.
    pub fn dialog_rows(&self) -> usize {
        usize::from(self.body.inner().height).max(1)
    }

    /// Number of targets that their list shows at once; each has two rows.
    pub fn targets_height(&self) -> usize {
        usize::from(self.body.inner().height / 2).max(1)
    }

    /// Where a pane is, if it is shown.
    pub fn area(&self, pane: Pane) -> Option<Area> {
        match pane {
            Pane::Stores => self.stores,
            Pane::Keys => self.keys,
            Pane::Record => self.record,
        }
    }

    /// The left one of the two panes whose common border the cell is in.
    pub fn border_at(&self, x: u16, y: u16) -> Option<Pane> {
        let mut pairs = self.panes().zip(self.panes().skip(1));
        let at = pairs.find(|(_, (_, right))| right.x == x && right.contains(x, y));
        at.map(|((left, _), _)| left)
    }

    /// The pane that the cell is in.
    pub fn pane_at(&self, x: u16, y: u16) -> Option<Pane> {
        self.panes().find(|(_, area)| area.contains(x, y)).map(|(pane, _)| pane)
    }
}

impl Split {
    /// Width of the left pane on a screen of this width, in columns: the user's choice, or else what it
    /// needs, up to a third next to two other panes and half next to one, or a few more where no name is cut
    /// then.
    fn stores(&self, width: u16) -> u16 {
        let (share, most) = if width >= THREE_PANES {
            (width / 3, width - 2 * LEAST)
        } else {
            (width / 2, width - LEAST)
        };
        let unasked = if self.needed <= share + MORE { self.needed } else { share };
        self.sizes.stores.unwrap_or(unasked).clamp(LEAST, most)
    }

    /// Width of the middle pane, out of the width that it has together with the right one, in columns.
    fn keys(&self, width: u16) -> u16 {
        // Values need more room than keys, and get all that keys do not need.
        let of = |share: u16| (u32::from(width) * u32::from(share)).div_ceil(WHOLE) as u16;
        let columns = match self.sizes.keys {
            Some(share) => of(share),
            None => of(460).min(self.keys.max(KEYS)),
        };
        columns.clamp(LEAST, width - LEAST)
    }

    /// The sizes after the pane in focus is made wider or narrower; `None` where no other pane gives way.
    pub fn resized(&self, layout: &Layout, focus: Pane, wider: bool) -> Option<PaneSizes> {
        let step = |columns: u16, wider| {
            if wider { columns.saturating_add(STEP) } else { columns.saturating_sub(STEP) }
        };
        let left = if focus == Pane::Stores { Pane::Stores } else { Pane::Keys };
        let area = layout.area(left)?;
        self.with_width(layout, left, step(area.width, wider == (focus == left)))
    }

    /// The sizes after the user drags the right border of a pane to this column.
    pub fn dragged(&self, layout: &Layout, left: Pane, x: u16) -> Option<PaneSizes> {
        let area = layout.area(left)?;
        self.with_width(layout, left, x.saturating_sub(area.x).saturating_add(1))
    }

    /// The sizes after a pane with another one on its right gets this width, as far as the other gives way;
    /// `None` where nothing changes.
    fn with_width(&self, layout: &Layout, left: Pane, columns: u16) -> Option<PaneSizes> {
        let mut sizes = self.sizes;
        match (left, layout.stores, layout.keys, layout.record) {
            (Pane::Stores, Some(_), Some(_), _) => {
                sizes.stores = Some(columns);
                let chosen = Self { sizes, ..*self };
                // The width is kept within its limits, so that the next step back is seen at once.
                sizes.stores = Some(chosen.stores(layout.body.width));
            }
            (Pane::Keys, _, Some(keys), Some(record)) => {
                let both = keys.width + record.width - 1;
                let columns = columns.clamp(LEAST, both.saturating_sub(LEAST).max(LEAST));
                let share = u32::from(columns) * WHOLE / u32::from(both);
                sizes.keys = Some(share as u16);
            }
            _ => return None,
        }
        (sizes != self.sizes).then_some(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANES: [Pane; 3] = [Pane::Stores, Pane::Keys, Pane::Record];

    fn splits() -> Vec<Split> {
        let mut splits = Vec::new();
        for needed in [0, 30, 400] {
            for only_store in [false, true] {
                for (stores, keys) in [(None, None), (Some(0), Some(0)), (Some(999), Some(1000))] {
                    let sizes = PaneSizes { stores, keys, zoomed: needed == 30 && only_store };
                    splits.push(Split { sizes, needed, only_store, keys: 2 * needed });
                }
            }
        }
        splits
    }

    #[test]
    fn the_pane_in_focus_is_always_shown_and_panes_fill_the_width() {
        for split in splits() {
            for width in 1..250 {
                for focus in PANES {
                    let layout = Layout::new(width, 24, focus, &split);
                    assert!(layout.area(focus).is_some());
                    let total: u16 = layout.panes().map(|(_, area)| area.width).sum();
                    let shared = layout.panes().count() as u16 - 1;
                    assert_eq!(total - shared, width);
                    if shared > 0 {
                        assert!(layout.panes().all(|(_, area)| area.width >= LEAST));
                    }
                }
            }
        }
    }

    #[test]
    fn neighbours_share_a_border_line() {
        for width in [60, 99, 100, 250] {
            for focus in PANES {
                let layout = Layout::new(width, 24, focus, &Split::default());
                let areas: Vec<_> = layout.panes().map(|(_, area)| area).collect();
                for pair in areas.windows(2) {
                    assert_eq!(pair[0].x + pair[0].width - 1, pair[1].x);
                }
            }
        }
    }

    #[test]
    fn the_list_of_stores_takes_what_it_needs() {
        let stores = |width, needed| {
            let split = Split { needed, ..Split::default() };
            Layout::new(width, 24, Pane::Keys, &split).stores.unwrap().width
        };
        assert_eq!(stores(120, 33), 33);
        assert_eq!([44, 45, 90].map(|needed| stores(120, needed)), [44, 40, 40]);
        assert_eq!(stores(250, 90), 83);
        assert_eq!(stores(200, 10), LEAST);
    }

    #[test]
    fn keys_leave_the_value_what_they_do_not_need() {
        let keys = |width, keys, chosen| {
            let sizes = PaneSizes { keys: chosen, ..PaneSizes::default() };
            let split = Split { sizes, needed: 30, keys, ..Split::default() };
            Layout::new(width, 50, Pane::Keys, &split).keys.unwrap().width
        };
        assert_eq!([0, 40, 60, 400].map(|needed| keys(200, needed, None)), [KEYS, KEYS, 60, 79]);
        assert_eq!([0, 400].map(|needed| keys(120, needed, None)), [42, 42], "no room for more");
        assert_eq!(keys(200, 40, Some(500)), 86, "as it was chosen");
    }

    #[test]
    fn a_pane_is_made_wider_and_narrower_as_far_as_the_others_allow() {
        for width in [60, 80, 120, 250] {
            for focus in PANES {
                for wider in [true, false] {
                    let mut split = Split { needed: 30, ..Split::default() };
                    let at = |split: &Split| {
                        let layout = Layout::new(width, 24, focus, split);
                        (layout.area(focus).unwrap().width, layout)
                    };
                    let (mut before, mut layout) = at(&split);
                    let mut steps = 0;
                    while let Some(sizes) = split.resized(&layout, focus, wider) {
                        split.sizes = sizes;
                        let (now, next) = at(&split);
                        assert!(if wider { now > before } else { now < before }, "{now} {before}");
                        (before, layout) = (now, next);
                        steps += 1;
                        assert!(steps < 200);
                    }
                    assert!(steps > 3);
                    let back = split.resized(&layout, focus, !wider).unwrap();
                    split.sizes = back;
                    assert_ne!(at(&split).0, before);
                }
            }
        }
    }

    #[test]
    fn a_border_goes_where_it_is_dragged_as_far_as_the_panes_allow() {
        for (width, focus) in [(60, Pane::Stores), (80, Pane::Keys), (120, Pane::Keys)] {
            let mut split = Split { needed: 30, ..Split::default() };
            let layout = Layout::new(width, 24, focus, &split);
            let (left, right) = layout.panes().zip(layout.panes().skip(1)).next().unwrap();
            assert_eq!(layout.border_at(right.1.x, 5), Some(left.0));
            assert_eq!(layout.border_at(right.1.x + 1, 5), None);
            for x in [0, LEAST, 33, 38, width - LEAST, width] {
                let layout = Layout::new(width, 24, focus, &split);
                split.sizes = split.dragged(&layout, left.0, x).unwrap_or(split.sizes);
                let area = Layout::new(width, 24, focus, &split).area(left.0).unwrap();
                let wanted =
                    (x + 1).clamp(LEAST, width - if width < 100 { LEAST } else { 2 * LEAST });
                assert_eq!(area.x + area.width, wanted, "{width} {x}");
            }
        }
    }

    #[test]
    fn one_pane_alone_has_no_width_to_choose() {
        let layout = Layout::new(40, 10, Pane::Keys, &Split::default());
        assert_eq!(Split::default().resized(&layout, Pane::Keys, true), None);
        let sizes = PaneSizes { zoomed: true, ..PaneSizes::default() };
        let split = Split { sizes, ..Split::default() };
        let layout = Layout::new(200, 50, Pane::Record, &split);
        assert_eq!((layout.stores, layout.keys), (None, None));
        assert_eq!(split.resized(&layout, Pane::Record, true), None);
    }

    #[test]
    fn the_list_of_stores_goes_where_its_only_store_is_open() {
        let split = Split { only_store: true, ..Split::default() };
        let shown = |focus| Layout::new(120, 36, focus, &split).stores.is_some();
        assert_eq!(PANES.map(shown), [true, false, false]);
    }

    #[test]
    fn a_tiny_screen_does_not_underflow() {
        for (width, height) in [(0, 0), (1, 1), (2, 2), (40, 3)] {
            let layout = Layout::new(width, height, Pane::Keys, &Split::default());
            assert!(layout.body.height <= height);
        }
    }
}
