//! `update-is-partial`: an update of one field leaves all others as they were.

use super::Law;
use super::change::{Change, singles};
use super::declared::Resource;
use super::ground::{Ground, settled, success};
use super::unchanged::{Unchanged, shows};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "update-is-partial",
    title: "an update of one field leaves all others as they were",
    compose,
    page: include_str!("../../docs/law/update-is-partial.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let (Some(view), Some(update)) = (&resource.read, resource.update) else { return Ok(()) };
    // The more there is, the more there is to lose.
    let created = ground.whole(resource.create)?;
    let changes = singles(ground, resource, update, &created)?;
    let Change { step, fields } = changes.into_iter().next().ok_or("no field can be updated alone")?;
    let named = fields.iter().filter_map(|index| resource.fields.get(*index)).collect::<Vec<_>>();
    let shown = named.first().and_then(|field| {
        let value = field.update.as_ref()?.resolve(step.body()?)?;
        shows(view, field.read.as_ref()?, value)
    });
    let (mut steps, specimen) = ground.own_with(resource, "own", &created)?;
    steps.push(ground.read("before", view, &specimen, resource.settles)?);
    steps.push(ground.with_body("update", update, &specimen.ids, &step)?);
    let after = ground.read("after", view, &specimen, resource.settles)?;
    steps.push(match shown {
        Some(condition) => settled(after, resource.settles, &condition),
        None => after,
    });
    let said = ("an update of one field changed others", "change what the update names, and nothing else");
    let unchanged = Unchanged::of(resource, view, ground.promise(update), said)
        .except(named.iter().filter_map(|field| field.read.clone()));
    ground.add(law, (&resource.name, ""), (steps, &[]), move |observed| {
        success(observed, "update")?;
        unchanged.judge(observed, ["before", "after"])
    });
    ground.look_again("after");
    Ok(())
}
