//! A few created things and a list that shows them and no other, so that whatever others do changes nothing in it.

use serde_json::Value;

use super::declared::{Collection, CollectionObject, Relation, Resource};
use super::ground::{Ground, Specimen, of, refused, set, settled, success, supply, text};
use super::page::Page;
use super::window::{WINDOW, Window};
use crate::case::expression::{Expression, Template};
use crate::case::ruling::Observed;
use crate::case::{Action, ActionKind, CaseId, Intent, Step, Supply};
use crate::contract::Location;
use crate::document::Pointer;

/// So many are in a list that has pages.
const MANY: usize = 4;

/// So many are in one that has none.
const FEW: usize = 2;

/// The step that asks for all of them at once.
pub(super) const WHOLE: &str = "whole";

/// What this run has in a list, alone in it or in a window of time that others may create in, too.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// The case that created them and has seen them listed.
    pub(super) case: CaseId,
    /// The ids above the list.
    pub(super) above: Vec<Expression>,
    /// The filter that leaves all others out; nothing where their own parent does.
    pub(super) pin: Option<String>,
    /// What is asked for where several cannot share what the filter asks for.
    pub(super) window: Option<Window>,
    /// The steps that created them.
    steps: Vec<String>,
    /// Where their answers hold their ids.
    id: Pointer,
    /// What the case's outputs are called by.
    name: String,
}

impl Series {
    /// The filters that pin the list, for reports.
    pub(super) fn label(&self) -> String {
        match (&self.pin, &self.window) {
            (Some(pin), _) => pin.clone(),
            (None, Some(window)) => window.lower.parameter.clone(),
            (None, None) => String::new(),
        }
    }

    /// What the first element of the list showed of the filter at this place; in a window, what one of our own did.
    pub(super) fn value(&self, filter: usize) -> Expression {
        self.output(&value(filter))
    }

    /// The ids that name the first of them.
    pub(super) fn first(&self) -> Vec<Expression> {
        self.above.iter().cloned().chain([self.output("first")]).collect()
    }

    /// All that the pinned list showed at once.
    ///
    /// # Errors
    /// Why it showed nothing.
    pub(super) fn whole<'o>(&self, object: &'o CollectionObject, observed: &'o [Observed]) -> Result<Page<'o>, String> {
        Page::read(object, observed, if self.is_shared(observed) { WINDOW } else { WHOLE })
    }

    /// Whether others may be in the list, too.
    pub(super) fn is_shared(&self, observed: &[Observed]) -> bool {
        self.window.is_some() && of(observed, WINDOW).is_some()
    }

    /// The ids of those that were created, and that surely are in the list.
    ///
    /// # Errors
    /// When one has none.
    pub(super) fn own(&self, observed: &[Observed]) -> Result<Vec<String>, String> {
        if let Some(window) = self.window.as_ref().filter(|_| self.is_shared(observed)) {
            return window.inside(observed, &self.id);
        }
        let own = |step: &String| {
            let (_, created) = success(observed, step)?;
            let id = created.value(&self.id).map(spelled);
            id.ok_or_else(|| format!("step {step}: the answer holds no id"))
        };
        self.steps.iter().map(own).collect()
    }

    /// The id of the one that [`Self::first`] names.
    ///
    /// # Errors
    /// Why it is not known.
    pub(super) fn named(&self, observed: &[Observed]) -> Result<String, String> {
        if let Some(window) = self.window.as_ref().filter(|_| self.is_shared(observed)) {
            return window.middle(observed, &self.id);
        }
        self.own(observed)?.into_iter().next().ok_or_else(|| "nothing was created".to_owned())
    }

    /// The element of `whole` whose values are asked for, with its id.
    ///
    /// # Errors
    /// Why it is not known.
    pub(super) fn asked_for<'o>(&self, whole: &Page<'o>, observed: &[Observed]) -> Result<(String, &'o Value), String> {
        if let Some(window) = self.window.as_ref().filter(|_| self.is_shared(observed)) {
            let own = window.middle(observed, &self.id)?;
            let (_, element) = whole.find(&own).ok_or("the list does not show what was created")?;
            return Ok((own, element));
        }
        let element = whole.elements.first().ok_or("the list shows nothing")?;
        let (_, own) = whole.ids().next().filter(|(index, _)| *index == 0).ok_or("the element shows no id")?;
        Ok((own, element))
    }

    fn output(&self, name: &str) -> Expression {
        Expression::WorkflowOutput(self.name.clone(), name.to_owned(), Pointer::root())
    }
}

/// An id, whatever case it is written in.
pub(super) fn spelled(id: &Value) -> String {
    text(id).to_lowercase()
}

/// The output that holds what an element showed of the filter at this place.
pub(super) fn value(filter: usize) -> String {
    format!("value-{filter}")
}

/// What is created, and how.
#[derive(Default)]
struct Made {
    steps: Vec<Step>,
    cases: Vec<CaseId>,
    specimens: Vec<Specimen>,
}

impl<'c> Ground<'c, '_> {
    /// Things in `collection` that are alone in a list of it; the same for all laws.
    pub(super) fn series(&mut self, collection: &Collection<'c>) -> Result<Series, String> {
        let known = self.series.get(&collection.operation.id).cloned();
        known.unwrap_or_else(|| {
            let series = self.make_series(collection);
            self.series.insert(collection.operation.id.clone(), series.clone());
            series
        })
    }

    /// A request for the list that `series` is pinned in, and for what `extra` asks for as well, in the place of what pins
    /// it where that is the same.
    pub(super) fn pinned(
        &self,
        id: &str,
        collection: &Collection<'c>,
        series: &Series,
        extra: Vec<(&str, Template)>,
    ) -> Result<Step, String> {
        let mut step = self.list(id, collection, &series.above, Vec::new())?;
        // Which of the two pins there is shows only when the run comes to it.
        let pin = series.pin.iter().map(|pin| (&**pin, "pin"));
        let window = series.window.iter().flat_map(Window::parameters);
        for (name, output) in pin.chain(window) {
            supply(&mut step, name, Location::Query, Supply::WhereKnown(series.output(output)));
        }
        for (name, value) in extra {
            set(&mut step, name, Location::Query, value);
        }
        Ok(step)
    }

    /// A request for all in the window of `series`; it has no value where there is none.
    pub(super) fn window_again(
        &self,
        id: &str,
        collection: &Collection<'c>,
        series: &Series,
    ) -> Result<Option<Step>, String> {
        let Some(window) = &series.window else { return Ok(None) };
        let ends = window.parameters().map(|(name, output)| (name, Template::Expression(series.output(output))));
        self.list(id, collection, &series.above, self.within(collection, ends.to_vec())).map(Some)
    }

    fn make_series(&mut self, collection: &Collection<'c>) -> Result<Series, String> {
        let resource = self.declared.resource_of(collection).ok_or("no resource is declared that it lists")?;
        let id = resource.id.clone().ok_or("the answer that creates one holds no id")?;
        let object = &collection.object;
        let paged = object.cursor.is_some() || object.limit.is_some() || object.total.is_some();
        let Made { mut steps, cases, specimens } = self.made(resource, paged)?;
        let first = specimens.first().ok_or("nothing is created")?;
        let (own, above) = first.ids.split_last().ok_or("it has no id")?;
        let mut outputs = vec![("first".to_owned(), own.clone())];
        outputs.extend(above.iter().enumerate().map(|(index, id)| (format!("above-{index}"), id.clone())));
        let (pin, window) = match resource.parent {
            Some(_) => (None, None),
            None => (Some(pin(collection, resource, &steps)), Window::of(collection, resource)),
        };
        let pin = match pin {
            Some(Err(reason)) if window.is_none() => return Err(reason),
            pin => pin.and_then(Result::ok),
        };
        let opened = match (&window, steps.first_mut()) {
            (Some(window), Some(opens)) => Some(self.open(window, (collection, resource), opens)?),
            _ => None,
        };
        let mut whole = self.list(WHOLE, collection, above, Vec::new())?;
        if let (Some((parameter, written)), Some(create)) = (&pin, steps.first_mut()) {
            create.outputs.push(("pin".to_owned(), Expression::RequestBody(written.clone())));
            let value = Expression::StepOutput(create.id.clone(), "pin".to_owned(), Pointer::root());
            set(&mut whole, parameter, Location::Query, Template::Expression(value));
            // Only where several bear it is it what pins the list.
            whole.outputs.push(("pin".to_owned(), Expression::RequestParameter(Location::Query, parameter.clone())));
            outputs
                .push(("pin".to_owned(), Expression::StepOutput(WHOLE.to_owned(), "pin".to_owned(), Pointer::root())));
        }
        for (index, filter) in object.filters.iter().enumerate() {
            whole.outputs.push((value(index), Expression::ResponseBody(object.items.index(0).join(&filter.member))));
            outputs.push((value(index), Expression::StepOutput(WHOLE.to_owned(), value(index), Pointer::root())));
        }
        let last = object.items.index(specimens.len().saturating_sub(1));
        let mut whole = settled(whole, resource.settles, &format!("$response.body#{last} != null"));
        match (opened, pin.is_some()) {
            (Some(opened), true) => {
                // The first bears the mark; whether another may shows when it is sent.
                for another in steps.iter_mut().skip(1) {
                    another.intent = Intent::Unknown;
                    another.on_success.push(refused(ActionKind::GotoStep(opened.first.clone()))?);
                }
                whole.on_success.push(Action { criteria: Vec::new(), ..refused(ActionKind::End)? });
                steps.push(whole);
                steps.extend(opened.steps);
                outputs.extend(opened.outputs);
            }
            (Some(opened), false) => {
                steps.truncate(1);
                steps.extend(opened.steps);
                outputs.extend(opened.outputs);
            }
            (None, _) => steps.push(whole),
        }
        let name = format!("law: own ones in {}", collection.operation.id);
        let case = self.support(&name, (steps, cases), outputs);
        let mut series = Series {
            case,
            above: Vec::new(),
            pin: pin.map(|(parameter, _)| parameter),
            window,
            steps: specimens.iter().map(|specimen| specimen.step.clone()).collect(),
            id,
            name,
        };
        series.above = (0..above.len()).map(|index| series.output(&format!("above-{index}"))).collect();
        Ok(series)
    }

    /// Specimens below a parent of their own, or of one case, whose mark they share.
    fn made(&mut self, resource: &Resource<'c>, paged: bool) -> Result<Made, String> {
        let mut made = Made::default();
        let parent = self.parent(resource);
        if parent.is_some() && !paged {
            // Where nothing is counted it does no harm when others of this run come to stand beside them.
            for number in 1..=FEW {
                let specimen = self.shared(resource, number)?;
                made.cases.extend(specimen.case.clone());
                made.specimens.push(specimen);
            }
            return Ok(made);
        }
        let above = match parent {
            Some(parent) => {
                let (steps, specimen) = self.own(&parent, "parent")?;
                made.steps = steps;
                specimen.ids
            }
            None => Vec::new(),
        };
        for number in 1..=if paged { MANY } else { FEW } {
            let (step, specimen) = self.below(resource, &format!("own-{number}"), &above)?;
            made.steps.push(step);
            made.specimens.push(specimen);
        }
        Ok(made)
    }
}

/// The filter for a text that only this case writes, with where it writes it.
pub(super) fn pin(
    collection: &Collection<'_>,
    resource: &Resource<'_>,
    steps: &[Step],
) -> Result<(String, Pointer), String> {
    let payload = steps.first().and_then(|step| step.payload.as_ref()).ok_or("nothing is written to create one")?;
    let marked = |pointer: &&Pointer| {
        payload.replacements.iter().any(|(at, text)| {
            at == *pointer && text.as_ref().is_some_and(|text| text.expressions().contains(&&Expression::Run))
        })
    };
    let equal = collection.object.filters.iter().filter(|filter| filter.relation == Relation::Equal);
    let found = equal.into_iter().find_map(|filter| {
        let shown = resource.fields.iter().filter(|field| field.list.as_ref() == Some(&filter.member));
        let written = shown.filter_map(|field| field.create.as_ref()).find(marked)?;
        Some((filter.parameter.clone(), written.clone()))
    });
    found.ok_or_else(|| "no filter asks for a text that only this run writes".to_owned())
}
