//! Path of a leaf: `$.a[3].b`.

use std::fmt::Write as _;

use super::Leaves;

/// Spelling of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathForm {
    /// `$.a[3]["x y"]`.
    Plain,
    /// `.a[3]["x y"]`, a filter of jq's.
    Jq,
    /// `data["a"][3]["x y"]`.
    Python,
}

/// Steps of a path that are written; in a longer path, some in the middle are left out.
const NAMED: usize = 40;

impl Leaves<'_> {
    /// The nodes on the way to a node, the last one first; without the root.
    fn steps(&self, node: usize) -> Vec<usize> {
        let parent = |node: &usize| Some(self.nodes[*node].parent as usize);
        std::iter::successors(Some(node), parent).take_while(|node| *node != 0).collect()
    }

    /// The complete path of a node, as other programs write it.
    pub fn path_as(&self, node: usize, form: PathForm) -> String {
        let mut path = match form {
            PathForm::Plain => "$",
            PathForm::Jq => "",
            PathForm::Python => "data",
        }
        .to_owned();
        for step in self.steps(node).into_iter().rev() {
            self.step(step, form, &mut path);
        }
        if form == PathForm::Jq && !path.starts_with('.') {
            path.insert(0, '.');
        }
        path
    }

    /// The path of a node from the root: `$.a[3].b`, and `$["x y"]` for a key that is not a word. A path of
    /// many steps is cut in the middle.
    pub fn path(&self, node: usize) -> String {
        let steps = self.steps(node);
        let mut path = "$".to_owned();
        let cut = steps.len() > NAMED;
        for (at, node) in steps.iter().rev().enumerate() {
            if cut && at == NAMED / 2 {
                path.push('…');
            }
            if !cut || at < NAMED / 2 || at + NAMED / 2 >= steps.len() {
                self.step(*node, PathForm::Plain, &mut path);
            }
        }
        path
    }

    fn step(&self, node: usize, form: PathForm, path: &mut String) {
        let key = self.key(node);
        if key.is_empty() {
            let position = self.nodes[node].position;
            let _ = write!(path, "[{position}]");
            return;
        }
        let key = String::from_utf8_lossy(key);
        let word = key.trim_matches('"');
        let plain = |c: char| match form {
            PathForm::Plain => c.is_alphanumeric() || c == '_' || c == '-',
            PathForm::Jq => c.is_ascii_alphabetic() || c == '_',
            PathForm::Python => false,
        };
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
    use super::super::{Digests, Leaves, PathForm};

    #[test]
    fn paths_are_spelled_for_other_programs_too() {
        let text = r#"{"offers": [0, {"a-b": 1, "x y": {"in": "7"}}]}"#;
        let leaves = Leaves::of(text.as_bytes(), &Digests::default()).unwrap();
        let spelled = [PathForm::Plain, PathForm::Jq, PathForm::Python]
            .map(|form| (leaves.path_as(0, form), leaves.path_as(leaves.len() - 1, form)));
        let expected = [
            ("$", r#"$.offers[1]["x y"].in"#),
            (".", r#".offers[1]["x y"].in"#),
            ("data", r#"data["offers"][1]["x y"]["in"]"#),
        ];
        assert_eq!(spelled, expected.map(|(root, path)| (root.to_owned(), path.to_owned())));
        let list = Leaves::of(b"[[1]]", &Digests::default()).unwrap();
        assert_eq!(list.path_as(2, PathForm::Jq), ".[0][0]");
        let deep = "[".repeat(100) + "1" + &"]".repeat(100);
        let leaves = Leaves::of(deep.as_bytes(), &Digests::default()).unwrap();
        assert_eq!(leaves.path_as(100, PathForm::Plain), format!("${}", "[0]".repeat(100)));
    }

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
