//! Values as parameter text and back: OpenAPI 3.0.3 style values, path templates, base URLs and media types.

mod body;
mod decode;
mod encode;
mod form;
mod hints;
mod json;
mod media;
mod path;
mod routes;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

use super::{Location, Style};

pub use body::written;
pub use decode::{Readings, decode, readings, text_readings};
pub use encode::encode;
pub use form::{Field, fields_of_form, fields_of_parts, form_readings};
pub use hints::Hints;
pub use json::{Json, read_json};
pub use media::{Match, MediaType, media_matches, parse_media_type};
pub use path::{UrlError, expand_path, join_url, located, matches_path, path_travels, query_pairs, resolve_server};
pub use routes::Routes;

/// A parameter as it goes on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wire {
    /// Nothing is sent: the value is undefined in the sense of RFC 6570 §2.3 (null, an empty array or object).
    Omitted,
    /// What stands in the path, percent-encoded.
    Path(String),
    /// Names and values of the query, percent-encoded; an array that is spread has several.
    Query(Vec<(String, String)>),
    /// A header field value, never percent-encoded.
    Header(String),
    /// A cookie's name and value, percent-encoded.
    Cookie(String, String),
}

/// Why a value has no text that every reader understands alike.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StyleError {
    /// The style table says n/a.
    #[error("style {style:?} does not say how {what} is written in the {location}")]
    Undefined {
        /// The style.
        style: Style,
        /// What cannot be written.
        what: &'static str,
        /// Where it should travel.
        location: Location,
    },
    /// An array or object inside of an array or object.
    #[error("no style says how an array or object inside of another one is written")]
    Nested,
    /// An element holds the character that separates elements, and this place has no escape for it.
    #[error("a value holds `{0}`, which separates values here")]
    Delimiter(char),
    /// A path parameter cannot be left out.
    #[error("null, an empty array or an empty object leaves nothing to write in the path")]
    Nothing,
    /// Not allowed in a header field value (RFC 9110 §5.5), or read differently from server to server.
    #[error("a header field value cannot carry {0}")]
    Header(&'static str),
    /// Only JSON and text can be written by media type.
    #[error("no way to write a value as `{0}`")]
    MediaType(String),
}

/// Everything but the unreserved characters of RFC 3986 §2.3 is percent-encoded, as RFC 6570 expects.
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// With `allowReserved` these stay. `#`, `&` and `+` are encoded nevertheless: left as they are, they would end the
/// query, end the value, or be read as a space; so are `[` and `]`, which RFC 3986 does not allow in a query.
pub(super) const ALLOWED: &AsciiSet = &RESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');
