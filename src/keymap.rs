//! Which key does what: one table that dispatch, footer and help all read.
