//! One-shot commands for scripts.
