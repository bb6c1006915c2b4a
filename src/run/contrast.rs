//! Two requests that differ in one value, side by side.

use std::sync::Arc;

use crate::case::{Argument, Intent, Payload, Sibling, Spot, Step};
use crate::contract::Location;
use crate::document::Pointer;
use crate::drift::{Contrast, Part};

use super::perform::Probed;
use super::smaller::{Difference, differences};
use super::witness::came;

/// The variant beside the request that differs from it in `difference` alone.
pub(super) fn beside(sibling: &Step, variant: Step, difference: &Difference) -> Step {
    let value = |step: &Step| match difference {
        Difference::Body(pointer) => {
            let body = step.payload.as_ref().and_then(Payload::literal)?;
            pointer.resolve(body).cloned()
        }
        Difference::Argument(location, name) => {
            let same = |argument: &&Argument| argument.name == *name && argument.location == *location;
            step.arguments.iter().find(same)?.literal().cloned()
        }
        Difference::Payload => step.payload.as_ref().and_then(Payload::literal).cloned(),
    };
    let at = match difference {
        Difference::Body(pointer) => Spot::Body(pointer.clone()),
        Difference::Payload => Spot::Body(Pointer::root()),
        Difference::Argument(location, name) => {
            Spot::Parameter(location.unwrap_or(Location::Query), name.clone(), Pointer::root())
        }
    };
    let made = Sibling {
        at,
        before: value(sibling),
        after: value(&variant),
        step: Arc::new(Step { intent: Intent::Valid, ..sibling.clone() }),
    };
    Step { sibling: Some(made), ..variant }
}

/// `refused` beside `accepted`, which differs from it in `difference` alone. Where one was made from the other, the place has the
/// name that it has there.
pub(super) fn opposite(accepted: &Step, refused: &Step, difference: &Difference) -> Step {
    let mut variant = beside(accepted, refused.clone(), difference);
    if let (Some(sibling), Some(made)) = (&mut variant.sibling, &accepted.sibling)
        && made.at != Spot::Body(Pointer::root())
        && differences(&made.step, refused).is_empty()
    {
        (sibling.at, sibling.before, sibling.after) = (made.at.clone(), made.after.clone(), made.before.clone());
    }
    variant
}

/// The pair as a report shows it: values without anything that must not be shown.
pub(super) fn contrast(sibling: &Sibling, accepted: &Probed, own: &Probed) -> Contrast {
    let pointer = match &sibling.at {
        Spot::Body(pointer) => pointer.clone(),
        Spot::Parameter(_, name, pointer) => Pointer::root().child(name).join(pointer),
        Spot::Header(name) => Pointer::root().child(name),
        Spot::Method | Spot::Credentials => Pointer::root(),
    };
    let part = Part::Body(pointer);
    Contrast {
        at: own.redactor.text(&sibling.at.to_string()),
        before: sibling.before.as_ref().map(|value| came(&accepted.redactor, &part, value)),
        after: sibling.after.as_ref().map(|value| came(&own.redactor, &part, value)),
        sibling: accepted.witness.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::case::expression::Template;
    use crate::contract::OperationId;

    fn with_tags(tags: &[&str]) -> Step {
        let payload = Payload::new(None, Template::Literal(json!({ "tags": tags })));
        Step { payload: Some(payload), ..Step::new("request", OperationId("addThing".into())) }
    }

    fn body(pointer: &str) -> Spot {
        Spot::Body(Pointer::parse(pointer).unwrap())
    }

    #[test]
    fn a_place_has_the_same_name_from_either_side() {
        let base = with_tags(&["a"]);
        let made = Sibling {
            step: Arc::new(base.clone()),
            at: body("/tags"),
            before: Some(json!(["a"])),
            after: Some(json!(["b"])),
        };
        let variant = Step { sibling: Some(made), ..with_tags(&["b"]) };
        let [difference] = &*differences(&variant, &base) else { panic!("one difference") };
        let turned = opposite(&variant, &base, difference).sibling.unwrap();
        assert_eq!((turned.at, turned.before, turned.after), (body("/tags"), Some(json!(["b"])), Some(json!(["a"]))));
        let stranger = Step { sibling: None, ..variant };
        let turned = opposite(&stranger, &base, difference).sibling.unwrap();
        assert_eq!((turned.at, turned.before, turned.after), (body("/tags/0"), Some(json!("b")), Some(json!("a"))));
    }
}
