//! Tables of settings: one laid over another by names, and the places of settings in a file.

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// Lays the settings of another file over those that are there.
pub(super) fn lay(under: &mut Table, over: Table) {
    for (name, value) in over {
        match (value, under.get_mut(&name)) {
            (Value::Table(inner), Some(Value::Table(known))) => lay(known, inner),
            (value, Some(known)) => *known = value,
            (value, None) => drop(under.insert(name, value)),
        }
    }
}

/// Collects all settings with their whole names, such as `watch.server_budget`.
pub(super) fn flatten(before: &str, table: &Table, into: &mut Vec<(String, Value)>) {
    for (name, value) in table {
        let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        match value {
            Value::Table(table) => flatten(&name, table, into),
            value => into.push((name, value.clone())),
        }
    }
}

/// The line of a setting in a file's text.
pub(super) fn line_in(text: &str, name: &str) -> Option<usize> {
    line_of(text, DeTable::parse(text).ok()?.get_ref(), name)
}

/// The line of a setting.
fn line_of(text: &str, table: &DeTable<'_>, name: &str) -> Option<usize> {
    let mut table = table;
    let mut rest = name;
    loop {
        // The name of a profile may contain a full stop.
        let (key, value) = table.iter().find(|(key, _)| {
            let after = rest.strip_prefix(&**key.get_ref());
            after.is_some_and(|after| after.is_empty() || after.starts_with('.'))
        })?;
        let after = rest.strip_prefix(&**key.get_ref())?.trim_start_matches('.');
        match value.get_ref() {
            DeValue::Table(inner) if !after.is_empty() => (table, rest) = (inner, after),
            _ => {
                let before = text.get(..key.span().start)?;
                return Some(before.matches('\n').count() + 1);
            }
        }
    }
}
