//! The list of jobs.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::ctx::{Ctx, Request};
use super::super::jobs::Job;
use super::super::list::{Cursor, Move};
use super::super::notice::Notice;
use super::dialog::{Dialog, Then};

/// The jobs under way, and the one under the cursor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Jobs {
    /// As they are now, the oldest write first.
    pub jobs: Vec<Job>,
    /// The cursor among them.
    pub cursor: Cursor,
}

impl Jobs {
    /// Takes them as they are now; the cursor stays on its job.
    pub(in crate::app) fn update(&mut self, jobs: Vec<Job>, height: usize) {
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

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if let Some(to) = action.and_then(Move::of) {
            self.cursor.go(to, self.jobs.len(), ctx.layout().jobs_height());
            return Then::Stay;
        }
        match (action, self.jobs.get(self.cursor.at)) {
            (Some(Action::CancelJob), Some(job)) if job.cancellable => {
                ctx.request(Request::CancelJob(job.id));
            }
            (Some(Action::CancelJob), Some(_)) => {
                ctx.say(Notice::info("a write cannot be cancelled: it ends by itself"));
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

    fn wheel(&mut self, rows: isize, ctx: &mut Ctx<'_>) {
        self.cursor.scroll(rows, self.jobs.len(), ctx.layout().jobs_height());
    }
}
