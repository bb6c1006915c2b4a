//! What the documents promise: operations, parameters, bodies, responses, security, servers.

pub(crate) mod at;
pub mod base_url;
mod body;
pub mod called;
mod files;
mod identity;
pub(crate) mod layout;
mod load;
mod operation;
pub mod overlay;
mod parameter;
mod reader;
mod response;
mod security;
pub(crate) mod server;
pub mod style;
mod template;
mod usable;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::document::{Diagnostic, Document, DocumentId, Place, Pointer, Position, Severity};
use crate::schema::Schemas;

use overlay::Overlay;
use style::Routes;

/// Everything that documents and overlays promise.
#[derive(Debug)]
pub struct Contract {
    /// The documents, by [`DocumentId`].
    pub sources: Vec<Source>,
    /// The operations of all documents, in document order.
    pub operations: Vec<Operation>,
    /// The schemas of all documents as overlays left them.
    pub schemas: Schemas,
    /// The schemas of the documents as published, without overlays.
    pub published: Schemas,
    /// The overlays, in the order in which they were applied.
    pub overlays: Vec<Overlay>,
    /// What was noticed while loading, none of it fatal.
    pub warnings: Vec<Diagnostic>,
    /// Places in `operations`, from the first time that an id is looked up.
    places: OnceLock<HashMap<OperationId, usize>>,
    /// Their paths, from the first time that one is looked up.
    routes: OnceLock<Routes>,
}

impl Contract {
    /// The operation of this id.
    pub fn operation(&self, id: &OperationId) -> Option<&Operation> {
        let index =
            || self.operations.iter().enumerate().map(|(place, operation)| (operation.id.clone(), place)).collect();
        self.operations.get(*self.places.get_or_init(index).get(id)?)
    }

    /// The operations, disabled ones included, whose paths `path` (percent-encoded) may be one of, compared as loosely as
    /// any server might.
    pub fn operations_at(&self, path: &str) -> impl Iterator<Item = &Operation> {
        let routes = self.routes.get_or_init(|| Routes::new(self.operations.iter().map(|operation| &operation.path)));
        routes.matching(path).into_iter().filter_map(|place| self.operations.get(place))
    }

    /// The source of `document`.
    pub fn source(&self, document: DocumentId) -> Option<&Source> {
        self.sources.get(document.0)
    }

    /// A diagnostic at `place` of the documents as overlays left them: where an overlay wrote it, in the overlay.
    pub fn diagnose(&self, severity: Severity, place: &Place, message: impl Into<String>) -> Diagnostic {
        let Some(source) = self.source(place.document) else {
            return Diagnostic::file(severity, "", message);
        };
        match source.overlay_at(&place.pointer) {
            Some(amended) => self.diagnose_overlay(severity, amended, message.into()),
            None => source.published.diagnose(severity, &place.pointer, message),
        }
    }

    /// The same, at the very member of what the overlay's action wrote.
    pub fn diagnose_part(&self, severity: Severity, place: &Place, message: impl Into<String>) -> Diagnostic {
        let amended = self.source(place.document).and_then(|source| source.overlay_at(&place.pointer));
        match amended.and_then(|amended| self.written_at(amended, &place.pointer)) {
            Some((overlay, pointer)) => overlay.diagnose(severity, &pointer, message),
            None => self.diagnose(severity, place, message),
        }
    }

    /// Where the overlay has the value that it wrote at `pointer` of a document.
    fn written_at(&self, amended: &Amended, pointer: &Pointer) -> Option<(&Document, Pointer)> {
        let document = self.overlays.iter().find(|overlay| overlay.name() == amended.file)?.document();
        let actions = document.value().get("actions")?.as_array()?;
        let at = |index: &usize| document.position(&Pointer::root().child("actions").index(*index));
        let index = (0..actions.len()).find(|index| at(index) == amended.position)?;
        let update = Pointer::root().child("actions").index(index).child("update");
        let tokens: Vec<String> = pointer.tokens().map(std::borrow::Cow::into_owned).collect();
        // The longest end of the pointer that the update holds: its target stands for what is before.
        let mut ends =
            (0..tokens.len()).map(|from| update.join(&Pointer::from_tokens(tokens.get(from..).unwrap_or_default())));
        ends.find(|end| end.resolve(document.value()).is_some()).map(|found| (document, found))
    }

    fn diagnose_overlay(&self, severity: Severity, amended: &Amended, message: String) -> Diagnostic {
        let Some(overlay) = self.overlays.iter().find(|overlay| overlay.name() == amended.file) else {
            let position = Some(amended.position);
            return Diagnostic { position, ..Diagnostic::file(severity, &amended.file, message) };
        };
        let text = overlay.document().text();
        let line = text.split_inclusive('\n').nth(amended.position.line.saturating_sub(1)).unwrap_or_default();
        let before: usize =
            text.split_inclusive('\n').take(amended.position.line.saturating_sub(1)).map(str::len).sum();
        let indent: usize = line.chars().take(amended.position.column.saturating_sub(1)).map(char::len_utf8).sum();
        overlay.document().diagnose_bytes(severity, before + indent..before + line.trim_end().len(), message)
    }
}

/// One document with what overlays made of it.
#[derive(Debug)]
pub struct Source {
    /// The document as published.
    pub published: Document,
    /// What it is loaded for.
    pub role: Role,
    /// Its value after the overlays.
    pub effective: Arc<Value>,
    /// The places that overlays wrote, in order of application.
    pub amended: Vec<Amended>,
}

impl Source {
    /// The overlay action that wrote the value at `pointer` or an ancestor of it, the last one first.
    pub fn overlay_at(&self, pointer: &Pointer) -> Option<&Amended> {
        self.amended.iter().rev().find(|amended| pointer.starts_with(&amended.pointer))
    }

    /// File, line and column of `pointer`: in the overlay that wrote it, else in the published document.
    pub fn locate(&self, pointer: &Pointer) -> (String, Position) {
        match self.overlay_at(pointer) {
            Some(amended) => (amended.file.clone(), amended.position),
            None => (self.published.name().to_owned(), self.published.position(pointer)),
        }
    }
}

/// What a document is loaded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It describes operations.
    Api,
    /// Others refer to it.
    Resource,
}

/// A place that an overlay action wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// What it wrote.
    pub pointer: Pointer,
    /// The overlay file.
    pub file: String,
    /// Where the action stands in it.
    pub position: Position,
    /// The action's description: the sentence it formalises.
    pub description: String,
}

/// Names an operation over all documents: its `operationId`, `METHOD /path` where it has none, and `document.operationId`
/// where two documents use one name for different operations.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationId(pub Arc<str>);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One method on one path.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name over all documents.
    pub id: OperationId,
    /// Upper case.
    pub method: String,
    /// The path template.
    pub path: PathTemplate,
    /// The operation object.
    pub place: Place,
    /// Path-level and operation-level parameters, the latter overriding the former; those of the template that nobody
    /// declares come last, as required strings without a place of their own.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// Documented responses in document order.
    pub responses: Vec<Response>,
    /// Alternatives, each a set of schemes that are needed together; an empty alternative allows anonymous requests, no
    /// alternative at all means that nothing is said.
    pub security: Vec<Vec<SchemeUse>>,
    /// The `security` member that says so: the operation's, else the document's; the operation object where none does.
    pub security_place: Place,
    /// Servers that apply, the most specific list that is given.
    pub servers: Vec<Server>,
    /// Why it cannot be used, where it cannot.
    pub disabled: Option<String>,
    /// Marked `deprecated`.
    pub deprecated: bool,
}

impl Operation {
    /// The response that speaks for `status`: the exact code, then the range, then `default`.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let matching = |wanted: StatusMatch| self.responses.iter().find(|response| response.status == wanted);
        let range = u8::try_from(status / 100).unwrap_or_default();
        matching(StatusMatch::Code(status))
            .or_else(|| matching(StatusMatch::Range(range)))
            .or_else(|| matching(StatusMatch::Default))
    }

    /// Whether a documented response could say that a request is invalid as such: `400`, `422`, `4XX`, `default`, or a
    /// client error that no standard gives another meaning.
    pub fn documents_rejection(&self) -> bool {
        self.responses.iter().any(|response| match response.status {
            // Credentials, absence, methods, time, conflicts, sizes, preconditions, limits, law.
            StatusMatch::Code(401..=417 | 421 | 423..=426 | 428 | 429 | 431 | 451) => false,
            StatusMatch::Code(code) => (400..500).contains(&code),
            StatusMatch::Range(range) => range == 4,
            StatusMatch::Default => true,
        })
    }

    /// Whether a success is promised at all, so that its absence means something.
    pub fn documents_success(&self) -> bool {
        self.responses.iter().any(|response| response.status.is_success() || response.status == StatusMatch::Default)
    }

    /// Whether the method is safe (RFC 9110 §9.2.1).
    pub fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    /// Whether every request needs credentials: there are alternatives and none of them is empty.
    pub fn needs_credentials(&self) -> bool {
        !self.security.is_empty() && self.security.iter().all(|alternative| !alternative.is_empty())
    }

    /// The parameter `name`; `location` may be left out where the name is unique.
    pub fn parameter(&self, name: &str, location: Option<Location>) -> Option<&Parameter> {
        self.parameters.iter().find(|p| {
            location.is_none_or(|wanted| wanted == p.location)
                && if p.location == Location::Header { p.name.eq_ignore_ascii_case(name) } else { p.name == name }
        })
    }
}

/// A path template, cut into its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate {
    /// As written.
    pub text: String,
    /// Literal text and parameter names, in order; a parameter may be part of a segment.
    pub parts: Vec<PathPart>,
}

/// A part of a path template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathPart {
    /// Text as it stands.
    Literal(String),
    /// `{name}`.
    Parameter(String),
}

/// Where a parameter travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query string.
    Query,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        })
    }
}

/// How a structured parameter is written (OpenAPI 3.0.3, Style Values).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `;color=blue,black`
    Matrix,
    /// `.blue.black`
    Label,
    /// `color=blue,black` or `color=blue&color=black`
    Form,
    /// `blue,black`
    Simple,
    /// `color=blue%20black`
    SpaceDelimited,
    /// `color=blue|black`
    PipeDelimited,
    /// `color[R]=100&color[G]=200`
    DeepObject,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it travels.
    pub location: Location,
    /// Whether it must be given; always for a path.
    pub required: bool,
    /// Its schema and how values are written.
    pub encoding: Encoding,
    /// The parameter object; of an undeclared one the path item.
    pub place: Place,
    /// Whether a document declares it.
    pub declared: bool,
    /// `example`, then the values of `examples`.
    pub examples: Vec<Value>,
}

/// How a value becomes text.
#[derive(Debug, Clone)]
pub enum Encoding {
    /// By style; without schema anything goes.
    Style {
        /// The style.
        style: Style,
        /// Whether arrays and objects are spread over several values.
        explode: bool,
        /// Whether RFC 3986 reserved characters stay as they are.
        allow_reserved: bool,
        /// Its schema.
        schema: Option<Place>,
    },
    /// As a document of this media type.
    Content {
        /// The media type.
        media_type: String,
        /// Its schema.
        schema: Option<Place>,
    },
}

impl Encoding {
    /// The schema, in either form.
    pub fn schema(&self) -> Option<&Place> {
        match self {
            Self::Style { schema, .. } | Self::Content { schema, .. } => schema.as_ref(),
        }
    }
}

/// A request body.
#[derive(Debug, Clone)]
pub struct Body {
    /// Whether it must be sent.
    pub required: bool,
    /// By media type, in document order.
    pub content: Vec<Media>,
    /// The request body object.
    pub place: Place,
}

/// One media type of a body.
#[derive(Debug, Clone)]
pub struct Media {
    /// The media type or range, as written.
    pub name: String,
    /// The schema.
    pub schema: Option<Place>,
    /// `example`, then the values of `examples`.
    pub examples: Vec<Value>,
    /// The media type object.
    pub place: Place,
}

/// Which statuses a documented response speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StatusMatch {
    /// One code.
    Code(u16),
    /// `4XX`.
    Range(u8),
    /// Everything that nothing else speaks for.
    Default,
}

impl StatusMatch {
    /// Whether it speaks for successes: `2xx`, `2XX`. `default` speaks for anything, so it does not count.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Code(200..=299) | Self::Range(2))
    }
}

impl fmt::Display for StatusMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Range(range) => write!(f, "{range}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A documented response.
#[derive(Debug, Clone)]
pub struct Response {
    /// Which statuses it speaks for.
    pub status: StatusMatch,
    /// Its header fields.
    pub headers: Vec<ResponseHeader>,
    /// By media type; empty where nothing is promised about a body.
    pub content: Vec<Media>,
    /// The response object, references followed.
    pub place: Place,
    /// The key under `responses`.
    pub key: Place,
}

/// A documented response header field.
#[derive(Debug, Clone)]
pub struct ResponseHeader {
    /// The field name.
    pub name: String,
    /// Whether it is always there.
    pub required: bool,
    /// Its schema and how the value is written.
    pub encoding: Encoding,
    /// The header object.
    pub place: Place,
}

/// A security scheme with the scopes that an operation asks of it.
#[derive(Debug, Clone)]
pub struct SchemeUse {
    /// Its name under `components/securitySchemes`.
    pub name: String,
    /// What it is.
    pub scheme: Scheme,
    /// Scopes (OAuth 2.0, `OpenID` Connect).
    pub scopes: Vec<String>,
}

/// A security scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// `Authorization: Bearer …`; also OAuth 2.0 and `OpenID` Connect.
    Bearer,
    /// `Authorization: Basic …` (RFC 7617).
    Basic,
    /// Another HTTP authentication scheme, by name.
    Http(String),
    /// A key in a parameter.
    ApiKey {
        /// Header, query or cookie.
        location: Location,
        /// The parameter's name.
        name: String,
    },
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The URL with its variables replaced by their defaults.
    pub url: String,
    /// Its description, by which environments pick it.
    pub description: String,
    /// The variables with their defaults.
    pub variables: BTreeMap<String, String>,
    /// The server object.
    pub place: Place,
}

#[cfg(test)]
mod tests;
