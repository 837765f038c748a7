//! The part of the configuration that the core needs.

use crate::model::{Key, StoreName};

use super::layout::PaneSizes;

/// The part of the configuration that the core needs.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the user's")]
pub struct Settings {
    /// The target without its secret, for the status line.
    pub label: String,
    /// Whether writes are refused, with a sentence that says so.
    pub read_only: bool,
    /// The reason why writes are refused, in a sentence.
    pub read_only_why: &'static str,
    /// Size above which values are fetched only when asked for, in bytes.
    pub preview_limit: u64,
    /// Size above which texts are edited only in the user's own editor, in bytes.
    pub editor_limit: u64,
    /// Whether to show the changes of a save before it is made.
    pub review_saves: bool,
    /// Whether long lines are wrapped at first.
    pub wrap: bool,
    /// Whether to tell the user of a lost connection and of a crawl's end also where nobody looks at the
    /// screen.
    pub notify: bool,
    /// Whether the screen is at another machine, so that no program can be started there.
    pub remote: bool,
    /// Whether pictures are drawn in characters until the user says otherwise, because the terminal is far
    /// away.
    pub pictures_wait: bool,
    /// Whether the mouse is captured at first.
    pub mouse: bool,
    /// The targets that have a name.
    pub targets: Vec<TargetChoice>,
    /// Number of the present target among them.
    pub target: usize,
    /// Whether this is the user's first start of larder.
    pub welcome: bool,
    /// The warning to show at the start.
    pub warning: Option<String>,
    /// The machine and the terminal in which the user types.
    pub place: String,
    /// Id of this process.
    pub process: u32,
    /// The store to open as soon as it is there.
    pub open: Option<StoreName>,
    /// The record in that store to begin on.
    pub open_at: Option<Key>,
    /// Whether the crawl is the first thing to show.
    pub crawl_first: bool,
    /// Widths of the panes in the last run.
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

/// A target to switch to, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetChoice {
    /// A profile's name, or the name of the place where the target is written.
    pub name: String,
    /// The target without its secret; or what is wrong with it, in one sentence.
    pub label: Result<String, String>,
    /// Whether writes to it are refused.
    pub read_only: bool,
}
