//! `maximum-holds`: one parent has as many as it may have, and no more.

use serde_json::json;

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, Naming, of, refuses, settled, success, unanswered};
use crate::case::expression::Criterion;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::case::{Action, ActionKind, Intent, Step};
use crate::document::Place;

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
    for resource in &ground.declared.resources {
        let Some(maximum) = resource.maximum else { continue };
        let composed = match (ground.parent(resource), Naming::of(resource)) {
            _ if maximum > MOST => Err(format!("more than {MOST} would have to be created")),
            (None, _) => Err("it stands below nothing that could be filled".to_owned()),
            (_, None) => Err("nothing names its id".to_owned()),
            (Some(parent), Some(naming)) => steps(ground, resource, &parent, maximum).map(|steps| (steps, naming)),
        };
        match composed {
            Ok((steps, naming)) => {
                let judge = Judge {
                    place: ground.promise(resource.create),
                    name: resource.name.clone(),
                    parent: resource.parent.clone().unwrap_or_default(),
                    maximum,
                    naming,
                    at_once: resource.settles.is_zero(),
                };
                ground.add(law, (&resource.name, ""), (steps, &[]), move |observed| judge.judge(observed));
            }
            Err(reason) => ground.note(law, &resource.name, &reason),
        }
    }
}

/// As many as may be, one more, one removed, one more.
fn steps<'c>(
    ground: &Ground<'c, '_>,
    resource: &Resource<'c>,
    parent: &Resource<'c>,
    maximum: usize,
) -> Result<Vec<Step>, String> {
    let (mut steps, above) = ground.own(parent, "parent")?;
    let (first, specimen) = ground.below(resource, "one-1", &above.ids)?;
    let create = |id: String| Step { id, intent: Intent::Unknown, ..first.clone() };
    let leave = resource.delete.map_or(ActionKind::End, |_| ActionKind::GotoStep("remove".to_owned()));
    let refused = Criterion::simple("$statusCode >= 400").map_err(|error| error.to_string())?;
    for number in 1..=maximum {
        let mut step = create(format!("one-{number}"));
        // Once it is refused, the rest would be as well.
        step.on_success.push(Action {
            name: "full".to_owned(),
            kind: leave.clone(),
            arguments: Vec::new(),
            criteria: vec![refused.clone()],
        });
        steps.push(step);
    }
    steps.push(create("extra".to_owned()));
    if let Some(delete) = resource.delete {
        steps.push(ground.request("remove", delete, &specimen.ids)?);
        steps.push(settled(create("again".to_owned()), resource.settles, "$statusCode < 400"));
    }
    Ok(steps)
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
        for number in 1..=self.maximum {
            let (at, seen) = of(observed, &format!("one-{number}")).ok_or("not as many were created as may be")?;
            if !seen.is_success() {
                return self.early(observed, (number, at, seen));
            }
            let id = self.naming.id(seen).filter(|id| !ids.contains(id));
            // The same id says that nothing new was made, and so nothing was filled.
            ids.push(id.ok_or("an answer names no new id")?);
        }
        let (at, extra) = of(observed, "extra").ok_or("no more than may be were created")?;
        match extra.status() {
            202 => return Err("that it is created was promised for later only".to_owned()),
            status if refuses(status) => {}
            _ if extra.is_success() => {
                let known = self.naming.id(extra).is_none_or(|id| ids.contains(&id));
                return if known {
                    Err("the answer to one too many names no new id".to_owned())
                } else {
                    Ok(vec![self.too_many(at)])
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
            certain: self.at_once,
            ..self.broken(at, "above")
        }
    }

    /// One is refused although fewer are there than may be.
    fn early(&self, observed: &[Observed], (number, at, seen): (usize, usize, &Observed)) -> Judgement {
        // That one fits again once one is removed shows that it was refused for the number, and for nothing else.
        let fits = success(observed, "remove").is_ok() && success(observed, "again").is_ok();
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

    /// After a removal, the one that was refused before would fit.
    fn after_removal(&self, observed: &[Observed]) -> Option<Broken> {
        success(observed, "remove").ok().filter(|(_, removal)| removal.status() != 202)?;
        let (at, again) = of(observed, "again")?;
        refuses(again.status()).then(|| {
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
            certain: false,
        }
    }
}
