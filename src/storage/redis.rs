//! Crawlee's stores on a Redis server, through fred. The only place that names fred.

mod fault;
mod link;
