//! The keys of one store: compact, sorted, filterable.
