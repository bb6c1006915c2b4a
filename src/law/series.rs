//! A few created things and a list that shows them and no other, so that whatever others do changes nothing in it.

use super::declared::{Collection, Relation, Resource};
use super::ground::{Ground, Specimen, settled, success, text};
use crate::case::expression::{Expression, Template};
use crate::case::ruling::Observed;
use crate::case::{CaseId, Step};
use crate::document::Pointer;

/// So many are in a list that has pages.
const MANY: usize = 4;

/// So many are in one that has none.
const FEW: usize = 2;

/// The step that asks for all of them at once.
pub(super) const WHOLE: &str = "whole";

/// What this run has in a list, alone in it.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// The case that created them and has seen them listed.
    pub(super) case: CaseId,
    /// The ids above the list.
    pub(super) above: Vec<Expression>,
    /// The filter that leaves all others out; nothing where their own parent does.
    pub(super) pin: Option<String>,
    /// The steps that created them.
    steps: Vec<String>,
    /// Where their answers hold their ids.
    id: Pointer,
    /// What the case's outputs are called by.
    name: String,
}

impl Series {
    /// The query that pins the list.
    pub(super) fn query(&self) -> Vec<(&str, Template)> {
        self.pin.as_deref().map(|pin| (pin, Template::Expression(self.output("pin")))).into_iter().collect()
    }

    /// What the first element of the list showed of the filter at this place.
    pub(super) fn value(&self, filter: usize) -> Expression {
        self.output(&value(filter))
    }

    /// The ids that name the first of them.
    pub(super) fn first(&self) -> Vec<Expression> {
        self.above.iter().cloned().chain([self.output("first")]).collect()
    }

    /// The ids of those that were created.
    ///
    /// # Errors
    /// When one has none.
    pub(super) fn own(&self, observed: &[Observed]) -> Result<Vec<String>, String> {
        let own = |step: &String| {
            let (_, created) = success(observed, step)?;
            let id = created.value(&self.id).map(spelled);
            id.ok_or_else(|| format!("step {step}: the answer holds no id"))
        };
        self.steps.iter().map(own).collect()
    }

    fn output(&self, name: &str) -> Expression {
        Expression::WorkflowOutput(self.name.clone(), name.to_owned(), Pointer::root())
    }
}

/// An id, whatever case it is written in.
pub(super) fn spelled(id: &serde_json::Value) -> String {
    text(id).to_lowercase()
}

fn value(filter: usize) -> String {
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
        let pin = match resource.parent {
            Some(_) => None,
            None => Some(pin(collection, resource, &steps)?),
        };
        if let (Some((_, written)), Some(create)) = (&pin, steps.first_mut()) {
            create.outputs.push(("pin".to_owned(), Expression::RequestBody(written.clone())));
            let value = Expression::StepOutput(create.id.clone(), "pin".to_owned(), Pointer::root());
            outputs.push(("pin".to_owned(), value));
        }
        let pin = pin.map(|(parameter, _)| parameter);
        let pinned = pin.iter().zip(outputs.last());
        let pinned = pinned.map(|(pin, (_, value))| (&**pin, Template::Expression(value.clone()))).collect();
        let mut whole = self.list(WHOLE, collection, above, pinned)?;
        for (index, filter) in object.filters.iter().enumerate() {
            whole.outputs.push((value(index), Expression::ResponseBody(object.items.index(0).join(&filter.member))));
            outputs.push((value(index), Expression::StepOutput(WHOLE.to_owned(), value(index), Pointer::root())));
        }
        let last = object.items.index(specimens.len().saturating_sub(1));
        steps.push(settled(whole, resource.settles, &format!("$response.body#{last} != null")));
        let name = format!("law: own ones in {}", collection.operation.id);
        let case = self.support(&name, (steps, cases), outputs);
        let mut series = Series {
            case,
            above: Vec::new(),
            pin,
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
fn pin(collection: &Collection<'_>, resource: &Resource<'_>, steps: &[Step]) -> Result<(String, Pointer), String> {
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
