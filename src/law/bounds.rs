//! The ends of a range of values, asked for at the value of an element: what is above it, and what is at most it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Law;
use super::declared::{Collection, CollectionObject, Filter, Relation};
use super::filter_sound::words;
use super::ground::Ground;
use super::page::Page;
use super::relation::may_hide;
use super::series::Series;
use crate::case::CaseId;
use crate::case::expression::Template;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::Place;

/// The two ends of one member: the filter that leaves out what is smaller, and the one that leaves out what is greater,
/// each with its place among the filters.
#[derive(Debug, Clone)]
struct Ends {
    lower: Option<(usize, Filter)>,
    upper: Option<(usize, Filter)>,
}

/// Adds a case of `law` for each filter that bounds and that `applies` names.
pub(super) fn bounded(law: &Law, ground: &mut Ground<'_, '_>, applies: fn(Relation) -> bool) {
    for collection in &ground.declared.collections {
        for ends in ends(&collection.object) {
            for filter in [&ends.lower, &ends.upper].into_iter().flatten().map(|(_, filter)| filter) {
                if !applies(filter.relation) {
                    continue;
                }
                let id = &collection.operation.id;
                let ((case, series), place) = match asked(ground, collection, &ends) {
                    Ok(asked) => (asked, ground.parameter_promise(collection.operation, &filter.parameter)),
                    Err(reason) => {
                        ground.note(law, &format!("{id}: {}", filter.parameter), &reason);
                        continue;
                    }
                };
                let (object, ends, filter) = (collection.object.clone(), ends.clone(), filter.clone());
                ground.look(law, (id, &filter.parameter.clone()), (Vec::new(), &[case]), move |observed| {
                    judge((&object, &series), observed, (&ends, &filter), &place)
                });
            }
        }
    }
}

/// Whether elements equal to the value are left in.
pub(super) fn includes(relation: Relation) -> bool {
    matches!(relation, Relation::AtLeast | Relation::AtMost)
}

fn is_lower(relation: Relation) -> bool {
    matches!(relation, Relation::Above | Relation::AtLeast)
}

/// The filters that bound, by the member that they compare.
fn ends(object: &CollectionObject) -> Vec<Ends> {
    let mut members: BTreeMap<&str, Ends> = BTreeMap::new();
    let bounding = object.filters.iter().enumerate().filter(|(_, filter)| filter.relation != Relation::Equal);
    for (index, filter) in bounding {
        let ends = members.entry(filter.member.as_str()).or_insert(Ends { lower: None, upper: None });
        let end = if is_lower(filter.relation) { &mut ends.lower } else { &mut ends.upper };
        end.get_or_insert_with(|| (index, filter.clone()));
    }
    members.into_values().collect()
}

/// The case that asks for what is on each side of the first element's value.
fn asked<'c>(
    ground: &mut Ground<'c, '_>,
    collection: &Collection<'c>,
    ends: &Ends,
) -> Result<(CaseId, Series), String> {
    let series = ground.series(collection)?;
    let parameters: Vec<&str> =
        [&ends.lower, &ends.upper].into_iter().flatten().map(|(_, filter)| &*filter.parameter).collect();
    let name = format!("law: ends of {} in {}", parameters.join(" and "), collection.operation.id);
    if let Some(known) = ground.supported(&name) {
        return Ok((known, series));
    }
    let mut steps = Vec::new();
    for (step, end) in [("lower", &ends.lower), ("upper", &ends.upper)] {
        let Some((index, filter)) = end else { continue };
        // In a window what lies on one side of our own value lies in the window as well.
        let query = vec![(&*filter.parameter, Template::Expression(series.value(*index)))];
        let query = ground.within(collection, query);
        steps.push(ground.pinned(step, collection, &series, query)?);
    }
    Ok((ground.support(&name, (steps, vec![series.case.clone()]), Vec::new()), series))
}

fn judge(
    (object, series): (&CollectionObject, &Series),
    observed: &[Observed],
    (ends, filter): (&Ends, &Filter),
    place: &Place,
) -> Judgement {
    let whole = series.whole(object, observed)?;
    let (own, element) = series.asked_for(&whole, observed)?;
    let value = filter.member.resolve(element).filter(|value| !value.is_null()).ok_or("the element has no value")?;
    let shows = |step: &str| {
        let page = Page::read(object, observed, step)?;
        let found = page.find(&own).map(|(index, _)| index);
        if found.is_none() && !(page.is_all() && page.names_all()) {
            return Err("it may be on another page".to_owned());
        }
        Ok((page.at, found))
    };
    let step = if is_lower(filter.relation) { "lower" } else { "upper" };
    let (at, found) = shows(step)?;
    let other = if is_lower(filter.relation) { &ends.upper } else { &ends.lower };
    let right = found.is_some() == includes(filter.relation);
    if may_hide(value) {
        let Some((_, other)) = other else {
            return Err("what is shown of a value may not be all of it, and no other bound tells".to_owned());
        };
        let (_, beyond) = shows(if step == "lower" { "upper" } else { "lower" })?;
        let as_promised = right && beyond.is_some() == includes(other.relation);
        // It is on one side alone: there it may be, by what it does not show.
        if !as_promised && found.is_some() != beyond.is_some() {
            return Err("what is shown of a value may not be all of it".to_owned());
        }
    }
    if right {
        return Ok(Vec::new());
    }
    let verb = if found.is_some() { "shows" } else { "leaves out" };
    Ok(vec![Broken {
        at,
        place: place.clone(),
        part: Some(match found {
            Some(index) => object.items.index(index).join(&filter.member),
            None => object.items.clone(),
        }),
        class: filter.parameter.clone(),
        message: format!("a list that `{}` bounds {verb} an element that is equal to the bound", filter.parameter),
        promised: format!("only elements that are {} `{}`, and all of them", words(filter.relation), filter.parameter),
        came: found.map_or_else(|| json!("it is not shown"), |_| Value::clone(value)),
        remedy: format!(
            "{} what is equal to `{}`",
            if includes(filter.relation) { "show" } else { "leave out" },
            filter.parameter
        ),
        compared: None,
        certain: true,
    }])
}
