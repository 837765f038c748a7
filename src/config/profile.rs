//! `[profiles.NAME]`: a target with a name, and what a URL should not or cannot say.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::storage::target::is_path;

/// A target under a name. Everything but `url` adds to what the URL says or replaces it.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The storage: a URL, or the path of a directory or a socket.
    pub url: String,
    /// The user to log in as.
    pub username: Option<String>,
    /// The password; `password_command` is the better place.
    #[serde(deserialize_with = "secret_text")]
    pub password: Option<String>,
    /// A shell command whose first line of output is the password.
    pub password_command: Option<String>,
    /// Whether to refuse every write.
    pub read_only: bool,
    /// Number of replicas that must have a write before it counts as made.
    pub wait_replicas: Option<u32>,
    /// The number of the database.
    pub database: Option<u32>,
    /// Certificates (PEM) of the authorities to trust, instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The certificate (PEM) that larder shows the server.
    pub cert_file: Option<PathBuf>,
    /// The key (PEM) of `cert_file`.
    pub key_file: Option<PathBuf>,
    /// The name that the server's certificate must have, if that is not the address.
    pub tls_server_name: Option<String>,
    /// The host through which `ssh` leads to the server: `USER@HOST`, `HOST:PORT`, or a name in the
    /// configuration of ssh.
    pub ssh: Option<String>,
    /// The name of the service that Sentinel watches; the URL then names the Sentinels.
    pub sentinel_service: Option<String>,
    /// The user to log in to Sentinel as.
    pub sentinel_username: Option<String>,
    /// The password for Sentinel.
    #[serde(deserialize_with = "secret_text")]
    pub sentinel_password: Option<String>,
}

impl Profile {
    /// Makes file names absolute: `~` is the home folder; other names are relative to `folder`, which holds
    /// the config file.
    pub(super) fn locate(&mut self, folder: &Path, home: Option<&Path>) {
        let files = [&mut self.ca_file, &mut self.cert_file, &mut self.key_file];
        for path in files.into_iter().flatten() {
            *path = folder.join(expand_home(path, home));
        }
        let url = Path::new(&self.url);
        let beside = || !self.url.contains(['@', ':']) && folder.join(url).is_dir();
        if !self.url.is_empty() && !self.url.contains("://") && (is_path(&self.url) || beside()) {
            self.url = folder.join(expand_home(url, home)).to_string_lossy().into_owned();
        }
    }
}

/// Leaves out the passwords, so that no message can show them.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("username", &self.username)
            .field("read_only", &self.read_only)
            .field("wait_replicas", &self.wait_replicas)
            .field("database", &self.database)
            .field("ca_file", &self.ca_file)
            .field("cert_file", &self.cert_file)
            .field("tls_server_name", &self.tls_server_name)
            .field("ssh", &self.ssh)
            .field("sentinel_service", &self.sentinel_service)
            .finish_non_exhaustive()
    }
}

/// The path with `~/` replaced by the home folder; any other path as it is.
pub fn expand_home(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// Reads a text whose value no error message repeats.
fn secret_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => Ok(Some(text)),
        other => Err(D::Error::custom(format!("a password must be a text, not {}", kind(&other)))),
    }
}

fn kind(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::Integer(_) | toml::Value::Float(_) => "a number",
        toml::Value::Boolean(_) => "true or false",
        _ => "anything else",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_relative_to_the_config_file() {
        let mut profile = Profile {
            url: "~/redis.sock".into(),
            ca_file: Some("ca.pem".into()),
            cert_file: Some("~/me.pem".into()),
            key_file: Some("/etc/me.key".into()),
            ..Profile::default()
        };
        profile.locate(Path::new("/conf"), Some(Path::new("/home/me")));
        assert_eq!(profile.url, "/home/me/redis.sock");
        assert_eq!(profile.ca_file.unwrap(), Path::new("/conf/ca.pem"));
        assert_eq!(profile.cert_file.unwrap(), Path::new("/home/me/me.pem"));
        assert_eq!(profile.key_file.unwrap(), Path::new("/etc/me.key"));
    }

    #[test]
    fn a_directory_is_relative_to_the_config_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("crawl")).unwrap();
        for (url, located) in [
            ("crawl", folder.path().join("crawl")),
            ("./crawl", folder.path().join("./crawl")),
            ("some/where", folder.path().join("some/where")),
            ("~/crawl", "/home/me/crawl".into()),
            ("/srv/crawl", "/srv/crawl".into()),
            ("file:///srv/crawl", "file:///srv/crawl".into()),
            ("localhost", "localhost".into()),
            ("redis://crawl", "redis://crawl".into()),
        ] {
            let mut profile = Profile { url: url.into(), ..Profile::default() };
            profile.locate(folder.path(), Some(Path::new("/home/me")));
            assert_eq!(Path::new(&profile.url), located, "{url}");
        }
    }

    #[test]
    fn no_message_repeats_a_password() {
        let why = toml::from_str::<Profile>("password = 4711").unwrap_err();
        assert_eq!(why.message(), "a password must be a text, not a number");
        let profile: Profile =
            toml::from_str("url = 'redis://:hidden@h'\npassword = 'hidden'").unwrap();
        assert!(!format!("{profile:?}").contains("hidden"));
    }
}
