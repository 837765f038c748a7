//! The texts of `larder help TOPIC`, from which the manual page is made too.

use std::fmt::Write as _;

use super::fields;
use crate::config::default_keys;
use crate::text::wrap;

/// Width of the texts for a terminal, in columns.
const WIDTH: usize = 78;
/// Limit on a term whose text stands next to it, in characters.
const BESIDE: usize = 18;

/// A text about one thing, for all commands.
pub(super) struct Topic {
    /// The name by which it is asked for.
    pub(super) name: &'static str,
    /// Its section of the manual page.
    pub(super) title: &'static str,
    /// Its subject, in a few words.
    pub(super) about: &'static str,
    parts: fn() -> Vec<Part>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A paragraph.
    Text(String),
    /// A term and what it means.
    Entry(String, String),
    /// The head of the entries that follow.
    Head(String),
}

/// All topics, sorted by name.
pub(super) const TOPICS: [Topic; 5] = [
    Topic {
        name: "environment",
        title: "ENVIRONMENT",
        about: "the variables that larder reads",
        parts: || entries(&ENVIRONMENT),
    },
    Topic {
        name: "exit-codes",
        title: "EXIT STATUS",
        about: "what the exit codes mean",
        parts: || entries(&EXIT_CODES),
    },
    Topic {
        name: "json",
        title: "JSON OUTPUT",
        about: "every field that --json prints",
        parts: json,
    },
    Topic { name: "keys", title: "KEYS", about: "the keys of the browser", parts: keys },
    Topic {
        name: "targets",
        title: "TARGETS",
        about: "what can be opened, and which target is meant",
        parts: targets,
    },
];

const EXIT_CODES: [(&str, &str); 7] = [
    ("0", "Done; also when nobody reads the output any more."),
    ("1", "The store, a record or the id is not there."),
    ("2", "Wrong arguments or settings, or a local file that cannot be read or written."),
    ("3", "The server cannot be reached or used: connection, time-out, login, TLS, no RedisJSON."),
    (
        "4",
        "Refused: read-only, no permission, a conflict, not confirmed, not supported, or it is not known what became \
         of a write.",
    ),
    ("5", "Damaged data: what is stored is not as Crawlee writes it."),
    (
        "6",
        "Written, but on fewer replicas than wait_replicas asks for, or it is not known on how many.",
    ),
];

const ENVIRONMENT: [(&str, &str); 12] = [
    (
        "LARDER_URL, LARDER_PROFILE",
        "The target, or a profile's name, where the command line names none; they go before the config file's \
         target, and the first before the second.",
    ),
    (
        "REDIS_URL, APIFY_LOCAL_STORAGE_DIR, CRAWLEE_STORAGE_DIR",
        "The target where the config file names none either; the first that is set.",
    ),
    (
        "LARDER_PASSWORD, LARDER_SENTINEL_PASSWORD",
        "Passwords; they go before those of a URL and of a profile.",
    ),
    ("LARDER_READ_ONLY", "1 refuses every write."),
    ("LARDER_CONFIG", "Another config file."),
    ("LARDER_SSH", "The program run as ssh, where a server is reached through another host."),
    ("LARDER_LOG", "What goes to the log file: off, error, warn, info, debug or trace."),
    (
        "LARDER_PAGER, PAGER",
        "What shows a value that get prints and that is longer than the terminal; the first that is set, else less. \
         Empty or cat: none.",
    ),
    (
        "NO_COLOR",
        "Any value turns colours off, unless --color always is given. No variable turns them on in a pipe, whose bytes \
         are to be those that are stored: CLICOLOR_FORCE is not read.",
    ),
    ("VISUAL, EDITOR", "The editor for values; the first that is set."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME", "Where the config file's and the log's folders are."),
    (
        "TERM, COLORTERM, COLORFGBG, LC_ALL, LC_CTYPE, LANG, TMUX, STY, SSH_CONNECTION",
        "What the terminal can, and where it is; they are set by the system.",
    ),
];

const TARGETS: [(&str, &str); 9] = [
    (
        "./storage, my-crawler/",
        "Crawlee's storage directory, or a project that has one; also file:///…",
    ),
    (
        "redis://user:password@host:6379/0",
        "A server; also host:6379, localhost and [fe80::1%25eth0]:6379.",
    ),
    (
        "rediss://host:6380",
        "With TLS; ?ca_file=, ?cert_file= and ?key_file= name PEM files, ?server_name= the name in the certificate \
         where a tunnel leads there.",
    ),
    (
        "redis+ssh://me@bastion/host:6379/0",
        "A server that another host reaches, through your own ssh.",
    ),
    (
        "ssh://me@host/srv/storage",
        "A directory on another host, opened by the larder there; /~/ is the home folder.",
    ),
    ("redis+unix:///run/redis.sock?db=0", "A socket; also just its path."),
    (
        "redis-sentinel://host:26379/0?sentinelServiceName=mymaster",
        "The primary that Sentinel names.",
    ),
    ("redis-cluster://host:7000", "A cluster, for reading."),
    ("production", "A profile in the config file."),
];

const ORDER: [(&str, &str); 7] = [
    ("1.", "the command line: larder TARGET, or -t TARGET"),
    ("2.", "LARDER_URL"),
    ("3.", "LARDER_PROFILE"),
    ("4.", "target in the config file"),
    ("5.", "REDIS_URL"),
    ("6.", "APIFY_LOCAL_STORAGE_DIR, then CRAWLEE_STORAGE_DIR"),
    ("7.", "./storage, if it is there"),
];

fn entries(table: &[(&str, &str)]) -> Vec<Part> {
    let entry = |(term, text): &(&str, &str)| Part::Entry((*term).to_owned(), (*text).to_owned());
    table.iter().map(entry).collect()
}

fn targets() -> Vec<Part> {
    let mut parts = entries(&TARGETS);
    parts.push(Part::Head("The first of these that is there is taken:".to_owned()));
    parts.extend(entries(&ORDER));
    parts.push(Part::Text("larder targets lists all that has a name.".to_owned()));
    parts
}

fn json() -> Vec<Part> {
    let mut parts = vec![Part::Text(fields::PROMISE.to_owned())];
    for (of, fields) in fields::lines() {
        parts.push(Part::Head(of.to_owned()));
        parts.extend(entries(fields));
    }
    parts
}

/// The default keys: the browser's help shows those that are set.
fn keys() -> Vec<Part> {
    let mut parts = Vec::new();
    for (place, rows) in default_keys() {
        parts.push(Part::Head(place.to_owned()));
        parts.extend(rows.into_iter().map(|(chords, does)| Part::Entry(chords, does.to_owned())));
    }
    parts
}

impl Topic {
    /// The topic of this name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        TOPICS.iter().find(|topic| topic.name == name)
    }

    /// The text for a terminal or a pipe.
    pub(super) fn plain(&self) -> String {
        let mut out = format!("{}: {}\n", self.name, self.about);
        let mut was_entry = false;
        for part in (self.parts)() {
            let is_entry = matches!(part, Part::Entry(..));
            if !is_entry || !was_entry && !out.ends_with(":\n") {
                out.push('\n');
            }
            match part {
                Part::Text(text) => put_lines(&mut out, &text, 0),
                Part::Head(text) => {
                    put_lines(&mut out, &format!("{}:", text.trim_end_matches(':')), 0);
                }
                Part::Entry(term, text) => put_entry(&mut out, &term, &text),
            }
            was_entry = is_entry;
        }
        out
    }

    /// A section of the manual page.
    pub(super) fn roff(&self) -> String {
        let mut out = format!(".SH \"{}\"\n", self.title);
        for part in (self.parts)() {
            let _ = match part {
                Part::Text(text) => writeln!(out, ".PP\n{}", escaped(&text)),
                Part::Head(text) => {
                    writeln!(out, ".SS \"{}\"", escaped(&text).replace('"', "\\(dq"))
                }
                Part::Entry(term, text) => {
                    writeln!(out, ".TP\n{}\n{}", escaped(&term), escaped(&text))
                }
            };
        }
        out
    }
}

fn put_lines(out: &mut String, text: &str, indent: usize) {
    for line in wrap(text, WIDTH - indent) {
        let _ = writeln!(out, "{:indent$}{}", "", line.trim_end());
    }
}

/// Adds the term, with its text next to it or, if the term is long, below it.
fn put_entry(out: &mut String, term: &str, text: &str) {
    let is_beside = term.chars().count() <= BESIDE;
    if !is_beside {
        let _ = writeln!(out, "  {term}");
        return put_lines(out, text, 8);
    }
    let from = out.len();
    put_lines(out, text, BESIDE + 4);
    let head = format!("  {term:<width$}", width = BESIDE + 2);
    out.replace_range(from..from + BESIDE + 4, &head);
}

/// The text, escaped for roff.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::environment;

    #[test]
    fn every_topic_has_lines_that_fit_a_terminal() {
        for topic in &TOPICS {
            let text = topic.plain();
            assert!(text.lines().count() > 5, "{text}");
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
            let roff = topic.roff();
            assert!(roff.starts_with(&format!(".SH \"{}\"\n", topic.title)));
            assert!(!roff.contains("\n'") && !roff.contains("\n\n"), "{roff}");
        }
    }

    #[test]
    fn every_variable_is_named() {
        let text = Topic::find("environment").unwrap().plain();
        for name in environment::ALL {
            assert!(text.contains(name), "{name}");
        }
    }
}
