//! A written case that sends again what a run found or what somebody recorded, and says what the documents promise to it.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::case::expression::{Expression, Template, TextPart};
use crate::case::{Argument, Breach, Call, Case, Credentials, Intent, Origin, Payload, Step, Supply};
use crate::contract::called::{Called, below_server, called, path_of};
use crate::contract::style::query_pairs;
use crate::contract::{Contract, Location, Operation, OperationId};
use crate::document::Pointer;
use crate::drift::{Drift, Level};
use crate::mutation::soundness::{Label, label};
use crate::{generate, run};

use super::text::Workflow;
use super::wire::Wiring;
use super::{Settings, Trouble};

/// A request that somebody recorded.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The fields, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<String>,
}

/// One step to be written, with what is to be said of it.
struct Again<'c> {
    operation: &'c Operation,
    step: Step,
    comment: Vec<String>,
    criteria: Vec<String>,
    /// Places of the body that the report does not show.
    redacted: Vec<Pointer>,
}

/// The case file for a generated case.
///
/// # Errors
/// Where the case is a written one already, or sends what no case file can say.
pub fn case(contract: &Contract, case: &Case, settings: &Settings) -> Result<String, Trouble> {
    if let Origin::Written { file, position, .. } = &case.origin {
        let help = format!("it runs with `conform run --case {:?}`", case.name);
        return Err(Trouble::new(format!("`{}` is a written case already: {file}:{position}", case.name), Some(help)));
    }
    let mut steps = Vec::new();
    for step in &case.steps {
        steps.push(Again::new(contract, operation_of(contract, step)?, step.clone()));
    }
    let comment = vec![format!("Sends what the generated case {} sends: {}.", case.id, case.name)];
    write(contract, steps, comment, &case.name, settings)
}

/// The case file for a drift; `cases` are those of the plan, `mark` is that of the run that found it.
///
/// # Errors
/// Where a written case shows it already, or where it shows by something that no case file can say.
pub fn drift(
    contract: &Contract,
    drift: &Drift,
    cases: &[Case],
    mark: &str,
    settings: &Settings,
) -> Result<String, Trouble> {
    let shown: Vec<&Case> = cases.iter().filter(|case| drift.cases.iter().any(|id| **id == *case.id.0)).collect();
    if drift.rule == "failed-criterion" {
        let named = shown.iter().find(|case| matches!(case.origin, Origin::Written { .. }));
        let named = named.map_or_else(String::new, |case| format!(": `{}`", case.name));
        return Err(Trouble::new(format!("a written case shows this drift already{named}"), None));
    }
    let operation = super::find(contract, &drift.operation)?;
    let steps =
        shown.iter().filter(|case| matches!(case.origin, Origin::Generated { .. })).flat_map(|case| &case.steps);
    let mut of_operation = steps.filter(|step| matches!(&step.call, Call::Operation(id) if *id == operation.id));
    let base = of_operation.next();
    let seen = drift.witness.as_ref().map(|witness| Seen {
        method: witness.method.clone(),
        url: witness.url.clone(),
        headers: witness.request_headers.clone(),
        body: witness.request_body.clone(),
    });
    let mut again = match (&seen, base) {
        (Some(seen), _) => seen_again(contract, operation, seen, base, mark, settings)?,
        (None, Some(base)) => Again::new(contract, operation, base.clone()),
        (None, None) => {
            let help = "run again, and take the report of that run";
            return Err(Trouble::new("the report holds no request that shows this drift", Some(help.to_owned())));
        }
    };
    if base.is_none() {
        again.step.intent = match drift.rule.as_str() {
            "accepted-invalid" => Intent::Invalid(Breach::new("the documents refuse it")),
            "rejected-valid" => Intent::Valid,
            "open-access" | "wrong-refusal" => Intent::Unauthorized,
            _ => again.step.intent,
        };
    }
    again.promise(drift);
    let mut comment = vec![format!("{}: {}", drift.id, drift.message), format!("Promised: {}.", drift.promised)];
    comment.push(format!("{}:{}:{}", drift.document, drift.line, drift.column));
    if drift.level != Level::Error && again.criteria.is_empty() {
        comment.push(format!("It fails once `{}` has the level error in conform.toml.", drift.rule));
    }
    write(contract, vec![again], comment, &drift.message, settings)
}

/// The case file for a recorded request.
///
/// # Errors
/// Where the documents describe no such operation, or where the body cannot be said in a case file.
pub fn recorded(contract: &Contract, seen: &Seen, settings: &Settings) -> Result<String, Trouble> {
    let path = path_of(&seen.url);
    let Some(Called::Operation(operation)) = called(contract, &seen.method, &seen.url) else {
        let message = format!("no document describes {} {path}", seen.method);
        return Err(Trouble::new(message, Some("`conform list` shows the operations".to_owned())));
    };
    let again = seen_again(contract, operation, seen, None, "", settings)?;
    let comment = vec![format!("Recorded: {} {path}", seen.method)];
    write(contract, vec![again], comment, &operation.id.to_string(), settings)
}

fn write(
    contract: &Contract,
    steps: Vec<Again<'_>>,
    comment: Vec<String>,
    summary: &str,
    settings: &Settings,
) -> Result<String, Trouble> {
    let generation = generate::Settings { mark: settings.mark.clone(), ..generate::Settings::default() };
    let mut wiring = Wiring::new(contract, generation, settings.by_example);
    let mut said = Vec::new();
    for mut again in steps {
        again.check()?;
        let index =
            wiring.put(again.operation, again.step.clone(), None, 0).map_err(|reason| Trouble::new(reason, None))?;
        again.comment.extend(again.redacted.first().map(|_| {
            let places: Vec<&str> = again.redacted.iter().map(Pointer::as_str).collect();
            format!("Redacted in the report, and filled in among the inputs: {}.", places.join(", "))
        }));
        said.push((index, again));
    }
    let name =
        settings.name.clone().unwrap_or_else(|| super::wire::identifier(&summary.chars().take(50).collect::<String>()));
    let mut workflow = Workflow::new(name);
    workflow.summary = summary.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    workflow.comment = comment;
    for (index, planned) in wiring.finish().iter().enumerate() {
        let again = said.iter().find(|(known, _)| *known == index).map(|(_, again)| again);
        let hidden = again.is_some_and(|again| !again.redacted.is_empty());
        let mut step = super::step(&mut workflow, planned, index, hidden);
        if let Some(again) = again {
            step.comment.extend(again.comment.clone());
            step.criteria.clone_from(&again.criteria);
        }
        workflow.steps.push(step);
    }
    Ok(workflow.write(contract, &settings.folder))
}

fn operation_of<'c>(contract: &'c Contract, step: &Step) -> Result<&'c Operation, Trouble> {
    let operation = match &step.call {
        Call::Operation(id) => contract.operation(id),
        Call::Case(_) => None,
    };
    operation.ok_or_else(|| Trouble::new("the case calls another case", None))
}

impl<'c> Again<'c> {
    fn new(contract: &Contract, operation: &'c Operation, step: Step) -> Self {
        let mut step = step;
        if step.intent == Intent::Unknown {
            step.intent = match label(contract, operation, &step) {
                Label::Valid => Intent::Valid,
                Label::Invalid(_) => Intent::Invalid(Breach::new("the documents refuse it")),
                _ => Intent::Unknown,
            };
        }
        Self { operation, step, comment: Vec::new(), criteria: Vec::new(), redacted: Vec::new() }
    }

    /// What no case file can say.
    fn check(&mut self) -> Result<(), Trouble> {
        let refuse = |what: &str| {
            let help = "`conform run --case ID` sends the generated case again".to_owned();
            Err(Trouble::new(format!("no case file can say this request: {what}"), Some(help)))
        };
        if self.step.method.is_some() {
            return refuse("its method is documented nowhere for its path");
        }
        if self.step.payload.as_ref().is_some_and(|payload| payload.bytes.is_some()) {
            return refuse("its body is no value, but bytes");
        }
        if self.step.payload.as_ref().is_some_and(|payload| payload.unlabelled) {
            return refuse("its body has no media type");
        }
        if !matches!(self.step.credentials, Credentials::Environment | Credentials::None | Credentials::Wrong) {
            self.comment
                .push("The credentials were spoilt in another way; these are wrong ones of the right form.".to_owned());
            self.step.credentials = Credentials::Wrong;
        }
        if self.step.arguments.iter().any(|argument| matches!(argument.value, Supply::Wire(_))) {
            self.comment.push("A parameter was sent as it stands; here it is written by its style.".to_owned());
        }
        Ok(())
    }

    /// Criteria for what is only warned of: what is an error fails the case anyway.
    fn promise(&mut self, drift: &Drift) {
        if drift.level == Level::Error {
            return;
        }
        let body = drift.part.strip_prefix("body ").filter(|pointer| pointer.starts_with('/'));
        let documented = || {
            let codes = self.operation.responses.iter().map(|response| response.status.to_string());
            let codes: Vec<String> = codes.filter(|code| code != "default").collect();
            codes.iter().map(|code| format!("$statusCode == {code}")).collect::<Vec<_>>().join(" || ")
        };
        self.criteria.extend(match (drift.rule.as_str(), body) {
            ("undocumented-property", Some(pointer)) => Some(format!("$response.body#{pointer} == null")),
            ("missing-allow", _) => Some("$response.header.Allow != null".to_owned()),
            ("missing-www-authenticate", _) => Some("$response.header.WWW-Authenticate != null".to_owned()),
            ("wrong-refusal", _) => Some("$statusCode == 401".to_owned()),
            ("undocumented-status", _) => Some(documented()).filter(|condition| !condition.is_empty()),
            _ => None,
        });
    }
}

/// The step that sends `seen` again: as `base`, the step that it was made from, where there is one.
fn seen_again<'c>(
    contract: &Contract,
    operation: &'c Operation,
    seen: &Seen,
    base: Option<&Step>,
    mark: &str,
    settings: &Settings,
) -> Result<Again<'c>, Trouble> {
    let mut step = base.cloned().unwrap_or_else(|| Step {
        intent: Intent::Unknown,
        ..Step::new("request", OperationId(operation.id.0.clone()))
    });
    step.sibling = None;
    let field = |name: &str| seen.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| v);
    step.arguments.retain(|argument| match argument.location {
        Some(Location::Query) => false,
        Some(Location::Header) => field(&argument.name).is_some(),
        _ => true,
    });
    if base.is_none() {
        step.arguments.extend(path_arguments(operation, path_of(&seen.url)));
        let declared = operation.parameters.iter().filter(|parameter| parameter.location == Location::Header);
        step.arguments.extend(declared.filter_map(|parameter| {
            let value = field(&parameter.name)?;
            Some(argument(&parameter.name, Location::Header, std::slice::from_ref(value), mark))
        }));
    }
    step.arguments.extend(query_arguments(&seen.url, mark));
    let media_type = field("content-type").cloned();
    let mut again = Again::new(contract, operation, Step { payload: None, ..step.clone() });
    again.step.intent = step.intent.clone();
    let Some(text) = seen.body.as_ref().filter(|text| !text.is_empty()) else {
        return Ok(Again { comment: again.comment, ..Again::new(contract, operation, again.step) });
    };
    let generated = base.and_then(|base| base.payload.as_ref());
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        let Some(payload) = generated.filter(|payload| payload.bytes.is_none()) else {
            let message = "the body is not JSON, or the report holds only its beginning";
            return Err(Trouble::new(message, Some("write the case by hand: `conform new case OPERATION`".to_owned())));
        };
        again.step.payload = Some(payload.clone());
        return Ok(Again { comment: again.comment, ..Again::new(contract, operation, again.step) });
    };
    let mut redacted = Vec::new();
    hidden(&value, &Pointer::root(), &mut redacted);
    fill(contract, operation, &mut value, &redacted, generated, settings);
    let mut payload = Payload::new(media_type, Template::Literal(value.clone()));
    payload.replacements = marks(&value, mark);
    again.step.payload = Some(payload);
    Ok(Again { redacted, ..Again::new(contract, operation, again.step) })
}

/// The places of `value` that were redacted.
fn hidden(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    match value {
        Value::String(text) if text.contains(run::redact::MASK) => found.push(at.clone()),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| hidden(element, &at.index(index), found));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| hidden(member, &at.child(name), found)),
        _ => {}
    }
}

/// Puts the values of the generated body, or of an ordinary one, where something was redacted.
fn fill(
    contract: &Contract,
    operation: &Operation,
    value: &mut Value,
    redacted: &[Pointer],
    generated: Option<&Payload>,
    settings: &Settings,
) {
    if redacted.is_empty() {
        return;
    }
    let generation = generate::Settings { mark: settings.mark.clone(), ..generate::Settings::default() };
    let ordinary = generate::ordinary(contract, operation, &generation, true).ok().and_then(|step| step.payload);
    let bodies: Vec<&Value> =
        [generated, ordinary.as_ref()].into_iter().flatten().filter_map(Payload::literal).collect();
    for place in redacted {
        let known = bodies.iter().find_map(|body| place.resolve(body)).cloned();
        // The place was found in this very value.
        let _ = place.put(value, Some(known.unwrap_or_else(|| json!("change-me"))));
    }
}

/// Replacements for the marks of the run that `value` holds.
fn marks(value: &Value, mark: &str) -> Vec<(Pointer, Option<Template>)> {
    let members = value.as_object().into_iter().flatten();
    let marked = members.filter_map(|(name, member)| {
        let rest = unmarked(member.as_str()?, mark)?;
        let parts = vec![TextPart::Expression(Expression::Run), TextPart::Text(rest.to_owned())];
        Some((Pointer::root().child(name), Some(Template::Text(parts))))
    });
    marked.collect()
}

/// What stands behind the mark of the run and its number in `text`; nothing where it does not begin with it.
fn unmarked<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(mark).filter(|_| !mark.is_empty())?;
    let number = rest.strip_prefix('-').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    Some(number.filter(|rest| rest.is_empty() || rest.starts_with('-')).unwrap_or(rest))
}

/// Path parameters: something that exists, made for the purpose.
fn path_arguments(operation: &Operation, path: &str) -> Vec<Argument> {
    let known = below_server(&operation.path, path).is_some();
    let names = operation.path.names().filter(|_| known);
    let existing = names.map(|name| Argument {
        name: name.to_owned(),
        location: Some(Location::Path),
        value: Supply::Existing(name.to_owned()),
    });
    existing.collect()
}

/// The query, name by name; several values of one name are a list.
fn query_arguments(url: &str, mark: &str) -> Vec<Argument> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in query_pairs(url) {
        let (name, value) = (decoded(&name), decoded(&value));
        match grouped.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    grouped.into_iter().map(|(name, values)| argument(&name, Location::Query, &values, mark)).collect()
}

fn argument(name: &str, location: Location, values: &[String], mark: &str) -> Argument {
    let template = match values {
        [value] => match unmarked(value, mark) {
            Some(rest) => Template::Text(vec![TextPart::Expression(Expression::Run), TextPart::Text(rest.to_owned())]),
            None => Template::Literal(json!(value)),
        },
        values => Template::Literal(json!(values)),
    };
    Argument { name: name.to_owned(), location: Some(location), value: Supply::Template(template) }
}
