//! `unknown-is-404`: what does not exist is not answered with a success.

use serde_json::{Value, json};

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, of, unanswered};
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::contract::{Response, StatusMatch};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "unknown-is-404",
    title: "what does not exist is not answered with a success",
    compose,
    page: include_str!("../../docs/law/unknown-is-404.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
    ground.each_resource(law, |ground, resource| add_list(law, ground, resource));
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

/// The list below a parent that does not exist.
fn add_list<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let (Some(view), Some(parent)) = (&resource.list, ground.parent(resource)) else { return Ok(()) };
    // What the parent would stand below does exist.
    let above = ground.parent(&parent).map(|above| ground.shared(&above, 1)).transpose()?;
    let ids = above.as_ref().map(|above| above.ids.clone()).unwrap_or_default();
    if view.operation.path.names().count() != ids.len() + 1 {
        // Its path does not end with the parent.
        return Ok(());
    }
    let list = ground.absent("list", view.operation, &ids)?;
    let told = |response: &Response| response.status == StatusMatch::Code(404);
    let judge = Listed {
        place: ground.promise(view.operation),
        items: view.items.clone(),
        name: resource.name.clone(),
        parent: parent.name,
        documented: view.operation.response(404).is_some_and(told),
    };
    let specimens: Vec<_> = above.iter().collect();
    ground.add(law, (&resource.name, "list"), (vec![list], &specimens), move |observed| judge.judge(observed));
    Ok(())
}

struct Listed {
    place: Place,
    items: Pointer,
    name: String,
    parent: String,
    /// Whether the document has 404 for the list.
    documented: bool,
}

impl Listed {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let (at, seen) = of(observed, "list").ok_or("nothing was listed")?;
        let shown = match seen.status() {
            400 | 403 | 404 | 410 => return Ok(Vec::new()),
            _ if seen.is_success() => seen.value(&self.items).and_then(Value::as_array).map_or(0, Vec::len),
            _ => return Err(unanswered(seen)),
        };
        // A list of none may be meant as the answer for whatever has no elements.
        if shown == 0 && !self.documented {
            return Ok(Vec::new());
        }
        let Self { name, parent, .. } = self;
        Ok(vec![Broken {
            at,
            place: self.place.clone(),
            part: None,
            class: String::new(),
            message: match shown {
                0 => format!("the list of each {name} of a {parent} that does not exist is answered with a success"),
                _ => format!("a {parent} that does not exist is answered with a list that shows a {name}"),
            },
            promised: "404: there is nothing of this id (RFC 9110 §15.5.5)".to_owned(),
            came: json!({ "status": seen.status(), "shown": shown }),
            remedy: format!("answer 404 where no {parent} has the id"),
            compared: None,
            certain: shown > 0,
        }])
    }
}

fn shows_nothing(seen: &Observed) -> bool {
    match &seen.body {
        Some(Value::Array(elements)) => elements.is_empty(),
        Some(Value::Null) => true,
        Some(_) => false,
        None => seen.response.as_ref().is_some_and(|response| response.body.is_empty()),
    }
}
