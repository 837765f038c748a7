//! Gives the terminal to other programs and takes it back: the shell, the user's own editor, and at the end.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;

use super::background::{ANSWER_TIMEOUT, Filtered};
use super::files::{self, HandedBack};
use super::input::Heard;
use super::signals::SignalAction;
use super::{Shell, TerminalEvent, backend, drafts, terminal};
use crate::app::{Effect, Event, NotEdited};
use crate::edit::draft::{Draft, DraftText};
use crate::model::Timestamp;
use crate::storage::blocking;

/// Limit on the time that awaited answers may take before another program gets the terminal.
const OTHERS_WAIT: Duration = Duration::from_secs(1);

/// Limit on the time that the end waits for what is being remembered: a disk may not answer.
const REMEMBERING: Duration = Duration::from_secs(1);

impl Shell {
    /// Gives the terminal back, then prints the asides that stay, and a failure that was not drawn yet.
    pub(super) async fn leave(&mut self, code: u8, stays: &[String]) -> u8 {
        // What is not taken in yet stays in its file, of which the next larder makes a draft.
        if let Some(back) = self.handed_back.take() {
            back.stay();
        }
        self.drafts.finish();
        self.panes.flush();
        if let Some(task) = self.remembering.take() {
            let _ = tokio::time::timeout(REMEMBERING, task).await;
        }
        self.drain_input().await;
        let written = self.terminal.leave();
        for text in stays.iter().filter(|_| written) {
            let _ = writeln!(io::stderr(), "larder: {}", crate::text::visible(text));
        }
        match self.app.unseen_failure() {
            Some(text) => {
                // If the terminal takes nothing, printing would wait for it.
                if written {
                    let text = crate::text::visible(&text);
                    let _ = writeln!(io::stderr(), "larder: {text}");
                }
                if code == 0 { 4 } else { code }
            }
            None => code,
        }
    }

    /// Drains late answers, which the shell would otherwise echo.
    async fn drain_input(&mut self) {
        let begun = Instant::now();
        while !self.input_closed {
            let slices = if self.terminal.is_answer_awaited() {
                ANSWER_TIMEOUT.saturating_sub(begun.elapsed())
            } else {
                Duration::ZERO
            };
            let wait = self.background.drain_timeout(ANSWER_TIMEOUT).max(slices);
            match tokio::time::timeout(wait, self.input.next()).await {
                Ok(Some(Heard::Event(TerminalEvent::Key(key)))) => {
                    if let Filtered::Report(report) = self.background.feed(key) {
                        self.terminal.heard(&report);
                    }
                }
                Ok(Some(Heard::Report(report))) => self.terminal.heard(&report),
                Ok(Some(Heard::Event(_))) => {}
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Waits for awaited answers, so that no other program gets them. Gives the keys that were typed
    /// meanwhile.
    async fn settle(&mut self) -> io::Result<Vec<Event>> {
        let (begun, mut typed) = (Instant::now(), Vec::new());
        while !self.input_closed {
            let slices = self.terminal.answer_timeout().saturating_sub(begun.elapsed());
            let wait = self.background.drain_timeout(OTHERS_WAIT).max(slices);
            if wait.is_zero() {
                break;
            }
            match tokio::time::timeout(wait, self.input.next()).await {
                Ok(Some(Heard::Event(TerminalEvent::Key(key)))) => {
                    match self.background.feed(key) {
                        Filtered::Keys(keys) if keys.is_empty() => {}
                        Filtered::Keys(keys) => typed.push(Event::Keys(keys)),
                        Filtered::Answer(Some(theme)) => self.appearance.theme = *theme,
                        Filtered::Answer(None) => {}
                        Filtered::Report(report) => self.reported(&report)?,
                    }
                }
                Ok(Some(Heard::Event(TerminalEvent::Paste(text)))) => {
                    typed.push(Event::Paste(text));
                }
                Ok(Some(Heard::Event(_))) => {}
                Ok(Some(Heard::Report(report))) => self.reported(&report)?,
                Ok(None) | Err(_) => break,
            }
        }
        Ok(typed)
    }

    /// Handles what was typed before another program had the terminal.
    fn take_typed(&mut self, typed: Vec<Event>) -> Vec<Effect> {
        typed.into_iter().flat_map(|event| self.app.handle(event)).collect()
    }

    /// Stops larder until the shell continues it.
    pub(super) async fn suspend(&mut self) -> io::Result<Vec<Effect>> {
        let typed = self.settle().await?;
        let stopped = self.terminal.suspend();
        self.unless_gone(stopped)?;
        let mut effects = self.resized()?;
        effects.extend(self.take_typed(typed));
        Ok(effects)
    }

    /// Takes the terminal again after a stop that larder did not make itself, in which others may have used
    /// it.
    pub(super) fn continued(&mut self) -> io::Result<Vec<Effect>> {
        if terminal::is_raw() {
            return Ok(Vec::new());
        }
        let taken = self.terminal.retake();
        self.unless_gone(taken)?;
        self.resized()
    }

    /// Reads the size anew and draws everything.
    pub(super) fn resized(&mut self) -> io::Result<Vec<Effect>> {
        let effects = match backend::size() {
            Ok(size) => self.app.handle(Event::Resize(size.width, size.height)),
            Err(why) => {
                self.unless_gone(Err(why))?;
                Vec::new()
            }
        };
        let cleared = self.terminal.redraw();
        self.unless_gone(cleared)?;
        self.dirty = true;
        Ok(effects)
    }

    /// Ends larder if the terminal cannot be used any more, without leaving a write half done. A panic of
    /// another thread is a failure.
    pub(super) fn unless_gone(&mut self, result: io::Result<()>) -> io::Result<()> {
        match result {
            Err(why) if self.terminal.has_panicked() => Err(why),
            Err(_) => {
                self.gone();
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Ends larder as SIGHUP does: the terminal is gone.
    pub(super) fn gone(&mut self) {
        self.input_closed = true;
        if self.ending.is_none() {
            self.end(129);
        }
    }

    /// Gives the terminal to the user's own editor, and takes it back.
    ///
    /// The file lies next to the draft, and stays until its content is kept or stored.
    pub(super) async fn outside(
        &mut self,
        text: DraftText,
        suffix: String,
        draft: Option<Box<Draft>>,
    ) -> io::Result<Vec<Effect>> {
        let typed = self.settle().await?;
        if !self.terminal.leave() {
            let taken = self.terminal.reenter();
            self.unless_gone(taken)?;
            let why = "the terminal takes nothing now; try again";
            let nothing = NotEdited { why: why.to_owned(), left: None };
            return Ok(self.app.handle(Event::Edited(Err(nothing))));
        }
        self.drafts.finish();
        let made = blocking::run(move || {
            let (text, folder) = (text.bytes(), drafts::folder());
            let file = files::hand_out(&text, &suffix, draft.as_deref(), folder.as_ref());
            (text, draft, file)
        });
        let (text, draft, file) = made.await?;
        // Two readers of one terminal would share its keys.
        self.input.pause();
        let (mut code, mut gone) = (None, false);
        let result = {
            let hung_up = async {
                self.input.gone().await;
                gone = true;
            };
            let mut edit = std::pin::pin!(files::edit(&text, &file, hung_up));
            loop {
                tokio::select! {
                    result = &mut edit => break result,
                    // Ctrl-Z and Ctrl-C go to all processes in the foreground. If larder stops with the
                    // editor, the shell shows its prompt, and `fg` continues both; an interrupt is meant for
                    // the editor.
                    action = self.signals.next() => match action {
                        SignalAction::Stop => emulate_default_handler(SIGTSTP)?,
                        SignalAction::End(ending) if !action.is_typed() => code = Some(ending),
                        SignalAction::End(_) | SignalAction::Continue | SignalAction::Resize => {}
                    },
                }
            }
        };
        if let Some(code) = code {
            self.end(code);
        }
        let mut effects = Vec::new();
        if gone {
            self.gone();
        } else {
            let taken = self.terminal.reenter();
            self.unless_gone(taken)?;
            self.input.resume();
            self.signals.forget_typed();
            effects = self.resized()?;
        }
        let left = match &result {
            Ok(left) => Some(left.clone()),
            Err(not) => not.left.clone(),
        };
        effects.extend(self.app.handle(Event::Edited(result)));
        effects.extend(self.take_typed(typed));
        self.app.now = Timestamp::now();
        if let Ok(file) = file {
            self.handed_back = Some(HandedBack { file, gone, draft, left });
        }
        self.give_back();
        Ok(effects)
    }

    /// Has the text kept that the user's own editor left, and then its file removed. While a long text is being
    /// taken in, it is only in that file.
    pub(super) fn give_back(&mut self) {
        if self.app.is_taking_back() {
            return;
        }
        if let Some(back) = self.handed_back.take() {
            let draft = self.app.unkept_draft().map(Box::new);
            self.drafts.give_back(draft, back, self.tasks.events());
        }
    }
}
