//! Parameters, and what they share with response headers: the encoding.

use openapiv3::{CookieStyle, HeaderStyle, PathStyle, QueryStyle};
use serde_json::Value;

use super::at::At;
use super::body;
use super::reader::{Reader, typed};
use super::{Encoding, Location, Parameter, PathTemplate, Style};
use crate::document::Place;

/// Header parameters that the specification has us ignore (OpenAPI 3.0.3, Parameter Object): they belong to content
/// negotiation and to security.
const NOT_PARAMETERS: [&str; 3] = ["Accept", "Content-Type", "Authorization"];

/// The members of a parameter object that are read by type.
const MEMBERS: [&str; 8] = ["name", "in", "required", "style", "explode", "allowReserved", "schema", "content"];

/// The parameters of an operation: those of the path item (`shared`), overridden by its `own`; those of the template that
/// nobody declares come last.
pub(super) fn parameters<'a>(
    reader: &mut Reader<'a>,
    shared: Option<&At<'a>>,
    own: Option<&At<'a>>,
    path: &PathTemplate,
    item: &Place,
) -> Result<Vec<Parameter>, String> {
    let mut parameters = list(reader, shared, path)?;
    for own in list(reader, own, path)? {
        match parameters.iter_mut().find(|shared| is_same(shared, &own)) {
            Some(shared) => *shared = own,
            None => parameters.push(own),
        }
    }
    for name in path.names() {
        if !parameters.iter().any(|parameter| parameter.location == Location::Path && parameter.name == name) {
            parameters.push(undeclared(name, item));
        }
    }
    Ok(parameters)
}

fn list<'a>(reader: &mut Reader<'a>, list: Option<&At<'a>>, path: &PathTemplate) -> Result<Vec<Parameter>, String> {
    let Some(list) = list else { return Ok(Vec::new()) };
    if !list.value.is_array() {
        return Err(format!("parameters ({}): they are no array", list.place.pointer));
    }
    let mut parameters: Vec<Parameter> = Vec::new();
    for element in list.elements() {
        let given = element.place.clone();
        let at = reader.follow(element).map_err(|reason| format!("parameter ({}): {reason}", given.pointer))?;
        let Some(parameter) = parameter(reader, &at)? else { continue };
        if parameter.location == Location::Path && !path.names().any(|name| name == parameter.name) {
            let message =
                format!("path parameter `{}` stands nowhere in `{}`, so it cannot be sent", parameter.name, path.text);
            reader.remark(&given, message);
        } else if parameters.iter().any(|earlier| is_same(earlier, &parameter)) {
            let message = format!(
                "{} parameter `{}` is declared twice here; the first counts",
                parameter.location, parameter.name
            );
            reader.remark(&given, message);
        } else {
            parameters.push(parameter);
        }
    }
    Ok(parameters)
}

fn is_same(a: &Parameter, b: &Parameter) -> bool {
    a.location == b.location
        && if a.location == Location::Header { a.name.eq_ignore_ascii_case(&b.name) } else { a.name == b.name }
}

/// Nothing where the specification says that it is to be ignored.
fn parameter<'a>(reader: &mut Reader<'a>, at: &At<'a>) -> Result<Option<Parameter>, String> {
    let fault = |reason: String| match at.text("name") {
        Some(name) => format!("parameter {name:?} ({}): {reason}", at.place.pointer),
        None => format!("parameter ({}): {reason}", at.place.pointer),
    };
    if at.object().is_some() && at.get("schema").is_none() && at.get("content").is_none() {
        return Err(fault("missing field `schema`".to_owned()));
    }
    let (data, location, style, allow_reserved) = match typed(at, &MEMBERS).map_err(fault)? {
        openapiv3::Parameter::Query { parameter_data, allow_reserved, style, .. } => {
            let style = match style {
                QueryStyle::Form => Style::Form,
                QueryStyle::SpaceDelimited => Style::SpaceDelimited,
                QueryStyle::PipeDelimited => Style::PipeDelimited,
                QueryStyle::DeepObject => Style::DeepObject,
            };
            (parameter_data, Location::Query, style, allow_reserved)
        }
        openapiv3::Parameter::Header { parameter_data, style: HeaderStyle::Simple } => {
            (parameter_data, Location::Header, Style::Simple, false)
        }
        openapiv3::Parameter::Path { parameter_data, style } => {
            let style = match style {
                PathStyle::Matrix => Style::Matrix,
                PathStyle::Label => Style::Label,
                PathStyle::Simple => Style::Simple,
            };
            (parameter_data, Location::Path, style, false)
        }
        openapiv3::Parameter::Cookie { parameter_data, style: CookieStyle::Form } => {
            (parameter_data, Location::Cookie, Style::Form, false)
        }
    };
    if location == Location::Header && NOT_PARAMETERS.iter().any(|name| name.eq_ignore_ascii_case(&data.name)) {
        return Ok(None);
    }
    Ok(Some(Parameter {
        encoding: encoding(reader, at, style, data.explode, allow_reserved).map_err(fault)?,
        examples: body::examples(reader, at),
        required: data.required || location == Location::Path,
        name: data.name,
        location,
        place: at.place.clone(),
        declared: true,
    }))
}

/// A parameter that the template names and nobody declares: a string by itself.
fn undeclared(name: &str, item: &Place) -> Parameter {
    Parameter {
        name: name.to_owned(),
        location: Location::Path,
        required: true,
        encoding: Encoding::Style { style: Style::Simple, explode: false, allow_reserved: false, schema: None },
        place: item.clone(),
        declared: false,
        examples: Vec::new(),
    }
}

/// The encoding of a parameter or header object; `explode` by default as its style has it (OpenAPI 3.0.3).
pub(super) fn encoding(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    style: Style,
    explode: Option<bool>,
    allow_reserved: bool,
) -> Result<Encoding, String> {
    let schema = at.get("schema").map(|schema| schema.place);
    let Some(content) = at.get("content") else {
        return Ok(Encoding::Style { style, explode: explode.unwrap_or(style == Style::Form), allow_reserved, schema });
    };
    if schema.is_some() {
        reader.remark(&content.place, "`schema` and `content` exclude each other; `schema` counts");
        return Ok(Encoding::Style { style, explode: explode.unwrap_or(style == Style::Form), allow_reserved, schema });
    }
    let mut media_types = content.members();
    let Some((media_type, media)) = media_types.next() else {
        return Err("`content` names no media type".to_owned());
    };
    if media_types.next().is_some() {
        reader.remark(&content.place, format!("`content` may have one media type only; `{media_type}` counts"));
    }
    Ok(Encoding::Content { media_type: media_type.to_owned(), schema: media.get("schema").map(|schema| schema.place) })
}

/// Whether the object says `explode`, where it says so with a boolean.
pub(super) fn explode(at: &At<'_>) -> Option<bool> {
    at.value.get("explode").and_then(Value::as_bool)
}
