//! The entries of an HTTP archive (HAR 1.2).

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::case::{Breach, Credentials, Intent};
use crate::check::open_access::carries_credentials;
use crate::contract::called::{Called, path_of};
use crate::contract::{Contract, Operation};
use crate::environment::Target;
use crate::exchange::{Completeness, Exchange, Headers, Request, Response};
use crate::mutation::soundness::{Judge, Label};
use crate::run::recorded::Traffic;

use super::Recording;

/// Paths that no document describes and that are named.
const NAMED: usize = 10;

pub(super) fn recording(entries: &[Value], file: &str, contract: &Contract, target: &Target) -> Recording {
    let mut recording = Recording::default();
    let mut elsewhere: BTreeMap<String, u64> = BTreeMap::new();
    let mut skipped: BTreeMap<&str, u64> = BTreeMap::new();
    let mut judges: BTreeMap<&str, Judge<'_>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let Some((request, response)) = exchanged(entry) else {
            *skipped.entry("no request with a method and a URL").or_default() += 1;
            continue;
        };
        let Some(called) = super::operation(contract, target, &request.method, &request.url) else {
            *elsewhere.entry(format!("{} {}", request.method, path_of(&request.url))).or_default() += 1;
            continue;
        };
        let (response, cut) = match response {
            Ok(answered) => answered,
            Err(why) => {
                *skipped.entry(why).or_default() += 1;
                continue;
            }
        };
        let (Called::Operation(operation) | Called::Undeclared(operation)) = called;
        let judge = judges.entry(&operation.id.0).or_insert_with(|| Judge::new(contract, operation));
        let intent = match called {
            Called::Operation(_) => intent(&judge.reads(&request)),
            Called::Undeclared(_) => Intent::Undeclared,
        };
        recording.traffic.push(Traffic {
            case: format!("{file}#{}", index + 1),
            operation: operation.id.clone(),
            intent,
            credentials: Credentials::Environment,
            again: false,
            fixture: false,
            exchange: Exchange {
                request,
                result: Ok(response),
                elapsed: elapsed(entry),
                attempts: 1,
                deferred: Vec::new(),
            },
            cut,
            known: Vec::new(),
        });
    }
    without_credentials(&mut recording, contract);
    if !elsewhere.is_empty() {
        let all: u64 = elsewhere.values().sum();
        let named: Vec<&str> = elsewhere.keys().take(NAMED).map(String::as_str).collect();
        let more = if elsewhere.len() > NAMED { ", and others" } else { "" };
        recording.notes.push(format!(
            "{all} of {} entries are not judged, since no document describes them there: {}{more}",
            entries.len(),
            named.join(", ")
        ));
    }
    let left_out = |(why, count): (&str, u64)| format!("{count} of {} entries are not judged: {why}", entries.len());
    recording.notes.extend(skipped.into_iter().map(left_out));
    recording
}

/// Whoever exports an archive often leaves credentials out. So that none were sent is believed only where others were.
fn without_credentials(recording: &mut Recording, contract: &Contract) {
    let needing = |traffic: &Traffic| contract.operation(&traffic.operation).filter(|found| found.needs_credentials());
    let carries = |traffic: &Traffic, operation: &Operation| carries_credentials(operation, &traffic.exchange.request);
    let told = recording.traffic.iter().any(|seen| needing(seen).is_some_and(|operation| carries(seen, operation)));
    let mut unsaid = 0;
    for traffic in &mut recording.traffic {
        if needing(traffic).is_none_or(|operation| carries(traffic, operation)) {
            continue;
        }
        if !told {
            unsaid += 1;
        } else if traffic.intent != Intent::Undeclared {
            traffic.intent = Intent::Unauthorized;
            traffic.credentials = Credentials::None;
        }
    }
    if unsaid > 0 {
        recording.notes.push(format!(
            "{unsaid} requests show no credentials, and no other does: they are taken for left out of the archive, so nothing is said of access"
        ));
    }
}

fn intent(label: &Label) -> Intent {
    match label {
        Label::Valid => Intent::Valid,
        Label::Open => Intent::Open,
        Label::Unwritable(_) => Intent::Unknown,
        Label::Invalid(places) => Intent::Invalid(Breach {
            place: places.first().cloned(),
            also: places.iter().skip(1).cloned().collect(),
            ..Breach::new(broken(places.first().map(|place| place.pointer.as_str()).unwrap_or_default()))
        }),
    }
}

/// What a request breaks, by the place of the promise: `/components/schemas/Pet/properties/name/maxLength`.
fn broken(pointer: &str) -> String {
    let keyword = pointer.rsplit('/').find(|token| !token.bytes().all(|byte| byte.is_ascii_digit()));
    format!("it breaks `{}`", keyword.unwrap_or("what the document says"))
}

type Answered = Result<(Response, bool), &'static str>;

/// The request of `entry`, and its response with whether its body is only in part there, or why it has none.
fn exchanged(entry: &Value) -> Option<(Request, Answered)> {
    let request = entry.get("request")?;
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let sent = request.get("postData").and_then(|data| text(data, "text"));
    let request = Request {
        method: text(request, "method")?,
        url: text(request, "url")?,
        headers: headers(request),
        body: sent.filter(|text| !text.is_empty()).map(String::into_bytes),
    };
    let answered = || {
        let response = entry.get("response").ok_or("they hold no response")?;
        let status = response.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
        let status = status.filter(|status| *status > 0).ok_or("they hold no response")?;
        if status == 304 {
            return Err("they were answered from a cache (304)");
        }
        if request.method.eq_ignore_ascii_case("OPTIONS") {
            return Err("they are questions of a browser (OPTIONS)");
        }
        let content = response.get("content");
        let recorded = content.and_then(|content| text(content, "text"));
        let size = content.and_then(|content| content.get("size")).and_then(Value::as_i64).unwrap_or_default();
        // Some exporters leave bodies out.
        let cut = recorded.is_none() && size != 0;
        let encoded = content.and_then(|content| text(content, "encoding")).is_some_and(|name| name == "base64");
        let body = recorded.unwrap_or_default();
        let body =
            if encoded { STANDARD.decode(&body).unwrap_or_else(|_| body.into_bytes()) } else { body.into_bytes() };
        let mut headers = headers(response);
        let label = content.and_then(|content| text(content, "mimeType")).filter(|label| !label.is_empty());
        if let (None, Some(label)) = (headers.get("content-type"), label)
            && headers.0.is_empty()
        {
            headers.push("Content-Type", label);
        }
        let version = text(response, "httpVersion").unwrap_or_default();
        let completeness = Completeness::Whole;
        Ok((Response { status, reason: None, version, headers, body, completeness }, cut))
    };
    let answered = answered();
    Some((request, answered))
}

fn headers(message: &Value) -> Headers {
    let mut headers = Headers::default();
    for field in message.get("headers").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| field.get(name).and_then(Value::as_str);
        // HTTP/2 writes what is no field among the fields.
        if let (Some(name), Some(value)) = (text("name"), text("value"))
            && !name.starts_with(':')
        {
            headers.push(name, value);
        }
    }
    headers
}

fn elapsed(entry: &Value) -> Duration {
    let milliseconds = entry.get("time").and_then(Value::as_f64).filter(|time| time.is_finite() && *time > 0.0);
    Duration::try_from_secs_f64(milliseconds.unwrap_or_default() / 1000.0).unwrap_or_default()
}
