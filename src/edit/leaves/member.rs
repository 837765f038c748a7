//! Changes of one value in a JSON text: set, added, renamed, removed. Every byte outside it stays as it is
//! spelled; an added value is spaced like its neighbours.

use std::ops::Range;

use super::{Digests, Kind, Leaves};
use crate::preview::json;

/// Why a text typed for a value or a member is not one; says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAValue(pub String);

impl Leaves<'_> {
    /// The text with another value in a node's place.
    ///
    /// # Errors
    /// The new value is not JSON.
    pub fn with_value(&self, node: usize, value: &str) -> Result<Vec<u8>, NotAValue> {
        Ok(self.spliced(self.range(node), checked(value)?.as_bytes()))
    }

    /// The text with another key for a member.
    ///
    /// # Errors
    /// The key is not a JSON string, or the object has it already.
    pub fn with_key(&self, node: usize, key: &str) -> Result<Vec<u8>, NotAValue> {
        let key = key_of(key)?;
        if key.as_bytes() == self.key(node) {
            return Ok(self.bytes.to_vec());
        }
        self.is_free(self.parent(node), Some(node), &key)?;
        Ok(self.spliced(self.key_range(node), key.as_bytes()))
    }

    /// The text without a node: without its member of an object, or its item of a list. The root cannot be
    /// removed.
    pub fn without(&self, node: usize) -> Option<Vec<u8>> {
        let parent = self.parent(node);
        if node == parent {
            return None;
        }
        let own = self.whole(node);
        let siblings: Vec<usize> = self.children(parent).collect();
        let at = siblings.iter().position(|child| *child == node)?;
        let cut = match (siblings.get(at + 1), at.checked_sub(1).map(|at| siblings[at])) {
            (Some(next), _) => own.start..self.whole(*next).start,
            (None, Some(previous)) => self.whole(previous).end..own.end,
            (None, None) => {
                let Range { start, end } = self.range(parent);
                start + 1..end - 1
            }
        };
        Some(self.spliced(cut, b""))
    }

    /// The text with one more member or item: at the end of the root and of an empty container, else behind
    /// the node.
    ///
    /// # Errors
    /// The typed text is not a member (`"key": value`) or not a value, or the object has the key already; or
    /// the text is a single value without a container.
    pub fn with_more(&self, node: usize, typed: &str) -> Result<Vec<u8>, NotAValue> {
        let parent = if self.takes_inside(node) { node } else { self.parent(node) };
        if self.kind(parent) == Kind::Leaf {
            return Err(NotAValue("this value holds no others".to_owned()));
        }
        let object = self.kind(parent) == Kind::Object;
        let (key, value) = if object { member(typed)? } else { (String::new(), checked(typed)?) };
        if object {
            self.is_free(parent, None, &key)?;
        }
        let siblings: Vec<usize> = self.children(parent).collect();
        let before = if parent == node { siblings.last().copied() } else { Some(node) };
        let colon = siblings.iter().find(|_| object).map_or(": ", |child| self.colon(*child));
        let new = if object { format!("{key}{colon}{value}") } else { value };
        let Some(before) = before else {
            let inside = self.range(parent).start + 1;
            let end = self.range(parent).end - 1;
            return Ok(self.spliced(inside..end, new.as_bytes()));
        };
        let gap = self.gap(parent, &siblings);
        let at = self.whole(before).end;
        Ok(self.spliced(at..at, format!("{gap}{new}").as_bytes()))
    }

    /// The member of an object with the typed key.
    pub(super) fn member(&self, object: usize, typed: &str) -> Option<usize> {
        let key = key_of(typed).ok()?;
        self.children(object).find(|child| self.key(*child) == key.as_bytes())
    }

    /// Whether a value is added inside this node; else behind it.
    pub fn takes_inside(&self, node: usize) -> bool {
        let root = node == self.parent(node);
        self.kind(node) != Kind::Leaf && (root || self.children(node).next().is_none())
    }

    /// Whether a value that is added at a node has a key.
    pub fn adds_member(&self, node: usize) -> bool {
        let parent = if self.takes_inside(node) { node } else { self.parent(node) };
        self.kind(parent) == Kind::Object
    }

    /// The separator between two children: a comma, and white space as between the existing ones.
    fn gap(&self, parent: usize, siblings: &[usize]) -> String {
        let bytes = self.bytes;
        let between = match siblings {
            [first, second, ..] => &bytes[self.whole(*first).end..self.whole(*second).start],
            [only] => {
                // On a line of its own, or next to the bracket.
                let white = &bytes[self.range(parent).start + 1..self.whole(*only).start];
                let white = if white.is_empty() { b" " } else { white };
                return format!(",{}", String::from_utf8_lossy(white));
            }
            [] => b", ",
        };
        String::from_utf8_lossy(between).into_owned()
    }

    /// The separator between a member's key and its value.
    fn colon(&self, child: usize) -> &str {
        let bytes = &self.bytes[self.key_range(child).end..self.range(child).start];
        std::str::from_utf8(bytes).unwrap_or(": ")
    }

    fn is_free(&self, object: usize, but: Option<usize>, key: &str) -> Result<(), NotAValue> {
        let others = self.children(object).filter(|child| but != Some(*child));
        if others.map(|child| self.key(child)).any(|own| read_key(own) == read_key(key.as_bytes()))
        {
            return Err(NotAValue(format!("there is a member {key} already")));
        }
        Ok(())
    }

    fn spliced(&self, range: Range<usize>, new: &[u8]) -> Vec<u8> {
        let bytes = self.bytes;
        [&bytes[..range.start], new, &bytes[range.end..]].concat()
    }
}

/// One JSON value, without the white space around it.
fn checked(typed: &str) -> Result<String, NotAValue> {
    let value = typed.trim();
    match json::check(value.as_bytes()) {
        Ok(()) => Ok(value.to_owned()),
        Err(_) if value.is_empty() => Err(NotAValue("nothing was typed".to_owned())),
        // Most often, text was typed without its quotes.
        Err(_) if value.starts_with(char::is_alphabetic) => {
            Err(NotAValue("not JSON · text needs \"quotes\"".to_owned()))
        }
        Err(fault) if !value.starts_with(['{', '[', '"']) => {
            Err(NotAValue(format!("not JSON at column {}; text needs \"quotes\"", fault.column)))
        }
        Err(fault) => {
            Err(NotAValue(format!("not JSON at column {}: {}", fault.column, fault.reason())))
        }
    }
}

/// A member: a key, a colon, a value. A key that was typed as a bare word gets quotes.
fn member(typed: &str) -> Result<(String, String), NotAValue> {
    let typed = typed.trim();
    let braced = |typed: &str| format!("{{{typed}}}");
    let text = braced(typed);
    if let Some(leaves) = Leaves::of(text.as_bytes(), &Digests::default()) {
        let children: Vec<usize> = leaves.children(0).collect();
        if let [child] = children[..] {
            let spelled = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            return Ok((spelled(leaves.key(child)), spelled(leaves.value(child))));
        }
    }
    match typed.split_once(':') {
        Some((key, value)) if !key.contains('"') => Ok((key_of(key)?, checked(value)?)),
        _ => Err(NotAValue("not a member; write \"key\": value".to_owned())),
    }
}

/// A key as JSON spells it. One that was typed as a bare word gets quotes.
fn key_of(typed: &str) -> Result<String, NotAValue> {
    let key = typed.trim();
    if key.is_empty() {
        return Err(NotAValue("no key was typed".to_owned()));
    }
    if !key.starts_with('"') {
        return Ok(serde_json::Value::from(key).to_string());
    }
    let text = format!("{{{key}: 0}}");
    match Leaves::of(text.as_bytes(), &Digests::default()) {
        Some(leaves) if leaves.len() == 2 && leaves.key(1) == key.as_bytes() => Ok(key.to_owned()),
        _ => Err(NotAValue(format!("{key} is not a key"))),
    }
}

/// A key as a program reads it: without its quotes and escapes, where it is valid.
fn read_key(spelled: &[u8]) -> Result<String, &[u8]> {
    serde_json::from_slice(spelled).map_err(|_| spelled)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::{EditedLeaf, LeafEdit};
    use super::*;

    fn changed(
        text: &str,
        path: &str,
        change: impl FnOnce(&Leaves<'_>, usize) -> Result<Vec<u8>, NotAValue>,
    ) -> Result<String, String> {
        let leaves = Leaves::of(text.as_bytes(), &Digests::default()).unwrap();
        let node = (0..leaves.len()).find(|node| leaves.path(*node) == path).unwrap();
        let new = change(&leaves, node).map_err(|NotAValue(why)| why)?;
        assert_eq!(json::check(&new), Ok(()), "{}", new.escape_ascii());
        Ok(String::from_utf8(new).unwrap())
    }

    fn set(text: &str, path: &str, value: &str) -> Result<String, String> {
        changed(text, path, |leaves, node| leaves.with_value(node, value))
    }

    fn add(text: &str, path: &str, typed: &str) -> Result<String, String> {
        changed(text, path, |leaves, node| {
            let new = leaves.with_more(node, typed)?;
            let base = Bytes::copy_from_slice(text.as_bytes());
            let added = EditedLeaf::new(base, leaves.index(), node, LeafEdit::Add(typed.into()));
            let again = Leaves::of(&new, &Digests::default()).unwrap();
            let found = again.value(added.found_in(&again).unwrap());
            assert!(typed.as_bytes().ends_with(found), "what was added is found");
            Ok(new)
        })
    }

    fn rename(text: &str, path: &str, key: &str) -> Result<String, String> {
        changed(text, path, |leaves, node| leaves.with_key(node, key))
    }

    fn remove(text: &str, path: &str) -> String {
        changed(text, path, |leaves, node| Ok(leaves.without(node).unwrap())).unwrap()
    }

    const ODD: &str =
        "{ \"price\": 1.10,\n  \"n\":-0, \"a\" :[1,  2], \"é\": \"\\u00e9\", \"a\": NaN }";

    #[test]
    fn a_value_is_set_and_all_else_stays_as_it_is_spelled() {
        assert_eq!(set(ODD, "$.price", " 1.20 "), Ok(ODD.replace("1.10", "1.20")));
        assert_eq!(set(ODD, "$.a[1]", "[]"), Ok(ODD.replace("[1,  2]", "[1,  []]")));
        assert_eq!(set("7", "$", "\"x\""), Ok("\"x\"".to_owned()));
        let why = set(ODD, "$.price", "one").unwrap_err();
        assert!(why.starts_with("not JSON · text needs") && why.contains("quotes"), "{why}");
        assert_eq!(set(ODD, "$.price", " "), Err("nothing was typed".to_owned()));
        assert!(set(ODD, "$.price", "1, \"x\": 2").is_err(), "no second member is smuggled in");
    }

    #[test]
    fn a_member_is_renamed_and_never_over_another() {
        assert_eq!(rename(ODD, "$.n", "count"), Ok(ODD.replace("\"n\":", "\"count\":")));
        assert_eq!(rename(ODD, "$.n", r#""a b""#), Ok(ODD.replace("\"n\":", "\"a b\":")));
        assert_eq!(rename(ODD, "$.n", "n"), Ok(ODD.to_owned()));
        let respelled = r#""\u006e""#;
        assert_eq!(rename(ODD, "$.n", respelled), Ok(ODD.replace("\"n\"", respelled)));
        for taken in ["price", "\"price\"", r#""pric\u0065""#] {
            let why = rename(ODD, "$.n", taken).unwrap_err();
            assert!(why.starts_with("there is a member"), "{why}");
        }
        for none in ["", "\"", "\"b\": 1, \"c\"", "\"b\nc\""] {
            assert!(rename(ODD, "$.n", none).is_err(), "{none:?}");
        }
    }

    #[test]
    fn a_member_or_an_item_is_removed_with_one_comma() {
        let short = r#"{"a": 1, "b": [1, 2, 3], "c": {"d": null}}"#;
        for (path, left) in [
            ("$.a", r#"{"b": [1, 2, 3], "c": {"d": null}}"#),
            ("$.b", r#"{"a": 1, "c": {"d": null}}"#),
            ("$.c", r#"{"a": 1, "b": [1, 2, 3]}"#),
            ("$.b[0]", r#"{"a": 1, "b": [2, 3], "c": {"d": null}}"#),
            ("$.b[2]", r#"{"a": 1, "b": [1, 2], "c": {"d": null}}"#),
            ("$.c.d", r#"{"a": 1, "b": [1, 2, 3], "c": {}}"#),
        ] {
            assert_eq!(remove(short, path), left, "{path}");
        }
        let leaves = Leaves::of(b"[1]", &Digests::default()).unwrap();
        assert_eq!(leaves.without(0), None, "the root stays");
    }

    #[test]
    fn what_is_added_is_spaced_as_what_is_there() {
        for (text, path, typed, all) in [
            (r#"{"a": 1, "b": 2}"#, "$.a", "c: 3", r#"{"a": 1, "c": 3, "b": 2}"#),
            (r#"{"a":1,"b":2}"#, "$", r#""c" : 3"#, r#"{"a":1,"b":2,"c":3}"#),
            ("{\n  \"a\": 1\n}", "$.a", "b: []", "{\n  \"a\": 1,\n  \"b\": []\n}"),
            ("{}", "$", r#""a": 1"#, r#"{"a": 1}"#),
            (r#"{"a": []}"#, "$.a", "1.0", r#"{"a": [1.0]}"#),
            ("[1,2]", "$[0]", "NaN", "[1,NaN,2]"),
            ("[\n1,\n2\n]", "$[1]", "3", "[\n1,\n2,\n3\n]"),
            ("[7]", "$", "8", "[7, 8]"),
        ] {
            assert_eq!(add(text, path, typed), Ok(all.to_owned()), "{text} {path} {typed}");
        }
        let taken = add(r#"{"a": 1}"#, "$", "a: 2");
        assert_eq!(taken, Err("there is a member \"a\" already".to_owned()));
        for none in ["", "1", r#""c""#, "c: x", r#""c": 1, "d": 2"#] {
            assert!(add(r#"{"a": 1}"#, "$", none).is_err(), "{none:?}");
        }
    }
}
