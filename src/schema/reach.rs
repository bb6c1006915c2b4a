//! What a schema leads to, and whether it can be used: found by translating it, without compiling anything.

use crate::document::Place;

use super::compile::Key;
use super::dialect::{self, Translated};
use super::{Direction, SchemaError, Schemas, Sense};

impl Schemas {
    /// The schemas that the one at `place` needs to be compiled, references and the branches of choices; the schema itself is
    /// found usable as far as it stands there. Much cheaper than compiling it.
    ///
    /// # Errors
    /// Why the schema itself cannot be used, the needed ones aside.
    pub fn needs(&self, place: &Place) -> Result<Vec<Place>, SchemaError> {
        let shared = &self.shared;
        // The other direction leaves `readOnly` properties out, the other reading refers to the same places.
        let (direction, sense) = (Direction::Response, Sense::Strict);
        let Translated { joints, .. } =
            dialect::translate(&shared.sources, &shared.patterns, &Key::new(place.clone()), direction, sense)?;
        let links = joints.iter().flat_map(super::keyword::Joint::links);
        Ok(links.map(|link| link.key.place.clone()).collect())
    }

    /// Why `pattern` cannot decide every string, in words; nothing where it can.
    pub fn pattern_fault(&self, pattern: &str) -> Option<String> {
        self.shared.patterns.fault(pattern)
    }
}
