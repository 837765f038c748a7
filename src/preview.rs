//! Turns a value's bytes and content type into rows to show, without losing a byte.
