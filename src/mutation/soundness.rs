//! What a request means once it is written: its bytes read back by the document's own rules, in every admissible way.

use crate::case::Step;
use crate::contract::{Contract, Operation};
use crate::document::Place;

/// What can be said of a request from its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// Every admissible reading keeps every promise.
    Valid,
    /// Some admissible readings do, others do not, or a promise can be read in two ways.
    Open,
    /// None does. The promises that the most literal reading breaks.
    Invalid(Vec<Place>),
    /// It cannot be written, with the reason.
    Unwritable(String),
}

/// Writes `step`, a request with literal values, reads it back, and judges every reading.
pub fn label(_contract: &Contract, _operation: &Operation, _step: &Step) -> Label {
    Label::Open
}
