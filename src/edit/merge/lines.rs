//! Merge of text by line: lines that only one side changed are taken from that side.

use std::ops::Range;

use bytes::Bytes;

use super::super::align::{By, parts};
use super::super::text_of::{lines, starts};
use super::conflict::{Choice, Conflict, chosen};

/// Limit on the places of someone else's changes that are named.
pub(super) const NAMED: usize = 3;

/// Source of a piece of the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// These bytes of `mine`.
    Mine(Range<usize>),
    /// These bytes of `theirs`.
    Theirs(Range<usize>),
    /// The choice for the conflict of this number.
    Chosen(usize),
}

/// Two changes of a text, joined by line.
#[derive(Debug, Clone)]
pub(super) struct LineMerge {
    mine: Bytes,
    theirs: Bytes,
    pieces: Vec<Piece>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) theirs_at: Vec<String>,
}

impl LineMerge {
    pub(super) fn of([base, mine, theirs]: [Bytes; 3]) -> Self {
        let (of_base, of_mine, of_theirs) = (lines(&base), lines(&mine), lines(&theirs));
        let (at_base, at_mine, at_theirs) =
            (starts(&of_base, 0), starts(&of_mine, 0), starts(&of_theirs, 0));
        let mut merge = Self {
            pieces: Vec::new(),
            conflicts: Vec::new(),
            theirs_at: Vec::new(),
            mine: mine.clone(),
            theirs: theirs.clone(),
        };
        for part in parts(&of_base, &of_mine, &of_theirs) {
            let mine = at_mine[part.mine.start]..at_mine[part.mine.end];
            let theirs = at_theirs[part.theirs.start]..at_theirs[part.theirs.end];
            match part.by {
                By::Mine => merge.pieces.push(Piece::Mine(mine)),
                By::Nobody | By::Theirs | By::Alike => {
                    if part.by == By::Theirs && merge.theirs_at.len() < NAMED {
                        merge.theirs_at.push(named(&part.theirs));
                    }
                    merge.pieces.push(Piece::Theirs(theirs));
                }
                By::Both => {
                    let base = base.slice(at_base[part.base.start]..at_base[part.base.end]);
                    let (mine, theirs) = (merge.mine.slice(mine), merge.theirs.slice(theirs));
                    let pieces =
                        [base, mine, theirs].map(|piece| Some(piece).filter(|it| !it.is_empty()));
                    merge.pieces.push(Piece::Chosen(merge.conflicts.len()));
                    merge.conflicts.push(Conflict::new(named(&part.theirs), pieces));
                }
            }
        }
        merge
    }

    pub(super) fn resolve(&self, choices: &[Choice]) -> Bytes {
        let mut out = Vec::with_capacity(self.theirs.len().max(self.mine.len()));
        for piece in &self.pieces {
            match piece {
                Piece::Mine(range) => out.extend_from_slice(&self.mine[range.clone()]),
                Piece::Theirs(range) => out.extend_from_slice(&self.theirs[range.clone()]),
                Piece::Chosen(at) => {
                    let conflict = &self.conflicts[*at];
                    let piece = match chosen(choices, *at) {
                        Choice::Mine => conflict.mine.as_ref(),
                        Choice::Theirs => conflict.theirs.as_ref(),
                        Choice::Edited(text) => Some(text),
                    };
                    out.extend_from_slice(piece.map_or(&[], |piece| piece));
                }
            }
        }
        out.into()
    }
}

/// Lines in words, from 1.
fn named(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("after line {}", lines.start),
        1 => format!("line {}", lines.start + 1),
        _ => format!("lines {} to {}", lines.start + 1, lines.end),
    }
}
