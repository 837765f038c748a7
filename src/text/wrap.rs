//! Text broken into rows of a given width.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{cells, visible};

/// Limit on the characters that [`wrap`] reads, enough for any screen.
const WRAPPED: usize = 8192;

/// Breaks text at spaces into rows of at most `width` cells; longer words are cut. Uses only the beginning of
/// a very long text.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let end = text.char_indices().nth(WRAPPED).map_or(text.len(), |(at, _)| at);
    let mut shown = visible(&text[..end]).into_owned();
    if end < text.len() {
        shown.push('…');
    }
    let mut rows = vec![String::new()];
    let mut used = 0;
    for word in shown.split(' ') {
        let wide = cells(word);
        if used > 0 && used + 1 + wide <= width {
            used += 1 + wide;
            push(&mut rows, " ", word);
        } else {
            if used > 0 {
                rows.push(String::new());
                used = 0;
            }
            if wide <= width {
                push(&mut rows, "", word);
                used = wide;
                continue;
            }
            // A word wider than a row continues in the next.
            for piece in pieces(word, width) {
                let wide = cells(piece);
                if used + wide > width && used > 0 {
                    rows.push(String::new());
                    used = 0;
                }
                push(&mut rows, "", piece);
                used += wide;
            }
        }
    }
    rows
}

/// Breaks a text into rows of at most `width` cells, between its parts where a dot stands between them: the
/// dot neither begins nor ends a row. A part that is wider than a row is broken as by [`wrap`].
pub fn wrap_parts(text: &str, width: usize) -> Vec<String> {
    const DOT: &str = " · ";
    let mut rows: Vec<String> = Vec::new();
    for part in text.split(DOT) {
        match rows.last_mut() {
            Some(row) if cells(row) + cells(DOT) + cells(&visible(part)) <= width => {
                row.push_str(DOT);
                row.push_str(&visible(part));
            }
            _ => rows.extend(wrap(part, width)),
        }
    }
    rows
}

/// The grapheme clusters of a word; the characters of a cluster that is itself wider than a row (endlessly
/// joined consonants).
fn pieces(word: &str, width: usize) -> impl Iterator<Item = &str> {
    word.graphemes(true).flat_map(move |cluster| {
        let whole = cells(cluster) <= width;
        let parts = if whole { cluster.len() } else { 1 };
        let mut rest = cluster;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?.len_utf8();
            let (piece, after) = rest.split_at(first.max(parts));
            rest = after;
            Some(piece)
        })
    })
}

fn push(rows: &mut [String], gap: &str, word: &str) {
    if let Some(row) = rows.last_mut() {
        row.push_str(gap);
        row.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_at_spaces() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("", 7), [""]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
    }

    #[test]
    fn parts_of_a_text_stay_together() {
        let text = "no stores yet · n makes one · L finds unlisted ones";
        assert_eq!(wrap_parts(text, 60), [text]);
        assert_eq!(wrap_parts(text, 34), ["no stores yet · n makes one", "L finds unlisted ones"]);
        assert_eq!(
            wrap_parts(text, 16),
            ["no stores yet", "n makes one", "L finds unlisted", "ones"]
        );
        assert_eq!(wrap_parts("", 9), [""]);
    }

    #[test]
    fn a_long_word_is_broken_between_clusters_and_no_row_is_wider() {
        assert_eq!(wrap("❤\u{fe0f}❤\u{fe0f}❤\u{fe0f}", 4), ["❤\u{fe0f}❤\u{fe0f}", "❤\u{fe0f}"]);
        assert_eq!(wrap("ab🇩🇪🇩🇪", 4), ["ab🇩🇪", "🇩🇪"]);
        let joined = "स\u{94d}".repeat(9);
        assert_eq!(cells(&joined), 9);
        let rows = wrap(&joined, 4);
        assert!(rows.iter().all(|row| cells(row) <= 4), "{rows:?}");
        assert_eq!(rows.concat(), joined);
    }
}
