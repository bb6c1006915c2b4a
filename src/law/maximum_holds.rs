//! `maximum-holds`: one parent has as many as it may have, and no more.

use serde_json::json;

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, Naming, of, refused, refuses, settled, success, unanswered};
use crate::case::expression::{Criterion, Expression};
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::case::{Action, ActionKind, Intent, Step};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "maximum-holds",
    title: "one parent has as many as it may have, and no more",
    compose,
    page: include_str!("../../docs/law/maximum-holds.md"),
};

/// A greater maximum is not reached.
const MOST: usize = 50;

/// A refusal before this one may be of the repetition, not of the number.
const REPEATED: usize = 3;

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(maximum) = resource.maximum else { return Ok(()) };
    if maximum > MOST {
        return Err(format!("more than {MOST} would have to be created"));
    }
    let parent = ground.parent(resource).ok_or("it stands below nothing that could be filled")?;
    let naming = Naming::of(resource).ok_or("nothing names its id")?;
    let steps = steps(ground, resource, &parent, maximum)?;
    let judge = Judge {
        place: ground.promise(resource.create),
        name: resource.name.clone(),
        parent: resource.parent.clone().unwrap_or_default(),
        maximum,
        naming,
        at_once: resource.settles.is_zero(),
    };
    ground.add(law, (&resource.name, ""), (steps, &[]), move |observed| judge.judge(observed));
    Ok(())
}

/// As many as may be, one more, one removed, one more. Each has values of its own; where the second is refused, all have
/// those of the first instead, as nothing tells which values somebody else has to have given out.
fn steps<'c>(
    ground: &Ground<'c, '_>,
    resource: &Resource<'c>,
    parent: &Resource<'c>,
    maximum: usize,
) -> Result<Vec<Step>, String> {
    let (mut steps, above) = ground.own(parent, "parent")?;
    let (first, specimen) = ground.below(resource, &one(OWN, 1), &above.ids)?;
    let first = Step { intent: Intent::Unknown, ..first };
    let create = |id: String| Step { id, ..first.clone() };
    let own = |id: String, number| Step { id, ..ground.another(resource.create, &first, number) };
    let goto = |step: &str| ActionKind::GotoStep(step.to_owned());
    let leave = resource.delete.map_or(ActionKind::End, |_| goto("remove"));
    steps.push(with(first.clone(), refused(ActionKind::End)?));
    for number in 2..=maximum {
        // Once one is refused the rest would be as well, unless it was for its values: then one more is not.
        let next = if number == 2 { goto(&one(SAME, 2)) } else { goto(&extra(OWN)) };
        steps.push(with(own(one(OWN, number), number), refused(next)?));
    }
    let look = |values: &str| look(ground, resource, &above.ids, (values, maximum));
    steps.extend(look(OWN)?);
    let always = Action { criteria: Vec::new(), ..refused(leave)? };
    steps.push(with(own(extra(OWN), maximum + 1), always));
    for number in 2..=maximum {
        let next = if number == 2 { ActionKind::End } else { goto(&extra(OWN)) };
        steps.push(with(create(one(SAME, number)), refused(next)?));
    }
    steps.extend(look(SAME)?);
    steps.push(create(extra(SAME)));
    if let Some(delete) = resource.delete {
        steps.push(ground.request("remove", delete, &specimen.ids)?);
        let accepted = Criterion::simple("$statusCode < 400").map_err(|error| error.to_string())?;
        let ended = Action { criteria: vec![accepted], ..refused(ActionKind::End)? };
        let settled = |step: Step| settled(step, resource.settles, "$statusCode < 400");
        steps.push(with(settled(own(AGAIN[0].to_owned(), maximum + 1)), ended));
        // What was taken once is refused for no value that it has.
        steps.push(settled(create(AGAIN[1].to_owned())));
    }
    Ok(steps)
}

/// A look at the last that was created, until it is there: then all are counted.
fn look<'c>(
    ground: &Ground<'c, '_>,
    resource: &Resource<'c>,
    above: &[Expression],
    (values, last): (&str, usize),
) -> Result<Option<Step>, String> {
    let Some(view) = resource.read.as_ref().filter(|_| !resource.settles.is_zero()) else { return Ok(None) };
    let id = Expression::StepOutput(one(values, last), "id".to_owned(), Pointer::root());
    let ids: Vec<Expression> = above.iter().cloned().chain([id]).collect();
    let step = ground.request(&seen(values), view.operation, &ids)?;
    Ok(Some(settled(step, resource.settles, "$statusCode == 200")))
}

/// Creations with values of their own, and such that all have the same.
const OWN: &str = "own";
const SAME: &str = "same";

/// After a removal: one with values of its own, and one with those of the first.
const AGAIN: [&str; 2] = ["again", "again-first"];

fn one(values: &str, number: usize) -> String {
    format!("{values}-{number}")
}

fn seen(values: &str) -> String {
    format!("{values}-seen")
}

fn extra(values: &str) -> String {
    format!("{values}-extra")
}

fn with(mut step: Step, action: Action) -> Step {
    step.on_success.push(action);
    step
}

struct Judge {
    place: Place,
    name: String,
    parent: String,
    maximum: usize,
    naming: Naming,
    at_once: bool,
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let mut ids: Vec<String> = Vec::new();
        let values = if of(observed, &one(SAME, 2)).is_some() { SAME } else { OWN };
        for number in 1..=self.maximum {
            let step = if number == 1 { one(OWN, 1) } else { one(values, number) };
            let (at, made) = of(observed, &step).ok_or("not as many were created as may be")?;
            if !made.is_success() {
                return self.early(observed, (number, at, made));
            }
            let id = self.naming.id(made).filter(|id| !ids.contains(id));
            // The same id says that nothing new was made, and so nothing was filled.
            ids.push(id.ok_or("an answer names no new id")?);
        }
        let (at, extra) = of(observed, &extra(values)).ok_or("no more than may be were created")?;
        match extra.status() {
            202 => return Err("that it is created was promised for later only".to_owned()),
            status if refuses(status) => {}
            _ if extra.is_success() => {
                let known = self.naming.id(extra).is_none_or(|id| ids.contains(&id));
                return if known {
                    Err("the answer to one too many names no new id".to_owned())
                } else {
                    let settled = self.at_once || success(observed, &seen(values)).is_ok();
                    Ok(vec![Broken { certain: settled, ..self.too_many(at) }])
                };
            }
            _ => return Err(unanswered(extra)),
        }
        Ok(self.after_removal(observed).into_iter().collect())
    }

    fn too_many(&self, at: usize) -> Broken {
        let Self { name, parent, maximum, .. } = self;
        Broken {
            message: format!("a {parent} can have more than {maximum} {name}s"),
            promised: format!("a refusal, once a {parent} has {maximum} {name}s"),
            came: json!("the creation of one more"),
            remedy: format!("refuse another {name}, once a {parent} has {maximum}"),
            ..self.broken(at, "above")
        }
    }

    /// One is refused although fewer are there than may be.
    fn early(&self, observed: &[Observed], (number, at, seen): (usize, usize, &Observed)) -> Judgement {
        // That another is refused, too, and one fits again once one is removed shows that it was refused for the number, and
        // for nothing else.
        let another = of(observed, &extra(OWN)).is_some_and(|(_, another)| refuses(another.status()));
        let again = AGAIN.iter().any(|step| success(observed, step).is_ok());
        let fits = another && success(observed, "remove").is_ok() && again;
        if number < REPEATED || !refuses(seen.status()) || !fits {
            return Err(unanswered(seen));
        }
        let Self { name, parent, maximum, .. } = self;
        Ok(vec![Broken {
            message: format!("a {parent} can have fewer than {maximum} {name}s"),
            promised: format!("up to {maximum} {name}s of one {parent}"),
            came: json!(format!("a refusal of number {number}")),
            remedy: format!("take as many as the document says, or document a smaller number of {name}s"),
            ..self.broken(at, "below")
        }])
    }

    /// After a removal, one more would fit: whatever it is, as two of which one was taken before are refused.
    fn after_removal(&self, observed: &[Observed]) -> Option<Broken> {
        success(observed, "remove").ok().filter(|(_, removal)| removal.status() != 202)?;
        let [own, first] = AGAIN.map(|step| of(observed, step));
        let ((_, own), (at, again)) = own.zip(first)?;
        (refuses(own.status()) && refuses(again.status())).then(|| {
            let Self { name, parent, maximum, .. } = self;
            Broken {
                message: format!("a {parent} whose {name} was removed cannot have another one"),
                promised: format!("a {name} in the place of the one that was removed"),
                came: json!(again.status()),
                remedy: format!("count no {name} that was removed among the {maximum}"),
                ..self.broken(at, "removed")
            }
        })
    }

    /// Nobody promises that all are taken that may be, so that is worth a warning only.
    fn broken(&self, at: usize, class: &str) -> Broken {
        Broken {
            at,
            place: self.place.clone(),
            part: None,
            class: class.to_owned(),
            message: String::new(),
            promised: String::new(),
            came: json!(null),
            remedy: String::new(),
            compared: None,
            certain: false,
        }
    }
}
