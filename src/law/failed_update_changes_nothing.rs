//! `failed-update-changes-nothing`: an update that was refused changes nothing.

use super::Law;
use super::change::{refused, several, singles};
use super::declared::Resource;
use super::ground::{Ground, of, unanswered};
use super::unchanged::Unchanged;
use crate::case::ruling::Observed;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "failed-update-changes-nothing",
    title: "an update that was refused changes nothing",
    compose,
    page: include_str!("../../docs/law/failed-update-changes-nothing.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let (Some(view), Some(update)) = (&resource.read, resource.update) else { return Ok(()) };
    let created = ground.bare(resource.create)?;
    let singles = singles(ground, resource, update, &created)?;
    let together = several(ground, resource, update, &singles);
    let together = together.ok_or("no two fields are known that can be updated together")?;
    // One field stays right, so that it can be seen whether it was taken before the rest was looked at.
    let kept = together.fields.first().and_then(|index| resource.fields.get(*index)?.update.clone());
    let wrong = refused(ground, update, together.step, &Vec::from_iter(kept))?;
    let (mut steps, specimen) = ground.own(resource, "own")?;
    steps.push(ground.read("before", view, &specimen, resource.settles)?);
    steps.push(ground.with_body("update", update, &specimen.ids, &wrong)?);
    steps.push(ground.read("after", view, &specimen, resource.settles)?);
    let said = ("an update that was refused changed something", "look at the whole update before any of it is kept");
    let unchanged = Unchanged::of(resource, view, ground.promise(update), said);
    ground.add(law, (&resource.name, ""), (steps, &[]), move |observed| {
        refusal(observed, "update")?;
        unchanged.judge(observed, ["before", "after"])
    });
    ground.look_again("after");
    Ok(())
}

/// That `step` was refused as a fault of the client (RFC 9110 §15.5).
pub(super) fn refusal(observed: &[Observed], step: &str) -> Result<(), String> {
    let (_, seen) = of(observed, step).ok_or_else(|| format!("step {step} was not sent"))?;
    if (400..500).contains(&seen.status()) { Ok(()) } else { Err(unanswered(seen)) }
}
