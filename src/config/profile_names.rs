//! Names that a profile may not have, because they mean something else on the command line.

use std::path::Path;

use super::Config;
use super::table::line_in;
use crate::model::{Error, ErrorKind, Result};

impl Config {
    /// Refuses profiles with a name that is taken: `larder NAME` would never open them.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], with the file, the line and the name.
    pub fn refuse_names(&self, is_taken: impl Fn(&str) -> bool) -> Result<()> {
        let Some(name) = self.profiles.keys().find(|name| is_taken(name)) else { return Ok(()) };
        let (file, text) = self.file_of_profile(name).unwrap_or((Path::new(""), ""));
        let line = line_of(text, name).map_or(String::new(), |line| format!(":{line}"));
        let file = file.display();
        let problem = format!("{file}{line}: a profile cannot be named `{name}`: it is a command");
        Err(Error::new(ErrorKind::Usage, problem).hint("give it another name"))
    }
}

/// The line in which a profile begins.
fn line_of(text: &str, name: &str) -> Option<usize> {
    line_in(text, &format!("profiles.{name}"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_line_of_a_profile_is_found_however_it_is_written() {
        for (text, line) in [
            ("[profiles.stores]\nurl = 'x'", Some(1)),
            ("mouse = true\n[profiles.a]\nurl = 'x'\n[profiles.\"stores\"]\nurl = 'x'", Some(4)),
            ("\n[profiles]\nstores = { url = 'x' }", Some(3)),
            ("profiles.stores.url = 'x'", Some(1)),
            ("[profiles.a]\nurl = 'x'", None),
        ] {
            assert_eq!(line_of(text, "stores"), line, "{text}");
        }
    }

    #[test]
    fn a_taken_name_is_refused_with_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("larder.toml");
        fs::write(&file, "mouse = true\n[profiles.stores]\nurl = 'x'").unwrap();
        let config = Config::load(Some(&file), &super::super::Environment::default()).unwrap();
        assert!(config.refuse_names(|name| name == "keys").is_ok());
        let why = config.refuse_names(|name| name == "stores").unwrap_err();
        assert_eq!(why.kind, ErrorKind::Usage);
        assert!(
            why.problem.contains("larder.toml:2: ") && why.problem.contains("`stores`"),
            "{why}"
        );
    }
}
