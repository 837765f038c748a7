//! The one-shot commands, whole: the real program against a real server.

pub(crate) mod aside;
mod contract;
mod dry_run;
mod examples;
mod failures;
mod help;
mod listing;
mod lost;
mod pipelines;
mod program;
mod records;
mod rewrites;
mod secrets;
mod settings;
mod stores;
mod terminal;
mod transfer;
mod watching;
mod written_back;
