//! The functional core: holds the state and decides. No I/O, no tasks, no clock.
