//! `created-is-readable`: what was created can be read.

use serde_json::json;

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, of, unanswered};
use crate::case::ruling::Broken;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "created-is-readable",
    title: "what was created can be read",
    compose,
    page: include_str!("../../docs/law/created-is-readable.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(view) = &resource.read else { return Ok(()) };
    let specimen = ground.shared(resource, 1)?;
    let read = ground.read("read", view, &specimen, resource.settles)?;
    let place = ground.promise(resource.create);
    let (name, within) = (resource.name.clone(), resource.settles);
    ground.add(law, (&resource.name, ""), (vec![read], &[&specimen]), move |observed| {
        let (at, seen) = of(observed, "read").ok_or("nothing was read")?;
        match seen.status() {
            404 | 410 => Ok(vec![Broken {
                at,
                place: place.clone(),
                part: None,
                class: String::new(),
                message: format!("a {name} that was created is not found when it is read"),
                promised: format!("a success, {within:?} after it was created at the latest"),
                came: json!(seen.status()),
                remedy: format!("keep the {name}, and answer it when it is read"),
                compared: None,
                certain: true,
            }]),
            _ if seen.is_success() => Ok(Vec::new()),
            _ => Err(unanswered(seen)),
        }
    });
    Ok(())
}
