//! A sentence about what just happened, in the footer until the next key.
//!
//! There is room for one. That a write failed is not replaced by what comes after it. Notices that were shown
//! are kept, to be read again.

use std::collections::VecDeque;

use crate::model::{Error, Timestamp};

/// The meaning of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something is under way or worth knowing.
    Info,
    /// Something was done.
    Done,
    /// Something needs care.
    Warning,
    /// Something failed.
    Failure,
}

/// A sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The meaning of the notice.
    pub tone: Tone,
    /// The sentence; may hold hostile text.
    pub text: String,
    /// Whether the notice stays until a key is pressed, whatever else there is to tell.
    pub lasting: bool,
}

impl Notice {
    /// A notice of something that is under way or worth knowing.
    pub fn info(text: impl Into<String>) -> Self {
        Self { tone: Tone::Info, text: text.into(), lasting: false }
    }

    /// A notice of something that was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self { tone: Tone::Done, text: text.into(), lasting: false }
    }

    /// A notice of something that needs care.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { tone: Tone::Warning, text: text.into(), lasting: false }
    }

    /// A notice of something that failed.
    pub fn failure(text: impl Into<String>) -> Self {
        Self { tone: Tone::Failure, text: text.into(), lasting: false }
    }

    /// The same notice, to stay until the user has seen it.
    #[must_use]
    pub fn lasting(self) -> Self {
        Self { lasting: true, ..self }
    }
}

/// Tells of something that no key has just asked for. While a lasting failure is shown, another one is added
/// to it, and everything else is left out.
pub(super) fn tell(told: &mut Option<Notice>, notice: Notice) {
    match told {
        Some(old) if old.lasting && !notice.lasting => {}
        Some(old) if old.lasting && old.text.contains(&notice.text) => {}
        Some(old) if old.lasting => {
            old.text.push_str("; ");
            old.text.push_str(&notice.text);
        }
        _ => *told = Some(notice),
    }
}

/// Takes back the notice of something that is over.
pub(super) fn untell(told: &mut Option<Notice>) {
    if told.as_ref().is_some_and(|notice| !notice.lasting) {
        *told = None;
    }
}

/// Limit on notices that are kept; the oldest are dropped first.
const KEPT: usize = 200;

/// The notices that the footer has shown.
#[derive(Debug, Default)]
pub struct Notices {
    /// The notices, each with the time when it was first shown, the oldest first.
    kept: VecDeque<(Timestamp, Notice)>,
    /// Whether the last notice is on the screen.
    on_screen: bool,
    /// Number of changes so far.
    changes: u64,
}

impl Notices {
    /// The notices, each with the time when it was first shown, the oldest first.
    pub fn kept(&self) -> impl DoubleEndedIterator<Item = &(Timestamp, Notice)> {
        self.kept.iter()
    }

    /// Number of changes so far.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Takes the notice that is on the screen from now on.
    pub(super) fn show(&mut self, notice: Option<&Notice>, now: Timestamp) {
        let was = std::mem::replace(&mut self.on_screen, notice.is_some());
        let Some(notice) = notice else { return };
        match self.kept.back_mut().filter(|_| was) {
            Some((_, last)) if last == notice => return,
            // Another failure was added to the last one.
            Some((_, last)) if last.lasting && notice.text.starts_with(&last.text) => {
                last.clone_from(notice);
            }
            // The same work has progressed.
            Some((_, last))
                if under_way(notice).is_some() && under_way(last) == under_way(notice) =>
            {
                last.clone_from(notice);
            }
            _ => self.kept.push_back((now, notice.clone())),
        }
        self.changes += 1;
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }
}

/// The work that a notice is about, if it tells how far that is.
fn under_way(notice: &Notice) -> Option<&str> {
    let (doing, share) = notice.text.rsplit_once('…')?;
    (share.is_empty() || share.ends_with('%')).then_some(doing)
}

impl From<&Error> for Notice {
    fn from(error: &Error) -> Self {
        Self::failure(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_is_kept_once_each_and_not_without_end() {
        let mut notices = Notices::default();
        let mut show = |notice: Option<&Notice>, second: i64| {
            notices.show(notice, Timestamp::from_micros(second * 1_000_000));
            let kept = notices.kept().map(|(at, notice)| (at.micros() / 1_000_000, &*notice.text));
            kept.map(|(at, text)| format!("{at} {text}")).collect::<Vec<_>>()
        };
        assert_eq!(show(None, 1), [""; 0]);
        let (saved, failed) = (Notice::done("saved"), Notice::failure("not saved").lasting());
        assert_eq!(show(Some(&saved), 2), ["2 saved"]);
        assert_eq!(show(Some(&saved), 3), ["2 saved"], "it is still there");
        assert_eq!(show(Some(&failed), 4), ["2 saved", "4 not saved"]);
        let mut told = Some(failed);
        tell(&mut told, Notice::failure("nor deleted").lasting());
        assert_eq!(show(told.as_ref(), 5), ["2 saved", "4 not saved; nor deleted"]);
        let share = |share: &str| Notice::info(format!("undoing: deleted 9 records…{share}"));
        assert_eq!(show(Some(&share("")), 5).len(), 3);
        let shares = show(Some(&share(" 40 %")), 5);
        assert_eq!(shares.last().unwrap(), "5 undoing: deleted 9 records… 40 %");
        assert_eq!(show(Some(&share(" 80 %")), 5).len(), 3, "it is told once");
        show(None, 6);
        let again = show(told.as_ref(), 7);
        assert_eq!(again.last().map(String::as_str), Some("7 not saved; nor deleted"));
        for second in 0..1000 {
            show(Some(&Notice::info(second.to_string())), second);
        }
        assert_eq!(notices.kept().count(), KEPT);
        assert_eq!(notices.kept().next_back().map(|(_, last)| &*last.text), Some("999"));
    }
}
