//! A text that every match of an expression contains; it rules out most keys quickly.

/// A text that every match contains. It comes from a reading of its own of an expression that the parser
/// accepts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Literal {
    /// The text, in lower case unless case counts; empty where none is known.
    pub(super) text: String,
    /// Whether everything that contains the text matches, at the places below.
    is_all: bool,
    at_start: bool,
    at_end: bool,
}

impl Literal {
    /// The longest text that is literally in the expression and in every match.
    pub(super) fn of(pattern: &str, exact: bool) -> Option<Self> {
        let (mut best, mut run) = (Self { is_all: true, ..Self::default() }, String::new());
        let mut rest = pattern.chars().peekable();
        best.at_start = rest.next_if_eq(&'^').is_some();
        while let Some(c) = rest.next() {
            match c {
                // Only one of several alternatives has to match.
                '|' => return None,
                '$' if rest.peek().is_none() => {
                    best.at_end = true;
                    continue;
                }
                '(' => skip_group(&mut rest)?,
                '[' => skip_class(&mut rest)?,
                // The character before these may be missing.
                '*' | '?' | '{' => {
                    run.pop();
                    if c == '{' {
                        rest.find(|c| *c == '}')?;
                    }
                }
                // Repeated as the next sign says, which may be zero times: `+*`.
                '+' if matches!(rest.peek(), Some('*' | '?' | '{' | '+')) => drop(run.pop()),
                '+' | '.' | '^' | '$' => {}
                '\\' => match rest.next()? {
                    // These take further characters with them.
                    'x' | 'u' | 'U' | 'b' | 'p' | 'P' => return None,
                    c if c.is_ascii_alphanumeric() || matches!(c, '<' | '>') => {}
                    c => {
                        run.push(c);
                        continue;
                    }
                },
                c if exact || c.is_ascii() => {
                    run.push(if exact { c } else { c.to_ascii_lowercase() });
                    continue;
                }
                // The other case may have another length.
                _ => {}
            }
            best.is_all = false;
            best.take(&mut run);
        }
        best.take(&mut run);
        Some(best).filter(|best| !best.text.is_empty())
    }

    /// Takes a finished text, if it is the longest.
    fn take(&mut self, run: &mut String) {
        if run.len() > self.text.len() {
            self.text.clone_from(run);
        }
        run.clear();
    }

    /// Whether a key that contains the text matches, where the text alone decides.
    pub(super) fn decides(&self, key: &[u8], exact: bool) -> Option<bool> {
        let text = self.text.as_bytes();
        let same = |part: Option<&[u8]>| {
            part.is_some_and(|part| part == text || !exact && part.eq_ignore_ascii_case(text))
        };
        let last = || key.len().checked_sub(text.len()).and_then(|from| key.get(from..));
        let decided = match (self.at_start, self.at_end) {
            (true, true) => same(Some(key)),
            (true, false) => same(key.get(..text.len())),
            (false, true) => same(last()),
            (false, false) => true,
        };
        self.is_all.then_some(decided)
    }
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Skips the group that has begun; `None` for one of flags, which change the rest.
fn skip_group(rest: &mut Rest) -> Option<()> {
    let mut depth = 1;
    let mut begins = true;
    while depth > 0 {
        match rest.next()? {
            '?' if begins && !matches!(rest.peek(), Some(':' | 'P' | '<')) => return None,
            '(' => {
                depth += 1;
                begins = true;
                continue;
            }
            ')' => depth -= 1,
            '[' => skip_class(rest)?,
            '\\' => drop(rest.next()),
            _ => {}
        }
        begins = false;
    }
    Some(())
}

/// Skips the class that has begun.
fn skip_class(rest: &mut Rest) -> Option<()> {
    rest.next_if_eq(&'^');
    rest.next_if_eq(&']');
    loop {
        match rest.next()? {
            ']' => return Some(()),
            '\\' => drop(rest.next()),
            '[' if rest.next_if_eq(&':').is_some() => {
                rest.find(|c| *c == ']')?;
            }
            // A class in a class.
            '[' => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_text_that_every_match_contains_is_found() {
        let found = |pattern: &str| Literal::of(pattern, true).unwrap_or_default().text;
        for (pattern, text) in [
            ("page-0", "page-0"),
            (r"^shop-page-\d+\.html$", "shop-page-"),
            (r"\.html$", ".html"),
            ("ab+cd", "ab"),
            ("abc*", "ab"),
            ("abc+*", "ab"),
            ("ab+?c", "a"),
            ("abc{2,3}defg", "defg"),
            ("ab(cdef|g)hij", "hij"),
            ("ab[cdef]hij", "hij"),
            ("[]a]bc", "bc"),
            ("[[:alpha:]]bc", "bc"),
            ("[a[b]cd]ef", ""),
            ("a|b", ""),
            ("(?i)abc", ""),
            (r"ab\x41", ""),
            ("a(b|[)])cde", "cde"),
        ] {
            assert_eq!(found(pattern), text, "{pattern}");
        }
    }
}
