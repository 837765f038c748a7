//! Text broken into rows of a given width.

use super::{cells, visible};

/// The most characters that [`wrap`] looks at: enough for any screen.
const WRAPPED: usize = 8192;

/// Breaks text at spaces into rows of at most `width` cells; words that are longer are cut. Of a
/// very long text only the beginning.
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
            // A word wider than a row goes on in the next.
            for c in word.chars() {
                let mut bytes = [0; 4];
                let c = &*c.encode_utf8(&mut bytes);
                let wide = cells(c);
                if used + wide > width && used > 0 {
                    rows.push(String::new());
                    used = 0;
                }
                push(&mut rows, "", c);
                used += wide;
            }
        }
    }
    rows
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
}
