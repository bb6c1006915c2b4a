//! `unknown-is-404`: what does not exist is not answered with a success.

use serde_json::{Value, json};

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, of, unanswered};
use crate::case::ruling::{Broken, Observed};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "unknown-is-404",
    title: "what does not exist is not answered with a success",
    compose,
    page: include_str!("../../docs/law/unknown-is-404.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(view) = &resource.read else { return Ok(()) };
    // What it would stand below does exist.
    let parent = ground.parent(resource).map(|parent| ground.shared(&parent, 1)).transpose()?;
    let above = parent.as_ref().map(|parent| parent.ids.clone()).unwrap_or_default();
    let read = ground.absent("read", view.operation, &above)?;
    let place = ground.promise(view.operation);
    let name = resource.name.clone();
    let specimens: Vec<_> = parent.iter().collect();
    ground.add(law, (&resource.name, ""), (vec![read], &specimens), move |observed| {
        let (at, seen) = of(observed, "read").ok_or("nothing was read")?;
        match seen.status() {
            400 | 403 | 404 | 410 => Ok(Vec::new()),
            _ if seen.is_success() => Ok(vec![Broken {
                at,
                place: place.clone(),
                part: None,
                class: String::new(),
                message: format!("a {name} that does not exist is answered with a success"),
                promised: "404: there is nothing of this id (RFC 9110 §15.5.5)".to_owned(),
                came: json!(seen.status()),
                remedy: "answer 404 where nothing has the id".to_owned(),
                // A list of none may be the answer to a question for all that have an id.
                compared: None,
                certain: !shows_nothing(seen),
            }]),
            _ => Err(unanswered(seen)),
        }
    });
    Ok(())
}

fn shows_nothing(seen: &Observed) -> bool {
    match &seen.body {
        Some(Value::Array(elements)) => elements.is_empty(),
        Some(Value::Null) => true,
        Some(_) => false,
        None => seen.response.as_ref().is_some_and(|response| response.body.is_empty()),
    }
}
