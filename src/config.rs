//! Settings: embedded defaults, the user's file, the environment, flags; in that order.
