//! Work that may panic on hostile bytes without ending larder: decoders of pictures, which others wrote, and
//! which a malicious value may lead out of their bounds. Their memory is bounded before they begin; a stack
//! overflow or an abort is not contained. The hook that restores the terminal asks here, and does nothing
//! where a panic is caught.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread is caught, so that it need not be reported.
pub fn is_contained() -> bool {
    CONTAINED.get()
}

/// Result of the work; `None` if it panics.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = CONTAINED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(before);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_where_it_is_contained() {
        assert_eq!(contained(|| is_contained().then_some(1)), Some(Some(1)));
        let nested = contained(|| {
            let inner: Option<()> = contained(|| panic!("on purpose"));
            (inner, is_contained())
        });
        assert_eq!(nested, Some((None, true)));
        assert!(!is_contained());
    }
}
