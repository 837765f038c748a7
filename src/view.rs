//! Draws the state; one file per region of the screen.
