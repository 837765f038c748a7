//! Words for a shell: harmless to show, and quoted so that they stand for themselves.

use super::line::{Line, Open, read};
use crate::text::visible;

/// Whether the word does nothing to a terminal or to the lines of an answer, and looks the same as it is.
pub(super) fn is_harmless(word: &str) -> bool {
    !word.is_empty() && !word.contains(char::is_control) && &*visible(word) == word
}

/// How bash uses an offered word: it replaces what it calls the word at the cursor, which may begin in the
/// middle of a word, behind a `:` or a quote.
pub(super) struct Bash {
    open: Open,
    /// Length of the part of the word that stays, in bytes.
    kept: usize,
}

impl Bash {
    /// `replaced` is what bash calls the word at the cursor. `None` if that is not the end of the line's last
    /// word.
    pub(super) fn new(line: &Line, replaced: &str) -> Option<Self> {
        let quote = match line.open {
            Open::Nothing => "",
            Open::Single => "'",
            Open::Double => "\"",
        };
        let replaced = read(&format!("{quote}{replaced}"))?;
        let kept = line.current.strip_suffix(&*replaced.current)?.len();
        (replaced.words.is_empty()).then_some(Self { open: line.open, kept })
    }

    /// The text that replaces it; `None` for a word that cannot be written within the open quotes.
    pub(super) fn quoted(&self, word: &str) -> Option<String> {
        let rest = word.get(self.kept..)?;
        let barred: &[char] = match self.open {
            Open::Nothing => return Some(escaped(rest, self.kept == 0)),
            Open::Single => &['\'', '!'],
            Open::Double => &['"', '\\', '$', '`', '!'],
        };
        (!rest.contains(barred)).then(|| rest.to_owned())
    }
}

/// The text with a backslash before each character that could mean something to a shell.
fn escaped(text: &str, begins: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let plain = letter.is_alphanumeric()
            || "_-./:=@%+,".contains(letter) && !(begins && at == 0 && letter == '=')
            || !letter.is_ascii() && !letter.is_whitespace();
        if !plain {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text that bash puts in place of the word at the cursor.
    fn put(line: &str, replaced: &str, word: &str) -> Option<String> {
        Bash::new(&read(line).unwrap(), replaced)?.quoted(word)
    }

    #[test]
    fn what_could_mean_something_to_bash_is_escaped() {
        let quoted = |word| put("larder get ", "", word).unwrap();
        assert_eq!(quoted("shop-1.json"), "shop-1.json");
        assert_eq!(quoted("a b"), "a\\ b");
        assert_eq!(quoted("$(rm -rf ~)`x`"), "\\$\\(rm\\ -rf\\ \\~\\)\\`x\\`");
        assert_eq!(
            quoted("it's \"a\" \\ & | ; < > * ? [ ] { } # !"),
            r#"it\'s\ \"a\"\ \\\ \&\ \|\ \;\ \<\ \>\ \*\ \?\ \[\ \]\ \{\ \}\ \#\ \!"#
        );
        assert_eq!(quoted("größe"), "größe");
        assert_eq!(quoted("=ls"), "\\=ls");
    }

    #[test]
    fn within_quotes_a_name_is_as_it_is_or_left_out() {
        assert_eq!(put("larder get 'a", "a", "a $b").as_deref(), Some("a $b"));
        assert_eq!(put("larder get 'a", "a", "a'b"), None);
        assert_eq!(put("larder get \"a", "a", "a'b").as_deref(), Some("a'b"));
        assert_eq!(put("larder get \"a", "a", "a $b"), None);
    }

    #[test]
    fn only_what_bash_calls_the_word_is_replaced() {
        assert_eq!(put("larder get red:s", "s", "red:shop").as_deref(), Some("shop"));
        assert_eq!(put("larder get red\\:s", "red\\:s", "red:shop").as_deref(), Some("red:shop"));
        assert_eq!(put("larder get a\\ b:s", "s", "a b:s t").as_deref(), Some("s\\ t"));
        assert_eq!(put("larder get 'a:s", "a:s", "a:shop").as_deref(), Some("a:shop"));
        assert_eq!(put("larder get x", "y", "xy"), None);
    }

    #[test]
    fn names_that_do_not_look_as_they_are_are_not_offered() {
        for word in ["", "a\nb", "a\tb", "\u{1b}[31m", "a\u{202e}b", "a\u{200b}b", "\u{9b}x"] {
            assert!(!is_harmless(word), "{word:?}");
        }
        assert!(is_harmless("a b 'größe' 文字"));
    }
}
