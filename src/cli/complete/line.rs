//! A line of bash up to the cursor, split as bash splits it, without running anything in it.

/// The quotes that are open at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Open {
    #[default]
    Nothing,
    Single,
    Double,
}

/// The words before the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The complete words, the program's name first.
    pub(super) words: Vec<String>,
    /// The word at the cursor, as far as it is typed.
    pub(super) current: String,
    pub(super) open: Open,
}

/// Splits a line. `None` if it ends within something that only bash can know: a variable, or a command inside
/// the word.
pub(super) fn read(text: &str) -> Option<Line> {
    let mut line = Line::default();
    let mut begun = false;
    let mut unknown = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (line.open, letter) {
            (Open::Nothing, ' ' | '\t' | '\n') => {
                if std::mem::take(&mut begun) {
                    line.words.push(std::mem::take(&mut line.current));
                }
                unknown = false;
                continue;
            }
            (Open::Nothing, '\'') => line.open = Open::Single,
            (Open::Nothing, '"') => line.open = Open::Double,
            (Open::Single, '\'') | (Open::Double, '"') => line.open = Open::Nothing,
            (Open::Nothing, '\\') => line.current.push(letters.next()?),
            (Open::Double, '\\') => match letters.next()? {
                kept @ ('$' | '`' | '"' | '\\') => line.current.push(kept),
                other => line.current.extend(['\\', other]),
            },
            (Open::Nothing | Open::Double, '$' | '`') => {
                unknown = true;
                line.current.push(letter);
            }
            _ => line.current.push(letter),
        }
        begun = true;
    }
    (!unknown).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let line = read(text).unwrap();
        line.words.into_iter().chain([line.current]).collect()
    }

    #[test]
    fn quotes_and_backslashes_are_taken_off() {
        assert_eq!(words("larder get s"), ["larder", "get", "s"]);
        assert_eq!(words("larder  get "), ["larder", "get", ""]);
        assert_eq!(words(r"larder a\ b\'c"), ["larder", "a b'c"]);
        assert_eq!(words(r#"larder 'a "b' "c\"\d"e"#), ["larder", "a \"b", "c\"\\de"]);
        assert_eq!(words("larder '' x"), ["larder", "", "x"]);
    }

    #[test]
    fn a_quote_that_stands_open_is_known() {
        assert_eq!(read("larder 'a b").unwrap().open, Open::Single);
        assert_eq!(read("larder \"a b").unwrap().open, Open::Double);
        assert_eq!(read("larder 'a b'").unwrap().open, Open::Nothing);
    }

    #[test]
    fn what_only_bash_can_know_is_left_to_bash() {
        for text in ["larder get $st", "larder get \"$(date)", "larder get `x", "larder get a\\"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(words("larder -t $URL get "), ["larder", "-t", "$URL", "get", ""]);
        assert_eq!(words("larder get '$st"), ["larder", "get", "$st"]);
    }
}
