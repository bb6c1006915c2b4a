//! `id-unique`: no two things bear one id.

use serde_json::Value;

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, Naming, success};
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::contract::OperationId;
use crate::document::Place;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "id-unique",
    title: "no two things bear one id",
    compose,
    page: include_str!("../../docs/law/id-unique.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(naming) = Naming::of(resource) else { return Ok(()) };
    let (one, two) = (ground.shared(resource, 1)?, ground.shared(resource, 2)?);
    let above = one.ids.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default();
    let (step, _) = ground.below(resource, "another", &above)?;
    let judge = Judge {
        place: ground.promise(resource.create),
        create: resource.create.id.clone(),
        steps: vec![one.step.clone(), two.step.clone(), step.id.clone()],
        name: resource.name.clone(),
        naming,
    };
    ground.add(law, (&resource.name, ""), (vec![step], &[&one, &two]), move |observed| judge.judge(observed));
    Ok(())
}

struct Judge {
    place: Place,
    create: OperationId,
    steps: Vec<String>,
    name: String,
    naming: Naming,
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let mut known: Vec<(String, &Observed)> = Vec::new();
        for step in &self.steps {
            let Ok((at, seen)) = success(observed, step) else { continue };
            let Some(id) = self.naming.id(seen).filter(|_| seen.operation == self.create) else { continue };
            // Children of another parent may count from one again.
            let twin = known.iter().find(|(other, before)| *other == id && before.path == seen.path);
            if let Some((_, before)) = twin {
                return Ok(vec![self.broken(at, before, seen)]);
            }
            known.push((id, seen));
        }
        if known.len() > 1 { Ok(Vec::new()) } else { Err("fewer than two answers name an id".to_owned()) }
    }

    fn broken(&self, at: usize, before: &Observed, seen: &Observed) -> Broken {
        let name = &self.name;
        Broken {
            at,
            place: self.place.clone(),
            part: self.naming.part(),
            class: String::new(),
            message: format!("two {name}s that were created bear one id"),
            promised: "an id that no other has".to_owned(),
            came: Value::from("the id of one that was created before"),
            remedy: format!("give each {name} an id of its own"),
            // Who is told the same twice may answer with what is there already, unless it says that it made something new
            // (RFC 9110 §15.3.2).
            compared: None,
            certain: before.sent != seen.sent || seen.status() == 201,
        }
    }
}
