//! Unknown names, and what they were probably meant to be.

use super::Config;
use crate::model::{Cause, Error, ErrorKind};

impl Config {
    /// The error on a text that is no target. A single word may have been meant as a profile; any other text
    /// keeps its own error.
    pub(super) fn not_a_target(&self, text: &str, why: Error) -> Error {
        let word = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !word || text.is_empty() {
            return why;
        }
        Error::new(ErrorKind::Usage, format!("unknown target `{text}`"))
            .because(Cause::Unknown(text.to_owned()))
            .hint(self.meant(text, "it is no URL or directory"))
    }

    /// The error that there is no profile of this name.
    pub(super) fn no_profile(&self, name: &str) -> Error {
        let problem = format!("there is no profile `{name}`");
        Error::new(ErrorKind::Usage, problem).hint(self.meant(name, ""))
    }

    /// A hint: the profile that was probably meant, or else what the name is not, and all profiles.
    fn meant(&self, name: &str, not: &str) -> String {
        let profiles = || self.profiles.keys().map(String::as_str);
        if let Some(meant) = closest(name, profiles()) {
            return format!("did you mean the profile `{meant}`?");
        }
        let profiles: Vec<&str> = profiles().collect();
        match (not, &*profiles) {
            ("", []) => "no profiles are configured".to_owned(),
            (not, []) => format!("{not}, and no profiles are configured"),
            ("", profiles) => format!("profiles: {}", profiles.join(", ")),
            (not, profiles) => format!("{not}; profiles: {}", profiles.join(", ")),
        }
    }
}

/// The word that another one was probably meant to be.
pub(crate) fn closest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // The same likeness as clap asks for in options.
    const LIKE: f64 = 0.7;
    let likeness = words.map(|other| (strsim::jaro(word, other), other));
    let likest = likeness.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likest.0 > LIKE).then_some(likest.1)
}

/// Whether an unknown setting is like none of the known ones, so that it is no typing mistake.
pub(super) fn is_like_none(message: &str) -> bool {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().filter(|_| message.starts_with("unknown setting"));
    unknown.is_some_and(|unknown| closest(unknown, names).is_none())
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Environment};

    fn said(named: Option<&str>, file: &str, environment: &Environment) -> String {
        let config = Config::parse(file).unwrap();
        config.resolve(named, environment).unwrap_err().to_string()
    }

    #[test]
    fn a_name_like_a_profile_is_taken_for_one() {
        const FILE: &str = "[profiles.production]\nurl = 'redis://h'\n[profiles.b]\nurl = 'x'";
        let environment = Environment::default();
        let why = said(Some("produktion"), FILE, &environment);
        assert_eq!(why, "unknown target `produktion`; did you mean the profile `production`?");
        let why = said(Some("xyzzy"), FILE, &environment);
        assert!(why.ends_with("; it is no URL or directory; profiles: b, production"), "{why}");
        let why = said(Some("xyzzy"), "", &environment);
        assert!(why.ends_with("no profiles are configured"), "{why}");
        let environment =
            Environment { profile: Some("produktion".into()), ..Environment::default() };
        let why = said(None, FILE, &environment);
        assert!(why.starts_with("LARDER_PROFILE: there is no profile `produktion`; did"), "{why}");
        // The variable names a profile and nothing else.
        let environment = Environment { profile: Some("localhost".into()), ..environment };
        let why = said(None, FILE, &environment);
        assert!(why.ends_with("no profile `localhost`; profiles: b, production"), "{why}");
    }
}
