//! Pictures that the terminal itself draws, where it can.
//!
//! The terminal is asked once what it can draw, when the first picture is shown, by questions that terminals
//! know; it has a moment to answer. Then the picture is decoded again for the pixels of its place, in few
//! colours, beside the loop; it is sent in slices ([`super::backend`]). When it leaves the screen, the
//! terminal is told to free it, and what was not sent yet is dropped.

mod ability;
mod consent;
mod kitty;
mod made;
mod shell;
mod tiles;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::config::Pictures as Wish;
use crate::config::environment::{SECRETS, variable};
use crate::storage::blocking;
use crate::text::takes_links;
use crate::view::{Pictures, Placed, ShownPicture};

use super::backend::TerminalPicture;
use super::terminal::Terminal;
use ability::{Ability, CellSize, Known};
use consent::Consent;
use made::{Order, make};

/// Time for which the first picture waits for an answer. A later answer changes how it is drawn.
const PATIENCE: Duration = Duration::from_millis(300);

/// The numbers of pictures: colours that terminals do not redefine.
const IDS: std::ops::RangeInclusive<u8> = 16..=255;

/// The pictures, and what the terminal can draw.
#[derive(Debug)]
pub(super) struct Graphics {
    ability: Ability,
    consent: Consent,
    picture: Option<Picture>,
    last_id: u8,
    sender: UnboundedSender<News>,
    news: UnboundedReceiver<News>,
}

/// The picture on the screen.
#[derive(Debug)]
struct Picture {
    shown: ShownPicture,
    id: u8,
    state: State,
    wanted: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It waits until the terminal's ability is known.
    Waiting,
    Making,
    Placed,
    /// It is too large for the terminal, and is drawn in characters.
    Refused,
}

/// An event beside the loop.
#[derive(Debug)]
pub(super) enum News {
    /// A picture is ready to be sent; none if it cannot be.
    Made(u8, Option<Box<TerminalPicture>>),
    /// The terminal's time to answer is over.
    Over,
    /// The answer of tmux about itself and the terminal.
    Tmux(String),
}

impl Graphics {
    /// The state at the start, by the user's wish; `capable`: the terminal shows more than ASCII and has
    /// colours.
    pub(super) fn new(wish: Wish, capable: bool) -> Self {
        let (sender, news) = unbounded_channel();
        let consent = Consent::of(&variable);
        let allowed = wish != Wish::Auto || consent.is_given();
        let askable = capable && (takes_links(&variable) || variable("TMUX").is_some());
        // Two larders in one terminal seldom begin with the same number.
        let spread = u32::from(IDS.end() - IDS.start()) + 1;
        let last_id = IDS.start() + (std::process::id() % spread) as u8;
        let ability = Ability::new(wish, askable, allowed, &variable);
        Self { ability, consent, picture: None, last_id, sender, news }
    }

    /// Whether the terminal would draw if the user agreed, which is needed as it is far away.
    pub(super) fn awaits_consent(&self) -> bool {
        self.ability.is_free() && !self.ability.allowed
    }

    /// The next event from beside the loop. Nothing is lost if the future is dropped.
    pub(super) async fn news(&mut self) -> News {
        // The channel cannot be closed, as this holds a sender itself.
        self.news.recv().await.unwrap_or(News::Over)
    }

    /// How pictures are drawn now.
    pub(super) fn pictures(&self) -> Pictures {
        match (self.ability.known(), &self.picture) {
            (Known::Off, _) => Pictures::Off,
            (Known::Cells, _) | (_, Some(Picture { state: State::Refused, .. })) => Pictures::Cells,
            (Known::Nothing | Known::Own(_), Some(picture)) if picture.state == State::Placed => {
                Pictures::Own(Some(Placed { shown: picture.shown.clone(), id: picture.id }))
            }
            (Known::Nothing | Known::Own(_), _) => Pictures::Own(None),
        }
    }

    /// Takes the picture that is on the screen now.
    pub(super) fn follow(
        &mut self,
        shown: Option<ShownPicture>,
        terminal: &mut Terminal,
    ) -> io::Result<()> {
        if let (Some(picture), Some(shown)) = (&mut self.picture, &shown)
            && picture.shown.is_same(shown)
        {
            // The same value may have been read again.
            picture.shown.preview = Arc::clone(&shown.preview);
            return Ok(());
        }
        self.drop_picture(terminal)?;
        let Some(shown) = shown else { return Ok(()) };
        self.last_id = if self.last_id == *IDS.end() { *IDS.start() } else { self.last_id + 1 };
        let state = if shown.is_placeable() { State::Waiting } else { State::Refused };
        let wanted = Arc::new(AtomicBool::new(true));
        self.picture = Some(Picture { shown, id: self.last_id, state, wanted });
        self.go_on(terminal)
    }

    /// Asks the terminal for what must be known, or makes the picture ready.
    fn go_on(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        let Some(picture) = self.picture.as_mut().filter(|it| it.state == State::Waiting) else {
            return Ok(());
        };
        match self.ability.known() {
            Known::Off | Known::Cells => {}
            Known::Nothing => {
                if let Some(question) = self.ability.question() {
                    self.time_asking();
                    terminal.send(question.as_bytes())?;
                }
            }
            Known::Own(protocol) => {
                picture.state = State::Making;
                let (id, (columns, all)) = (picture.id, picture.shown.size);
                let rows = picture.shown.rows.clone();
                let cell = self.ability.cell(cell_size());
                let (preview, wanted) =
                    (Arc::clone(&picture.shown.preview), Arc::clone(&picture.wanted));
                let sender = self.sender.clone();
                blocking::start(move || {
                    let size = (columns, rows.len() as u16);
                    let order = Order { protocol, id, size, first: rows.start, all, cell };
                    let made = make(&preview, order, &|| wanted.load(Ordering::Relaxed));
                    let _ = sender.send(News::Made(id, made.map(Box::new)));
                });
            }
        }
        Ok(())
    }

    fn time_asking(&self) {
        let sender = self.sender.clone();
        tokio::spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            let _ = sender.send(News::Over);
        });
        if self.ability.tmux {
            let sender = self.sender.clone();
            tokio::spawn(async move {
                let told = tokio::time::timeout(PATIENCE, ask_tmux()).await.unwrap_or_default();
                let _ = sender.send(News::Tmux(told));
            });
        }
    }

    /// Takes an event from beside the loop.
    pub(super) fn take(&mut self, news: News, terminal: &mut Terminal) -> io::Result<()> {
        match news {
            News::Over => self.ability.give_up(),
            News::Tmux(told) => self.ability.told_by_tmux(&told),
            News::Made(id, made) => {
                let picture = self.picture.as_mut();
                let Some(picture) = picture.filter(|it| it.id == id && it.state == State::Making)
                else {
                    return Ok(());
                };
                picture.state = if made.is_some() { State::Placed } else { State::Refused };
                let paced = self.ability.tmux && self.consent.is_far();
                let made = made.map(|made| Arc::new(TerminalPicture { paced, ..*made }));
                return terminal.place(made);
            }
        }
        self.go_on(terminal)
    }

    /// Takes a report of the terminal; tells whether it changes what is known of its ability.
    pub(super) fn heard(&mut self, report: &str, terminal: &mut Terminal) -> io::Result<bool> {
        let before = self.ability.known();
        self.ability.heard(report);
        let changed = before != self.ability.known();
        if changed {
            self.start_over(terminal)?;
        }
        Ok(changed)
    }

    /// Whether an answer is awaited.
    pub(super) fn is_awaited(&self) -> bool {
        self.ability.is_awaited()
    }

    /// Whether all answers have come.
    pub(super) fn has_answered(&self) -> bool {
        self.ability.has_answered()
    }

    /// Switches between drawing by the terminal and by larder, as the user wishes; gives a sentence about the
    /// result.
    pub(super) fn turn(&mut self, terminal: &mut Terminal) -> io::Result<&'static str> {
        if !self.ability.is_free() {
            return Ok("set by `pictures` in the config file");
        }
        self.ability.allowed = !self.ability.allowed;
        self.consent.remember(self.ability.allowed);
        self.start_over(terminal)?;
        Ok(match (self.ability.known(), self.ability.allowed) {
            (Known::Cells, true) => "no pictures in this terminal: characters stay",
            (_, true) => "the terminal draws pictures, if it can",
            (_, false) => "pictures are drawn in characters",
        })
    }

    /// Has the picture drawn anew.
    fn start_over(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        let shown = self.picture.as_ref().map(|picture| picture.shown.clone());
        self.drop_picture(terminal)?;
        self.follow(shown, terminal)
    }

    fn drop_picture(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        let Some(picture) = self.picture.take() else { return Ok(()) };
        picture.wanted.store(false, Ordering::Relaxed);
        if picture.state == State::Placed { terminal.place(None) } else { Ok(()) }
    }
}

/// Size of a cell in pixels, if the system knows it.
fn cell_size() -> Option<CellSize> {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok()?;
    let each = |pixels: u16, cells: u16| u32::from(pixels).checked_div(u32::from(cells));
    Some((each(size.ws_xpixel, size.ws_col)?, each(size.ws_ypixel, size.ws_row)?))
}

/// The answer of tmux: whether it passes sequences on, and what the terminal is. Empty if that fails.
async fn ask_tmux() -> String {
    let mut command = tokio::process::Command::new("tmux");
    for secret in SECRETS {
        command.env_remove(secret);
    }
    let asked = "#{allow-passthrough} #{client_termname} #{client_termtype}";
    command.args(["display-message", "-p", asked]).kill_on_drop(true);
    command.stdin(std::process::Stdio::null());
    let told = command.output().await.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&told).into_owned()
}
