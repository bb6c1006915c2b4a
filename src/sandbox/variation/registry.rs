//! All variations, by what they leave or take.

use super::{Variation, data, list, progress, reading, refusal, shown, spelling, time, wire, write};

const FAMILIES: [&[Variation]; 10] = [
    shown::VARIATIONS,
    spelling::VARIATIONS,
    wire::VARIATIONS,
    refusal::VARIATIONS,
    reading::VARIATIONS,
    list::VARIATIONS,
    write::VARIATIONS,
    progress::VARIATIONS,
    time::VARIATIONS,
    data::VARIATIONS,
];

/// Every variation.
pub fn variations() -> impl Iterator<Item = &'static Variation> {
    FAMILIES.into_iter().flatten()
}

/// The variation of this id.
pub fn variation(id: &str) -> Option<&'static Variation> {
    variations().find(|variation| variation.id == id)
}
