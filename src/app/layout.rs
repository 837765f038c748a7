//! Where things are on the screen: the core needs it for pages and the mouse, the view to draw.

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

    /// Without a border one cell wide.
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
    /// The line for banner, notice or prompt; over the last row of the panes.
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

/// From this many columns on there is room for three panes.
pub const THREE_PANES: u16 = 100;
/// From this many columns on there is room for two.
pub const TWO_PANES: u16 = 60;

impl Layout {
    /// Lays out a screen of this size with this pane in focus.
    pub fn new(width: u16, height: u16, focus: Pane) -> Self {
        let status = Area { x: 0, y: 0, width, height: height.min(1) };
        let footer = Area { x: 0, y: height.saturating_sub(1), width, height: height.min(1) };
        let body = Area { x: 0, y: 1, width, height: height.saturating_sub(2) };
        let mut layout = Self { status, footer, body, ..Self::default() };
        let column = |x: u16, width: u16| Some(Area { x, width, ..body });
        if width >= THREE_PANES {
            // Store names are short and values want room.
            let stores = (u32::from(width) * 26 / 100).clamp(30, 44) as u16;
            let keys = (u32::from(width - stores) * 46 / 100) as u16;
            layout.stores = column(0, stores);
            layout.keys = column(stores, keys);
            layout.record = column(stores + keys, width - stores - keys);
        } else if width >= TWO_PANES {
            let left = if focus == Pane::Stores { width * 2 / 5 } else { width * 12 / 25 };
            let (first, second) = (column(0, left), column(left, width - left));
            if focus == Pane::Stores {
                (layout.stores, layout.keys) = (first, second);
            } else {
                (layout.keys, layout.record) = (first, second);
            }
        } else {
            let whole = column(0, width);
            match focus {
                Pane::Stores => layout.stores = whole,
                Pane::Keys => layout.keys = whole,
                Pane::Record => layout.record = whole,
            }
        }
        layout
    }

    /// How many list rows a pane shows; of a pane that is not shown, how many it would.
    pub fn list_height(&self, pane: Pane) -> usize {
        let area = self.area(pane).unwrap_or(self.body);
        let header = u16::from(pane == Pane::Keys);
        usize::from(area.inner().height.saturating_sub(header))
    }

    /// How many jobs their list shows at once.
    pub fn jobs_height(&self) -> usize {
        usize::from(self.body.inner().height).max(1)
    }

    /// How many targets their list shows at once; each has two rows.
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

    /// Which pane the cell is in.
    pub fn pane_at(&self, x: u16, y: u16) -> Option<Pane> {
        [Pane::Stores, Pane::Keys, Pane::Record]
            .into_iter()
            .find(|pane| self.area(*pane).is_some_and(|area| area.contains(x, y)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pane_in_focus_is_always_shown_and_panes_fill_the_width() {
        for width in 1..250 {
            for focus in [Pane::Stores, Pane::Keys, Pane::Record] {
                let layout = Layout::new(width, 24, focus);
                assert!(layout.area(focus).is_some());
                let panes = [layout.stores, layout.keys, layout.record];
                let total: u16 = panes.iter().flatten().map(|area| area.width).sum();
                assert_eq!(total, width);
            }
        }
    }

    #[test]
    fn a_tiny_screen_does_not_underflow() {
        for (width, height) in [(0, 0), (1, 1), (2, 2), (40, 3)] {
            let layout = Layout::new(width, height, Pane::Keys);
            assert!(layout.body.height <= height);
        }
    }
}
