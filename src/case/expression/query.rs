//! A `JSONPath` criterion (RFC 9535), read as the author of an Arazzo file means it.

use std::fmt::Write as _;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::document::Pointer;

use super::ParseError;

/// Longer, a query is refused.
const LONGEST: usize = 4096;
/// Nested deeper, a query is refused: the parser recurses, and tries several ways at each level.
const DEEPEST: usize = 8;

/// A query (RFC 9535) that holds when it selects something.
///
/// Arazzo's own examples do not mean what RFC 9535 makes of them. In `$[?count(@.pets) > 0]`, applied to a body such as
/// `{"pets": []}`, the filter tests the *children* of the body, and `count` counts *nodes*, of which `@.pets` is at most
/// one, however many pets it holds. In `$[?@.access_token != null]`, a token that is absent is not null. So, unless a
/// criterion says `x-conform: { exact: true }`:
///
/// - a filter that stands directly behind the root tests the value itself, where that is no array (the elements of an
///   array are tested one by one, as in RFC 9535);
/// - `count` of a query that names one place counts the elements at that place; absent and null have none;
/// - what is absent equals `null`, as in simple conditions; so a query of an absent value is one of `null`, and may hold;
///   Arazzo 1.1 lets it fail, and so does `exact`.
///
/// Everything else is RFC 9535.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    text: String,
    path: JsonPath,
    /// The same for a list whose only element is the value, where a filter stands directly behind the root.
    whole: Option<JsonPath>,
}

impl Query {
    /// Reads a query; `exact` takes it as RFC 9535 does.
    ///
    /// # Errors
    /// Where and why it is no query.
    pub fn parse(text: &str, exact: bool) -> Result<Self, ParseError> {
        if text.len() > LONGEST {
            return Err(ParseError::new(0..1, format!("a query of more than {LONGEST} bytes")));
        }
        if let Some(at) = too_deep(text) {
            return Err(ParseError::new(at..at + 1, format!("nested more than {DEEPEST} deep")));
        }
        let path = parse(text)?;
        if exact {
            return Ok(Self { text: text.to_owned(), path, whole: None });
        }
        let path = JsonPath::parse(&meant(text, false)).unwrap_or(path);
        let is_whole = text.strip_prefix('$').is_some_and(|rest| rest.trim_start().starts_with("[?"));
        let whole = if is_whole { JsonPath::parse(&meant(text, true)).ok() } else { None };
        Ok(Self { text: text.to_owned(), path, whole })
    }

    /// As it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it can name one place only, as `$.items[0].id`.
    pub(super) fn names_one(&self) -> bool {
        self.text
            .strip_prefix('$')
            .and_then(singular)
            .is_some_and(|segments| segments.len() + 1 == self.text.trim_end().len())
    }

    /// The places of what it selects in `value`, deepest first where one holds another.
    pub(super) fn places(&self, value: &Value) -> Vec<Pointer> {
        let found = self.path.query_located(value);
        let pointers = found.locations().filter_map(|location| Pointer::parse(&location.to_json_pointer()).ok());
        let mut places: Vec<Pointer> = pointers.collect();
        places.reverse();
        places
    }

    /// What it selects from `value`.
    pub fn select(&self, value: &Value) -> Vec<Value> {
        match &self.whole {
            Some(whole) if !value.is_array() => {
                let wrapped = Value::Array(vec![value.clone()]);
                whole.query(&wrapped).into_iter().cloned().collect()
            }
            _ => self.path.query(value).into_iter().cloned().collect(),
        }
    }
}

fn parse(text: &str) -> Result<JsonPath, ParseError> {
    JsonPath::parse(text).map_err(|error| {
        let at = floor(text, error.position().saturating_sub(1));
        let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
        let said = ParseError::new(at..end, format!("not a JSONPath query: {}", error.message()));
        if text.starts_with('$') {
            said.help("RFC 9535; a filter is `$[?@.name == 'value']`")
        } else {
            said.help("a query begins with `$`, such as `$.name` or `$[?@.name == 'value']`")
        }
    })
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// Where brackets and parentheses go too deep.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in outside_strings(text) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(at);
        }
    }
    None
}

/// The characters of `text` that are in no string literal.
fn outside_strings(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    let mut escaped = false;
    text.char_indices().filter(move |(_, c)| match quote {
        Some(_) if escaped => {
            escaped = false;
            false
        }
        Some(_) if *c == '\\' => {
            escaped = true;
            false
        }
        Some(open) if open == *c => {
            quote = None;
            false
        }
        Some(_) => false,
        None if matches!(c, '\'' | '"') => {
            quote = Some(*c);
            false
        }
        None => true,
    })
}

/// The query that the author means, for RFC 9535: `count(@.pets)` becomes `count(@.pets[*])`, `@.a == null` becomes
/// `(!@.a || @.a == null)`, and, where the value is wrapped in a list, `$.a` inside a filter becomes `$[0].a`.
fn meant(text: &str, wrapped: bool) -> String {
    let mut result = String::with_capacity(text.len() + 16);
    let mut done = 0;
    for (at, c) in outside_strings(text) {
        if at < done || at == 0 || !matches!(c, '@' | '$') {
            continue;
        }
        let before = text.get(done..at).unwrap_or_default();
        let root = if wrapped && c == '$' { "$[0]" } else { text.get(at..=at).unwrap_or_default() };
        let segments = text.get(at + 1..).and_then(singular);
        let after = text.get(at + 1 + segments.map_or(0, str::len)..).unwrap_or_default();
        let is_counted = text.get(..at).is_some_and(|before| before.trim_end().ends_with("count("));
        result.push_str(before);
        done = at + 1;
        match (segments, compared_with_null(after)) {
            (Some(segments), Some((is_equal, length))) => {
                let query = format!("{root}{segments}");
                let _ = if is_equal {
                    write!(result, "(!{query} || {query} == null)")
                } else {
                    write!(result, "({query} && {query} != null)")
                };
                done += segments.len() + length;
            }
            (Some(segments), None) if is_counted && after.trim_start().starts_with(')') => {
                let _ = write!(result, "{root}{segments}[*]");
                done += segments.len();
            }
            _ => result.push_str(root),
        }
    }
    result.push_str(text.get(done..).unwrap_or_default());
    result
}

/// Whether `== null` or `!= null` comes next, and how long that is.
fn compared_with_null(text: &str) -> Option<(bool, usize)> {
    let rest = text.trim_start();
    let (is_equal, rest) = match (rest.strip_prefix("=="), rest.strip_prefix("!=")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return None,
    };
    let rest = rest.trim_start().strip_prefix("null")?;
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    ends.then_some((is_equal, text.len() - rest.len()))
}

/// The names and indices that follow a root, where they name one place and nothing else follows them.
fn singular(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let next = rest.trim_start();
        if let Some(after) = next.strip_prefix('.') {
            let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_' || !c.is_ascii())).unwrap_or(after.len());
            rest = after.get(end..).filter(|_| end > 0)?;
        } else if let Some(inner) = next.strip_prefix('[') {
            let inner = inner.trim_start();
            let after = match inner.chars().next()? {
                quote @ ('\'' | '"') => {
                    let (name, after) = inner.get(1..)?.split_once(quote)?;
                    if name.contains('\\') {
                        return None;
                    }
                    after
                }
                _ => inner.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-'),
            };
            rest = after.trim_start().strip_prefix(']')?;
        } else {
            return text.get(..text.len() - rest.len());
        }
    }
}
