//! Requests by id: several of the things that lists show, and one that does not exist.

use serde_json::{Value, json};

use crate::case::expression::Template;
use crate::case::{Case, EACH_LISTED, Intent, Step, Supply};
use crate::contract::{Location, Operation, Parameter, PathPart};
use crate::digest::sha256_of_parts;

use super::Builder;
use super::draft::{Draft, case};
use super::request::accepts;

/// How many of the things that lists show are read one by one, and how many below each of them.
const LISTED: [usize; 2] = [12, 3];

/// The minimal request for each of several listed things: one that was created for the purpose has few of the values that
/// the others have.
pub(super) fn listed(operation: &Operation, minimal: &Step) -> Option<Case> {
    let existing = |argument: &crate::case::Argument| matches!(argument.value, Supply::Existing(_));
    if operation.method != "GET" || !minimal.arguments.iter().any(existing) {
        return None;
    }
    let mut indices: Vec<Vec<usize>> = vec![Vec::new()];
    for (level, _) in minimal.arguments.iter().filter(|argument| existing(argument)).enumerate() {
        let width = LISTED.get(level).copied().unwrap_or(1);
        indices =
            indices.iter().flat_map(|above| (0..width).map(|index| [above.as_slice(), &[index]].concat())).collect();
    }
    let step = |indices: &Vec<usize>| {
        let mut left = indices.iter();
        let mut step = minimal.clone();
        let places: Vec<String> = indices.iter().map(|index| (index + 1).to_string()).collect();
        step.id = format!("listed-{}", places.join("-"));
        for argument in step.arguments.iter_mut().filter(|argument| existing(argument)) {
            argument.value = Supply::Listed(argument.name.clone(), left.next().copied().unwrap_or_default());
        }
        step
    };
    Some(case(operation, EACH_LISTED, "", indices.iter().map(step).collect()))
}

impl Builder<'_> {
    /// The minimal request with a well-formed last path parameter that names nothing.
    pub(super) fn unknown_id(&self, draft: &mut Draft<'_>, minimal: &Step) {
        let Some((name, step)) = self.absent(draft.operation, minimal) else { return };
        draft.single("unknown-id", &format!("path {name}"), step);
    }

    /// The same request, and the name of that parameter.
    pub(super) fn absent<'o>(&self, operation: &'o Operation, minimal: &Step) -> Option<(&'o str, Step)> {
        let name = operation.path.parts.iter().rev().find_map(|part| match part {
            PathPart::Parameter(name) => Some(name),
            PathPart::Literal(_) => None,
        })?;
        let parameter = operation.parameter(name, Some(Location::Path))?;
        let value = self.absent_value(parameter)?;
        let mut step = Step { intent: Intent::Absent, ..minimal.clone() };
        for argument in &mut step.arguments {
            if argument.name == *name && argument.location == Some(Location::Path) {
                argument.value = Supply::Template(Template::Literal(value.clone()));
            }
        }
        Some((name, step))
    }

    /// A value that conforms to the parameter's schema and that nothing is called by.
    fn absent_value(&self, parameter: &Parameter) -> Option<Value> {
        let digest = sha256_of_parts(&["absent", &parameter.name, &self.settings.seed.to_string()]);
        let Some(place) = parameter.encoding.schema() else { return Some(Value::String(digest)) };
        let hex = |range: std::ops::Range<usize>| digest.get(range).unwrap_or_default();
        let uuid = format!("{}-{}-4{}-8{}-{}", hex(0..8), hex(8..12), hex(13..16), hex(17..20), hex(20..32));
        [json!(uuid), json!(format!("absent-{}", hex(0..12))), json!(2_147_480_000_i64), json!(hex(0..12))]
            .into_iter()
            .find(|value| accepts(&self.contract.schemas, place, value))
    }
}
