//! What stands below what in an OpenAPI document.

/// What an object of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    PathItem,
    Operation,
    Parameter,
    Header,
    Body,
    Responses,
    Response,
    Media,
    Encoding,
    Schema,
    Discriminator,
    Example,
    Link,
    Callback,
    SecurityScheme,
    /// The alternatives of `security`.
    Requirements,
    /// Something that no standard describes.
    Extension,
}

/// How the things of a kind stand below a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    One,
    Members,
    Elements,
}

/// The methods of a path item (OpenAPI 3.0.3).
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The sections of `components`, in the order of the standard, each with what it holds.
pub(crate) const SECTIONS: [(&str, Kind); 9] = [
    ("schemas", Kind::Schema),
    ("responses", Kind::Response),
    ("parameters", Kind::Parameter),
    ("examples", Kind::Example),
    ("requestBodies", Kind::Body),
    ("headers", Kind::Header),
    ("securitySchemes", Kind::SecurityScheme),
    ("links", Kind::Link),
    ("callbacks", Kind::Callback),
];

/// What OpenAPI 3.0 lets stand below the member `name` of something of `kind`.
pub(crate) fn below(kind: Kind, name: &str) -> Option<(Shape, Kind)> {
    use Shape::{Elements, Members, One};
    if name.starts_with("x-") {
        return None;
    }
    let found = match (kind, name) {
        (Kind::PathItem | Kind::Operation, "parameters") => (Elements, Kind::Parameter),
        (Kind::PathItem, name) if METHODS.contains(&name) => (One, Kind::Operation),
        (Kind::Operation, "requestBody") => (One, Kind::Body),
        (Kind::Operation, "responses") => (One, Kind::Responses),
        (Kind::Operation, "callbacks") => (Members, Kind::Callback),
        (Kind::Operation, "security") => (One, Kind::Requirements),
        (Kind::Responses, _) => (One, Kind::Response),
        (Kind::Callback, name) if name != "$ref" => (One, Kind::PathItem),
        (Kind::Parameter | Kind::Header | Kind::Body | Kind::Response, "content") => (Members, Kind::Media),
        (Kind::Parameter | Kind::Header | Kind::Media, "examples") => (Members, Kind::Example),
        (Kind::Media, "encoding") => (Members, Kind::Encoding),
        (Kind::Response | Kind::Encoding, "headers") => (Members, Kind::Header),
        (Kind::Response, "links") => (Members, Kind::Link),
        (Kind::Schema, "discriminator") => (One, Kind::Discriminator),
        (Kind::Schema, "properties") => (Members, Kind::Schema),
        (Kind::Schema, "allOf" | "anyOf" | "oneOf") => (Elements, Kind::Schema),
        (Kind::Parameter | Kind::Header | Kind::Media, "schema")
        | (Kind::Schema, "items" | "additionalProperties" | "not") => (One, Kind::Schema),
        _ => return None,
    };
    Some(found)
}

/// What stands there besides: extensions, and keywords that only JSON Schema has.
pub(crate) fn below_besides(kind: Kind, name: &str) -> Option<(Shape, Kind)> {
    use Shape::{Elements, Members, One};
    let found = match (kind, name) {
        (Kind::Schema, "patternProperties" | "dependentSchemas" | "$defs" | "definitions") => (Members, Kind::Schema),
        (Kind::Schema, "prefixItems" | "x-certain") => (Elements, Kind::Schema),
        (
            Kind::Schema,
            "if" | "then" | "else" | "contains" | "propertyNames" | "unevaluatedItems" | "unevaluatedProperties",
        ) => (One, Kind::Schema),
        (Kind::Extension, _) => (One, Kind::Extension),
        (_, name) if name.starts_with("x-") => (One, Kind::Extension),
        _ => return None,
    };
    Some(found)
}
