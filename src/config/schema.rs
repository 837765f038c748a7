//! A JSON Schema of the config file, for editors that complete and check TOML with one.
//!
//! `schema.json` holds the settings; keys and colours are added as the program itself knows them.

use serde_json::{Map, Value, json};

use crate::keymap::{Context, KeyMap};
use crate::theme::Role;

const SETTINGS: &str = include_str!("schema.json");

/// The schema of this version's config file.
///
/// # Errors
/// What is wrong with the embedded schema, if it is damaged.
pub fn schema() -> Result<Value, String> {
    let mut schema: Value = serde_json::from_str(SETTINGS).map_err(|why| why.to_string())?;
    let keymap = KeyMap::with_overrides(&toml::Table::new())?;
    let contexts = Context::ALL.iter().map(|context| {
        let actions = keymap.entries(*context).map(|(action, _)| {
            let takes = json!({"$ref": "#/definitions/chords", "description": action.does()});
            (action.name().to_owned(), takes)
        });
        let actions = json!({
            "type": "object",
            "additionalProperties": false,
            "properties": actions.collect::<Map<_, _>>(),
        });
        (context.name().to_owned(), actions)
    });
    let contexts: Map<_, _> = contexts.collect();
    let roles = Role::ALL.iter().map(|role| (role.name().to_owned(), json!({"type": "string"})));
    let roles: Map<_, _> = roles.collect();
    for (place, names) in [
        ("/properties/keys/properties", contexts),
        ("/properties/theme/properties/colors/properties", roles),
    ] {
        *schema.pointer_mut(place).ok_or("it has no such place")? = names.into();
    }
    Ok(schema)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::tests::{known, switched_on};

    fn at(place: &str) -> Value {
        schema().unwrap().pointer(place).unwrap_or_else(|| panic!("{place}")).clone()
    }

    fn names(place: &str) -> BTreeSet<String> {
        at(place).as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_schema_has_every_setting_and_no_other() {
        assert_eq!(names("/properties"), known(""));
        assert_eq!(names("/properties/theme/properties"), known("[theme]"));
        assert_eq!(names("/properties/watch/properties"), known("[watch]"));
        assert_eq!(names("/definitions/profile/properties"), known("[profiles.x]"));
    }

    /// Whether a value conforms to a schema, for the keywords that larder's schema uses.
    fn fits(value: &toml::Value, schema: &Value, root: &Value) -> Result<(), String> {
        if let Some(place) = schema["$ref"].as_str() {
            return fits(value, root.pointer(place.trim_start_matches('#')).unwrap(), root);
        }
        let wrong = || Err(format!("{value} is not as in {schema}"));
        if let Some(ways) = schema["oneOf"].as_array() {
            let count = ways.iter().filter(|way| fits(value, way, root).is_ok()).count();
            return if count == 1 { Ok(()) } else { wrong() };
        }
        if let Some(allowed) = schema["enum"].as_array() {
            let is = allowed.iter().any(|one| one.as_str() == value.as_str());
            return if is { Ok(()) } else { wrong() };
        }
        let kind = match value {
            toml::Value::String(_) => "string",
            toml::Value::Integer(_) => "integer",
            toml::Value::Float(_) => "number",
            toml::Value::Boolean(_) => "boolean",
            toml::Value::Array(_) => "array",
            toml::Value::Table(_) => "object",
            toml::Value::Datetime(_) => "date",
        };
        let is = |wanted: &Value| wanted == kind || (wanted == "number" && kind == "integer");
        let wanted = &schema["type"];
        if !is(wanted) && !wanted.as_array().is_some_and(|kinds| kinds.iter().any(is)) {
            return wrong();
        }
        match value {
            toml::Value::Array(items) => {
                items.iter().try_for_each(|item| fits(item, &schema["items"], root))
            }
            toml::Value::Table(table) => table.iter().try_for_each(|(name, value)| {
                let others = &schema["additionalProperties"];
                match schema["properties"].get(name) {
                    Some(inner) => fits(value, inner, root),
                    None if others.is_object() => fits(value, others, root),
                    None => Err(format!("there is no {name}")),
                }
            }),
            _ => Ok(()),
        }
    }

    #[test]
    fn the_example_is_as_the_schema_says() {
        let schema = schema().unwrap();
        let mut example: toml::Table = switched_on().parse().unwrap();
        fits(&example.clone().into(), &schema, &schema).unwrap();
        for wrong in ["mouse = 1", "log = 'loud'", "nonsense = 1", "[keys.global]\nquit = 1"] {
            let other: toml::Table = wrong.parse().unwrap();
            assert!(fits(&other.into(), &schema, &schema).is_err(), "{wrong}");
        }
        example.insert("wrap".into(), 3.into());
        assert!(fits(&example.into(), &schema, &schema).is_err());
    }

    #[test]
    fn the_defaults_are_the_program_s() {
        let defaults = at("/properties");
        let file: Vec<String> = defaults
            .as_object()
            .unwrap()
            .iter()
            .filter_map(|(name, setting)| Some(format!("{name} = {}", setting.get("default")?)))
            .collect();
        assert!(file.len() > 10);
        let config = crate::config::Config::parse(&file.join("\n")).unwrap();
        assert_eq!(config, crate::config::Config::default());
    }
}
