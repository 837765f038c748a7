//! The imperative shell: owns the terminal, the tasks and the time.

pub mod clipboard;
pub mod terminal;
