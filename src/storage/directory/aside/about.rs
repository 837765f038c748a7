//! The file that describes an aside: `about.json`.

use serde_json::{Value as Json, json};

use super::super::folder::is_name;
use super::super::names;
use super::super::style::Style;
use crate::model::{Aside, Maker, StoreName, Timestamp};
use crate::storage::aside::{expiry, maker};

/// The description of an aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct About {
    pub(super) aside: Aside,
    pub(super) at: Timestamp,
    /// Name of the program to which the store belongs.
    style: String,
    /// Whether records were moved one after the other.
    pub(super) in_steps: bool,
    /// The maker, where it is known.
    pub(super) maker: Option<Maker>,
    /// Time at which it expires, where that was prolonged.
    until: Option<Timestamp>,
}

impl About {
    pub(super) fn new(aside: &Aside, style: Style) -> Self {
        let style = match style {
            Style::Python => "crawlee-python",
            Style::Named => "apify-cli",
            Style::Nested => "crawlee-javascript-metadata",
            Style::Bare => "crawlee-javascript",
        };
        let (aside, at) = (aside.clone(), Timestamp::now());
        let (maker, until) = (Some(maker().clone()), None);
        Self { aside, at, style: style.to_owned(), in_steps: false, maker, until }
    }

    /// Time from which the next larder that looks may remove it.
    pub(super) fn expires_at(&self) -> Timestamp {
        self.until.unwrap_or_else(|| expiry(self.at))
    }

    /// Prolongs it as if it were set aside now.
    pub(super) fn prolong(&mut self) {
        self.until = Some(expiry(Timestamp::now()));
    }

    pub(super) fn text(&self) -> String {
        let (what, store) = match &self.aside {
            Aside::Records(store) => ("records", store),
            Aside::Store(store) => ("store", store),
        };
        // Quoted as in a file's name: a store's name can be any bytes.
        let store = String::from_utf8_lossy(&names::quoted(store.as_bytes())).into_owned();
        let about = json!({
            "what": what,
            "store": store,
            "at": self.at.to_string(),
            "style": self.style,
            "in_steps": self.in_steps,
            "by": self.maker.as_ref().map(ToString::to_string),
            "until": self.until.map(|until| until.to_string()),
        });
        serde_json::to_string_pretty(&about).unwrap_or_default()
    }

    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let about: Json = serde_json::from_slice(text).ok()?;
        let word = |field: &str| about.get(field).and_then(Json::as_str);
        let name = names::key(word("store")?.as_bytes()).into_owned();
        // A name that leads elsewhere was not written by larder.
        let store = StoreName::from(Some(name).filter(|name| is_name(name))?);
        let aside = match word("what")? {
            "records" => Aside::Records(store),
            "store" => Aside::Store(store),
            _ => return None,
        };
        let at = Timestamp::parse(word("at")?)?;
        let style = word("style").unwrap_or_default().to_owned();
        let in_steps = about.get("in_steps").and_then(Json::as_bool).unwrap_or_default();
        let maker = word("by").and_then(|by| Maker::parse(by.as_bytes()));
        let until = word("until").and_then(Timestamp::parse);
        Some(Self { aside, at, style, in_steps, maker, until })
    }
}
