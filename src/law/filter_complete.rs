//! `filter-complete`: a list shows all that its filter asks for.

use serde_json::{Value, json};

use super::Law;
use super::declared::{Collection, CollectionObject, Filter, Relation};
use super::ground::Ground;
use super::page::Page;
use super::series::Series;
use crate::case::Step;
use crate::case::expression::Template;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::Place;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "filter-complete",
    title: "a list shows all that its filter asks for",
    compose,
    page: include_str!("../../docs/law/filter-complete.md"),
};

/// Everything was created after the first, and before the second.
const LONG_AGO: (&str, &str) = ("2000-01-01T00:00:00Z", "2000-01-01");
const FAR_AHEAD: (&str, &str) = ("2100-01-01T00:00:00Z", "2100-01-01");

/// The step that asks for less, and the one that looks again at all.
const FILTERED: &str = "filtered";
const AGAIN: &str = "again";

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    for collection in &ground.declared.collections {
        let id = &collection.operation.id;
        let series = match ground.series(collection) {
            Ok(series) => series,
            Err(reason) => {
                ground.note(law, &id.0, &reason);
                continue;
            }
        };
        let label = series.label();
        add(law, ground, collection, (&series, &label), (Vec::new(), Asked::Own));
        for (index, filter) in collection.object.filters.iter().enumerate() {
            // A window asks for both ends of the bounds anyway.
            let in_window = series.pin.is_none() && series.window.is_some() && filter.relation != Relation::Equal;
            if label == filter.parameter || in_window {
                continue;
            }
            match steps(ground, collection, &series, (index, filter)) {
                Ok(asked) => add(law, ground, collection, (&series, &filter.parameter), asked),
                Err(reason) => ground.note(law, &format!("{id}: {}", filter.parameter), &reason),
            }
        }
    }
}

/// What a list was asked for.
#[derive(Debug, Clone)]
enum Asked {
    /// What pins it.
    Own,
    /// The same within wide bounds.
    Wide,
    /// The same with the value that the first element showed.
    Like(Filter),
}

/// The requests that ask for what fits `filter` as well.
fn steps<'c>(
    ground: &Ground<'c, '_>,
    collection: &Collection<'c>,
    series: &Series,
    (index, filter): (usize, &Filter),
) -> Result<(Vec<Step>, Asked), String> {
    let format = ground.keyword(collection.operation, &filter.parameter, "format").and_then(Value::as_str);
    let wide = |(time, day): (&str, &str)| match format {
        Some("date-time") => Ok(Template::Literal(json!(time))),
        Some("date") => Ok(Template::Literal(json!(day))),
        _ => Err("no value is known to be beyond all others".to_owned()),
    };
    let (value, asked) = match filter.relation {
        Relation::Equal => (Template::Expression(series.value(index)), Asked::Like(filter.clone())),
        Relation::Above | Relation::AtLeast => (wide(LONG_AGO)?, Asked::Wide),
        Relation::Below | Relation::AtMost => (wide(FAR_AHEAD)?, Asked::Wide),
    };
    let query = ground.within(collection, vec![(&*filter.parameter, value)]);
    let mut steps = vec![ground.pinned(FILTERED, collection, series, query)?];
    if matches!(asked, Asked::Like(_)) {
        steps.push(ground.pinned(AGAIN, collection, series, ground.within(collection, Vec::new()))?);
    }
    Ok((steps, asked))
}

fn add<'c>(
    law: &Law,
    ground: &mut Ground<'c, '_>,
    collection: &Collection<'c>,
    (series, label): (&Series, &str),
    (steps, asked): (Vec<Step>, Asked),
) {
    let place = match label {
        "" => ground.promise(collection.operation),
        parameter => ground.parameter_promise(collection.operation, parameter),
    };
    let window = series.window.as_ref().map(|window| {
        let parameter = &window.lower.parameter;
        (parameter.clone(), ground.parameter_promise(collection.operation, parameter))
    });
    let pinned = (label.to_owned(), place);
    let judge = Judge { object: collection.object.clone(), series: series.clone(), pinned, window, asked };
    ground.look(law, (&collection.operation.id, label), (steps, std::slice::from_ref(&series.case)), move |observed| {
        judge.judge(observed)
    });
}

struct Judge {
    object: CollectionObject,
    series: Series,
    /// The filter, with what promises it.
    pinned: (String, Place),
    /// The same where a window pins the list.
    window: Option<(String, Place)>,
    asked: Asked,
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let read = |step: &str| Page::read(&self.object, observed, step);
        let shared = self.series.is_shared(observed);
        let whole = self.series.whole(&self.object, observed)?;
        let (page, expected) = match &self.asked {
            Asked::Own => (whole, self.series.own(observed)?),
            // What others created may be gone.
            Asked::Wide if shared => (read(FILTERED)?, self.series.own(observed)?),
            Asked::Wide => (read(FILTERED)?, whole.ids().map(|(_, id)| id).collect()),
            Asked::Like(filter) => {
                let (before, after) = (whole, read(AGAIN)?);
                let page = read(FILTERED)?;
                (page, alike(filter, &before, &after))
            }
        };
        if expected.is_empty() {
            return Err("nothing is known to fit the filter".to_owned());
        }
        let missing = expected.iter().filter(|id| page.find(id).is_none()).count();
        if missing == 0 {
            return Ok(Vec::new());
        }
        if !page.is_all() || !page.names_all() {
            return Err("it may be on another page".to_owned());
        }
        let in_window = self.window.as_ref().filter(|_| shared && matches!(self.asked, Asked::Own));
        let (label, place) = in_window.unwrap_or(&self.pinned);
        let what = match label.as_str() {
            "" => "a list".to_owned(),
            parameter => format!("a list that `{parameter}` filters"),
        };
        Ok(vec![Broken {
            at: page.at,
            place: place.clone(),
            part: Some(self.object.items.clone()),
            class: label.clone(),
            message: format!("{what} leaves out what this run created and what fits"),
            promised: "all that was created and fits".to_owned(),
            came: json!({ "missing": missing, "shown": page.elements.len() }),
            remedy: "show every element that fits".to_owned(),
            compared: None,
            certain: true,
        }])
    }
}

/// The elements that showed the value of the first both before and after.
fn alike(filter: &Filter, before: &Page<'_>, after: &Page<'_>) -> Vec<String> {
    let value = |element: &Value| filter.member.resolve(element).filter(|value| !value.is_null()).cloned();
    let Some(asked) = before.elements.first().and_then(value) else { return Vec::new() };
    let shows =
        |page: &Page<'_>, id: &str| page.find(id).and_then(|(_, element)| value(element)).as_ref() == Some(&asked);
    before.ids().map(|(_, id)| id).filter(|id| shows(before, id) && shows(after, id)).collect()
}
