//! `safe-is-safe`: to read and to list changes nothing.

use super::Law;
use super::declared::{Collection, Resource};
use super::ground::{Ground, success};
use super::unchanged::Unchanged;
use crate::case::expression::Expression;
use crate::case::ruling::Observed;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "safe-is-safe",
    title: "to read and to list changes nothing",
    compose,
    page: include_str!("../../docs/law/safe-is-safe.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(view) = resource.read.as_ref().filter(|view| view.operation.is_safe()) else { return Ok(()) };
    let (mut steps, specimen) = ground.own(resource, "own")?;
    steps.push(ground.read("before", view, &specimen, resource.settles)?);
    let above = specimen.ids.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default();
    let mut lists: Vec<(&Collection<'c>, &[Expression])> = Vec::new();
    lists.extend(ground.declared.collection_of(resource).map(|list| (list, above.as_slice())));
    let below = |child: &&Resource<'c>| child.parent.as_ref() == Some(&resource.name);
    let children = ground.declared.resources.iter().filter(below);
    lists.extend(children.filter_map(|child| Some((ground.declared.collection_of(child)?, specimen.ids.as_slice()))));
    let mut looks = vec!["before".to_owned()];
    for (index, (list, ids)) in lists.into_iter().filter(|(list, _)| list.operation.is_safe()).enumerate() {
        let step = format!("list-{}", index + 1);
        steps.push(ground.list(&step, list, ids, Vec::new())?);
        looks.push(step);
    }
    steps.push(ground.read("after", view, &specimen, resource.settles)?);
    let said = ("a request that only reads changed something", "change nothing when something is read or listed");
    let unchanged = Unchanged::of(resource, view, ground.promise(view.operation), said);
    ground.add(law, (&resource.name, ""), (steps, &[]), move |observed: &[Observed]| {
        looks.iter().try_for_each(|step| success(observed, step).map(|_| ()))?;
        unchanged.judge(observed, ["before", "after"])
    });
    ground.look_again("after");
    Ok(())
}
