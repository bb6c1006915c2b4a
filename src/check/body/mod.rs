//! Reads a response's body by its media type.

mod json;

use crate::exchange::{Completeness, Response};

use crate::contract::style::MediaType;

use super::media::{self, Form};
use super::{Body, Flaw};

/// A body with what is odd, but not wrong, about its form.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The body.
    pub body: Body,
    /// Why not everybody reads it alike.
    pub oddity: Option<Flaw>,
}

/// Reads the body of `response` by its own `Content-Type`; without one it stays bytes.
pub fn read(response: &Response) -> Read {
    let media_type = response.headers.get("content-type").and_then(media::parse);
    read_as(response, media_type.as_ref())
}

/// Reads the body of `response` as `media_type`.
pub fn read_as(response: &Response, media_type: Option<&MediaType>) -> Read {
    let form = media_type.map_or(Form::Octets, media::form);
    if let Some(flaw) = incomplete(&response.completeness, form) {
        return Read { body: Body::Unreadable(flaw), oddity: None };
    }
    if response.body.is_empty() {
        return Read { body: Body::Empty, oddity: None };
    }
    match form {
        Form::Json => json::read(&response.body),
        Form::Text => {
            let charset = media_type.and_then(|media_type| media_type.parameter("charset"));
            Read { body: text(&response.body, charset), oddity: None }
        }
        Form::Xml | Form::Stream | Form::Octets => Read { body: Body::Binary, oddity: None },
    }
}

/// Why a body that was not read to its end cannot be judged. A stream has no end, and bytes that are not taken apart
/// need not be read to it: that reading stopped there is our affair.
fn incomplete(completeness: &Completeness, form: Form) -> Option<Flaw> {
    let apart = matches!(form, Form::Json | Form::Text | Form::Xml);
    if form == Form::Stream && matches!(completeness, Completeness::Cut(_) | Completeness::Late) {
        return None;
    }
    match completeness {
        Completeness::Whole => None,
        Completeness::Cut(_) => {
            Some(Flaw::new("truncated", "the connection ended before the announced end of the body"))
        }
        Completeness::OverLimit(bytes) => apart
            .then(|| Flaw::new("over-limit", format!("the body is longer than {bytes} bytes, where reading stopped"))),
        Completeness::Late => Some(Flaw::new("late", "the body had not ended when the time of the exchange was over")),
        Completeness::Undecodable(_) => {
            Some(Flaw::new("content-coding", "the content coding of the body cannot be undone"))
        }
    }
}

/// Text in its charset. Without one, bytes that are not UTF-8 are taken for Latin-1, as HTTP long did; a charset that is
/// not known here leaves bytes.
fn text(bytes: &[u8], charset: Option<&str>) -> Body {
    let latin = || bytes.iter().copied().map(char::from).collect::<String>();
    let bytes_without_mark = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let utf8 = std::str::from_utf8(bytes_without_mark);
    match charset.map(str::to_ascii_lowercase).as_deref() {
        None => Body::Text(utf8.map_or_else(|_| latin(), str::to_owned)),
        Some("utf-8" | "utf8") => match utf8 {
            Ok(text) => Body::Text(text.to_owned()),
            Err(_) => Body::Unreadable(Flaw::new("utf-8", "the text is not UTF-8, although its charset says so")),
        },
        Some("us-ascii" | "ascii" | "iso-8859-1" | "latin1" | "windows-1252") => Body::Text(latin()),
        Some(_) => Body::Binary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Headers;

    fn response(content_type: Option<&str>, body: &[u8], completeness: Completeness) -> Response {
        let mut headers = Headers::default();
        if let Some(content_type) = content_type {
            headers.push("content-type", content_type);
        }
        Response {
            status: 200,
            reason: None,
            version: "HTTP/1.1".to_owned(),
            headers,
            body: body.to_vec(),
            completeness,
        }
    }

    fn whole(content_type: &str, body: &[u8]) -> Body {
        read(&response(Some(content_type), body, Completeness::Whole)).body
    }

    fn flaw(content_type: &str, completeness: Completeness) -> Option<&'static str> {
        match read(&response(Some(content_type), b"{", completeness)).body {
            Body::Unreadable(flaw) => Some(flaw.class),
            _ => None,
        }
    }

    #[test]
    fn text_is_decoded_by_its_charset() {
        let text = |text: &str| Body::Text(text.to_owned());
        assert_eq!(whole("text/plain; charset=ISO-8859-1", b"caf\xe9"), text("café"));
        assert_eq!(whole("text/plain", b"caf\xe9"), text("café"));
        assert_eq!(whole("text/plain", "\u{feff}café".as_bytes()), text("café"));
        assert_eq!(whole("text/plain; charset=utf-16", b"\xff\xfea\0"), Body::Binary);
        assert!(
            matches!(whole("text/plain; charset=utf-8", b"caf\xe9"), Body::Unreadable(flaw) if flaw.class == "utf-8")
        );
    }

    #[test]
    fn types_that_are_not_taken_apart_stay_bytes() {
        for media_type in ["image/png", "application/xml", "application/x-ndjson", "nonsense"] {
            assert_eq!(whole(media_type, b"{"), Body::Binary, "{media_type}");
        }
        assert_eq!(read(&response(None, b"{", Completeness::Whole)).body, Body::Binary);
        assert_eq!(read(&response(None, b"", Completeness::Whole)).body, Body::Empty);
    }

    #[test]
    fn a_body_that_was_not_read_to_its_end_says_why() {
        let json = "application/json";
        assert_eq!(flaw(json, Completeness::Cut("eof".to_owned())), Some("truncated"));
        assert_eq!(flaw(json, Completeness::OverLimit(10)), Some("over-limit"));
        assert_eq!(flaw(json, Completeness::Late), Some("late"));
        assert_eq!(flaw(json, Completeness::Undecodable("gzip".to_owned())), Some("content-coding"));
        assert_eq!(flaw("image/png", Completeness::OverLimit(10)), None);
        assert_eq!(flaw("image/png", Completeness::Cut("eof".to_owned())), Some("truncated"));
        assert_eq!(flaw("text/event-stream", Completeness::Late), None);
    }
}
