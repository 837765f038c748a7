//! A JSON object that keeps the order and the spelling of its members, for metadata in which other programs
//! may add fields.
//!
//! `serde_json`'s own map keeps neither without features that would change how every program that uses this
//! library reads JSON: with exact numbers, a tagged `enum` with a fraction cannot be read.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::model::sort;

/// Names and values of the members, the values as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Reads an object; `None` for other values.
    pub(super) fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    fn spelled(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, json)| json.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.spelled(name).is_some()
    }

    /// The text of a member, if it is one.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.spelled(name)?).ok()
    }

    /// The whole number of a member, if it is one.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        serde_json::from_str(self.spelled(name)?).ok()
    }

    /// Sets a member to this value; a member that has it already keeps its spelling.
    pub(super) fn put(&mut self, name: &str, value: impl Into<Json>) {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            None => self.0.push((name.to_owned(), value.to_string())),
            Some((_, old)) if serde_json::from_str(old).is_ok_and(|old: Json| old == value) => {}
            Some((_, old)) => *old = value.to_string(),
        }
    }

    /// The object with only the members whose names are wanted.
    pub(super) fn only(mut self, wanted: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|(name, _)| wanted(name));
        self
    }

    /// The object followed by another's members, which win where names are the same.
    pub(super) fn with(self, other: Self) -> Self {
        self.0.into_iter().chain(other.0).collect()
    }

    /// Whether both have the same members, in any order.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let sorted = |fields: &Self| {
            let mut fields = fields.0.clone();
            sort::sort_by(&mut fields, Ord::cmp);
            fields
        };
        sorted(self) == sorted(other)
    }

    /// The object on one line, without spaces.
    pub(super) fn to_line(&self) -> String {
        self.joined(("{", "", ":"), ",", "}")
    }

    /// The object with one line for each member, as Python's `json.dumps` with an indent of 2.
    pub(super) fn to_lines(&self) -> String {
        if self.0.is_empty() {
            return "{}".to_owned();
        }
        self.joined(("{\n", "  ", ": "), ",\n", "\n}")
    }

    fn joined(&self, (begin, indent, colon): (&str, &str, &str), comma: &str, end: &str) -> String {
        let member = |(name, json): &(String, String)| {
            format!("{indent}{}{colon}{json}", Json::from(name.as_str()))
        };
        let members: Vec<String> = self.0.iter().map(member).collect();
        format!("{begin}{}{end}", members.join(comma))
    }
}

/// A repeated name keeps its first place and gets its last value.
impl FromIterator<(String, String)> for Fields {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(members: T) -> Self {
        let (mut places, mut fields) = (HashMap::new(), Vec::<(String, String)>::new());
        for (name, json) in members {
            let place = *places.entry(name.clone()).or_insert(fields.len());
            match fields.get_mut(place) {
                Some((_, old)) => *old = json,
                None => fields.push((name, json)),
            }
        }
        Self(fields)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut members = Vec::new();
        while let Some((name, json)) = map.next_entry::<String, Box<RawValue>>()? {
            members.push((name, json.get().to_owned()));
        }
        Ok(members.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Fields {
        Fields::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_not_changed_stays_as_it_is_spelled() {
        let odd = r#"{"z":1.50,"a":"\u00e4","n":[1e400,{ }],"huge":123456789012345678901}"#;
        let mut read = fields(odd);
        assert_eq!(read.to_line(), odd);
        read.put("a", "ä");
        assert_eq!(read.to_line(), odd, "it has this value already");
        read.put("a", "b");
        read.put("size", 7);
        let expected = odd.replace(r#""\u00e4""#, r#""b""#).replace("901}", r#"901,"size":7}"#);
        assert_eq!(read.to_line(), expected);
        assert_eq!((read.text("a").as_deref(), read.number("size")), (Some("b"), Some(7)));
        assert_eq!((read.text("z"), read.number("z"), read.text("none")), (None, None, None));
    }

    #[test]
    fn lines_are_python_s() {
        let text = "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": []\n  }\n}";
        assert_eq!(fields(text).to_lines(), text);
        assert_eq!(fields("{ }").to_lines(), "{}");
        for none in ["", "[]", "null", "{", r#"{"a":}"#, "{} x"] {
            assert_eq!(Fields::parse(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn the_last_of_a_name_counts_and_order_does_not() {
        assert_eq!(fields(r#"{"a":1,"b":2,"a":3}"#).to_line(), r#"{"a":3,"b":2}"#);
        let own = fields(r#"{"a":1,"b":2}"#);
        assert!(own.is_like(&fields(r#"{"b":2,"a":1}"#)) && !own.is_like(&fields(r#"{"a":1}"#)));
        let notes = fields(r#"{"b":3,"c":4}"#);
        assert_eq!(own.clone().with(notes).to_line(), r#"{"a":1,"b":3,"c":4}"#);
        assert_eq!(own.only(|name| name == "b").to_line(), r#"{"b":2}"#);
    }

    #[test]
    fn very_many_members_are_read_at_once() {
        let many: Vec<String> = (0..50_000).map(|at| format!("\"{at}\":{at}")).collect();
        let json = format!("{{{}}}", many.join(","));
        assert_eq!(fields(&json).to_line(), json);
    }
}
