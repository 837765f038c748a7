//! What a target is: the place to connect to, taken from a URL or a path.
