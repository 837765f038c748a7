//! A text that every match of an expression contains, by which most keys are ruled out quickly.

/// A text that every match contains; of its own reading of an expression that the parser has passed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Literal {
    /// In lower case unless case counts; empty: none is known.
    pub(super) text: String,
    /// Whether what contains it matches, at the places that follow.
    is_all: bool,
    at_start: bool,
    at_end: bool,
}

impl Literal {
    /// The longest text that stands in the expression for itself and in every match.
    pub(super) fn of(pattern: &str, exact: bool) -> Option<Self> {
        let (mut best, mut run) = (Self { is_all: true, ..Self::default() }, String::new());
        let mut rest = pattern.chars().peekable();
        best.at_start = rest.next_if_eq(&'^').is_some();
        while let Some(c) = rest.next() {
            match c {
                // One of several.
                '|' => return None,
                '$' if rest.peek().is_none() => {
                    best.at_end = true;
                    continue;
                }
                '(' => skip_group(&mut rest)?,
                '[' => skip_class(&mut rest)?,
                // What comes before these need not be there.
                '*' | '?' | '{' => {
                    run.pop();
                    if c == '{' {
                        rest.find(|c| *c == '}')?;
                    }
                }
                // As often as what follows tells, which may be never: `+*`.
                '+' if matches!(rest.peek(), Some('*' | '?' | '{' | '+')) => drop(run.pop()),
                '+' | '.' | '^' | '$' => {}
                '\\' => match rest.next()? {
                    // What follows these belongs to them.
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
                // Its other case is not known to be as long.
                _ => {}
            }
            best.is_all = false;
            best.take(&mut run);
        }
        best.take(&mut run);
        Some(best).filter(|best| !best.text.is_empty())
    }

    /// Takes a text that has ended, if it is the longest.
    fn take(&mut self, run: &mut String) {
        if run.len() > self.text.len() {
            self.text.clone_from(run);
        }
        run.clear();
    }

    /// Whether a key matches that contains the text, where that alone tells it.
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

/// Goes behind the group that has begun; not one of flags, which change what follows.
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

/// Goes behind the class that has begun.
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
