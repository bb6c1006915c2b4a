//! `update-hits-its-target`: an update changes nothing but the thing that it is about.

use super::Law;
use super::change::{Change, singles};
use super::declared::Resource;
use super::ground::{Ground, success};
use super::unchanged::Unchanged;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "update-hits-its-target",
    title: "an update changes nothing but the thing that it is about",
    compose,
    page: include_str!("../../docs/law/update-hits-its-target.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let (Some(view), Some(update)) = (&resource.read, resource.update) else { return Ok(()) };
    let created = ground.bare(resource.create)?;
    let changes = singles(ground, resource, update, &created)?;
    let Change { step, .. } = changes.into_iter().next().ok_or("no field can be updated alone")?;
    let (mut steps, target) = ground.own(resource, "target")?;
    let above = target.ids.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default();
    // Created last: what loses its target hits the newest as easily as any.
    let (mut create, sibling) = ground.below(resource, "sibling", &above)?;
    // Another body has another mark, where two of one mark may not be; and the more there is, the more can be hit.
    create.payload = ground.whole(resource.create)?.payload;
    steps.push(create);
    steps.push(ground.read("before", view, &sibling, resource.settles)?);
    steps.push(ground.with_body("update", update, &target.ids, &step)?);
    steps.push(ground.read("after", view, &sibling, resource.settles)?);
    let name = &resource.name;
    let said = (format!("the update of one {name} changed another"), format!("change the {name} of the path alone"));
    let unchanged = Unchanged::of(resource, view, ground.promise(update), (&said.0, &said.1));
    ground.add(law, (name, ""), (steps, &[]), move |observed| {
        success(observed, "update")?;
        unchanged.judge(observed, ["before", "after"])
    });
    ground.look_again("after");
    Ok(())
}
