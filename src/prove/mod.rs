//! The suite against what it is for: servers that are wrong in one known way, and servers that are right in an unusual one.

pub mod fault;
pub mod freedom;
pub mod page;
pub mod through;

mod hunt;

use std::collections::BTreeMap;

use crate::drift::Level;

/// Whether something wrong was noticed; what is worst comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not at all; why rules that might have were not able to, as far as the settings and the service tell.
    Survived(Vec<String>),
    /// It never came to pass: the service shows no place for it to these cases.
    NotExercised,
    /// Only by rules that speak of something else, or because too little worked for a verdict.
    ByAccident(Vec<String>),
    /// By a rule that may claim it.
    Rightly(String),
}

/// What the suite says of a healthy server, from warnings on: nobody may claim anything by it.
pub type Known = BTreeMap<String, Level>;
