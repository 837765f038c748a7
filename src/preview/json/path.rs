//! Values of JSON that a path such as `$.offers[*].price` finds: in one pass, without recursion.

use std::fmt::Write as _;
use std::ops::Range;

use super::{Sink, Token, scan};
use crate::text::visible_bytes;

/// Limit on the steps of a path: a state of the pass has one bit for each step, and one for the whole path.
const STEPS: usize = 63;
/// Limit on the values that are kept; further ones are only counted.
const KEPT: usize = 2_000;
/// Depth down to which values are searched; each level takes some 60 bytes.
const DEEPEST: usize = 10_000;
/// Steps of a long place that are shown, at its beginning and at its end.
const TOLD: usize = 16;
/// Bytes of a key that are shown.
const KEY: usize = 80;

/// A path through JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    /// Whether the step finds values at any depth.
    deep: bool,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Key(String),
    Item(usize),
    /// Items from the first number up to the one before the second, with the third as the step.
    Items(usize, usize, usize),
    Any,
}

/// A value that a path finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundValue {
    /// Place of the value, in bytes.
    pub at: Range<usize>,
    /// Place of the value as `$.offers[3].price`, safe to show.
    pub path: String,
    /// Whether `path` is complete; a long one is cut.
    pub is_whole: bool,
}

/// The values that a path finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PathFinds {
    /// The first values, in the order in which they begin.
    pub values: Vec<FoundValue>,
    /// Number of values in all.
    pub total: u64,
    /// Whether the search left out JSON that is nested too deep.
    pub too_deep: bool,
}

impl JsonPath {
    /// Reads a path: `$`, then `.name`, `["name"]`, `[3]`, `[2:5]`, `[*]` and `.*`, each after `..` at any
    /// depth.
    ///
    /// # Errors
    /// A sentence on the part that is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // The path may have been pasted behind a sign that was there already.
        let text = if text.starts_with("$$") { &text[1..] } else { text };
        let mut rest = text.strip_prefix('$').unwrap_or(text);
        if rest.len() == text.len() && !rest.starts_with(['.', '[']) {
            return Err("a path begins with $, as $.offers[*].price".to_owned());
        }
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let deep = rest.starts_with("..");
            let (kind, behind) =
                if let Some(inner) = rest.strip_prefix("..").unwrap_or(rest).strip_prefix('[') {
                    bracket(inner)?
                } else if let Some(name) = rest.strip_prefix(if deep { ".." } else { "." }) {
                    let end = name.find(['.', '[']).unwrap_or(name.len());
                    match &name[..end] {
                        "" => return Err("a name is missing behind the dot".to_owned()),
                        "*" => (Kind::Any, &name[end..]),
                        word => (Kind::Key(word.to_owned()), &name[end..]),
                    }
                } else {
                    return Err(format!("a path goes on with . or [, not with {rest}"));
                };
            steps.push(Step { deep, kind });
            rest = behind;
            if steps.len() > STEPS {
                return Err(format!("a path has at most {STEPS} steps"));
            }
        }
        Ok(Self(steps))
    }

    /// The values that this path finds in a JSON text.
    pub fn find(&self, json: &[u8]) -> PathFinds {
        let mut pass = Pass {
            path: self,
            json,
            key: 0..0,
            open: Vec::new(),
            skipped: 0,
            finds: PathFinds::default(),
        };
        let _ = scan(json, &mut pass);
        pass.finds
    }

    /// The states that follow these, by a step of which `leads` is true.
    fn next(&self, states: u64, leads: impl Fn(&Kind) -> bool) -> u64 {
        let mut next = 0;
        for (at, step) in self.0.iter().enumerate() {
            if states >> at & 1 == 1 {
                next |= u64::from(step.deep) << at | u64::from(leads(&step.kind)) << (at + 1);
            }
        }
        next
    }
}

/// The contents of brackets, and the text behind them.
fn bracket(inner: &str) -> Result<(Kind, &str), String> {
    for quote in ['"', '\''] {
        let Some(name) = inner.strip_prefix(quote) else { continue };
        let end = end_of_name(name, quote);
        let Some((name, behind)) = end.map(|end| (&name[..end], &name[end + 2..])) else {
            return Err(format!("{quote}] is missing behind the name"));
        };
        return Ok((Kind::Key(said(name, quote)), behind));
    }
    let Some((inside, behind)) = inner.split_once(']') else {
        return Err("] is missing".to_owned());
    };
    let kind = match inside.trim() {
        "*" => Kind::Any,
        items => numbered(items).ok_or_else(|| {
            format!("[{items}] is not understood: a number from 0, 2:5, * or a name in quotes is")
        })?,
    };
    Ok((kind, behind))
}

/// An item by its number, or several: the first one, the one behind the last, and the step, each of which may
/// be left out.
fn numbered(items: &str) -> Option<Kind> {
    let Some((from, rest)) = items.split_once(':') else {
        return items.parse().ok().map(Kind::Item);
    };
    let (to, step) = rest.split_once(':').unwrap_or((rest, ""));
    let or = |text: &str, usual| match text.trim() {
        "" => Some(usual),
        number => number.parse().ok(),
    };
    let step = or(step, 1).filter(|step| *step > 0)?;
    Some(Kind::Items(or(from, 0)?, or(to, usize::MAX)?, step))
}

/// The quote that ends a name, with a bracket behind it; a quote behind a backslash is part of the name.
fn end_of_name(name: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    name.char_indices().find_map(|(at, c)| {
        let ends = c == quote && !escaped && name[at + 1..].starts_with(']');
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

/// A name with its escapes read as those of JSON, in which larder writes places; the name as it is written
/// where they are not.
fn said(name: &str, quote: char) -> String {
    let json = match quote {
        '\'' => name.replace("\\'", "'").replace('"', "\\\""),
        _ => name.to_owned(),
    };
    serde_json::from_str(&format!("\"{json}\"")).unwrap_or_else(|_| name.to_owned())
}

/// An object or a list that is open.
struct Open {
    object: bool,
    states: u64,
    /// Number of items or members so far.
    count: usize,
    /// Key of the current member.
    key: Range<usize>,
    /// Its index among the found values.
    found: Option<usize>,
}

struct Pass<'a> {
    path: &'a JsonPath,
    json: &'a [u8],
    key: Range<usize>,
    open: Vec<Open>,
    /// Number of open objects and lists in which nothing can be found.
    skipped: usize,
    finds: PathFinds,
}

impl Pass<'_> {
    /// The states of the value that begins now.
    fn states(&mut self) -> u64 {
        let (path, json) = (self.path, self.json);
        let Some(parent) = self.open.last_mut() else { return 1 };
        let index = parent.count;
        parent.count += 1;
        if parent.object {
            parent.key = self.key.clone();
            let key = &json[self.key.clone()];
            path.next(parent.states, |kind| match kind {
                Kind::Key(name) => is_key(key, name),
                Kind::Item(_) | Kind::Items(..) => false,
                Kind::Any => true,
            })
        } else {
            path.next(parent.states, |kind| match kind {
                Kind::Key(_) => false,
                Kind::Item(item) => *item == index,
                Kind::Items(from, to, step) => {
                    (*from..*to).contains(&index) && (index - from).is_multiple_of(*step)
                }
                Kind::Any => true,
            })
        }
    }

    /// Keeps the value that begins here, if the path finds it; returns its index among those that are kept.
    fn found(&mut self, states: u64, at: Range<usize>) -> Option<usize> {
        if states >> self.path.0.len() & 1 == 0 {
            return None;
        }
        self.finds.total += 1;
        let place = self.finds.values.len();
        (place < KEPT).then(|| {
            let (path, is_whole) = self.place();
            self.finds.values.push(FoundValue { at, path, is_whole });
            place
        })
    }

    /// Place of the value that begins now, and whether it is complete.
    fn place(&self) -> (String, bool) {
        let (mut path, mut is_whole) = ("$".to_owned(), true);
        for (at, open) in self.open.iter().enumerate() {
            if at >= TOLD && at + TOLD < self.open.len() {
                if at == TOLD {
                    path.push('…');
                    is_whole = false;
                }
                continue;
            }
            if !open.object {
                let _ = write!(path, "[{}]", open.count - 1);
                continue;
            }
            let key = &self.json[open.key.clone()];
            let word = key.get(1..key.len() - 1).unwrap_or_default();
            let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let plain = !word.is_empty() && word.iter().all(is_word) && !word[0].is_ascii_digit();
            let cut = &key[..key.len().min(KEY)];
            is_whole &= cut.len() == key.len();
            let _ = match (plain, cut.len() < key.len()) {
                (true, false) => write!(path, ".{}", String::from_utf8_lossy(word)),
                (_, false) => write!(path, "[{}]", visible_bytes(key)),
                (_, true) => write!(path, "[{}…]", visible_bytes(cut)),
            };
        }
        (path, is_whole)
    }
}

impl Sink for Pass<'_> {
    fn token(&mut self, token: Token, at: Range<usize>) {
        match token {
            Token::Gap => {}
            Token::Key if self.skipped == 0 => self.key = at,
            Token::Open if self.skipped > 0 => self.skipped += 1,
            Token::Close if self.skipped > 0 => self.skipped -= 1,
            _ if self.skipped > 0 => {}
            Token::Key => {}
            Token::Open => {
                let states = self.states();
                let found = self.found(states, at.clone());
                let deep = self.open.len() >= DEEPEST;
                self.finds.too_deep |= deep && states != 0;
                // Without a state, nothing in it can be found, and its own end is not needed.
                if deep || states == 0 {
                    self.skipped = 1;
                    return;
                }
                let object = self.json[at.start] == b'{';
                self.open.push(Open { object, states, count: 0, key: 0..0, found });
            }
            Token::Close => {
                let closed = self.open.pop().and_then(|open| open.found);
                if let Some(value) = closed.and_then(|place| self.finds.values.get_mut(place)) {
                    value.at.end = at.end;
                }
            }
            Token::Empty | Token::String | Token::Number | Token::Literal => {
                let states = self.states();
                self.found(states, at);
            }
        }
    }
}

/// Whether a key, in its quotes, is this name.
fn is_key(key: &[u8], name: &str) -> bool {
    let plain = key.get(1..key.len().saturating_sub(1)).unwrap_or_default();
    if memchr::memchr(b'\\', plain).is_none() {
        return plain == name.as_bytes();
    }
    serde_json::from_slice::<String>(key).is_ok_and(|said| said == name)
}

#[cfg(test)]
mod tests;
