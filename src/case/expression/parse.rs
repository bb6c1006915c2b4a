//! Reads one runtime expression (Arazzo 1.0.1, Runtime Expressions, ABNF).

use std::ops::Range;

use crate::contract::Location;
use crate::document::Pointer;

use super::{Expression, ParseError};

/// What an expression begins with.
pub(super) const ROOTS: [&str; 12] = [
    "$url",
    "$method",
    "$statusCode",
    "$request",
    "$response",
    "$inputs",
    "$outputs",
    "$steps",
    "$workflows",
    "$sourceDescriptions",
    "$components",
    "$self",
];

impl Expression {
    /// Reads an expression that is `text` as a whole.
    ///
    /// ```
    /// use conform::case::expression::Expression;
    ///
    /// assert_eq!(Expression::parse("$statusCode").unwrap(), Expression::StatusCode);
    /// let error = Expression::parse("$response.body.id").unwrap_err();
    /// assert_eq!((error.range, error.help.as_deref()), (10..17, Some("a member of the body is `$response.body#/id`")));
    /// ```
    ///
    /// # Errors
    /// The wrong bytes of `text`, with what would be right there.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if let Some((at, found)) = text.char_indices().find(|(_, c)| c.is_whitespace() || matches!(c, '{' | '}')) {
            let message =
                if found.is_whitespace() { "white space in an expression" } else { "a brace in an expression" };
            return Err(ParseError::new(at..at + found.len_utf8(), message)
                .help("inside other text, an expression stands in braces: `text {$inputs.name} text`"));
        }
        Self::read(text)
    }

    fn read(text: &str) -> Result<Self, ParseError> {
        let (path, pointer) = match text.split_once('#') {
            // `#` is a character of header names, and there is no pointer into a header field.
            Some((path, _)) if is_header(path) => (text, None),
            Some((path, fragment)) => (path, Some(read_pointer(fragment, path.len() + 1)?)),
            None => (text, None),
        };
        let (root, rest) = match path.split_once('.') {
            Some((root, rest)) => (root, Some(Part { text: rest, start: root.len() + 1 })),
            None => (path, None),
        };
        let end = path.len();
        let expression = match (root, rest) {
            ("$url" | "$method" | "$statusCode" | "$self", Some(rest)) => {
                return Err(ParseError::new(root.len()..rest.end(), format!("`{root}` has no parts"))
                    .help(format!("write `{root}`")));
            }
            ("$url", None) => Self::Url,
            ("$method", None) => Self::Method,
            ("$statusCode", None) => Self::StatusCode,
            ("$self", None) => Self::Itself,
            ("$request", Some(rest)) => return request(rest, pointer),
            ("$response", Some(rest)) => return response(rest, pointer),
            ("$inputs", Some(rest)) => Self::Input(rest.name("input")?, pointer.unwrap_or_else(Pointer::root)),
            ("$outputs", Some(rest)) => Self::Output(rest.name("output")?, pointer.unwrap_or_else(Pointer::root)),
            ("$steps", Some(rest)) => {
                let (step, name) = rest.two(".outputs.", "$steps.STEP.outputs.NAME")?;
                Self::StepOutput(step.name("step")?, name.name("output")?, pointer.unwrap_or_else(Pointer::root))
            }
            ("$workflows", Some(rest)) => return workflow(rest, pointer),
            ("$sourceDescriptions", Some(rest)) => {
                let (source, name) = rest.two(".", "$sourceDescriptions.NAME.url")?;
                Self::Source(source.name("source description")?, name.name("field")?)
            }
            ("$components", Some(rest)) => {
                let (group, name) = rest.two(".", "$components.parameters.NAME")?;
                Self::Component(group.name("group")?, name.name("component")?)
            }
            (root, None) if ROOTS.contains(&root) => {
                return Err(ParseError::new(end..end, format!("`{root}` alone has no value"))
                    .help(format!("name the part that is meant, such as `{}`", example(root))));
            }
            (root, _) => return Err(unknown_root(root)),
        };
        match (&expression, pointer_range(text, path)) {
            (
                Self::Url | Self::Method | Self::StatusCode | Self::Itself | Self::Source(..) | Self::Component(..),
                Some(range),
            ) => Err(ParseError::new(range, format!("`{path}` has no parts for a pointer to point to"))
                .help(format!("write `{path}`"))),
            _ => Ok(expression),
        }
    }
}

/// A piece of the text with where it begins.
#[derive(Clone, Copy)]
struct Part<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Part<'t> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn range(&self) -> Range<usize> {
        self.start..self.end()
    }

    fn name(self, what: &str) -> Result<String, ParseError> {
        if self.text.is_empty() {
            Err(ParseError::new(self.range(), format!("the name of the {what} is missing")))
        } else {
            Ok(self.text.to_owned())
        }
    }

    fn two(self, separator: &str, form: &str) -> Result<(Self, Self), ParseError> {
        match self.text.split_once(separator) {
            Some((left, right)) => Ok((
                Part { text: left, start: self.start },
                Part { text: right, start: self.start + left.len() + separator.len() },
            )),
            None => Err(ParseError::new(self.range(), format!("`{}` is incomplete", self.text))
                .help(format!("the form is `{form}`"))),
        }
    }

    fn strip(self, prefix: &str) -> Option<Part<'t>> {
        self.text.strip_prefix(prefix).map(|text| Part { text, start: self.start + prefix.len() })
    }
}

fn request(rest: Part<'_>, pointer: Option<Pointer>) -> Result<Expression, ParseError> {
    for location in [Location::Header, Location::Query, Location::Path] {
        if let Some(name) = rest.strip(&format!("{location}.")) {
            return match pointer {
                Some(_) => Err(no_pointer(name)),
                None if location == Location::Header => token(name).map(|n| Expression::RequestParameter(location, n)),
                None => Ok(Expression::RequestParameter(location, name.name("parameter")?)),
            };
        }
    }
    match rest.text {
        "body" => Ok(Expression::RequestBody(pointer.unwrap_or_else(Pointer::root))),
        _ => Err(unknown_part(rest, "$request", &["header.NAME", "query.NAME", "path.NAME", "body", "body#/POINTER"])),
    }
}

fn response(rest: Part<'_>, pointer: Option<Pointer>) -> Result<Expression, ParseError> {
    if let Some(name) = rest.strip("header.") {
        return token(name).map(Expression::ResponseHeader);
    }
    match rest.text {
        "body" => Ok(Expression::ResponseBody(pointer.unwrap_or_else(Pointer::root))),
        _ => Err(unknown_part(rest, "$response", &["header.NAME", "body", "body#/POINTER"])),
    }
}

fn workflow(rest: Part<'_>, pointer: Option<Pointer>) -> Result<Expression, ParseError> {
    let pointer = pointer.unwrap_or_else(Pointer::root);
    if rest.text.contains(".outputs.") {
        let (workflow, name) = rest.two(".outputs.", "")?;
        return Ok(Expression::WorkflowOutput(workflow.name("workflow")?, name.name("output")?, pointer));
    }
    let (workflow, name) =
        rest.two(".inputs.", "$workflows.WORKFLOW.outputs.NAME` or `$workflows.WORKFLOW.inputs.NAME")?;
    Ok(Expression::WorkflowInput(workflow.name("workflow")?, name.name("input")?, pointer))
}

/// A header field name (RFC 9110 §5.1).
fn token(part: Part<'_>) -> Result<String, ParseError> {
    let is_tchar = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match part.text.char_indices().find(|(_, c)| !is_tchar(*c)) {
        Some((at, c)) => {
            let at = part.start + at;
            Err(ParseError::new(at..at + c.len_utf8(), format!("`{c}` cannot be part of a header field name")))
        }
        None => part.name("header field"),
    }
}

fn is_header(path: &str) -> bool {
    path.starts_with("$response.header.") || path.starts_with("$request.header.")
}

/// The ABNF's `json-pointer`: as it stands, without percent-encoding.
fn read_pointer(text: &str, start: usize) -> Result<Pointer, ParseError> {
    if !text.is_empty() && !text.starts_with('/') {
        return Err(ParseError::new(start..start + text.len(), format!("`{text}` is not a JSON Pointer"))
            .help(format!("a JSON Pointer begins with a slash: `#/{text}`")));
    }
    for (at, _) in text.match_indices('~') {
        if !matches!(text.as_bytes().get(at + 1), Some(b'0' | b'1')) {
            return Err(ParseError::new(start + at..start + at + 1, "`~` in a JSON Pointer is followed by `0` or `1`")
                .help("`~0` means `~`, and `~1` means `/`"));
        }
    }
    Pointer::parse(text).map_err(|error| ParseError::new(start..start + text.len(), error.to_string()))
}

fn pointer_range(text: &str, path: &str) -> Option<Range<usize>> {
    (path.len() < text.len()).then_some(path.len()..text.len())
}

fn no_pointer(part: Part<'_>) -> ParseError {
    ParseError::new(part.end()..part.end() + 1, "a parameter is text: it has no parts for a pointer to point to")
}

fn unknown_part(rest: Part<'_>, root: &str, known: &[&str]) -> ParseError {
    let error = ParseError::new(rest.range(), format!("`{root}.{}` does not exist", rest.text));
    if let Some(member) = rest.text.strip_prefix("body.").or_else(|| rest.text.strip_prefix("body/")) {
        return error.help(format!("a member of the body is `{root}.body#/{}`", member.replace('.', "/")));
    }
    let forms: Vec<_> = known.iter().map(|form| format!("`{root}.{form}`")).collect();
    error.help(format!("one of {}", forms.join(", ")))
}

fn unknown_root(root: &str) -> ParseError {
    if root == "$message" {
        return ParseError::new(0..root.len(), "`$message` speaks of AsyncAPI, which is not supported")
            .help("what an HTTP answer holds is `$response.body` or `$response.header.NAME`");
    }
    let error = ParseError::new(0..root.len(), format!("`{root}` is not the beginning of an expression"));
    match closest_root(root) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("one of {}", ROOTS.map(|root| format!("`{root}`")).join(", "))),
    }
}

/// The root that `word` was probably meant to be.
pub(super) fn closest_root(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    if let Some(root) = ROOTS.into_iter().find(|root| root.to_lowercase() == lower) {
        return Some(root);
    }
    similar::get_close_matches(word, &ROOTS, 1, 0.75).first().copied()
}

fn example(root: &str) -> &'static str {
    match root {
        "$request" => "$request.body#/name",
        "$response" => "$response.body#/name",
        "$inputs" => "$inputs.name",
        "$outputs" => "$outputs.name",
        "$steps" => "$steps.step.outputs.name",
        "$workflows" => "$workflows.workflow.outputs.name",
        "$sourceDescriptions" => "$sourceDescriptions.name.url",
        _ => "$components.parameters.name",
    }
}
