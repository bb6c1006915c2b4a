//! `delete-again`: what was deleted cannot be deleted once more.

use serde_json::json;

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, Specimen, of, refuses, settled, success, unanswered};
use crate::case::Step;
use crate::case::ruling::Broken;
use crate::contract::{Operation, StatusMatch};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "delete-again",
    title: "what was deleted cannot be deleted once more",
    compose,
    page: include_str!("../../docs/law/delete-again.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(delete) = resource.delete else { return Ok(()) };
    // Without it, nobody says what a second time is answered with: RFC 9110 §9.2.2 is content with either.
    if !names_absence(delete) {
        return Err("no 404 or 410 is documented for deleting it".to_owned());
    }
    let (steps, parent) = steps(ground, resource, delete)?;
    let (place, name) = (ground.promise(delete), resource.name.clone());
    let parent: Vec<&Specimen> = parent.iter().collect();
    ground.add(law, (&resource.name, ""), (steps, &parent), move |observed| {
        let (_, first) = success(observed, "delete")?;
        if first.status() == 202 {
            return Err("that it is deleted was promised for later only".to_owned());
        }
        let (at, again) = of(observed, "again").ok_or("it was not deleted again")?;
        match again.status() {
            status if refuses(status) => Ok(Vec::new()),
            _ if again.is_success() => Ok(vec![Broken {
                at,
                place: place.clone(),
                part: None,
                class: String::new(),
                message: format!("a {name} that was deleted can be deleted once more"),
                promised: "the documented refusal of what is not there".to_owned(),
                came: json!(again.status()),
                remedy: format!("refuse to delete a {name} that is not there, or document no 404 for it"),
                // The effect is the same both times, which is all that HTTP asks of DELETE.
                compared: None,
                certain: false,
            }]),
            _ => Err(unanswered(again)),
        }
    });
    Ok(())
}

/// Whether the document says what a deletion of something absent is answered with.
fn names_absence(delete: &Operation) -> bool {
    delete.responses.iter().any(|response| matches!(response.status, StatusMatch::Code(404 | 410)))
}

fn steps<'c>(
    ground: &mut Ground<'c, '_>,
    resource: &Resource<'c>,
    delete: &Operation,
) -> Result<(Vec<Step>, Option<Specimen>), String> {
    let (mut steps, specimen, parent) = ground.passing(resource, "create")?;
    steps.push(ground.request("delete", delete, &specimen.ids)?);
    let again = ground.request("again", delete, &specimen.ids)?;
    steps.push(settled(again, resource.settles, "$statusCode >= 400"));
    Ok((steps, parent))
}
