//! All faults, by what they break.

use super::{Fault, access, body, input, list, rule, status, wire, write};

const FAMILIES: [&[Fault]; 8] = [
    rule::FAULTS,
    input::FAULTS,
    access::FAULTS,
    status::FAULTS,
    body::FAULTS,
    wire::FAULTS,
    list::FAULTS,
    write::FAULTS,
];

/// Every fault.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    FAMILIES.into_iter().flatten()
}

/// The fault of this id.
pub fn fault(id: &str) -> Option<&'static Fault> {
    faults().find(|fault| fault.id == id)
}
