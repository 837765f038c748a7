//! Turns the configuration into what the browser needs.

use crate::app::{Settings, TargetChoice};
use crate::config::environment::variable;
use crate::config::{Choice, Config, Notify, Targets};
use crate::keymap::KeyMap;
use crate::model::{Key, Result, StoreName};
use crate::outfile;
use crate::storage::Options;
use crate::storage::target::Target;
use crate::theme::{ColorDepth, Symbols, Theme, ThemePair};
use crate::view::Appearance;

use super::graphics::Graphics;
use super::links::Links;
use super::opener::Opener;

/// All that the browser needs to start.
#[derive(Debug)]
pub struct Setup {
    /// The target to connect to.
    pub target: Target,
    /// Options of the storage.
    pub options: Options,
    /// Settings for the core.
    pub settings: Settings,
    /// Which key does what.
    pub keymap: KeyMap,
    /// Colours and symbols.
    pub appearance: Appearance,
    /// Targets that can be switched to; none if switching is not wanted.
    pub targets: Option<Targets>,
    /// The themes to choose from, if the terminal is to be asked for its background.
    pub pair: Option<ThemePair>,
    /// Opens values outside larder.
    pub(super) opener: Opener,
    /// Whether larder sets the terminal's title while it runs.
    pub title: bool,
    /// The links in frames.
    pub links: Links,
    /// The pictures that the terminal draws.
    pub(super) graphics: Graphics,
    /// How to tell the user outside the screen.
    pub notify: Notify,
    /// Limit on a sequence for the terminal's clipboard, in bytes.
    pub clipboard_limit: usize,
}

impl Setup {
    /// Makes the setup from the configuration.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::model::ErrorKind::Usage) for keys and colours that make no sense, with the
    /// name of the file.
    pub fn new(config: &Config, target: Target) -> Result<Self> {
        let keymap = KeyMap::with_overrides(&config.keys).map_err(|why| config.wrong(&why))?;
        let name = if config.color { config.theme.name.as_str() } else { "none" };
        let env = |name: &str| config.color_variable(name);
        let theme = Theme::from_settings(name, &config.theme.colors, &env)
            .map_err(|why| config.wrong(&why))?;
        let pair =
            Theme::pair(name, &config.theme.colors, &env).map_err(|why| config.wrong(&why))?;
        let options = config.options();
        let opener = Opener::new(&config.opener);
        let symbols = Symbols::for_terminal(&variable);
        let capable = symbols.unicode && theme.depth() != ColorDepth::None;
        let graphics = Graphics::new(config.pictures, capable);
        Ok(Self {
            settings: Settings {
                label: target.label(),
                read_only: options.read_only,
                read_only_why: config.read_only_why,
                preview_limit: config.preview_limit,
                editor_limit: config.editor_limit,
                review_saves: config.review_saves,
                wrap: config.wrap,
                mouse: config.mouse,
                notify: config.notify != Notify::Off,
                remote: opener.is_remote(),
                pictures_wait: graphics.awaits_consent(),
                place: super::drafts::place(),
                process: std::process::id(),
                panes: super::panes::kept(),
                ..Settings::default()
            },
            targets: None,
            // The sequence carries the bytes as base64 between its start and end.
            clipboard_limit: usize::try_from(config.clipboard_limit)
                .unwrap_or(usize::MAX)
                .saturating_add(2)
                .saturating_mul(4)
                .saturating_div(3)
                .saturating_add(16),
            pair,
            opener,
            // Terminals that show only ASCII have no title.
            title: config.title && symbols.unicode,
            links: Links::for_terminal(config.links, &variable),
            notify: config.notify,
            appearance: Appearance { theme, symbols, pictures: graphics.pictures() },
            graphics,
            target,
            options,
            keymap: keymap.spelled_in_ascii(!symbols.unicode),
        })
    }

    /// Lets the user switch between these targets.
    #[must_use]
    pub fn with_targets(mut self, targets: Targets) -> Self {
        let shown = |choice: &Choice| TargetChoice {
            name: choice.name.clone(),
            label: choice.label.clone(),
            read_only: choice.read_only,
        };
        self.settings.targets = targets.choices().iter().map(shown).collect();
        self.settings.target = targets.start();
        self.targets = Some(targets);
        self
    }

    /// Opens this store as soon as it is there.
    #[must_use]
    pub fn opening(mut self, store: StoreName) -> Self {
        self.settings.open = Some(store);
        self
    }

    /// Begins on this record of that store, behind the crawl, which is shown first.
    #[must_use]
    pub fn on_a_crawl(mut self, record: Key) -> Self {
        self.settings.open_at = Some(record);
        self.settings.crawl_first = true;
        self
    }

    /// Shows this warning at the start.
    #[must_use]
    pub fn with_warning(mut self, warning: Option<String>) -> Self {
        self.settings.warning = warning;
        self
    }

    /// Shows a hint if larder has never been started before.
    #[must_use]
    pub fn with_welcome(mut self) -> Self {
        self.settings.welcome = is_first_run();
        self
    }
}

/// The file whose existence tells that the hint has been shown.
fn first_run_file() -> Option<std::path::PathBuf> {
    Some(crate::config::state_folder()?.join("welcomed"))
}

/// Whether the hint of the first run has not been shown yet.
fn is_first_run() -> bool {
    first_run_file().is_some_and(|file| !file.exists())
}

/// Remembers that the hint has been shown. If that cannot be written, it is shown again next time.
pub(super) fn remember_first_run() {
    let Some(file) = first_run_file() else { return };
    if let Err(why) = outfile::keep(&file, b"") {
        crate::logs::info!("{} cannot be written: {why}", file.display());
    }
}
