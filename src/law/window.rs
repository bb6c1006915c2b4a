//! A closed window of time between own creations: what is alone in a list where no own value can be asked for, but for
//! what others create at the same moment.

use std::time::Duration;

use serde_json::{Value, json};

use super::declared::{Collection, Field, Filter, Relation, Resource};
use super::ground::{Ground, late, success};
use super::relation::surely_between;
use super::series::spelled;
use crate::case::expression::{Criterion, Expression, Template};
use crate::case::ruling::Observed;
use crate::case::{Action, ActionKind, Intent, Step, Until};
use crate::contract::Location;
use crate::document::Pointer;

/// The step that asks for all in the window.
pub(super) const WINDOW: &str = "window";

/// The creation at which it closes.
const CLOSES: &str = "own-last";

/// So many are created in the window: more than a page holds.
const INSIDE: usize = 3;

/// The one that bounds are asked for at.
const MIDDLE: usize = 2;

/// So many elements of the window are asked for at once.
const MOST: u64 = 50;

/// Times may be shown in whole seconds, so that nothing surely lies between two of one second.
const SECOND: Duration = Duration::from_millis(1050);

/// Nothing surely lies between two times of one moment.
const MOMENT: Duration = Duration::from_millis(20);

/// The two filters that bound the time of creation, and where an answer that creates holds that time.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) lower: Filter,
    pub(super) upper: Filter,
    created: Pointer,
}

/// The outputs of a case that hold the ends of its window.
pub(super) const FROM: &str = "from";
pub(super) const TO: &str = "to";

impl Window {
    /// The window that `collection` can be asked for.
    pub(super) fn of(collection: &Collection<'_>, resource: &Resource<'_>) -> Option<Self> {
        let filters = &collection.object.filters;
        filters.iter().find_map(|lower| {
            let is_lower = matches!(lower.relation, Relation::Above | Relation::AtLeast);
            let is_upper = |filter: &&Filter| matches!(filter.relation, Relation::Below | Relation::AtMost);
            let upper = filters.iter().filter(is_upper).find(|upper| upper.member == lower.member)?;
            let own = |field: &&Field| field.list.as_ref() == Some(&lower.member) && field.creation_time;
            let created = resource.fields.iter().find(own)?.created.clone().filter(|_| is_lower)?;
            Some(Self { lower: lower.clone(), upper: upper.clone(), created })
        })
    }

    /// The time of creation that the answer to `step` shows.
    fn time(step: &Step) -> Expression {
        Expression::StepOutput(step.id.clone(), TIME.to_owned(), Pointer::root())
    }

    /// The ids of those that surely were created in the window, in the order in which they were.
    ///
    /// # Errors
    /// Why that is not known of any.
    pub(super) fn inside(&self, observed: &[Observed], id: &Pointer) -> Result<Vec<String>, String> {
        let (_, list) = success(observed, WINDOW)?;
        let ends = list.query(&self.lower.parameter).zip(list.query(&self.upper.parameter));
        let (from, to) = ends.ok_or("the window was not asked for")?;
        let inside = (1..=INSIDE).filter_map(|number| {
            let (_, created) = success(observed, &inside(number)).ok()?;
            let time = created.value(&self.created)?;
            let id = created.value(id).map(spelled)?;
            surely_between(time, (&from, &to)).then_some(id)
        });
        let inside: Vec<String> = inside.collect();
        if inside.len() == INSIDE {
            Ok(inside)
        } else {
            Err("the times of creation that are shown do not tell what was created in between".to_owned())
        }
    }

    /// The id of the one that bounds are asked for at.
    ///
    /// # Errors
    /// Why it is not known.
    pub(super) fn middle(&self, observed: &[Observed], id: &Pointer) -> Result<String, String> {
        let inside = self.inside(observed, id)?;
        inside.into_iter().nth(MIDDLE - 1).ok_or_else(|| "nothing was created in between".to_owned())
    }

    /// What the list is asked for, from then on, by the outputs of the case that opened the window.
    pub(super) fn parameters(&self) -> [(&str, &'static str); 2] {
        [(&self.lower.parameter, FROM), (&self.upper.parameter, TO)]
    }
}

/// The output that holds the time of a creation.
const TIME: &str = "time";

/// The step that makes the one of this number in the window.
fn inside(number: usize) -> String {
    format!("inside-{number}")
}

/// What a case does to make a window.
pub(super) struct Opened {
    pub(super) steps: Vec<Step>,
    /// The outputs of the case.
    pub(super) outputs: Vec<(String, Expression)>,
    /// The step at which it begins.
    pub(super) first: String,
}

impl<'c> Ground<'c, '_> {
    /// Steps that create in a window of time, which opens when `opens` was created, and ask for what is in it.
    pub(super) fn open(
        &self,
        window: &Window,
        (collection, resource): (&Collection<'c>, &Resource<'c>),
        opens: &mut Step,
    ) -> Result<Opened, String> {
        let timed = |step: &mut Step| {
            step.outputs.push((TIME.to_owned(), Expression::ResponseBody(window.created.clone())));
        };
        timed(opens);
        let mut steps = Vec::new();
        steps.extend(self.pause(resource, opens, "before")?);
        let mut middle = None;
        for number in 1..=INSIDE {
            let mut step = self.another(resource.create, opens, number);
            step.id = inside(number);
            step.intent = Intent::Valid;
            step.on_success.clear();
            if number == MIDDLE {
                middle = Some(step.id.clone());
            }
            steps.push(step);
        }
        steps.extend(self.pause(resource, opens, "after")?);
        let mut closes = self.another(resource.create, opens, INSIDE + 1);
        CLOSES.clone_into(&mut closes.id);
        closes.intent = Intent::Valid;
        closes.on_success.clear();
        let (from, to) = (Window::time(opens), Window::time(&closes));
        steps.push(closes);
        let query = vec![
            (&*window.lower.parameter, Template::Expression(from)),
            (&*window.upper.parameter, Template::Expression(to)),
        ];
        let mut list = self.list(WINDOW, collection, &[], self.within(collection, query))?;
        let mut outputs = Vec::new();
        for (index, filter) in collection.object.filters.iter().enumerate() {
            let name = super::series::value(index);
            let first = Expression::ResponseBody(collection.object.items.index(0).join(&filter.member));
            list.outputs.push((name.clone(), first));
            let own = middle.as_ref().filter(|_| filter.member == window.lower.member);
            let (step, output) = own.map_or((WINDOW, &*name), |middle| (middle, TIME));
            outputs.push((name.clone(), Expression::StepOutput(step.to_owned(), output.to_owned(), Pointer::root())));
        }
        if let Some(middle) = middle {
            let id = Expression::StepOutput(middle, "id".to_owned(), Pointer::root());
            outputs.push(("first".to_owned(), id));
        }
        // Only once the window was asked for is it what pins the list.
        for (parameter, end) in window.parameters() {
            list.outputs.push((end.to_owned(), Expression::RequestParameter(Location::Query, parameter.to_owned())));
            outputs.push((end.to_owned(), Expression::StepOutput(WINDOW.to_owned(), end.to_owned(), Pointer::root())));
        }
        // What others create may be seen before what is our own.
        steps.push(late(list, resource.settles));
        let first = steps.first().map(|step| step.id.clone()).unwrap_or_default();
        Ok(Opened { steps, outputs, first })
    }

    /// `query` for as much of a window as one answer may hold.
    pub(super) fn within<'q>(
        &self,
        collection: &'q Collection<'c>,
        mut query: Vec<(&'q str, Template)>,
    ) -> Vec<(&'q str, Template)> {
        if let Some(limit) = &collection.object.limit {
            let most = self.keyword(collection.operation, &limit.parameter, "maximum").and_then(Value::as_u64);
            query.push((&limit.parameter, Template::Literal(json!(MOST.min(most.unwrap_or(MOST))))));
        }
        query
    }

    /// A step that changes nothing and takes a moment, or a second where the time of creation shows no more; where there is
    /// one.
    fn pause(&self, resource: &Resource<'c>, created: &Step, name: &str) -> Result<Option<Step>, String> {
        let Some(read) = &resource.read else { return Ok(None) };
        let id = Expression::StepOutput(created.id.clone(), "id".to_owned(), Pointer::root());
        let mut step = self.request(&format!("pause-{name}"), read.operation, &[id])?;
        let fine = Criterion::regex(Window::time(created), r"\.\d*[1-9]").map_err(|error| error.to_string())?;
        step.until = Some(Until { within: SECOND + SECOND / 2, every: SECOND, criteria: vec![fine] });
        let kind = ActionKind::Retry { after: MOMENT, limit: 1, step: None, case: None };
        step.on_success.push(Action { name: name.to_owned(), kind, arguments: Vec::new(), criteria: Vec::new() });
        Ok(Some(step))
    }
}
