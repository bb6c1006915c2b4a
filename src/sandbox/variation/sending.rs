//! How an answer becomes bytes on the wire, where the usual way is not the only one.

use std::fmt::Write as _;
use std::io::Write as _;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use futures_util::stream;
use serde_json::Value;

use crate::sandbox::fault::{Answer, Payload};

/// The parts of which each has a usual and another way.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Sending {
    /// How JSON is written.
    pub(super) text: Text,
    /// How it is coded for who takes that.
    pub(super) coding: Option<Coding>,
    /// Where the message ends.
    pub(super) frame: Frame,
    /// Whether the connection ends with it.
    pub(super) close: bool,
}

/// How JSON is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// Without blanks.
    Short,
    /// With line breaks, indentation and blanks around it.
    Pretty,
    /// All but ASCII escaped, and the solidus, too.
    Escaped,
}

/// Content codings of RFC 9110.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
}

/// How the reader knows where a message ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// By `Content-Length`.
    Length,
    /// By chunks of so many bytes.
    Chunks(usize),
    /// By `Content-Length`, in a message of HTTP/1.0.
    OldLength,
    /// By the end of the connection, in a message of HTTP/1.0.
    End,
}

impl Sending {
    /// The usual way.
    pub(super) const USUAL: Sending = Sending { text: Text::Short, coding: None, frame: Frame::Length, close: false };

    /// The answer as it is sent.
    pub(super) fn response(self, takes: &[HeaderValue], answer: Answer) -> Response {
        let mut headers = answer.headers;
        let bytes = match answer.payload {
            Payload::Json(value) => self.text.write(&value),
            Payload::Bytes(bytes) => bytes,
            // Only what does something wrong sends anything else.
            payload => return Answer { headers, payload, ..answer }.into_response(),
        };
        let bytes = match self.coding {
            Some(coding) if !bytes.is_empty() => coding.code(takes, bytes, &mut headers),
            _ => bytes,
        };
        if self.close {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let size = match self.frame {
            Frame::Length | Frame::OldLength => bytes.len(),
            Frame::Chunks(size) => size,
            Frame::End => 512,
        };
        let whole = bytes.is_empty() || size >= bytes.len() && matches!(self.frame, Frame::Length | Frame::OldLength);
        let body = if whole { Body::from(bytes) } else { in_pieces(&bytes, size) };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        *response.headers_mut() = headers;
        if matches!(self.frame, Frame::OldLength | Frame::End) {
            *response.version_mut() = Version::HTTP_10;
        }
        response
    }
}

fn in_pieces(bytes: &[u8], size: usize) -> Body {
    let pieces: Vec<_> =
        bytes.chunks(size.max(1)).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece))).collect();
    Body::from_stream(stream::iter(pieces))
}

impl Text {
    fn write(self, value: &Value) -> Vec<u8> {
        match self {
            Text::Short => value.to_string().into_bytes(),
            Text::Pretty => format!("\r\n\t {value:#}\r\n").into_bytes(),
            Text::Escaped => escaped(&value.to_string()).into_bytes(),
        }
    }
}

/// JSON of the same value in which every character beyond ASCII, and every solidus, is an escape.
fn escaped(json: &str) -> String {
    let mut units = [0; 2];
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '/' => text.push_str("\\/"),
            letter if letter.is_ascii() => text.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut units) {
                    // Writing into a text does not fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text
}

impl Coding {
    const fn name(self) -> &'static str {
        match self {
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
        }
    }

    /// The coded bytes, for who says that it takes them; what it says is `Accept-Encoding` without a weight of zero.
    fn code(self, accepted: &[HeaderValue], bytes: Vec<u8>, headers: &mut HeaderMap) -> Vec<u8> {
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        let taken = accepted.iter().filter_map(|value| value.to_str().ok());
        let taken = taken.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case(self.name()));
        let coded = match self {
            _ if !taken => return bytes,
            Coding::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&bytes).and_then(|()| encoder.finish())
            }
            Coding::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&bytes).and_then(|()| encoder.finish())
            }
        };
        // Writing into memory does not fail; if it did, the bytes themselves are as good.
        let Ok(coded) = coded else { return bytes };
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(self.name()));
        coded
    }
}
