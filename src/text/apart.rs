//! Names in a column that is too narrow for them, cut so that they still differ.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::width::{cells, cluster_cells, fit, is_plain};

/// Width of a column below which no beginning is kept of names that differ in their middle, in cells.
const LEAST_WITH_HEAD: usize = 8;

/// Limit on the rounds in which names that look alike are cut apart: the part that two of them lose may be
/// the one that differed from two others. Equal names always look alike.
const ROUNDS: usize = 4;

/// A text cut to its room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut<'a> {
    /// The shown text, with `…` in the place of a gap.
    pub text: Cow<'a, str>,
    /// The shown cells of the whole text, from left to right.
    runs: Vec<Range<usize>>,
}

impl Cut<'_> {
    /// The columns of the shown text that show these cells of the whole text.
    pub fn columns(&self, of: &Range<usize>) -> Vec<Range<usize>> {
        let (mut column, mut shown, mut end) = (0, Vec::new(), 0);
        for run in &self.runs {
            column += usize::from(run.start != end);
            let (from, to) = (of.start.max(run.start), of.end.min(run.end));
            if from < to {
                shown.push(column + from - run.start..column + to - run.start);
            }
            column += run.len();
            end = run.end;
        }
        shown
    }
}

/// Cuts texts, which have to be visible, to at most `width` cells each. A text that is too long loses its
/// middle; texts that would look alike lose what they share before they differ.
pub fn cut_apart<'a>(texts: &[&'a str], width: usize) -> Vec<Cut<'a>> {
    let rulers: Vec<_> = texts.iter().map(|text| Ruler::new(text)).collect();
    let mut cuts: Vec<_> = rulers.iter().map(|ruler| ruler.middle(width)).collect();
    let long: Vec<_> = (0..rulers.len()).filter(|at| rulers[*at].total > width).collect();
    for _ in 0..ROUNDS {
        let groups = alike(long.clone(), &cuts);
        if groups.is_empty() {
            break;
        }
        for group in groups {
            tell_apart(&rulers, &group, width, &mut cuts);
        }
    }
    cuts
}

/// Groups of texts that look alike, by their indexes.
fn alike(among: Vec<usize>, cuts: &[Cut<'_>]) -> Vec<Vec<usize>> {
    let mut by_text: HashMap<&str, Vec<usize>> = HashMap::new();
    for at in among {
        by_text.entry(&*cuts[at].text).or_default().push(at);
    }
    by_text.into_values().filter(|places| places.len() > 1).collect()
}

fn tell_apart<'a>(rulers: &[Ruler<'a>], places: &[usize], width: usize, cuts: &mut [Cut<'a>]) {
    let Some((first, others)) = places.split_first() else { return };
    // Equal texts cannot be cut apart.
    if others.iter().all(|at| rulers[*at].text == rulers[*first].text) {
        return;
    }
    let shared = others.iter().map(|at| rulers[*first].shared(&rulers[*at])).min().unwrap_or(0);
    for at in places {
        cuts[*at] = rulers[*at].window(shared, width);
    }
    for still in alike(places.to_vec(), cuts) {
        // There are fewer each time, or they are equal except for the start of what they share.
        if still.len() < places.len() {
            tell_apart(rulers, &still, width, cuts);
        } else {
            for at in still {
                cuts[at] = rulers[at].rest(shared, width);
            }
        }
    }
}

/// A text with its cells counted.
struct Ruler<'a> {
    text: &'a str,
    total: usize,
    /// Starts of clusters, as cell and byte; empty where each byte has one cell.
    edges: Vec<(usize, usize)>,
}

impl<'a> Ruler<'a> {
    fn new(text: &'a str) -> Self {
        if is_plain(text.as_bytes()) {
            return Self { text, total: text.len(), edges: Vec::new() };
        }
        let (mut total, mut edges) = (0, Vec::new());
        for (byte, cluster) in text.grapheme_indices(true) {
            edges.push((total, byte));
            total += cluster_cells(cluster);
        }
        edges.push((total, text.len()));
        Self { text, total, edges }
    }

    /// The edge at this cell, or the nearest one before it (`up`: behind it), as cell and byte.
    fn edge(&self, cell: usize, up: bool) -> (usize, usize) {
        if self.edges.is_empty() {
            return (cell.min(self.total), cell.min(self.total));
        }
        let at = self.edges.partition_point(|(start, _)| *start < cell);
        match self.edges.get(at) {
            Some((start, byte)) if up || *start == cell => (*start, *byte),
            _ => self.edges[at.min(self.edges.len()).saturating_sub(1)],
        }
    }

    /// Number of cells in common at the beginnings of this text and the other.
    fn shared(&self, other: &Self) -> usize {
        let pairs = self.text.graphemes(true).zip(other.text.graphemes(true));
        pairs.take_while(|(a, b)| a == b).map(|(a, _)| cluster_cells(a)).sum()
    }

    /// The text without its middle.
    fn middle(&self, width: usize) -> Cut<'a> {
        if self.total <= width {
            let runs = std::iter::once(0..self.total).collect();
            return Cut { text: Cow::Borrowed(self.text), runs };
        }
        let room = width.saturating_sub(1);
        let tail = room / 2;
        self.cut(&[0..room - tail, self.total - tail..self.total], width)
    }

    /// The beginning of the text, and the part from this cell on.
    fn window(&self, from: usize, width: usize) -> Cut<'a> {
        let room = width.saturating_sub(head(width) + 1);
        self.rest(from.min(self.total.saturating_sub(room)), width)
    }

    /// As [`window`](Self::window), with only the beginning before this cell.
    fn rest(&self, from: usize, width: usize) -> Cut<'a> {
        let head = head(width);
        let room = width.saturating_sub(head + 1);
        let end =
            if self.total <= from + room { self.total } else { from + room.saturating_sub(1) };
        self.cut(&[0..head, from..end], width)
    }

    fn cut(&self, runs: &[Range<usize>], width: usize) -> Cut<'a> {
        if width == 0 {
            return Cut { text: Cow::Borrowed(""), runs: Vec::new() };
        }
        let (mut text, mut kept, mut end) = (String::new(), Vec::new(), 0);
        for run in runs {
            let ((start, from), (stop, to)) =
                (self.edge(run.start, true), self.edge(run.end, false));
            if start < stop {
                if start != end {
                    text.push('…');
                }
                text.push_str(&self.text[from..to]);
                kept.push(start..stop);
                end = stop;
            }
        }
        if end < self.total {
            text.push('…');
        }
        if cells(&text) <= width {
            return Cut { text: Cow::Owned(text), runs: kept };
        }
        // A mark behind the ellipsis would join and widen it.
        let text = fit(self.text, width);
        let shown = self.edge(width.saturating_sub(1), false).0;
        Cut { text, runs: std::iter::once(0..shown).collect() }
    }
}

/// Number of cells that are kept of the beginning of names that differ in their middle.
fn head(width: usize) -> usize {
    if width < LEAST_WITH_HEAD { 0 } else { width / 4 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::visible;
    use super::*;

    fn cut(texts: &[&str], width: usize) -> Vec<String> {
        cut_apart(texts, width).into_iter().map(|cut| cut.text.into_owned()).collect()
    }

    #[test]
    fn names_that_begin_alike_keep_their_ends() {
        assert_eq!(cut(&["page-000041", "page-000042"], 8), ["page…041", "page…042"]);
        assert_eq!(cut(&["page-000041"], 11), ["page-000041"]);
        assert_eq!(cut(&["日本語日本語"], 6), ["日…語"]);
        assert_eq!(cut(&["abc"], 1), ["…"]);
        assert_eq!(cut(&["abc"], 0), [""]);
        // Equal names lose no more than they have to.
        assert_eq!(cut(&["page-000041"; 2], 8), ["page…041"; 2]);
    }

    #[test]
    fn names_that_begin_and_end_alike_keep_what_differs() {
        let names =
            ["snapshot-of-a-list-000017-first.html", "snapshot-of-a-list-000018-first.html"];
        assert_eq!(cut(&names, 16), ["snap…7-first.ht…", "snap…8-first.ht…"]);
        assert_eq!(cut(&names, 18), ["snap…17-first.html", "snap…18-first.html"]);
    }

    #[test]
    fn names_that_are_told_apart_stay_apart_from_others() {
        let tail = "aaaaaaaaaaaaa";
        let names = ["5", "50", "6", "60"].map(|middle| format!("aaaaaaaa{middle}{tail}"));
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        assert_eq!(
            cut(&names, 18),
            [
                "aaaa…5aaaaaaaaaaa…",
                "aaaa…50aaaaaaaaaa…",
                "aaaa…6aaaaaaaaaaa…",
                "aaaa…60aaaaaaaaaa…"
            ]
        );
    }

    #[test]
    fn names_that_are_a_letter_longer_within_are_told_apart() {
        let names = ["aaaaaa2aaaaaaaaaa", "aaaaaa22aaaaaaaaaa"];
        assert_eq!(cut(&names, 15), ["aaa…aaaaaaaaaa", "aaa…2aaaaaaaaaa"]);
    }

    #[test]
    fn columns_of_what_is_shown_are_those_of_the_whole() {
        let cuts = cut_apart(&["page-000042"], 8);
        assert_eq!(cuts[0].text, "page…042");
        let columns = |of| cuts[0].columns(&of).into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(columns(0..4), [0, 1, 2, 3]);
        assert_eq!(columns(3..9), [3, 5]);
        assert_eq!(columns(5..8), [0; 0]);
    }

    proptest! {
        #[test]
        fn a_cut_is_never_wider_than_asked(texts in prop::collection::vec(any::<String>(), 0..5), width in 0_usize..20) {
            let shown: Vec<_> = texts.iter().map(|text| visible(text)).collect();
            let shown: Vec<&str> = shown.iter().map(|text| &**text).collect();
            for (cut, text) in cut_apart(&shown, width).iter().zip(&shown) {
                prop_assert!(cells(&cut.text) <= width);
                prop_assert_eq!(cells(text) <= width, cut.text == *text);
            }
        }

        #[test]
        fn different_names_look_different(
            head in "[a-z]{0,30}", tail in "[a-z]{0,30}", width in 10_usize..24,
            middles in prop::collection::btree_set("[0-9]{1,6}", 2..8),
        ) {
            let names: Vec<_> = middles.iter().map(|middle| format!("{head}{middle}{tail}")).collect();
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            let mut cuts = cut(&names, width);
            cuts.sort();
            cuts.dedup();
            prop_assert_eq!(cuts.len(), names.len());
        }
    }
}
