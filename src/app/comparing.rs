//! The two things that are chosen to be compared.

use crate::model::Key;
use crate::text;

use super::App;
use super::notice::Notice;

/// A choice of what is compared with what.
pub(super) enum Compared {
    /// Two records.
    Records([Key; 2]),
    /// The record under the cursor with a file that is to be named.
    WithFile,
}

/// What the user has chosen to compare: the marked records; or one marked record and the one under the
/// cursor; or else the one under the cursor and a file.
pub(super) fn compared(app: &App) -> Result<Compared, Notice> {
    let marks = &app.keys.marks.keys;
    let current = app.keys.current().map(|meta| meta.key);
    let mut marked = marks.iter().cloned();
    match (marks.len(), current) {
        (2, current) => {
            let both = marked.next().zip(marked.next()).map(|(first, second)| {
                // The record under the cursor is shown as what the other one has become.
                if current.as_ref() == Some(&first) { [second, first] } else { [first, second] }
            });
            both.map(Compared::Records).ok_or_else(|| Notice::info("nothing to compare"))
        }
        (1, Some(current)) if !marks.contains(&current) => {
            let from = marked.next().unwrap_or_else(|| current.clone());
            Ok(Compared::Records([from, current]))
        }
        (0 | 1, Some(_)) => Ok(Compared::WithFile),
        (0 | 1, None) => Err(Notice::info("there is no record under the cursor")),
        (many, _) => {
            let many = text::count(many as u64);
            Err(Notice::info(format!("two records can be compared; {many} are marked")))
        }
    }
}

/// Whether there is something to compare; if not, why.
pub(super) fn allowed(app: &App) -> Result<(), Notice> {
    compared(app).map(drop)
}

/// Whether two records are chosen to be compared.
pub(super) fn has_two(app: &App) -> bool {
    matches!(compared(app), Ok(Compared::Records(_)))
}
