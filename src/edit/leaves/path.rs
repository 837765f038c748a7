//! Where a leaf is, in words: `$.a[3].b`.

use std::fmt::Write as _;

use super::Leaves;

/// Steps of a path that are named; the ones between the first and the last of them are left out.
const NAMED: usize = 40;

impl Leaves<'_> {
    /// Where a node is, from the root: `$.a[3].b`, and `$["x y"]` for a key that is no word. A path of
    /// many steps is cut in the middle.
    pub fn path(&self, node: usize) -> String {
        let mut steps = Vec::new();
        let mut node = node;
        while node != 0 {
            steps.push(node);
            node = self.nodes[node].parent as usize;
        }
        let mut path = "$".to_owned();
        let cut = steps.len() > NAMED;
        for (at, node) in steps.iter().rev().enumerate() {
            if cut && at == NAMED / 2 {
                path.push('…');
            }
            if !cut || at < NAMED / 2 || at + NAMED / 2 >= steps.len() {
                self.step(*node, &mut path);
            }
        }
        path
    }

    fn step(&self, node: usize, path: &mut String) {
        let key = self.key(node);
        if key.is_empty() {
            let position = self.nodes[node].position;
            let _ = write!(path, "[{position}]");
            return;
        }
        let key = String::from_utf8_lossy(key);
        let word = key.trim_matches('"');
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if !word.is_empty() && word.chars().all(plain) && key.len() == word.len() + 2 {
            path.push('.');
            path.push_str(word);
        } else {
            let _ = write!(path, "[{key}]");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Digests, Leaves};

    #[test]
    fn keys_that_are_no_words_are_quoted_as_they_are_spelled() {
        let path = |text: &str| {
            let leaves = Leaves::of(text.as_bytes(), &Digests::default()).unwrap();
            leaves.path(leaves.len() - 1)
        };
        assert_eq!(path(r#"{"a-b_1": {"c": 1}}"#), "$.a-b_1.c");
        assert_eq!(path(r#"{"": 1}"#), r#"$[""]"#);
        assert_eq!(path(r#"{"a.b": [0, 1]}"#), r#"$["a.b"][1]"#);
        assert_eq!(path(r#"{"\"": 1}"#), r#"$["\""]"#);
    }

    #[test]
    fn a_path_of_many_steps_is_cut_in_the_middle() {
        let deep = "[".repeat(300) + "{\"a\": 1}" + &"]".repeat(300);
        let leaves = Leaves::of(deep.as_bytes(), &Digests::default()).unwrap();
        let path = leaves.path(leaves.len() - 1);
        assert!(path.contains("[0]…[0]") && path.ends_with("[0].a") && path.len() < 200, "{path}");
    }
}
