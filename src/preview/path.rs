//! Values of JSON in what is shown, found by a path.

use super::json::{JsonPath, PathFinds};
use super::{Matches, Preview, PreviewKind};

impl Preview {
    /// The values that a path finds in what is shown, if that is JSON.
    pub fn find_path(&self, path: &JsonPath) -> PathFinds {
        match self.kind {
            PreviewKind::Json => path.find(self.shown()),
            _ => PathFinds::default(),
        }
    }

    /// Ranges that are lit for the values that were found: for objects and lists, the bracket.
    pub fn lit(&self, finds: &PathFinds) -> Matches {
        let lit = |at: &std::ops::Range<usize>| match self.shown().get(at.start) {
            Some(b'{' | b'[') => at.start..at.start + 1,
            _ => at.clone(),
        };
        Matches::of(finds.values.iter().map(|value| lit(&value.at)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::preview;
    use super::*;

    #[test]
    fn what_is_found_is_lit_once_each() {
        let path = JsonPath::parse("$..*").unwrap();
        let json = preview("{\"a\": [1, {\"b\": {}}]}", "application/json");
        let lit = json.lit(&json.find_path(&path));
        let lit: Vec<_> = (0..lit.len()).filter_map(|at| lit.get(at)).collect();
        assert_eq!(lit, [6..7, 7..8, 10..11, 16..17]);
        let text = preview("[1]", "text/plain");
        assert_eq!(text.find_path(&path), PathFinds::default());
    }
}
