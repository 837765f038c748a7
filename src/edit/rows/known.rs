//! Starts of the rows of a text's pages, as they were laid out: each key asks for them several times before
//! its frame is drawn.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

/// Limit on the pages that are remembered, more than a screen shows. When it is reached, all are forgotten.
const MOST: usize = 256;
/// Size from which a page is worth remembering, in bytes.
const LEAST: usize = 512;

/// The document's revision and the settings of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct By {
    /// Revision of the document.
    pub(super) revision: u64,
    pub(super) width: usize,
    pub(super) wrap: bool,
    pub(super) returns: bool,
}

/// The pages that were laid out, of one revision and one width.
#[derive(Debug, Clone, Default)]
pub struct Known(RefCell<(By, HashMap<usize, KnownPage>)>);

/// End of a page, and the starts of its rows.
type KnownPage = (usize, Vec<usize>);

impl Known {
    /// Starts of the rows of a page, from memory, else from `lay_out`.
    pub(super) fn starts(
        &self,
        by: By,
        page: &Range<usize>,
        lay_out: impl FnOnce() -> Vec<usize>,
    ) -> Vec<usize> {
        if page.len() < LEAST {
            return lay_out();
        }
        if let (laid_out_by, pages) = &*self.0.borrow()
            && *laid_out_by == by
            && let Some((end, starts)) = pages.get(&page.start)
            && *end == page.end
        {
            return starts.clone();
        }
        let starts = lay_out();
        let (laid_out_by, pages) = &mut *self.0.borrow_mut();
        if *laid_out_by != by || pages.len() >= MOST {
            *laid_out_by = by;
            pages.clear();
        }
        pages.insert(page.start, (page.end, starts.clone()));
        starts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_laid_out_once_by_one_revision_and_width() {
        let (known, mut count) = (Known::default(), 0);
        let mut starts = |by: By, page: Range<usize>| {
            known.starts(by, &page, || {
                count += 1;
                vec![page.start + count]
            })
        };
        let by = By { width: 80, ..By::default() };
        assert_eq!(starts(by, 0..1000), [1]);
        assert_eq!(starts(by, 0..1000), [1]);
        assert_eq!(starts(by, 0..999), [2], "it ends elsewhere");
        for other in [
            By { revision: 1, ..by },
            By { width: 81, ..by },
            By { wrap: true, ..by },
            By { returns: true, ..by },
        ] {
            let before = starts(by, 0..1000);
            assert_ne!(starts(other, 0..1000), before);
        }
        assert_ne!(starts(by, 0..10), starts(by, 0..10), "it is laid out as quickly");
        for page in 0..10 * MOST {
            starts(by, page * 1000..(page + 1) * 1000);
        }
        assert!(known.0.borrow().1.len() <= MOST);
    }
}
