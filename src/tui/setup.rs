//! From the configuration to what the browser needs.

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

/// What the browser needs to start.
#[derive(Debug)]
pub struct Setup {
    /// Where to connect.
    pub target: Target,
    /// How the storage is to behave.
    pub options: Options,
    /// For the core.
    pub settings: Settings,
    /// Which key does what.
    pub keymap: KeyMap,
    /// Colours and symbols.
    pub appearance: Appearance,
    /// What can be switched to; none where that is not wanted.
    pub targets: Option<Targets>,
    /// The themes to choose from, if the terminal is to be asked for its background.
    pub pair: Option<ThemePair>,
    /// What opens values outside.
    pub(super) opener: Opener,
    /// Whether the terminal's title is larder's meanwhile.
    pub title: bool,
    /// Which links its frames have.
    pub links: Links,
    /// Which pictures the terminal draws.
    pub(super) graphics: Graphics,
    /// How to tell the user who looks elsewhere.
    pub notify: Notify,
    /// The longest sequence, in bytes, to hand to the terminal's clipboard.
    pub clipboard_limit: usize,
}

impl Setup {
    /// Takes the configuration apart.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::model::ErrorKind::Usage) for keys and colours that make no
    /// sense, with the name of the file.
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
            // Those that show no more than ASCII have none.
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

    /// Shows this at the start.
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

/// The file whose being there says that the hint has been shown.
fn first_run_file() -> Option<std::path::PathBuf> {
    Some(crate::config::state_folder()?.join("welcomed"))
}

/// Whether the hint of the first run has not been shown yet.
fn is_first_run() -> bool {
    first_run_file().is_some_and(|file| !file.exists())
}

/// Remembers that it has been. Where that cannot be written, it comes again next time.
pub(super) fn remember_first_run() {
    let Some(file) = first_run_file() else { return };
    if let Err(why) = outfile::keep(&file, b"") {
        log::info!("{} cannot be written: {why}", file.display());
    }
}
