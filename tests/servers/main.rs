//! The storage on real servers and in real directories: what each backend must do, what only it
//! has, and what becomes of writes where something is taken from them.

#[path = "../support/fill.rs"]
mod fill;
#[path = "../support/programs.rs"]
mod programs;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/python.rs"]
mod python;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/short.rs"]
mod short;

mod connection;
mod contract;
mod directory;
mod faults;
mod redis;
