//! `unsupported-accept`: the request accepts nothing that is documented.

use crate::case::expression::Template;
use crate::case::{Argument, Spot, Step, Supply};
use crate::contract::Location;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "unsupported-accept",
    title: "the request accepts nothing that is documented",
    mutate,
    page: include_str!("../../docs/mutation/unsupported-accept.md"),
};

const UNSUPPORTED: &str = "application/vnd.conform.unsupported+xml";

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let given = subject.base.arguments.iter().any(|argument| argument.name.eq_ignore_ascii_case("accept"));
    if given {
        return Vec::new();
    }
    let mut step = Step::clone(subject.base);
    step.arguments.push(Argument {
        name: "Accept".to_owned(),
        location: Some(Location::Header),
        value: Supply::Template(Template::Literal(UNSUPPORTED.into())),
    });
    let place = Some(subject.operation.place.clone());
    let values = (None, Some(UNSUPPORTED.into()));
    vec![subject.made(MUTATION.id, Spot::Header("Accept".to_owned()), "", place, values, step)]
}
