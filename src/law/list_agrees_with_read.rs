//! `list-agrees-with-read`: a list shows of a thing what reading it shows.

use serde_json::Value;

use super::Law;
use super::declared::{CollectionObject, Field, Resource, View};
use super::ground::{Ground, shown, success, text};
use super::relation::differs;
use super::series::Series;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "list-agrees-with-read",
    title: "a list shows of a thing what reading it shows",
    compose,
    page: include_str!("../../docs/law/list-agrees-with-read.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    for collection in &ground.declared.collections {
        let Some(resource) = ground.declared.resource_of(collection) else { continue };
        let Some(read) = &resource.read else { continue };
        let id = &collection.operation.id;
        let composed = ground.series(collection).and_then(|series| {
            let step = ground.request("read", read.operation, &series.first())?;
            Ok((series, step))
        });
        let (series, step) = match composed {
            Ok(composed) => composed,
            Err(reason) => {
                ground.note(law, &id.0, &reason);
                continue;
            }
        };
        let judge = Judge::new(ground, collection.object.clone(), (resource, read), &series);
        ground.look(law, (id, ""), (vec![step], std::slice::from_ref(&series.case)), move |observed| {
            judge.judge(observed)
        });
    }
}

struct Judge {
    object: CollectionObject,
    series: Series,
    /// Where the answer that reads holds the thing, and where the thing holds its id.
    items: Pointer,
    id: Option<Pointer>,
    /// Where a thing that is read holds what an element of the list holds elsewhere.
    fields: Vec<(Pointer, Pointer)>,
    place: Place,
}

impl Judge {
    fn new(
        ground: &Ground<'_, '_>,
        object: CollectionObject,
        (resource, read): (&Resource<'_>, &View<'_>),
        series: &Series,
    ) -> Self {
        let promise = ground.promise(read.operation);
        let is_sentence = promise.pointer.last().as_deref() == Some("description");
        let both = |field: &Field| Some((field.read.clone()?, field.list.clone()?));
        Self {
            object,
            series: series.clone(),
            items: read.items.clone(),
            id: read.id.clone(),
            fields: resource.fields.iter().filter(|field| !field.pending).filter_map(both).collect(),
            place: if is_sentence { promise } else { resource.place.clone() },
        }
    }

    fn judge(&self, observed: &[Observed]) -> Judgement {
        let (at, read) = success(observed, "read")?;
        let first = &self.series.named(observed)?;
        let list = self.series.whole(&self.object, observed)?;
        let (_, element) = list.find(first).ok_or("the list does not show it")?;
        let body = read.body.as_ref().ok_or("the answer that reads it is no JSON")?;
        let (base, thing) = self.thing(body, first).ok_or("the answer that reads it does not show it")?;
        let mut compared = 0;
        for (in_read, in_list) in &self.fields {
            let present = |value: &Value| !value.is_null();
            let one = in_read.resolve(thing).filter(|value| present(value));
            let other = in_list.resolve(element).filter(|value| present(value));
            let Some((one, other)) = one.zip(other) else { continue };
            compared += 1;
            if let Some(below) = differs(one, other) {
                return Ok(vec![Broken {
                    at,
                    place: self.place.clone(),
                    part: Some(base.join(in_read).join(&below)),
                    class: String::new(),
                    message: "a thing that is read shows another value than the list that it is in".to_owned(),
                    promised: "one value, wherever it is shown, as nobody changed it".to_owned(),
                    came: below.resolve(one).cloned().unwrap_or(Value::Null),
                    remedy: "show the same value in the list and when the thing is read".to_owned(),
                    compared: None,
                    certain: true,
                }]);
            }
        }
        if compared > 0 { Ok(Vec::new()) } else { Err("no value is shown in both".to_owned()) }
    }

    /// The thing in the answer that reads it, with its place.
    fn thing<'v>(&self, body: &'v Value, own: &str) -> Option<(Pointer, &'v Value)> {
        let spelled = self.id.as_ref().and_then(|id| match self.items.resolve(body)? {
            Value::Array(elements) => {
                elements.iter().filter_map(|element| id.resolve(element)).map(text).find(|id| id.to_lowercase() == own)
            }
            _ => None,
        });
        shown(body, &self.items, self.id.as_ref(), spelled.as_deref().unwrap_or(own))
    }
}
