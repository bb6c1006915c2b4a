//! An exchange as it may be shown: redacted, shortened, and with a command line that repeats it.

use serde_json::{Map, Value};

use crate::document::Pointer;
use crate::drift::{Part, Witness};
use crate::exchange::{Completeness, Exchange, Request};

use super::redact::Redactor;

/// Bytes of a body that are shown.
const SHOWN: usize = 8 * 1024;
/// Bytes of a body that are looked at: redaction makes text shorter, but not by this much in any body that matters.
const LOOKED_AT: usize = 16 * SHOWN;
/// How much of a value is shown: values in all, elements of one array, members of one object, levels, bytes of one string.
const VALUES: usize = 200;
const ELEMENTS: usize = 10;
const MEMBERS: usize = 50;
const DEPTH: usize = 6;
const STRING: usize = 1024;
/// Stands for a secret until the command line is quoted; a control character that no URL or header can hold.
const TOKEN: char = '\u{1}';

/// The exchange without its secrets.
pub fn witness(redactor: &Redactor, exchange: &Exchange) -> Witness {
    let Exchange { request, result, elapsed, .. } = exchange;
    let redactor = &redactor.aware_of(exchange);
    let body = |headers: &crate::exchange::Headers, body: &[u8]| shortened(redactor, headers.get("content-type"), body);
    let response = result.as_ref().ok();
    Witness {
        method: redactor.text(&request.method),
        url: redactor.url(&request.url),
        request_headers: redactor.headers(&request.headers),
        request_body: request.body.as_ref().map(|bytes| body(&request.headers, bytes)),
        status: response.map(|response| response.status),
        response_headers: response.map(|response| redactor.headers(&response.headers)).unwrap_or_default(),
        response_body: response.map(|response| body(&response.headers, &response.body)),
        failure: match result {
            Ok(response) => incomplete(&response.completeness),
            Err(failure) => Some(failure.to_string()),
        }
        .map(|text| redactor.text(&text)),
        milliseconds: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        curl: curl(redactor, request),
    }
}

fn incomplete(completeness: &Completeness) -> Option<String> {
    Some(match completeness {
        Completeness::Whole => return None,
        Completeness::Cut(cause) => format!("the body was cut: {cause}"),
        Completeness::OverLimit(limit) => format!("the body was read up to the limit of {limit} bytes"),
        Completeness::Late => "the body did not end within the time allowed".to_owned(),
        Completeness::Undecodable(cause) => format!("the body could not be decoded: {cause}"),
    })
}

/// What a finding says that came, redacted and shortened: the first few elements of each array and members of each
/// object, and the beginning of each string.
pub fn came(redactor: &Redactor, part: &Part, value: &Value) -> Value {
    let at = match part {
        Part::Body(pointer) => pointer.clone(),
        Part::Header(name) => Pointer::root().child(name),
        Part::Status | Part::Exchange => Pointer::root(),
    };
    let mut left = VALUES;
    brief(&redactor.value(&pruned(value, DEPTH, &mut left), &at))
}

/// Leaves out what would not be shown, so that redaction does not look at megabytes; says how much that was.
fn pruned(value: &Value, depth: usize, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    match value {
        Value::Array(items) if depth == 0 && !items.is_empty() => {
            Value::String(format!("… [{} elements]", items.len()))
        }
        Value::Object(members) if depth == 0 && !members.is_empty() => {
            Value::String(format!("… [{} members]", members.len()))
        }
        Value::Array(items) => {
            let mut kept = Vec::new();
            for item in items.iter().take(ELEMENTS) {
                if *left == 0 {
                    break;
                }
                kept.push(pruned(item, depth - 1, left));
            }
            if kept.len() < items.len() {
                kept.push(Value::String(format!("… [{} more]", items.len() - kept.len())));
            }
            Value::Array(kept)
        }
        Value::Object(members) => {
            let mut kept = Map::new();
            for (name, member) in members.iter().take(MEMBERS) {
                if *left == 0 {
                    break;
                }
                kept.insert(name.clone(), pruned(member, depth - 1, left));
            }
            if kept.len() < members.len() {
                kept.insert("…".to_owned(), Value::String(format!("[{} more]", members.len() - kept.len())));
            }
            Value::Object(kept)
        }
        Value::String(text) if text.len() > LOOKED_AT => {
            let mut text = text.clone();
            truncate(&mut text, LOOKED_AT);
            Value::String(text)
        }
        one => one.clone(),
    }
}

fn brief(value: &Value) -> Value {
    match value {
        Value::String(text) if text.len() > STRING => {
            let mut text = text.clone();
            truncate(&mut text, STRING);
            Value::String(format!("{text}… [shortened]"))
        }
        Value::Array(items) => items.iter().map(brief).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), brief(value))).collect())
        }
        one => one.clone(),
    }
}

/// Redacted first and cut then, so that no half of a secret is left at the cut.
fn shortened(redactor: &Redactor, media_type: Option<&str>, body: &[u8]) -> String {
    let looked_at = body.get(..LOOKED_AT).unwrap_or(body);
    let mut text = redactor.body(media_type, looked_at);
    let whole = looked_at.len() == body.len();
    if whole && text.len() <= SHOWN {
        return text;
    }
    if !whole {
        // The last bytes may be the beginning of a secret.
        let sure = text.len().saturating_sub(redactor.longest());
        truncate(&mut text, sure);
    }
    truncate(&mut text, SHOWN);
    format!("{text}… [shortened, {} bytes in all]", body.len())
}

/// Cuts before the character that reaches beyond `most` bytes.
fn truncate(text: &mut String, most: usize) {
    let most = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.truncate(most);
}

/// A command line that sends the same: what is secret stands in `$CONFORM_TOKEN`, and a body that no command line can
/// carry in the file `request-body`.
pub fn curl(redactor: &Redactor, request: &Request) -> String {
    // With `-i` because status and header fields are what many a drift is about.
    let mut words = ["curl", "-i", "--path-as-is"].map(str::to_owned).to_vec();
    let mark = TOKEN.to_string();
    let url = redactor.address(&request.url, &mark);
    if url.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    match (request.method.as_str(), &request.body) {
        ("GET", None) | ("POST", Some(_)) => {}
        ("HEAD", None) => words.push("--head".to_owned()),
        (method, _) => words.extend(["-X".to_owned(), quoted(method)]),
    }
    for header in &request.headers.0 {
        let shown = redactor.header(&header.name, &header.value, &mark);
        if header.name.eq_ignore_ascii_case("authorization") && shown == format!("Basic {TOKEN}") {
            words.extend(["-u".to_owned(), quoted(&mark)]);
        } else if shown.is_empty() {
            words.extend(["-H".to_owned(), quoted(&format!("{};", header.name))]);
        } else {
            words.extend(["-H".to_owned(), quoted(&format!("{}: {shown}", header.name))]);
        }
    }
    if let Some(body) = &request.body {
        if request.headers.get("content-type").is_none() {
            // Otherwise curl would add one of its own.
            words.extend(["-H".to_owned(), quoted("Content-Type:")]);
        }
        words.extend(data(redactor, request.headers.get("content-type"), body));
    }
    words.push(quoted(&url));
    words.join(" ")
}

fn data(redactor: &Redactor, media_type: Option<&str>, body: &[u8]) -> [String; 2] {
    let binary = "--data-binary".to_owned();
    if body.len() > SHOWN || body.contains(&0) || std::str::from_utf8(body).is_err() {
        return [binary, "@request-body".to_owned()];
    }
    let text = redactor.body(media_type, body);
    // curl reads a file where a body begins with `@`, unless it is told that the body is raw.
    let option = if text.starts_with('@') { "--data-raw".to_owned() } else { binary };
    [option, quoted(&text)]
}

/// One word of a POSIX shell, with `$CONFORM_TOKEN` where a secret was.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    let part = |part: &str| if part.is_empty() { String::new() } else { format!("'{}'", part.replace('\'', r"'\''")) };
    let word = text.split(TOKEN).map(part).collect::<Vec<_>>().join("\"$CONFORM_TOKEN\"");
    if word.is_empty() { "''".to_owned() } else { word }
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
