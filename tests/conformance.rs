//! Trials.
fn main() {}
