//! Who may call: `"security": [{ "Bearer": [] }]`, read by RFC 6750.

use super::reply::Reply;
use axum::http::{HeaderMap, StatusCode, header};

/// Lets a request with the right bearer token pass, and answers any other with 401 and a challenge.
///
/// Only the `Authorization` header counts: a token in the query is none. A challenge names an error only where a token
/// was given, because RFC 6750 says that an answer to a request without credentials should not.
pub(super) fn check(headers: &HeaderMap, token: &str) -> Result<(), Reply> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (first, more) = (given.next(), given.next());
    match first.and_then(|value| bearer(value.as_bytes())) {
        Some(sent) if more.is_none() && sent == token.as_bytes() => Ok(()),
        Some(_) => Err(unauthorized(r#"Bearer realm="cams", error="invalid_token""#)),
        None => Err(unauthorized(r#"Bearer realm="cams""#)),
    }
}

/// The token after the scheme, whose name is case-insensitive (RFC 9110, 11.1).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked(SCHEME.len())?;
    let token = rest.trim_ascii();
    (scheme.eq_ignore_ascii_case(SCHEME) && rest.starts_with(b" ") && !token.is_empty()).then_some(token)
}

const SCHEME: &[u8] = b"Bearer";

fn unauthorized(challenge: &'static str) -> Reply {
    Reply::refused(StatusCode::UNAUTHORIZED, "Unauthorized").with(header::WWW_AUTHENTICATE, challenge)
}
