//! Work on the whole value, and its result: keys wait for it where the value is long.

use crate::edit::Places;
use crate::text;

use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::load::Compute;
use super::super::notice::Notice;
use super::super::working::{Edited, Found, PlaceStep, Work};
use super::{Content, Editor};

/// Size of a value from which work on all of it is done off the loop, in bytes.
pub(in crate::app) const LONG: usize = 256 << 10;

impl Editor {
    /// Does some work in the value, or begins to, where that is long.
    pub(super) fn work(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        let mut value = self.copied();
        if self.value.len() < LONG {
            let found = work.done(&mut value, ctx.now);
            return self.take_work(&work, value, found, ctx);
        }
        self.working = Some(work.clone());
        ctx.read(Slot::Saving, Compute::Work(work, value, ctx.now));
    }

    /// The word for work on the whole value that is under way.
    pub fn working(&self) -> Option<&'static str> {
        self.working.as_ref().map(Work::doing)
    }

    /// Gives up work that is under way.
    pub(in crate::app) fn stop_working(&mut self) {
        self.working = None;
    }

    /// Whether what the user's own editor left is being taken in.
    pub(in crate::app) fn is_taking_back(&self) -> bool {
        matches!(self.working, Some(Work::TakeBack { .. }))
    }

    /// Takes the result of work that was done off the loop.
    pub(in crate::app) fn worked(&mut self, value: Edited, found: Found, ctx: &mut Ctx<'_>) {
        let Some(work) = self.working.take() else { return };
        self.take_work(&work, value, found, ctx);
        self.changed(ctx);
        self.show_cursor(ctx.layout().body);
    }

    /// Begins to take in what the user's own editor left.
    pub(in crate::app) fn begin_taking_back(
        &mut self,
        work: Work,
        value: Edited,
        ctx: &mut Ctx<'_>,
    ) {
        self.working = Some(work.clone());
        ctx.read(Slot::Saving, Compute::Work(work, value, ctx.now));
    }

    /// Ends that; tells whether the text is whole, if it was under way.
    pub(in crate::app) fn end_taking_back(&mut self) -> Option<bool> {
        match self.working.take() {
            Some(Work::TakeBack { whole, .. }) => Some(whole),
            other => {
                self.working = other;
                None
            }
        }
    }

    /// Asks for each place of the text whether it is replaced.
    pub(super) fn ask_for_places(&mut self, with: &str, ctx: &mut Ctx<'_>) {
        let Some(edit) = self.value.text() else { return };
        let places = Places::new(edit, &self.needle, with);
        self.work(Work::Places(places, PlaceStep::Skip), ctx);
    }

    /// Replaces the place that is asked for, or leaves it; with `None`, no more is asked.
    pub(in crate::app) fn answer_place(&mut self, step: Option<PlaceStep>, ctx: &mut Ctx<'_>) {
        let Some(places) = self.places.clone() else { return };
        match step {
            Some(_) if self.working.is_some() => {}
            Some(step) => self.work(Work::Places(places, step), ctx),
            None => {
                if self.working.take().is_some() {
                    ctx.cancel(Slot::Saving);
                }
                self.take_places(places, false, ctx);
            }
        }
        self.changed(ctx);
        self.show_cursor(ctx.layout().body);
    }

    /// Takes the places that are left, and asks for the one that is selected.
    fn take_places(&mut self, places: Places, more: bool, ctx: &mut Ctx<'_>) {
        let (count, is_asked) = (places.count() as u64, self.places.is_some());
        self.places = Some(places).filter(|_| more);
        match (more, is_asked) {
            (true, true) => {}
            (true, false) => ctx.request(Request::AskForPlaces(true)),
            (false, false) => ctx.say(Notice::info("not found")),
            (false, true) => {
                ctx.request(Request::AskForPlaces(false));
                ctx.say(Notice::info(format!("replaced in {}", text::plural(count, "place"))));
            }
        }
    }

    /// Number of places that were replaced, while one after the other is asked for.
    pub fn replaced(&self) -> Option<usize> {
        self.places.as_ref().map(Places::count)
    }

    /// A copy of the value, for work off the loop.
    pub(in crate::app) fn copied(&self) -> Edited {
        match &self.value {
            Content::Text(edit) => Edited::Text(Box::new(edit.without_history())),
            Content::Hex(edit) => Edited::Hex(Box::new(edit.without_history())),
            Content::Bytes(held) => Edited::Held(held.clone()),
        }
    }

    /// Takes the value of such a copy; tells whether it is of the same kind.
    pub(in crate::app) fn take_value(&mut self, value: Edited) -> bool {
        match (&mut self.value, value) {
            (Content::Text(edit), Edited::Text(copy)) => edit.take(*copy),
            (Content::Hex(edit), Edited::Hex(copy)) => edit.take(*copy),
            (Content::Bytes(held), Edited::Held(copy)) => *held = copy,
            (Content::Text(_) | Content::Hex(_) | Content::Bytes(_), _) => return false,
        }
        true
    }

    fn take_work(&mut self, work: &Work, value: Edited, found: Found, ctx: &mut Ctx<'_>) {
        if !self.take_value(value) {
            return;
        }
        match found {
            Found::Done => {}
            Found::Nothing if *work == Work::Bracket => {
                ctx.say(Notice::info("no bracket here that another belongs to"));
            }
            Found::Nothing => ctx.say(Notice::info("not found")),
            Found::Places(places, more) => self.take_places(places, more, ctx),
            Found::Replaced(count) => ctx.say(Notice::info(match count {
                None => "not replaced: the text would be too long".to_owned(),
                Some(0) => "not found".to_owned(),
                Some(count) => format!("replaced in {}", text::plural(count as u64, "place")),
            })),
            Found::Fault(why, place) => {
                self.fail(why, place.map(|(line, _)| line));
                if let Some((line, column)) = place {
                    self.go_to(line, column);
                }
            }
        }
    }
}
