//! Documented responses and their header fields.

use openapiv3::HeaderStyle;

use super::at::{At, kind_of};
use super::body;
use super::parameter::{encoding, explode};
use super::reader::{Reader, typed};
use super::{Response, ResponseHeader, StatusMatch, Style};

/// The responses of an operation, in document order.
pub(super) fn responses<'a>(reader: &mut Reader<'a>, operation: &At<'a>) -> Result<Vec<Response>, String> {
    let Some(given) = operation.get("responses") else { return Err("missing field `responses`".to_owned()) };
    if given.object().is_none() {
        let pointer = &given.place.pointer;
        return Err(format!("responses ({pointer}): they are {}, not an object", kind_of(given.value)));
    }
    let mut responses: Vec<Response> = Vec::new();
    for (key, at) in given.members() {
        let Some(status) = status_match(key) else {
            if !key.starts_with("x-") {
                let message = format!("`{key}` is no status code, so this response is not read");
                reader.remark_with_help(&at.place, message, "write a code (`404`), a range (`4XX`) or `default`");
            }
            continue;
        };
        if responses.iter().any(|earlier| earlier.status == status) {
            reader.remark(&at.place, format!("`{status}` is documented twice; the first counts"));
            continue;
        }
        responses.push(response(reader, status, at));
    }
    if responses.is_empty() {
        return Err(format!("responses ({}): none is documented", given.place.pointer));
    }
    Ok(responses)
}

/// A code, a range in either case, or `default`.
fn status_match(key: &str) -> Option<StatusMatch> {
    if key == "default" {
        return Some(StatusMatch::Default);
    }
    let [hundreds @ b'1'..=b'9', tens, ones] = *key.as_bytes() else { return None };
    match (hundreds, tens, ones) {
        (b'1'..=b'5', b'X' | b'x', b'X' | b'x') => Some(StatusMatch::Range(hundreds - b'0')),
        (_, b'0'..=b'9', b'0'..=b'9') => key.parse().ok().map(StatusMatch::Code),
        _ => None,
    }
}

/// One response. Where it cannot be read its status is documented all the same, and nothing is promised about the rest.
fn response<'a>(reader: &mut Reader<'a>, status: StatusMatch, given: At<'a>) -> Response {
    let key = given.place.clone();
    let at = reader.follow(given).and_then(|at| match at.object() {
        Some(_) => Ok(at),
        None => Err(format!("it is {}, not an object", kind_of(at.value))),
    });
    let at = match at {
        Ok(at) => at,
        Err(reason) => {
            reader.remark(&key, format!("response {status} cannot be read, so only its status is judged: {reason}"));
            return Response { status, headers: Vec::new(), content: Vec::new(), place: key.clone(), key };
        }
    };
    Response {
        status,
        headers: headers(reader, &at),
        content: at.get("content").map(|content| body::media(reader, &content)).unwrap_or_default(),
        place: at.place,
        key,
    }
}

fn headers<'a>(reader: &mut Reader<'a>, response: &At<'a>) -> Vec<ResponseHeader> {
    let mut headers = Vec::new();
    for (name, given) in response.get("headers").iter().flat_map(At::members) {
        // OpenAPI 3.0.3, Response Object: the media types say it already.
        if name.eq_ignore_ascii_case("Content-Type") {
            continue;
        }
        let place = given.place.clone();
        match reader.follow(given).and_then(|at| header(reader, name, &at)) {
            Ok(header) => headers.push(header),
            Err(reason) => {
                reader.remark(&place, format!("header `{name}` cannot be read, so it is not judged: {reason}"));
            }
        }
    }
    headers
}

fn header(reader: &mut Reader<'_>, name: &str, at: &At<'_>) -> Result<ResponseHeader, String> {
    let described = at.get("schema").is_some() || at.get("content").is_some();
    let required = if described {
        let members = ["style", "required", "schema", "content"];
        let openapiv3::Header { style: HeaderStyle::Simple, required, .. } = typed(at, &members)?;
        required
    } else if at.object().is_some() {
        // A header with nothing but a description promises that it may be there.
        at.value.get("required").and_then(serde_json::Value::as_bool).unwrap_or_default()
    } else {
        return Err(format!("it is {}, not an object", kind_of(at.value)));
    };
    let encoding = encoding(reader, at, Style::Simple, explode(at), false)?;
    Ok(ResponseHeader { name: name.to_owned(), required, encoding, place: at.place.clone() })
}
