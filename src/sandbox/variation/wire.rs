//! How a message travels.

use axum::http::{HeaderName, header};

use super::sending::{Coding, Frame, Sending, Text};
use super::{Variation, Way, variation};
use crate::sandbox::fault::Payload;

pub(super) const VARIATIONS: &[Variation] = &[
    variation!(
        "charset",
        Enough,
        "The media type bears a charset",
        "RFC 8259, 11: a charset has no effect; RFC 9110, 8.3.1: a media type may bear parameters",
        [Way::Answers(|_, answer| answer.header(header::CONTENT_TYPE, "application/json; charset=utf-8"))]
    ),
    variation!(
        "media-type-in-capitals",
        Enough,
        "The media type is written in capitals, and its charset in quotes",
        "RFC 9110, 8.3.1: type, subtype and names of parameters are case-insensitive, and a value may be quoted",
        [Way::Answers(|_, answer| answer.header(header::CONTENT_TYPE, "Application/JSON;Charset=\"UTF-8\""))]
    ),
    variation!(
        "gzip",
        Enough,
        "Answers are coded with gzip for who takes that",
        "RFC 9110, 8.4: a representation may be coded as `Accept-Encoding` allows",
        [Way::Sends(Sending { coding: Some(Coding::Gzip), ..Sending::USUAL })]
    ),
    variation!(
        "deflate",
        Enough,
        "Answers are coded with deflate for who takes that",
        "RFC 9110, 8.4: a representation may be coded as `Accept-Encoding` allows",
        [Way::Sends(Sending { coding: Some(Coding::Deflate), ..Sending::USUAL })]
    ),
    variation!(
        "gzip-in-chunks",
        Enough,
        "Answers are coded with gzip and sent in chunks",
        "RFC 9110, 8.4, and RFC 9112, 7: content codings and transfer codings go together",
        [Way::Sends(Sending { coding: Some(Coding::Gzip), frame: Frame::Chunks(64), ..Sending::USUAL })]
    ),
    variation!(
        "chunks",
        Enough,
        "Answers are sent in chunks of seven bytes, without `Content-Length`",
        "RFC 9112, 7.1: a message may be chunked anywhere, within a character too",
        [Way::Sends(Sending { frame: Frame::Chunks(7), ..Sending::USUAL })]
    ),
    variation!(
        "until-close",
        Enough,
        "Answers end with the connection, without `Content-Length` and without chunks",
        "RFC 9112, 6.3: a message without either ends with the connection",
        [Way::Sends(Sending { frame: Frame::End, close: true, ..Sending::USUAL })]
    ),
    variation!(
        "http-1-0",
        Enough,
        "Answers are messages of HTTP/1.0, one for each connection",
        "RFC 9110, 2.5: a server may answer with a lower minor version",
        [Way::Sends(Sending { frame: Frame::OldLength, close: true, ..Sending::USUAL })]
    ),
    variation!(
        "connection-close",
        Enough,
        "Each connection carries one request",
        "RFC 9112, 9.6: either side may close a connection after a message",
        [Way::Sends(Sending { close: true, ..Sending::USUAL })]
    ),
    variation!(
        "pretty",
        Enough,
        "JSON is indented, with line breaks of two characters and blanks around it",
        "RFC 8259, 2: white space is allowed before and after every token",
        [Way::Sends(Sending { text: Text::Pretty, ..Sending::USUAL })]
    ),
    variation!(
        "escapes",
        Enough,
        "All characters beyond ASCII, and the solidus, are escaped",
        "RFC 8259, 7: any character may be escaped",
        [Way::Sends(Sending { text: Text::Escaped, ..Sending::USUAL })]
    ),
    variation!(
        "more-headers",
        Enough,
        "Every answer bears header fields that no document names",
        "RFC 9110, 5.1: a message may bear any field",
        [Way::Answers(|_, answer| {
            for (name, value) in FIELDS {
                answer.header(HeaderName::from_static(name), value);
            }
        })]
    ),
    variation!(
        "empty-answers-untyped",
        Enough,
        "What is refused is answered without a body and without a media type, where no body is documented",
        "The refusals have a description and no content",
        [Way::Answers(|asked, answer| {
            if !(answer.is_success() || answer.status == 404 && super::refusal::is_of_bank(asked)) {
                answer.payload = Payload::Bytes(Vec::new());
                answer.headers.remove(header::CONTENT_TYPE);
            }
        })]
    ),
];

const FIELDS: [(&str, &str); 10] = [
    ("x-request-id", "4b0c6ab5"),
    ("x-ratelimit-limit", "100"),
    ("x-ratelimit-remaining", "99"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("set-cookie", "affinity=a1; Path=/; HttpOnly"),
    ("etag", "W/\"1\""),
    ("last-modified", "Mon, 01 Jan 2024 00:00:00 GMT"),
    ("content-language", "en"),
    ("server", "envoy"),
    ("access-control-allow-origin", "*"),
];
