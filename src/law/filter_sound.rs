//! `filter-sound`: a list shows only what its filter asks for.

use serde_json::Value;

use super::Law;
use super::declared::{Collection, Filter, Relation};
use super::ground::{Ground, Specimen, success};
use super::relation::breaks;
use crate::case::Step;
use crate::case::expression::Template;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "filter-sound",
    title: "a list shows only what its filter asks for",
    compose,
    page: include_str!("../../docs/law/filter-sound.md"),
};

/// So many values of one filter are asked for.
const VALUES: usize = 8;

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    for collection in &ground.declared.collections {
        for filter in &collection.object.filters {
            for (label, value, specimen) in values(ground, collection, filter) {
                let above = specimen.as_ref().map(above).unwrap_or_default();
                let list = ground.list("list", collection, &above, vec![(&filter.parameter, value)]);
                match list {
                    Ok(list) => add(law, ground, collection, filter, (label, list, specimen)),
                    Err(reason) => ground.note(law, &collection.operation.id.0, &reason),
                }
            }
        }
    }
}

/// The ids above the list that shows `specimen`.
fn above(specimen: &Specimen) -> Vec<crate::case::expression::Expression> {
    specimen.ids.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default()
}

/// Values for `filter`: each that the document lists, else that of something created.
fn values(
    ground: &mut Ground<'_, '_>,
    collection: &Collection<'_>,
    filter: &Filter,
) -> Vec<(String, Template, Option<Specimen>)> {
    let listed = ground.listed(collection.operation, &filter.parameter);
    if filter.relation == Relation::Equal && !listed.is_empty() {
        let values = listed.into_iter().take(VALUES);
        return values.map(|value| (super::ground::text(&value), Template::Literal(value), None)).collect();
    }
    let Some(resource) = ground.declared.resource_of(collection) else { return Vec::new() };
    let Some(index) = resource.fields.iter().position(|field| field.list.as_ref() == Some(&filter.member)) else {
        return Vec::new();
    };
    match ground.shared(resource, 1) {
        Ok(specimen) => vec![(String::new(), Template::Expression(specimen.field(index)), Some(specimen))],
        Err(_) => Vec::new(),
    }
}

fn add(
    law: &Law,
    ground: &mut Ground<'_, '_>,
    collection: &Collection<'_>,
    filter: &Filter,
    (label, list, specimen): (String, Step, Option<Specimen>),
) {
    let label = if label.is_empty() { filter.parameter.clone() } else { format!("{} {label}", filter.parameter) };
    let judge = Judge {
        place: ground.parameter_promise(collection.operation, &filter.parameter),
        items: collection.object.items.clone(),
        filter: filter.clone(),
    };
    let specimens: Vec<&Specimen> = specimen.iter().collect();
    let subject = collection.operation.id.0.clone();
    ground.add(law, (&subject, &label), (vec![list], &specimens), move |observed| judge.judge(observed));
}

struct Judge {
    place: Place,
    items: Pointer,
    filter: Filter,
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let (at, list) = success(observed, "list")?;
        let Filter { parameter, member, relation } = &self.filter;
        let asked = list.query(parameter).ok_or("the filter was not sent")?;
        let elements = list.value(&self.items).and_then(Value::as_array).ok_or("the answer holds no list")?;
        let bound = Value::String(asked);
        let wrong = |element: &Value| {
            member
                .resolve(element)
                .filter(|value| !value.is_null())
                .filter(|value| breaks(*relation, value, &bound))
                .cloned()
        };
        let found = elements.iter().enumerate().find_map(|(index, element)| Some((index, wrong(element)?)));
        Ok(found
            .into_iter()
            .map(|(index, came)| Broken {
                at,
                place: self.place.clone(),
                part: Some(self.items.index(index).join(member)),
                class: parameter.clone(),
                message: format!("a list that `{parameter}` filters shows an element that it should leave out"),
                promised: format!("only elements that are {} `{parameter}` at `{member}`", words(*relation)),
                came,
                remedy: format!("leave out what `{parameter}` does not ask for"),
                compared: None,
                certain: true,
            })
            .collect())
    }
}

/// The relation in words.
pub(super) fn words(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "equal to",
        Relation::Above => "greater than",
        Relation::AtLeast => "equal to or greater than",
        Relation::Below => "smaller than",
        Relation::AtMost => "equal to or smaller than",
    }
}
