//! The one-shot commands, whole: the real program against a real server.

#[path = "support/breaking.rs"]
mod breaking;
#[path = "support/fill.rs"]
mod fill;
#[path = "support/pty.rs"]
mod pty;
#[path = "support/server.rs"]
mod server;

#[path = "cli/failures.rs"]
mod failures;
#[path = "cli/lost.rs"]
mod lost;
#[path = "cli/program.rs"]
mod program;
#[path = "cli/records.rs"]
mod records;
#[path = "cli/secrets.rs"]
mod secrets;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/stores.rs"]
mod stores;
#[path = "cli/terminal.rs"]
mod terminal;
#[path = "cli/watching.rs"]
mod watching;
