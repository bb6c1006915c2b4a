//! A path template and its values become a URL that still names the operation.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::contract::{PathPart, PathTemplate};

/// Why no URL could be made that reaches the operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// A path parameter has no value.
    #[error("path parameter `{0}` has no value")]
    Missing(String),
    /// Clients and servers alike take `.` and `..` out of a path, so the request would reach another resource.
    #[error("a path segment `{0}` is removed on its way, so the request would reach another resource")]
    DotSegment(String),
    /// Many routers ignore empty segments, so the request would reach another resource.
    #[error("an empty value leaves an empty path segment, which many servers ignore")]
    EmptySegment,
    /// `\`, a control character or a space, which a URL parser rewrites.
    #[error("the path holds {0:?}, which does not travel as it stands")]
    Character(char),
    /// The base is no absolute `http` or `https` URL.
    #[error("`{0}` is no http or https URL to start from: {1}")]
    Base(String, String),
}

/// The path of `template`, where `value` gives the text of a parameter as it stands in the path (percent-encoded, as
/// [`super::encode`] writes it).
///
/// # Errors
/// When a value is missing, or when the path would be read as that of something else.
pub fn expand_path<'v>(template: &PathTemplate, value: impl Fn(&str) -> Option<&'v str>) -> Result<String, UrlError> {
    let mut path = String::new();
    // Literal text may hold empty segments of its own; one that a parameter leaves empty is what must not happen.
    let mut filled_from = None;
    for part in &template.parts {
        match part {
            PathPart::Literal(text) => {
                if let Some((ended, _)) = text.split_once('/') {
                    path.push_str(ended);
                    ends_filled(&path, filled_from.take())?;
                    path.push_str(text.get(ended.len()..).unwrap_or_default());
                } else {
                    path.push_str(text);
                }
            }
            PathPart::Parameter(name) => {
                filled_from.get_or_insert(path.rfind('/').map_or(0, |slash| slash + 1));
                path.push_str(value(name).ok_or_else(|| UrlError::Missing(name.clone()))?);
            }
        }
    }
    ends_filled(&path, filled_from)?;
    path_travels(&path)?;
    Ok(path)
}

fn ends_filled(path: &str, from: Option<usize>) -> Result<(), UrlError> {
    match from {
        Some(from) if path.len() <= from => Err(UrlError::EmptySegment),
        _ => Ok(()),
    }
}

/// Whether `path` survives the parsing of URLs; a query after it is not looked at.
///
/// # Errors
/// When it holds dot segments or characters that are rewritten.
pub fn path_travels(path: &str) -> Result<(), UrlError> {
    let path = path.split('?').next().unwrap_or_default();
    if let Some(c) = path.chars().find(|c| *c == '\\' || *c == ' ' || c.is_control()) {
        return Err(UrlError::Character(c));
    }
    match path.split('/').find(|segment| matches!(&*percent_decode_str(segment).collect::<Vec<_>>(), b"." | b"..")) {
        Some(dots) => Err(UrlError::DotSegment(dots.to_owned())),
        None => Ok(()),
    }
}

/// The URL of `path` (as [`expand_path`] gives it) below `base`, whose own path is kept, with the query of `pairs`, which
/// are percent-encoded already.
///
/// # Errors
/// When the base is not absolute, or when the path would not travel as it stands.
pub fn join_url(base: &str, path: &str, pairs: &[(String, String)]) -> Result<String, UrlError> {
    path_travels(path)?;
    let base_url = absolute(base)?;
    let mut text = base_url.as_str().trim_end_matches('/').to_owned();
    if !path.starts_with('/') && !path.is_empty() {
        text.push('/');
    }
    text.push_str(path);
    let mut between = if path.contains('?') { '&' } else { '?' };
    for (name, value) in pairs {
        text.push(between);
        text.push_str(name);
        text.push('=');
        text.push_str(value);
        between = '&';
    }
    Url::parse(&text).map(String::from).map_err(|error| UrlError::Base(base.to_owned(), error.to_string()))
}

/// The base URL that `server` names; a relative one is resolved against `origin`, where the documents are served from.
///
/// # Errors
/// When neither is absolute.
pub fn resolve_server(origin: Option<&str>, server: &str) -> Result<String, UrlError> {
    match (Url::parse(server), origin) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(origin)) => {
            let joined = absolute(origin)?.join(server);
            joined.map(String::from).map_err(|error| UrlError::Base(server.to_owned(), error.to_string()))
        }
        _ => absolute(server).map(String::from),
    }
}

fn absolute(base: &str) -> Result<Url, UrlError> {
    let refused = |why: &str| UrlError::Base(base.to_owned(), why.to_owned());
    let url = Url::parse(base).map_err(|error| refused(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        Err(refused("another scheme"))
    } else if url.query().is_some() || url.fragment().is_some() {
        Err(refused("it has a query or a fragment"))
    } else {
        Ok(url)
    }
}

/// A segment of a template: bytes, and `None` for a parameter.
pub(super) type Segment = Vec<Option<u8>>;

/// Whether `path` (percent-encoded) may be one of `template`. Compares as loosely as any server might: without case,
/// empty segments ignored, percent-encoding undone.
pub fn matches_path(template: &PathTemplate, path: &str) -> bool {
    let (wanted, given) = (wanted(template), given(path));
    wanted.len() == given.len() && wanted.iter().zip(&given).all(|(pattern, text)| matches_segment(pattern, text))
}

/// The value, decoded, that the parameter `name` of `template` has in a `Location` that answers a request to `url`, whatever
/// stands before what the template describes; nothing where the path does not end as the template does.
pub fn located(template: &PathTemplate, url: &str, location: &str, name: &str) -> Option<String> {
    // RFC 9110 §10.2.2: a reference, relative to what was asked for.
    let leads_to = Url::parse(url).ok()?.join(location.trim()).ok()?;
    let segments = |text: &str| -> Vec<String> {
        text.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
    };
    let (wanted, given) = (segments(&template.text), segments(leads_to.path()));
    let given = given.get(given.len().checked_sub(wanted.len())?..)?;
    let mut found = None;
    for (pattern, segment) in wanted.iter().zip(given) {
        let text = percent_decode_str(segment).decode_utf8().ok()?.into_owned();
        let Some((before, parameter, after)) = parameter_of(pattern) else {
            // Two parameters in one segment can be told apart by nobody.
            if pattern.contains('{') || *pattern != text {
                return None;
            }
            continue;
        };
        let value = text.strip_prefix(before)?.strip_suffix(after)?;
        if value.is_empty() {
            return None;
        }
        if parameter == name {
            found = Some(value.to_owned());
        }
    }
    found
}

/// The pairs of the query of `url`, percent-encoded as they stand.
pub fn query_pairs(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or(query);
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// What stands before the only parameter of a segment, its name, and what stands after it.
fn parameter_of(segment: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = segment.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    (!after.contains('{')).then_some((before, name, after))
}

/// The segments that a path of `template` has.
pub(super) fn wanted(template: &PathTemplate) -> Vec<Segment> {
    let mut wanted: Vec<Segment> = vec![Vec::new()];
    for part in &template.parts {
        match part {
            PathPart::Literal(text) => {
                for (at, piece) in text.split('/').enumerate() {
                    if at > 0 {
                        wanted.push(Vec::new());
                    }
                    if let Some(segment) = wanted.last_mut() {
                        segment.extend(loosely(piece).into_iter().map(Some));
                    }
                }
            }
            PathPart::Parameter(_) => wanted.last_mut().into_iter().for_each(|segment| segment.push(None)),
        }
    }
    wanted.retain(|segment| !segment.is_empty());
    wanted
}

/// The segments that `path` has.
pub(super) fn given(path: &str) -> Vec<Vec<u8>> {
    path.split('/').map(loosely).filter(|segment| !segment.is_empty()).collect()
}

fn loosely(segment: &str) -> Vec<u8> {
    percent_decode_str(segment).map(|byte| byte.to_ascii_lowercase()).collect()
}

/// Whether `text` is `pattern`, where `None` stands for any text that is not empty.
pub(super) fn matches_segment(pattern: &[Option<u8>], text: &[u8]) -> bool {
    // reached[i]: the pattern so far fits the first i bytes; one pass per pattern element keeps it polynomial.
    let mut reached = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for wanted in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut before = false;
        for ((at, slot), byte) in next.iter_mut().enumerate().skip(1).zip(text) {
            let fits = reached.get(at - 1).copied().unwrap_or_default();
            *slot = match wanted {
                Some(literal) => fits && literal == byte,
                None => fits || before,
            };
            before = *slot;
        }
        reached = next;
    }
    reached.last().copied().unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::contract::style::{Wire, encode};
    use crate::contract::{Encoding, Location, Style};
    use proptest::prelude::*;
    use serde_json::json;

    pub(in crate::contract::style) fn template(text: &str) -> PathTemplate {
        let mut parts = Vec::new();
        for (at, piece) in text.split(['{', '}']).enumerate() {
            match (at % 2, piece) {
                (_, "") => {}
                (0, piece) => parts.push(PathPart::Literal(piece.to_owned())),
                (_, piece) => parts.push(PathPart::Parameter(piece.to_owned())),
            }
        }
        PathTemplate { text: text.to_owned(), parts }
    }

    fn written(value: &str) -> String {
        let simple = Encoding::Style { style: Style::Simple, explode: false, allow_reserved: false, schema: None };
        match encode("id", &simple, Location::Path, &json!(value)).unwrap() {
            Wire::Path(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_parameter_is_found_in_a_location() {
        let of =
            |text: &str, location: &str, name: &str| located(&template(text), "http://h/api/a/7/b", location, name);
        assert_eq!(of("/a/{id}", "https://h:1/api/a/x%2Fy?z=1#f", "id").as_deref(), Some("x/y"));
        assert_eq!(of("/a/{id}/b/{no}", "/a/1/b/2/", "no").as_deref(), Some("2"));
        assert_eq!(of("/a/{id}/b/{no}", "b/2", "id").as_deref(), Some("7"));
        assert_eq!(of("/a/{id}.json", "/a/1.json", "id").as_deref(), Some("1"));
        for (text, location) in [
            ("/a/{id}", "/b/1"),
            ("/a/{id}", "/a"),
            ("/a/{id}", "/a/1/2"),
            ("/a/{id}", ""),
            ("/a/{id}", "https://h"),
            ("/a/{id}", "https://[h"),
            ("/a/{id}.json", "/a/.json"),
            ("/a/{id}-{no}", "/a/1-2"),
            ("/a/{id}", "/a/%ff"),
        ] {
            assert_eq!(of(text, location, "id"), None, "{text} {location}");
        }
    }

    #[test]
    fn values_stay_in_their_segment() {
        let expand = |path: &str, value: &str| {
            let value = written(value);
            expand_path(&template(path), |_| Some(&value))
        };
        assert_eq!(expand("/a/{id}/b", "x/y?z#w%"), Ok("/a/x%2Fy%3Fz%23w%25/b".to_owned()));
        assert_eq!(expand("/a/{id}.json", "x"), Ok("/a/x.json".to_owned()));
        assert_eq!(expand("/a/{id}.json", ""), Ok("/a/.json".to_owned()));
        assert_eq!(expand("/a/{id}", ""), Err(UrlError::EmptySegment));
        assert_eq!(expand("/a/{id}/b", ""), Err(UrlError::EmptySegment));
        assert_eq!(expand("/a/{id}", ".."), Err(UrlError::DotSegment("..".to_owned())));
        assert_eq!(expand("/a/{id}.", "."), Err(UrlError::DotSegment("..".to_owned())));
        assert_eq!(expand("/a/{id}", "..."), Ok("/a/...".to_owned()));
        assert_eq!(expand_path(&template("/a/{id}"), |_| Some("%2E.")), Err(UrlError::DotSegment("%2E.".to_owned())));
        assert_eq!(expand_path(&template("/a/{id}"), |_| None), Err(UrlError::Missing("id".to_owned())));
    }

    #[test]
    fn the_base_path_is_kept() {
        for (base, path, expected) in [
            ("http://h/api", "/v1/x", "http://h/api/v1/x"),
            ("http://h/api/", "/v1/x/", "http://h/api/v1/x/"),
            ("http://h", "/", "http://h/"),
            ("http://h:8080", "/x", "http://h:8080/x"),
            ("HTTP://H:80/", "/x", "http://h/x"),
            ("http://[::1]:3001/api", "/x", "http://[::1]:3001/api/x"),
        ] {
            assert_eq!(join_url(base, path, &[]).as_deref(), Ok(expected));
        }
        let pairs = [("a".to_owned(), "b%20c".to_owned()), ("a".to_owned(), "d".to_owned())];
        assert_eq!(join_url("http://h", "/x", &pairs).as_deref(), Ok("http://h/x?a=b%20c&a=d"));
        assert!(matches!(join_url("/api", "/x", &[]), Err(UrlError::Base(..))));
        assert!(matches!(join_url("ftp://h", "/x", &[]), Err(UrlError::Base(..))));
        assert!(matches!(join_url("http://h", "/../x", &[]), Err(UrlError::DotSegment(_))));
        assert!(matches!(join_url("http://h", "/a\\b", &[]), Err(UrlError::Character('\\'))));
    }

    #[test]
    fn relative_servers_are_resolved() {
        assert_eq!(resolve_server(Some("http://h/docs/x.json"), "/api").as_deref(), Ok("http://h/api"));
        assert_eq!(resolve_server(Some("http://h/docs/x.json"), "v1").as_deref(), Ok("http://h/docs/v1"));
        assert_eq!(resolve_server(None, "https://a/b").as_deref(), Ok("https://a/b"));
        assert!(resolve_server(None, "/api").is_err());
    }

    #[test]
    fn paths_are_recognised_loosely() {
        for (text, path, expected) in [
            ("/customers/{id}", "/customers/7", true),
            ("/customers/{id}", "/Customers/7/", true),
            ("/customers/{id}", "//customers//7", true),
            ("/customers/{id}", "/c%75stomers/7", true),
            ("/customers/{id}", "/customers", false),
            ("/customers/{id}", "/customers/", false),
            ("/customers/{id}", "/customers/7/x", false),
            ("/r/{a}-{b}.json", "/r/x-y-z.json", true),
            ("/r/{a}-{b}.json", "/r/-y.json", false),
            ("/", "/", true),
        ] {
            assert_eq!(matches_path(&template(text), path), expected, "{text} {path}");
        }
    }

    proptest! {
        #[test]
        fn any_value_arrives_as_one_segment(value in "\\PC{1,12}|[./%?#\\\\;]{1,6}") {
            let text = written(&value);
            match expand_path(&template("/a/{id}/b"), |_| Some(&text)) {
                Ok(path) => {
                    let url = Url::parse(&join_url("http://h/base", &path, &[]).unwrap()).unwrap();
                    let segments: Vec<_> = url.path_segments().unwrap().collect();
                    prop_assert_eq!(segments.len(), 4);
                    prop_assert_eq!(percent_decode_str(segments[2]).decode_utf8().unwrap(), value);
                }
                Err(error) => prop_assert!(matches!(error, UrlError::DotSegment(_)), "{error}"),
            }
        }
    }
}
