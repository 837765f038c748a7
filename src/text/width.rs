//! Display widths, as the terminal library draws text: grapheme by grapheme.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Width of `text` when it is drawn, in cells.
///
/// This is the sum over grapheme clusters, which drawing fills; the width of the whole string can be smaller
/// where letters of neighbouring clusters join. A cluster with a control character is not drawn and counts as
/// 0: make text [`visible`](super::visible) first.
pub fn cells(text: &str) -> usize {
    if is_plain(text.as_bytes()) {
        return text.len();
    }
    text.graphemes(true).map(cluster_cells).sum()
}

/// Fits `text` into `width` cells: unchanged where it fits, else cut between two grapheme clusters and ended
/// with `…`.
pub fn fit(text: &str, width: usize) -> Cow<'_, str> {
    if is_plain(text.as_bytes()) && text.len() <= width {
        return Cow::Borrowed(text);
    }
    if width == 0 {
        return Cow::Borrowed("");
    }
    let (mut used, mut cut) = (0, 0);
    for (at, cluster) in text.grapheme_indices(true) {
        used += cluster_cells(cluster);
        if used > width {
            return Cow::Owned(format!("{}…", &text[..cut]));
        }
        if used < width {
            cut = at + cluster.len();
        }
    }
    Cow::Borrowed(text)
}

/// The beginning of a text that fills this number of cells, and some more: a cell may hold a letter with its
/// marks.
pub fn beginning(text: &str, cells: usize) -> &str {
    let most = 8 * cells + 8;
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// As [`fit`], but cut in the middle, so that both ends stay readable.
pub fn fit_middle(text: &str, width: usize) -> Cow<'_, str> {
    if cells(text) <= width {
        return Cow::Borrowed(text);
    }
    let room = width.saturating_sub(1);
    let tail_room = room / 2;
    let (mut used, mut head) = (0, 0);
    for (at, cluster) in text.grapheme_indices(true) {
        used += cluster_cells(cluster);
        if used > room - tail_room {
            break;
        }
        head = at + cluster.len();
    }
    let (mut used, mut tail) = (0, text.len());
    for (at, cluster) in text.grapheme_indices(true).rev() {
        used += cluster_cells(cluster);
        if used > tail_room {
            break;
        }
        tail = at;
    }
    let cut = format!("{}…{}", &text[..head], &text[tail..]);
    // A mark at the start of the tail could join the ellipsis and widen it.
    if cells(&cut) <= width { Cow::Owned(cut) } else { fit(text, width) }
}

/// Whether the bytes are all printable ASCII, one cell each.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Width of one grapheme cluster, in cells.
pub(crate) fn cluster_cells(cluster: &str) -> usize {
    if let [byte] = cluster.as_bytes() {
        return usize::from(!byte.is_ascii_control());
    }
    if cluster.contains(char::is_control) {
        return 0;
    }
    // Terminals give the half-width Katakana sound marks a cell of their own.
    let sound_marks = cluster.chars().filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}')).count();
    cluster.width() + sound_marks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::visible;
    use super::*;

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(cells("abc"), 3);
        assert_eq!(cells("日本"), 4);
        assert_eq!(cells("e\u{301}"), 1);
        assert_eq!(cells("❤\u{fe0f}"), 2);
    }

    #[test]
    fn a_cut_never_goes_through_a_cluster() {
        assert_eq!(fit("abcdef", 6), "abcdef");
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit("abc", 1), "…");
    }

    #[test]
    fn the_middle_gives_way() {
        assert_eq!(fit_middle("page-000042", 11), "page-000042");
        assert_eq!(fit_middle("page-000042", 6), "pag…42");
        assert_eq!(fit_middle("日本語日本語", 6), "日…語");
        assert_eq!(fit_middle("abc", 1), "…");
        assert_eq!(fit_middle("abc", 0), "");
    }

    proptest! {
        #[test]
        fn what_fits_is_never_wider_than_asked(text in any::<String>(), width in 0_usize..40) {
            let text = visible(&text);
            prop_assert!(cells(&fit(&text, width)) <= width);
            prop_assert!(cells(&fit_middle(&text, width)) <= width);
            if cells(&text) <= width {
                prop_assert_eq!(fit(&text, width), &*text);
            }
        }
    }
}
