//! Targets for a fuzzer: the code that reads bytes from outside.
//!
//! A target panics if larder does, or if it breaks a promise. The tests call each with some thousand inputs
//! made from its samples; `LARDER_FUZZ=1000000 cargo test --lib fuzz::` makes that number of inputs. `fuzz/`
//! lets libFuzzer choose the inputs by the code that they reach.

mod inner;
#[cfg(test)]
mod mutate;
#[cfg(test)]
mod tests;
mod values;

use crate::storage::directory::sidecar::fuzz as sidecar;
use crate::storage::metadata::fuzz as metadata;
use crate::storage::redis::connection::framing::fuzz as framing;
use crate::storage::redis::watch::sub_keys::fuzz as sub_keys;
use crate::tui::input::decode::fuzz as decode;

/// A function that takes bytes, and panics if something is wrong.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The target's name, here and in `fuzz/`.
    pub name: &'static str,
    /// The function.
    pub run: fn(&[u8]),
    /// Inputs that reach much of the code; others are made from them.
    pub samples: &'static [&'static [u8]],
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "charset", run: values::charset, samples: values::CHARSET },
    Target { name: "filter", run: values::filter, samples: values::FILTER },
    Target { name: "inner", run: inner::open, samples: inner::SAMPLES },
    Target { name: "json", run: values::json, samples: values::JSON },
    Target { name: "metadata", run: metadata::parse, samples: metadata::SAMPLES },
    Target { name: "notifications", run: sub_keys::parse, samples: sub_keys::SAMPLES },
    Target { name: "preview", run: values::preview, samples: values::PREVIEW },
    Target { name: "replies", run: framing::read, samples: framing::SAMPLES },
    Target { name: "sidecar", run: sidecar::parse, samples: sidecar::SAMPLES },
    Target { name: "target", run: values::target, samples: values::TARGET },
    Target { name: "terminal", run: decode::feed, samples: decode::SAMPLES },
    Target { name: "visible", run: values::visible, samples: values::VISIBLE },
];

/// Calls the target of this name.
///
/// # Panics
/// Where the target finds a fault, or there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    assert!(target.is_some(), "no target is called {name}");
    target.inspect(|target| (target.run)(data));
}
