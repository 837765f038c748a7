//! The file that tells what was set aside: `about.json`.

use serde_json::{Value as Json, json};

use super::super::folder::is_name;
use super::super::names;
use super::super::style::Style;
use crate::model::{Aside, StoreName, Timestamp};

/// What the aside is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct About {
    pub(super) aside: Aside,
    pub(super) at: Timestamp,
    /// The program that the store belongs to.
    style: String,
    /// Whether records were moved one after the other.
    pub(super) in_steps: bool,
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
        Self { aside, at, style: style.to_owned(), in_steps: false }
    }

    pub(super) fn text(&self) -> String {
        let (what, store) = match &self.aside {
            Aside::Records(store) => ("records", store),
            Aside::Store(store) => ("store", store),
        };
        // As in a file's name: a store's can be any bytes.
        let store = String::from_utf8_lossy(&names::quoted(store.as_bytes())).into_owned();
        let about = json!({
            "what": what,
            "store": store,
            "at": self.at.to_string(),
            "style": self.style,
            "in_steps": self.in_steps,
        });
        serde_json::to_string_pretty(&about).unwrap_or_default()
    }

    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let about: Json = serde_json::from_slice(text).ok()?;
        let word = |field: &str| about.get(field).and_then(Json::as_str);
        let name = names::key(word("store")?.as_bytes()).into_owned();
        // A name that leads elsewhere is none that larder wrote.
        let store = StoreName::from(Some(name).filter(|name| is_name(name))?);
        let aside = match word("what")? {
            "records" => Aside::Records(store),
            "store" => Aside::Store(store),
            _ => return None,
        };
        let at = Timestamp::parse(word("at")?)?;
        let style = word("style").unwrap_or_default().to_owned();
        let in_steps = about.get("in_steps").and_then(Json::as_bool).unwrap_or_default();
        Some(Self { aside, at, style, in_steps })
    }
}
