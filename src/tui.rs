//! The imperative shell: owns the terminal, the tasks and the time.
