//! Executes the pages: every check over every block of every page.
//!
//! A `document` block (paths and components, without its head) holds for the blocks that follow it; a `clean` block is an
//! exchange about which no check may say anything; a `drift` block one about which they say exactly what it lists.

use std::time::Duration;

use serde_json::{Value, json};

use super::reading::Reading;
use super::registry::{CHECKS, judge};
use super::{Keeper, Subject};
use crate::case::expression::Evaluated;
use crate::case::{Breach, Credentials, Intent, Spot};
use crate::contract::{Contract, Operation};
use crate::document::{Document, DocumentId, Place, Pointer};
use crate::drift::Finding;
use crate::drift::fingerprint::fingerprint;
use crate::exchange::{Completeness, Exchange, Failure, Headers, Request, Response};

/// One fenced block of a page.
struct Block<'p> {
    kind: &'p str,
    line: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((line, text)) = lines.next() {
        if let Some(kind) = text.strip_prefix("```yaml ") {
            let inside: Vec<_> = lines.by_ref().map(|(_, text)| text).take_while(|text| *text != "```").collect();
            blocks.push(Block { kind, line: line + 1, text: inside.join("\n") });
        }
    }
    blocks
}

fn yaml(name: &str, text: &str) -> Value {
    Document::parse(name, text).unwrap_or_else(|error| panic!("{error}")).value().clone()
}

pub(super) fn contract(document: &Value, overlays: Vec<Document>) -> Contract {
    let mut document = document.clone();
    document["openapi"] = json!("3.0.3");
    document["info"] = json!({"title": "page", "version": "1"});
    let document = Document::parse("page.json", document.to_string()).unwrap();
    let contract = Contract::new(vec![document], overlays).unwrap_or_else(|errors| panic!("{errors:?}"));
    for operation in &contract.operations {
        assert_eq!(operation.disabled, None, "{}", operation.id);
    }
    contract
}

fn headers(value: &Value) -> Headers {
    let mut headers = Headers::default();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Array(lines) => lines.iter().for_each(|line| headers.push(name.as_str(), text(line))),
            value => headers.push(name.as_str(), text(value)),
        }
    }
    headers
}

fn body(value: &Value) -> Vec<u8> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => text.clone().into_bytes(),
        value => value.to_string().into_bytes(),
    }
}

pub(super) fn exchange(block: &Value) -> Exchange {
    let (method, path) = block["request"].as_str().expect("request: METHOD /path").split_once(' ').unwrap();
    let request = Request {
        method: method.to_owned(),
        url: format!("http://localhost{path}"),
        headers: headers(&block["send"]["headers"]),
        body: block["send"].get("body").map(body),
    };
    let result = match block["failure"].as_str() {
        None => Ok(response(block)),
        Some("closed") => Err(Failure::Closed("reset by peer".to_owned())),
        Some("timeout") => Err(Failure::Timeout(Duration::from_secs(10))),
        Some("malformed") => Err(Failure::Malformed("invalid status line".to_owned())),
        Some("connect") => Err(Failure::Connect("refused".to_owned())),
        Some("unsendable") => Err(Failure::Unsendable("not a URI".to_owned())),
        Some(other) => panic!("failure: {other}"),
    };
    let deferred: Vec<u16> = serde_json::from_value(block["deferred"].clone()).unwrap_or_default();
    let attempts = 1 + u32::try_from(deferred.len()).unwrap();
    Exchange {
        request,
        result,
        elapsed: milliseconds(&block["elapsed"]).unwrap_or(Duration::from_millis(5)),
        attempts,
        deferred,
    }
}

fn milliseconds(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_millis)
}

fn response(block: &Value) -> Response {
    let completeness = match block["cut"].as_str() {
        None => Completeness::Whole,
        Some("truncated") => Completeness::Cut("unexpected end of file".to_owned()),
        Some("over-limit") => Completeness::OverLimit(8),
        Some("late") => Completeness::Late,
        Some("undecodable") => Completeness::Undecodable("invalid gzip header".to_owned()),
        Some(other) => panic!("cut: {other}"),
    };
    let latin1 =
        block["latin1"].as_str().map(|text| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect());
    Response {
        status: u16::try_from(block["status"].as_u64().expect("status")).unwrap(),
        reason: None,
        version: "HTTP/1.1".to_owned(),
        headers: headers(&block["headers"]),
        body: latin1.unwrap_or_else(|| body(&block["body"])),
        completeness,
    }
}

pub(super) fn intent(value: &Value) -> Intent {
    match value.as_str().unwrap_or_default() {
        "valid" => Intent::Valid,
        "absent" => Intent::Absent,
        "unauthorized" => Intent::Unauthorized,
        "unknown" => Intent::Unknown,
        _ if value.is_null() => Intent::Valid,
        "hostile" => Intent::Hostile,
        "open" => Intent::Open,
        "undeclared" => Intent::Undeclared,
        _ => Intent::Invalid(Breach {
            place: value["place"].as_str().map(|place| Place::new(DocumentId(0), Pointer::parse(place).unwrap())),
            excuse: value["excuse"].as_str().map(str::to_owned),
            ..Breach::new(value["invalid"].as_str().expect("intent: {invalid: reason}"))
        }),
    }
}

fn credentials(value: &Value) -> Credentials {
    match value.as_str() {
        None => Credentials::Environment,
        Some("none") => Credentials::None,
        Some("wrong") => Credentials::Wrong,
        Some("empty") => Credentials::Empty,
        Some("malformed") => Credentials::Malformed,
        Some("other-scheme") => Credentials::OtherScheme,
        Some("no-scheme") => Credentials::NoScheme,
        Some("misplaced") => Credentials::Misplaced,
        Some(other) => panic!("credentials: {other}"),
    }
}

/// `body /address/city`
fn accused(value: &Value) -> Option<Spot> {
    let pointer = value.as_str()?.strip_prefix("body").expect("accused: body /pointer").trim();
    Some(Spot::Body(Pointer::parse(pointer).unwrap()))
}

/// What the block says must not be shown: a secret, names of personal data, how the run marks what it makes.
#[derive(Debug)]
struct Known {
    secret: Option<String>,
    personal: Vec<String>,
    mark: Option<String>,
}

impl Known {
    fn of(block: &Value) -> Self {
        let text = |name: &str| block[name].as_str().map(str::to_owned);
        let personal = block["personal"].as_array().into_iter().flatten();
        let personal = personal.filter_map(Value::as_str).map(str::to_owned).collect();
        Self { secret: text("secret"), personal, mark: text("mark") }
    }
}

impl Keeper for Known {
    fn holds_secret(&self, text: &str) -> bool {
        self.secret.as_ref().is_some_and(|secret| text.contains(secret.as_str()))
    }

    fn is_personal(&self, name: &str) -> bool {
        self.personal.iter().any(|personal| personal == name)
    }

    fn names_another(&self, text: &str, sent: &dyn Fn(&str) -> bool) -> bool {
        let mut words = text.split(|c: char| c.is_whitespace() || c == ',');
        words.any(|word| self.mark.as_ref().is_some_and(|mark| word.starts_with(mark.as_str())) && !sent(word))
    }
}

fn criteria(value: &Value) -> Vec<Evaluated> {
    let one = |criterion: &Value| Evaluated {
        text: criterion["text"].as_str().unwrap().to_owned(),
        file: Some("cases/page.arazzo.yaml".to_owned()),
        position: None,
        holds: criterion["holds"].as_bool().ok_or_else(|| criterion["holds"].as_str().unwrap().to_owned()),
        actual: criterion.get("actual").cloned(),
        expected: criterion["expected"].as_str().unwrap().to_owned(),
    };
    value.as_array().into_iter().flatten().map(one).collect()
}

/// The operation that the request names: the same method, and as many segments; of an undeclared method any of its path.
pub(super) fn called<'c>(contract: &'c Contract, request: &Request) -> &'c Operation {
    let path = request.url.trim_start_matches("http://localhost");
    let fits = |template: &str| {
        let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len() && template.iter().zip(path).all(|(t, p)| *t == p || t.starts_with('{'))
    };
    let found = contract.operations.iter().find(|o| o.method == request.method && fits(&o.path.text));
    found.or_else(|| contract.operations.iter().find(|o| fits(&o.path.text))).expect("an operation")
}

/// What every check says about the exchange of `block`, as `level id`, the pieces of each finding looked over.
pub(super) fn verdicts(contract: &Contract, block: &Value) -> Vec<(String, Finding)> {
    let exchange = exchange(block);
    let operation = called(contract, &exchange.request);
    let (intent, criteria) = (intent(&block["intent"]), criteria(&block["criteria"]));
    let reading = Reading::new(contract, operation, &exchange);
    let slow_after = milliseconds(&block["slow-after"]);
    let (known, accused) = (Known::of(block), accused(&block["accused"]));
    let subject = Subject::new(&reading, &intent, &criteria)
        .expected_within(slow_after)
        .carrying(credentials(&block["credentials"]))
        .accusing(accused.as_ref(), block["paired"] == true)
        .kept_by(&known);
    let findings = judge(&subject);
    for finding in &findings {
        look_over(contract, finding);
    }
    let name =
        |finding: &Finding| format!("{} {}", finding.level, fingerprint(finding, &operation.id.0, subject.status()));
    findings.iter().map(|finding| (name(finding), finding.clone())).collect()
}

/// What must be true of every finding.
fn look_over(contract: &Contract, finding: &Finding) {
    assert!(contract.schemas.source(&finding.place).is_some(), "{} resolves nowhere", finding.place.pointer);
    for text in [&finding.message, &finding.promised, &finding.remedy] {
        assert!(!text.is_empty() && !text.ends_with('.'), "{finding:?}");
    }
    assert!(CHECKS.iter().any(|check| check.id == finding.rule), "{finding:?}");
}

fn execute(page: &str, name: &str) -> (usize, usize) {
    let mut document = None;
    let (mut clean, mut drifts) = (0, 0);
    for block in blocks(page) {
        let place = format!("docs/check/{name}.md:{}", block.line);
        let value = yaml(&place, &block.text);
        if block.kind == "document" {
            document = Some(contract(&value, Vec::new()));
            continue;
        }
        let said: Vec<_> =
            verdicts(document.as_ref().expect("a document first"), &value).into_iter().map(|v| v.0).collect();
        let why = value["why"].as_str().unwrap_or_else(|| panic!("{place}: why?"));
        let expected: Vec<&str> = value["drifts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let sorted = |mut list: Vec<String>| {
            list.sort();
            list
        };
        let expected = sorted(expected.into_iter().map(str::to_owned).collect());
        assert_eq!(sorted(said), expected, "{place}: {why}");
        match block.kind {
            "clean" => clean += 1,
            "drift" => {
                assert!(!expected.is_empty(), "{place}: a drift block lists its drifts");
                drifts += 1;
            }
            other => panic!("{place}: {other}"),
        }
    }
    (clean, drifts)
}

#[test]
fn every_page_says_what_its_blocks_say() {
    let mut failures = Vec::new();
    for check in CHECKS {
        match std::panic::catch_unwind(|| execute(check.page, check.id)) {
            Ok((clean, drifts)) if clean >= 3 && drifts >= 1 => {}
            Ok((clean, drifts)) => failures.push(format!("{}: {clean} clean, {drifts} drift blocks", check.id)),
            Err(_) => failures.push(check.id.to_owned()),
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}

#[test]
fn every_page_shows_its_own_check() {
    for check in CHECKS {
        let shown = blocks(check.page).iter().any(|block| {
            let value = yaml(check.id, &block.text);
            let drifts = value["drifts"].as_array().into_iter().flatten().filter_map(Value::as_str);
            drifts
                .into_iter()
                .any(|drift| drift.split_once(' ').is_some_and(|(_, id)| id.split('/').next() == Some(check.id)))
        });
        assert!(shown, "{}", check.id);
    }
}
