//! JSON as Python writes it, in both of Crawlee's layouts, with numbers of any kind.

/// How a JSON value is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonStyle {
    /// Indented by two, as in Crawlee's directories.
    Indented,
    /// On one line, as on Redis.
    OneLine,
}

/// A JSON value. Numbers, `true` and `null` are kept as text, since a demo must show some that no machine
/// number can hold; a name may occur twice.
#[derive(Debug, Clone)]
pub(super) enum Json {
    /// A string.
    Text(String),
    /// A text that is written as it is.
    Raw(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Map(Vec<(String, Json)>),
}

impl Json {
    /// A string.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A text that is written as it is: a number, `true`, `null`, or something that only Python reads.
    #[allow(clippy::needless_pass_by_value, reason = "numbers and literals read best as they are")]
    pub(super) fn raw(text: impl ToString) -> Self {
        Self::Raw(text.to_string())
    }

    /// An object with these names.
    pub(super) fn map<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Writes the value as text.
    pub(super) fn render(&self, style: JsonStyle) -> String {
        let mut out = String::new();
        self.write(&mut out, style, 0);
        out
    }

    fn write(&self, out: &mut String, style: JsonStyle, depth: usize) {
        match self {
            Self::Text(text) => quote(text, out),
            Self::Raw(text) => out.push_str(text),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::Map(entries) if entries.is_empty() => out.push_str("{}"),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    separate(out, style, depth + 1, at == 0);
                    item.write(out, style, depth + 1);
                }
                close(out, style, depth, ']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (at, (name, value)) in entries.iter().enumerate() {
                    separate(out, style, depth + 1, at == 0);
                    quote(name, out);
                    out.push_str(": ");
                    value.write(out, style, depth + 1);
                }
                close(out, style, depth, '}');
            }
        }
    }
}

/// Quotes a text: `serde_json` escapes the same characters in the same way as Python does when it need not
/// write ASCII.
fn quote(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn separate(out: &mut String, style: JsonStyle, depth: usize, first: bool) {
    match style {
        JsonStyle::Indented => {
            out.push_str(if first { "\n" } else { ",\n" });
            indent(out, depth);
        }
        JsonStyle::OneLine if first => {}
        JsonStyle::OneLine => out.push_str(", "),
    }
}

fn close(out: &mut String, style: JsonStyle, depth: usize, bracket: char) {
    if style == JsonStyle::Indented {
        out.push('\n');
        indent(out, depth);
    }
    out.push(bracket);
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_are_python_s() {
        let value = Json::map([
            ("a", Json::List(vec![Json::raw("-0.0"), Json::text("é\n\u{1}\"")])),
            ("b", Json::map([])),
            ("c", Json::map([("d", Json::List(Vec::new()))])),
        ]);
        assert_eq!(
            value.render(JsonStyle::OneLine),
            r#"{"a": [-0.0, "é\n\u0001\""], "b": {}, "c": {"d": []}}"#
        );
        assert_eq!(
            value.render(JsonStyle::Indented),
            "{\n  \"a\": [\n    -0.0,\n    \"é\\n\\u0001\\\"\"\n  ],\n  \"b\": {},\n  \"c\": {\n    \
             \"d\": []\n  }\n}"
        );
    }
}
