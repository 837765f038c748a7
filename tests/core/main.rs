//! Tests that need no server and no built program: the core, its frames, its previews and the layers.

#[path = "../support/server.rs"]
mod server;
#[path = "../support/stage.rs"]
mod stage;

mod app;
mod contrast;
mod corpus;
mod crawl_overview;
mod drawn;
mod frames;
mod groups;
mod json_oracle;
mod layers;
mod preview_widths;
mod status_line;
mod watch;
