//! The shells for which there are completion scripts.
//!
//! The scripts of bash, fish and zsh ask larder itself for the words (see [`complete`](super::complete));
//! those of the other shells are generated from the parser's definitions.

use clap::ValueEnum;

/// A shell for which there is a completion script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is a shell's name")]
pub enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

impl Shell {
    /// The script that asks larder for the words.
    ///
    /// # Errors
    /// There is none for this shell: it gets a generated one that knows the commands and their options.
    pub(super) fn script(self) -> Result<&'static str, clap_complete::Shell> {
        match self {
            Self::Bash => Ok(include_str!("complete/larder.bash")),
            Self::Fish => Ok(include_str!("complete/larder.fish")),
            Self::Zsh => Ok(include_str!("complete/larder.zsh")),
            Self::Elvish => Err(clap_complete::Shell::Elvish),
            Self::Powershell => Err(clap_complete::Shell::PowerShell),
        }
    }
}
