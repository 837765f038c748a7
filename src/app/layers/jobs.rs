//! The list of jobs.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::App;
use super::super::ctx::{Ctx, Request};
use super::super::jobs::Job;
use super::super::list::Cursor;
use super::super::notice::Notice;
use super::dialog::{CursorRows, Dialog};
use super::list::{Listing, Place, Row};
use super::overlay::Then;

/// The jobs under way, and the one under the cursor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Jobs {
    /// The jobs as they are now, the oldest write first.
    pub jobs: Vec<Job>,
    /// The cursor among the jobs.
    pub cursor: Cursor,
}

impl Jobs {
    /// Takes the jobs as they are now; the cursor stays on its job.
    fn update(&mut self, jobs: Vec<Job>, height: usize) {
        let held = self.jobs.get(self.cursor.at).map(|job| job.id);
        let at = jobs.iter().position(|job| Some(job.id) == held);
        self.jobs = jobs;
        self.cursor.hold(at.unwrap_or(self.cursor.at), self.jobs.len(), height);
    }
}

impl Dialog for Jobs {
    fn context(&self) -> Context {
        Context::Jobs
    }

    fn look(&mut self, app: &App) {
        self.update(app.jobs(), app.layout().dialog_rows());
    }

    fn listing(&self) -> Option<Listing<'_>> {
        let cancels = self.allows(Action::CancelJob).then_some((Action::CancelJob, "cancel"));
        Some(Listing {
            title: "Jobs".into(),
            width: 72,
            heads: None,
            none: "no jobs",
            rows: self.jobs.iter().map(row).collect(),
            place: Place::Cursor(self.cursor),
            keys: cancels.into_iter().chain([(Action::Close, "close")]).collect(),
            why: None,
        })
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (self.jobs.len(), ctx.layout().dialog_rows());
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if self.moves(action, ctx) {
            return Then::Stay;
        }
        match (action, self.jobs.get(self.cursor.at)) {
            (Some(Action::CancelJob), Some(job)) if job.cancellable => {
                ctx.request(Request::CancelJob(job.id));
            }
            (Some(Action::CancelJob), Some(_)) => {
                ctx.say(Notice::info("a write cannot be cancelled"));
            }
            (Some(Action::Close | Action::Back | Action::Cancel), _) => return Then::Close,
            (other, _) => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        action != Action::CancelJob
            || self.jobs.get(self.cursor.at).is_some_and(|job| job.cancellable)
    }
}

fn row(job: &Job) -> Row<'_> {
    let share = job.progress.map(|share| format!("{:.0} %", share * 100.0).into());
    let text = job.title.as_str().into();
    Row { text, state: share.unwrap_or_else(|| job.state.into()), ..Row::default() }
}
