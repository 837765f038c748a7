//! Colours and symbols by role.
