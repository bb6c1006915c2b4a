//! `delete-hits-its-target`: a deletion takes away nothing but the thing that it is about.

use serde_json::json;

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, of, success, unanswered};
use crate::case::ruling::{Broken, Observed};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "delete-hits-its-target",
    title: "a deletion takes away nothing but the thing that it is about",
    compose,
    page: include_str!("../../docs/law/delete-hits-its-target.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let (Some(view), Some(delete)) = (&resource.read, resource.delete) else { return Ok(()) };
    // Below a parent of its own: what goes besides must not be what another case looks at.
    let (mut steps, target) = ground.own(resource, "target")?;
    let above = target.ids.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default();
    let (mut create, sibling) = ground.below(resource, "sibling", &above)?;
    // Another body has another mark, where two of one mark may not be.
    create.payload = ground.whole(resource.create)?.payload;
    steps.push(create);
    steps.push(ground.read("before", view, &sibling, resource.settles)?);
    steps.push(ground.request("delete", delete, &target.ids)?);
    steps.push(ground.read("after", view, &sibling, resource.settles)?);
    let (place, name) = (ground.promise(delete), resource.name.clone());
    ground.add(law, (&resource.name, ""), (steps, &[]), move |observed: &[Observed]| {
        success(observed, "delete")?;
        success(observed, "before")?;
        let (at, seen) = of(observed, "after").ok_or("nothing was read afterwards")?;
        match seen.status() {
            404 | 410 => Ok(vec![Broken {
                at,
                place: place.clone(),
                part: None,
                class: String::new(),
                message: format!("the deletion of one {name} took another away"),
                promised: format!("the {name} that was read before"),
                came: json!(seen.status()),
                compared: None,
                remedy: format!("delete the {name} of the path alone"),
                certain: true,
            }]),
            _ if seen.is_success() => Ok(Vec::new()),
            _ => Err(unanswered(seen)),
        }
    });
    Ok(())
}
