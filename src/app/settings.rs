//! What the core needs to know of the configuration.

use crate::model::{Key, StoreName};

use super::layout::PaneSizes;

/// What the core needs to know of the configuration.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the user's")]
pub struct Settings {
    /// The target without its secret, for the status line.
    pub label: String,
    /// Refuse writes, and say so.
    pub read_only: bool,
    /// What makes it read-only, in a sentence.
    pub read_only_why: &'static str,
    /// Values above this many bytes are fetched only when asked for.
    pub preview_limit: u64,
    /// Texts above this many bytes are edited only in the user's own editor.
    pub editor_limit: u64,
    /// Show what a save changes before it is made.
    pub review_saves: bool,
    /// Wrap long lines at first.
    pub wrap: bool,
    /// Whether the user is to be told of a lost connection and a crawl's end also where he looks elsewhere.
    pub notify: bool,
    /// Whether the screen is another machine's, so that no program can be started there.
    pub remote: bool,
    /// Whether pictures are drawn in characters until the user says otherwise: the terminal is far.
    pub pictures_wait: bool,
    /// Take the mouse at first.
    pub mouse: bool,
    /// The targets that have a name.
    pub targets: Vec<TargetChoice>,
    /// Which of them is the present one.
    pub target: usize,
    /// Whether the user has never seen larder before.
    pub welcome: bool,
    /// What is to be said at the start.
    pub warning: Option<String>,
    /// Where it is typed: the machine and the terminal.
    pub place: String,
    /// The number of this process.
    pub process: u32,
    /// The store to open as soon as it is there.
    pub open: Option<StoreName>,
    /// The record in it to begin on.
    pub open_at: Option<Key>,
    /// Whether the crawl is the first thing to show.
    pub crawl_first: bool,
    /// How wide the panes were last.
    pub panes: PaneSizes,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            label: String::new(),
            read_only: false,
            read_only_why: "read-only",
            preview_limit: 2 << 20,
            editor_limit: 16 << 20,
            review_saves: false,
            wrap: true,
            notify: false,
            remote: false,
            pictures_wait: false,
            mouse: true,
            targets: Vec::new(),
            target: 0,
            welcome: false,
            warning: None,
            place: String::new(),
            process: 0,
            open: None,
            open_at: None,
            crawl_first: false,
            panes: PaneSizes::default(),
        }
    }
}

/// A target that can be switched to, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetChoice {
    /// A profile's name, or that of the place where the target is written.
    pub name: String,
    /// The target without its secret; or what is wrong with it, in one sentence.
    pub label: Result<String, String>,
    /// Whether writes to it are refused.
    pub read_only: bool,
}
