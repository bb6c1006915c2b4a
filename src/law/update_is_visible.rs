//! `update-is-visible`: what an update wrote is read afterwards.

use super::Law;
use super::change::{Change, several, singles};
use super::declared::{Field, Resource};
use super::ground::{Ground, settled, success};
use super::kept::{Said, kept};
use super::leaves::Spellings;
use super::unchanged::{Sight, shows};
use crate::case::ruling::{Judgement, Observed};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "update-is-visible",
    title: "what an update wrote is read afterwards",
    compose,
    page: include_str!("../../docs/law/update-is-visible.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let (Some(view), Some(update)) = (&resource.read, resource.update) else { return Ok(()) };
    let created = ground.bare(resource.create)?;
    let mut changes = singles(ground, resource, update, &created)?;
    changes.retain(|change| change.fields.iter().all(|index| !is_pending(resource, *index)));
    // Others first, and the one that is changed alone last, so that its old value is the one that it was created with.
    let (first, rest) = changes.split_first().ok_or("no field is known that is changed at once")?;
    let together = several(ground, resource, update, rest).or_else(|| rest.first().cloned());
    let (mut steps, specimen) = ground.own(resource, "own")?;
    let mut writes = Vec::new();
    for (name, Change { step, fields }) in [("several", together), ("one", Some(first.clone()))]
        .into_iter()
        .filter_map(|(name, change)| Some((name, change?)))
    {
        let (written, read) = (format!("update-{name}"), format!("read-{name}"));
        let fields: Vec<&Field> = fields.iter().filter_map(|index| resource.fields.get(*index)).collect();
        steps.push(ground.with_body(&written, update, &specimen.ids, &step)?);
        let conditions = fields
            .iter()
            .filter_map(|field| shows(view, field.read.as_ref()?, field.update.as_ref()?.resolve(step.body()?)?));
        let shown = conditions.collect::<Vec<_>>().join(" && ");
        let look = ground.read(&read, view, &specimen, resource.settles)?;
        steps.push(if shown.is_empty() { look } else { settled(look, resource.settles, &shown) });
        let pairs = fields.iter().filter_map(|field| Some((field.update.clone()?, field.read.clone()?))).collect();
        let spellings = Spellings::of(
            ground.contract,
            update,
            &step.into(),
            resource.fields.iter().filter(|field| field.numeric).filter_map(|field| field.update.as_ref()),
        );
        writes.push(Written { update: written, read, pairs, spellings });
    }
    let judge = Judge { sight: Sight::of(view), place: ground.promise(update), writes };
    ground.add(law, (&resource.name, ""), (steps, &[]), move |observed| judge.judge(observed));
    Ok(())
}

fn is_pending(resource: &Resource<'_>, index: usize) -> bool {
    resource.fields.get(index).is_some_and(|field| field.pending)
}

/// An update and the look at it.
#[derive(Debug)]
struct Written {
    update: String,
    read: String,
    /// Where the request and the thing hold each field.
    pairs: Vec<(Pointer, Pointer)>,
    spellings: Spellings,
}

#[derive(Debug)]
struct Judge {
    sight: Sight,
    place: Place,
    writes: Vec<Written>,
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let mut broken = Vec::new();
        let (mut judged, mut reason) = (false, "nothing was updated".to_owned());
        for write in &self.writes {
            let seen = success(observed, &write.update)
                .and_then(|(_, sent)| Ok((sent.sent.as_ref(), self.sight.thing(observed, &write.read)?)));
            match seen {
                Ok((Some(sent), thing)) => {
                    let pairs: Vec<_> = write.pairs.iter().map(|(sent, read)| (sent, read)).collect();
                    let said = Said {
                        written: "what an update wrote",
                        remedy: "keep what an accepted update writes, or refuse the update",
                    };
                    let found = kept(&self.place, (sent, &thing), &pairs, &write.spellings, said);
                    judged |= found.is_some();
                    broken.extend(found.into_iter().flatten());
                    // Where nothing is kept, one field more says nothing more.
                    if broken.iter().any(|broken| broken.part.is_none()) {
                        break;
                    }
                }
                Ok((None, _)) => "no JSON was sent".clone_into(&mut reason),
                Err(why) => reason = why,
            }
        }
        if judged { Ok(broken) } else { Err(reason) }
    }
}
