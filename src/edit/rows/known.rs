//! Where the rows of a text's pages begin, as they were laid out: a key asks for them several times until
//! its frame is drawn.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

/// Pages that are remembered at most: more than stand on a screen. Past these all are forgotten.
const MOST: usize = 256;
/// Bytes of a page under which it is not worth it.
const LEAST: usize = 512;

/// By what a text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct By {
    /// The document's revision.
    pub(super) revision: u64,
    pub(super) width: usize,
    pub(super) wrap: bool,
    pub(super) returns: bool,
}

/// Pages that were laid out, of one revision and one width.
#[derive(Debug, Clone, Default)]
pub struct Known(RefCell<(By, HashMap<usize, KnownPage>)>);

/// Where a page ends, and where its rows begin.
type KnownPage = (usize, Vec<usize>);

impl Known {
    /// Where the rows of a page begin: as it is known, else as `lay_out` says.
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
