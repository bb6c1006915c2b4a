//! What laws build their cases from: specimens that are created, shared or not, and how steps are put together.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::declared::{Declared, Resource};
use super::series::Series;
use super::{Composed, Law};
use crate::case::expression::{Criterion, Expression, Template};
use crate::case::ruling::{Judgement, Observed, Ruling};
use crate::case::{Action, ActionKind, Argument, Case, CaseId, Intent, Origin, Step, Supply, Until};
use crate::contract::{Contract, Location, OperationId, PathTemplate, style};
use crate::digest::sha256_of_parts;
use crate::document::Pointer;
use crate::generate;

/// The family of the cases that create what several laws look at.
pub(super) const SHARED: &str = "law";

/// Between two looks at something that settles.
const POLL: Duration = Duration::from_millis(100);

/// Something that a law looks at: created by its own case, or by one that it depends on.
#[derive(Debug, Clone)]
pub(super) struct Specimen {
    /// The step that creates it.
    pub(super) step: String,
    /// The ids of its parents and its own, the outermost first.
    pub(super) ids: Vec<Expression>,
    /// The case that creates it, where it is shared.
    pub(super) case: Option<CaseId>,
    /// What outputs of its creation are called by: the step, or the case that creates it.
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    Step(String),
    Case(String),
}

impl Specimen {
    /// What `step` creates below the `above` ones.
    fn of(step: &str, above: Vec<Expression>) -> Self {
        let source = Source::Step(step.to_owned());
        let ids = above.into_iter().chain([source.output("id")]).collect();
        Self { step: step.to_owned(), ids, case: None, source }
    }

    /// What the creation put out under `name`.
    pub(super) fn output(&self, name: &str) -> Expression {
        self.source.output(name)
    }

    /// What was written, or answered, of the field at `index` of its resource when it was created.
    pub(super) fn field(&self, index: usize) -> Expression {
        self.output(&format!("field-{index}"))
    }
}

impl Source {
    fn output(&self, name: &str) -> Expression {
        match self {
            Self::Step(step) => Expression::StepOutput(step.clone(), name.to_owned(), Pointer::root()),
            Self::Case(case) => Expression::WorkflowOutput(case.clone(), name.to_owned(), Pointer::root()),
        }
    }
}

/// Where cases of laws are built.
pub(super) struct Ground<'c, 'd> {
    pub(super) contract: &'c Contract,
    pub(super) declared: &'d Declared<'c>,
    pub(super) settings: &'d generate::Settings,
    shared: BTreeMap<(String, usize), Specimen>,
    /// What is known to be in each list.
    pub(super) series: BTreeMap<OperationId, Result<Series, String>>,
    pub(super) composed: Composed,
}

impl<'c, 'd> Ground<'c, 'd> {
    pub(super) fn new(contract: &'c Contract, settings: &'d generate::Settings, declared: &'d Declared<'c>) -> Self {
        Self {
            contract,
            declared,
            settings,
            shared: BTreeMap::new(),
            series: BTreeMap::new(),
            composed: Composed::default(),
        }
    }

    pub(super) fn finish(self) -> Composed {
        self.composed
    }

    /// Has `add` add the cases of `law` about each resource; its errors say why there are none.
    pub(super) fn each_resource(&mut self, law: &Law, add: impl Fn(&mut Self, &Resource<'c>) -> Result<(), String>) {
        for resource in &self.declared.resources {
            if let Err(reason) = add(self, resource) {
                self.note(law, &resource.name, &reason);
            }
        }
    }

    /// Says that `law` says nothing of `subject`, and why.
    pub(super) fn note(&mut self, law: &Law, subject: &str, reason: &str) {
        self.composed.notes.push(format!("{} is not judged of {subject}: {reason}", law.id));
    }

    /// Adds a case of `law` about `subject`, told apart by `label`, that looks at the shared `specimens`.
    pub(super) fn add(
        &mut self,
        law: &Law,
        (subject, label): (&str, &str),
        (steps, specimens): (Vec<Step>, &[&Specimen]),
        judge: impl Fn(&[Observed]) -> Judgement + Send + Sync + 'static,
    ) {
        let name =
            if label.is_empty() { format!("{} {subject}", law.id) } else { format!("{} {subject}: {label}", law.id) };
        let mut case = Case::new(case_id(law.id, subject, label), name, Origin::Law { law: law.id }, steps);
        for id in specimens.iter().filter_map(|specimen| specimen.case.clone()) {
            if !case.depends_on.contains(&id) {
                case.depends_on.push(id);
            }
        }
        case.ruling = Some(Ruling::new(law.id, judge));
        self.composed.cases.push(case);
    }

    /// Has the case that was added last send `step` again, several times, before it says that something is broken.
    pub(super) fn look_again(&mut self, step: &str) {
        if let Some(ruling) = self.composed.cases.last_mut().and_then(|case| case.ruling.as_mut()) {
            ruling.again = Some(step.to_owned());
        }
    }

    /// The `number`th shared specimen of `resource`, from 1: many cases look at it, and none changes it.
    pub(super) fn shared(&mut self, resource: &Resource<'c>, number: usize) -> Result<Specimen, String> {
        let key = (resource.name.clone(), number);
        if let Some(specimen) = self.shared.get(&key) {
            return Ok(specimen.clone());
        }
        let parent = match self.parent(resource) {
            // All children of one parent: what is listed below it is known.
            Some(parent) => Some(self.shared(&parent, 1)?),
            None => None,
        };
        let above = parent.as_ref().map(|parent| parent.ids.clone()).unwrap_or_default();
        let step = format!("{}-{number}", resource.name);
        let create = self.create(resource, &step, &above)?;
        let name = format!("law: {} {number}", resource.name);
        let mut case = Case::new(
            case_id(SHARED, &resource.name, &number.to_string()),
            name.clone(),
            Origin::Law { law: SHARED },
            Vec::new(),
        );
        case.standalone = false;
        case.depends_on = parent.into_iter().filter_map(|parent| parent.case).collect();
        case.outputs = create
            .outputs
            .iter()
            .map(|(output, _)| (output.clone(), Expression::StepOutput(step.clone(), output.clone(), Pointer::root())))
            .chain(above.iter().enumerate().map(|(index, id)| (parent_output(index), id.clone())))
            .collect();
        case.steps = vec![create];
        let source = Source::Case(name);
        let parents = (0..above.len()).map(|index| source.output(&parent_output(index)));
        let ids = parents.chain([source.output("id")]).collect();
        let specimen = Specimen { step, ids, case: Some(case.id.clone()), source };
        self.composed.cases.push(case);
        self.shared.insert(key, specimen.clone());
        Ok(specimen)
    }

    /// Steps that create a specimen of `resource` for one case alone, and before it its parents; the step is called `step`.
    pub(super) fn own(&self, resource: &Resource<'c>, step: &str) -> Result<(Vec<Step>, Specimen), String> {
        let (mut steps, above) = match self.parent(resource) {
            Some(parent) => {
                let (steps, specimen) = self.own(&parent, &format!("{step}-{}", parent.name))?;
                (steps, specimen.ids)
            }
            None => (Vec::new(), Vec::new()),
        };
        steps.push(self.create(resource, step, &above)?);
        Ok((steps, Specimen::of(step, above)))
    }

    /// A step that creates another specimen of `resource` below the `above` ones.
    pub(super) fn below(
        &self,
        resource: &Resource<'c>,
        step: &str,
        above: &[Expression],
    ) -> Result<(Step, Specimen), String> {
        Ok((self.create(resource, step, above)?, Specimen::of(step, above.to_vec())))
    }

    /// The resource below which `resource` stands.
    pub(super) fn parent(&self, resource: &Resource<'c>) -> Option<Resource<'c>> {
        self.declared.resource(resource.parent.as_ref()?).cloned()
    }

    /// A step that creates a specimen below the `above` ones.
    fn create(&self, resource: &Resource<'c>, id: &str, above: &[Expression]) -> Result<Step, String> {
        let mut step = self.request(id, resource.create, above)?;
        step.intent = Intent::Valid;
        if let Some(naming) = Naming::of(resource) {
            step.outputs.push(("id".to_owned(), naming.expression()));
        }
        for (index, field) in resource.fields.iter().enumerate() {
            let created = field.created.clone().map(Expression::ResponseBody);
            let written = field.create.clone().map(Expression::RequestBody);
            if let Some(value) = created.or(written) {
                step.outputs.push((format!("field-{index}"), value));
            }
        }
        Ok(step)
    }

    /// What [`Ground::own`] does, with this body for the specimen itself.
    pub(super) fn own_with(
        &self,
        resource: &Resource<'c>,
        step: &str,
        body: &Step,
    ) -> Result<(Vec<Step>, Specimen), String> {
        let (mut steps, specimen) = self.own(resource, step)?;
        if let Some(create) = steps.last_mut() {
            create.payload.clone_from(&body.payload);
        }
        Ok((steps, specimen))
    }

    /// Steps that create a specimen for one case alone, for what comes and goes: below a parent that others share, which
    /// is told as well, where it may have enough of them.
    pub(super) fn passing(
        &mut self,
        resource: &Resource<'c>,
        step: &str,
    ) -> Result<(Vec<Step>, Specimen, Option<Specimen>), String> {
        let parent = self.parent(resource).filter(|_| resource.maximum.is_none_or(|most| most > PASSING));
        let Some(parent) = parent else {
            let (steps, specimen) = self.own(resource, step)?;
            return Ok((steps, specimen, None));
        };
        // Not below the first: what is listed there is known.
        let parent = self.shared(&parent, 3)?;
        let (create, specimen) = self.below(resource, step, &parent.ids)?;
        Ok((vec![create], specimen, Some(parent)))
    }
}

/// So many specimens may be below one parent for a while, at the same time.
const PASSING: usize = 8;

/// Where the answer to a creation names the id of what is new.
#[derive(Debug, Clone)]
pub(super) enum Naming {
    /// In its body.
    Body(Pointer),
    /// In its `Location`, as the last parameter of the path by which the thing is read.
    Location(Box<PathTemplate>, String),
}

impl Naming {
    pub(super) fn of(resource: &Resource<'_>) -> Option<Self> {
        if let Some(id) = &resource.id {
            return Some(Self::Body(id.clone()));
        }
        let template = &resource.read.as_ref()?.operation.path;
        let name = template.names().last()?.to_owned();
        Some(Self::Location(Box::new(template.clone()), name))
    }

    fn expression(self) -> Expression {
        match self {
            Self::Body(pointer) => Expression::ResponseBody(pointer),
            Self::Location(template, name) => Expression::Located(template, name),
        }
    }

    /// The id that `created` answers with.
    pub(super) fn id(&self, created: &Observed) -> Option<String> {
        match self {
            Self::Body(pointer) => created.value(pointer).map(text),
            Self::Location(template, name) => {
                let location = created.response.as_ref()?.headers.get("Location")?;
                style::located(template, &created.url, location, name)
            }
        }
    }

    /// Where in the body it stands.
    pub(super) fn part(&self) -> Option<Pointer> {
        match self {
            Self::Body(pointer) => Some(pointer.clone()),
            Self::Location(..) => None,
        }
    }
}

/// `step`, sent once more when `within` is nearly over, for what nobody can see the end of.
pub(super) fn late(mut step: Step, within: Duration) -> Step {
    if !within.is_zero()
        && let Ok(never) = Criterion::simple("$statusCode == 0")
    {
        step.until = Some(Until { within, every: within.mul_f32(0.9), criteria: vec![never] });
    }
    step
}

/// What follows an answer that is a refusal.
pub(super) fn refused(kind: ActionKind) -> Result<Action, String> {
    let refused = Criterion::simple("$statusCode >= 400").map_err(|error| error.to_string())?;
    Ok(Action { name: "refused".to_owned(), kind, arguments: Vec::new(), criteria: vec![refused] })
}

/// Whether `status` says that what was asked for is refused, and not just at this moment or to this client.
pub(super) fn refuses(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 401 | 407 | 408 | 425 | 429)
}

/// `step`, sent again and again until `condition` holds or `within` has passed.
pub(super) fn settled(mut step: Step, within: Duration, condition: &str) -> Step {
    if !within.is_zero()
        && let Ok(criterion) = Criterion::simple(condition)
    {
        step.until = Some(Until { within, every: POLL, criteria: vec![criterion] });
    }
    step
}

/// Gives `step` the value of a parameter, in the place of any other.
pub(super) fn set(step: &mut Step, name: &str, location: Location, value: Template) {
    supply(step, name, location, Supply::Template(value));
}

/// The same, wherever the value comes from.
pub(super) fn supply(step: &mut Step, name: &str, location: Location, value: Supply) {
    step.arguments.retain(|argument| argument.name != name || argument.location.is_some_and(|at| at != location));
    step.arguments.push(Argument { name: name.to_owned(), location: Some(location), value });
}

/// The output that holds the id of a parent, the outermost first.
fn parent_output(index: usize) -> String {
    format!("parent-{index}")
}

pub(super) fn case_id(law: &str, subject: &str, label: &str) -> CaseId {
    CaseId(sha256_of_parts(&["law", law, subject, label]).get(..12).unwrap_or_default().into())
}

/// The exchange of `step`, the last where it was sent more than once, with its place.
pub(super) fn of<'o>(observed: &'o [Observed], step: &str) -> Option<(usize, &'o Observed)> {
    observed.iter().enumerate().rfind(|(_, observed)| observed.step == step)
}

/// The same where it was answered with a success.
///
/// # Errors
/// Why nothing can be said without it.
pub(super) fn success<'o>(observed: &'o [Observed], step: &str) -> Result<(usize, &'o Observed), String> {
    let (at, seen) = of(observed, step).ok_or_else(|| format!("step {step} was not sent"))?;
    if seen.is_success() { Ok((at, seen)) } else { Err(unanswered(seen)) }
}

/// That an answer says nothing.
pub(super) fn unanswered(seen: &Observed) -> String {
    match seen.status() {
        0 => format!("step {}: {} was not answered", seen.step, seen.operation),
        status => format!("step {}: {} was answered with {status}", seen.step, seen.operation),
    }
}

/// The thing with this id in an answer: what `items` points to, or the element of that list which holds the id.
pub(super) fn shown<'v>(
    body: &'v Value,
    items: &Pointer,
    id: Option<&Pointer>,
    own: &str,
) -> Option<(Pointer, &'v Value)> {
    match items.resolve(body)? {
        Value::Array(elements) => {
            let holds = |element: &Value| id.and_then(|id| id.resolve(element)).is_some_and(|value| text(value) == own);
            let (index, element) = elements.iter().enumerate().find(|(_, element)| holds(element))?;
            Some((items.index(index), element))
        }
        thing => Some((items.clone(), thing)),
    }
}

/// A scalar as text.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
