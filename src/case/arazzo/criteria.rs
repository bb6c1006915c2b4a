//! Criterion objects.

use serde_json::Value;

use crate::case::expression::{Criterion, Expression, ParseError};
use crate::document::Pointer;

use super::cursor::{Node, Reader, kind, suggest};
use super::extension;
use super::names::Scene;

const TYPES: [&str; 3] = ["simple", "regex", "jsonpath"];

/// Reads the list `key` of criteria.
pub(super) fn read<'d>(reader: &mut Reader<'d>, node: &Node<'d>, key: &str, scene: Scene<'_, 'd>) -> Vec<Criterion> {
    let nodes = reader.array(node, key);
    nodes.iter().filter_map(|node| criterion(reader, node, scene)).collect()
}

fn criterion<'d>(reader: &mut Reader<'d>, node: &Node<'d>, scene: Scene<'_, 'd>) -> Option<Criterion> {
    reader.object(node, "a criterion", &["context", "condition", "type", "x-conform"])?;
    inside(reader, node, "a criterion", scene)
}

/// Reads the criterion whose members stand among others in `node`, which is `what`.
pub(super) fn inside<'d>(
    reader: &mut Reader<'d>,
    node: &Node<'d>,
    what: &str,
    scene: Scene<'_, 'd>,
) -> Option<Criterion> {
    let exact = extension::flag(reader, node, "a criterion", "exact");
    let kind = node.get("type").map_or(Some("simple"), |kind| type_of(reader, &kind));
    let text = reader.required(node, what, "condition");
    let context = reader.string(node, "context");
    let (kind, text) = (kind?, text?);
    let at = node.at.child("condition");
    let read: Result<Criterion, ParseError> = if kind == "simple" {
        Criterion::simple(text)
    } else {
        let Some(context) = context else {
            if node.get("context").is_none() {
                let problem = reader.at_key(&node.at.child("type"), format!("a `{kind}` criterion has no `context`"));
                reader.report(problem.help("say what it applies to, such as `context: $response.body`"));
            }
            return None;
        };
        let at = node.at.child("context");
        let context = match member_of_body(context) {
            Some(member) => member,
            None => scene.expression(reader, &at, context)?,
        };
        if kind == "regex" { Criterion::regex(context, text) } else { Criterion::jsonpath(context, text, exact) }
    };
    match read {
        Ok(mut criterion) => {
            scene.criterion(reader, &at, &mut criterion);
            criterion.exact = exact;
            criterion.file = Some(reader.document.name().to_owned());
            criterion.position = Some(reader.position(&at));
            Some(criterion)
        }
        Err(error) => {
            reader.report(reader.at_error(&at, text, &error));
            None
        }
    }
}

/// `$response.body.status`, as one of the standard's examples spells `$response.body#/status`.
fn member_of_body(context: &str) -> Option<Expression> {
    let members = context.strip_prefix("$response.body.")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    members.chars().all(plain).then(|| Expression::ResponseBody(Pointer::from_tokens(members.split('.'))))
}

/// The type, in its short form or as an object with a version.
fn type_of<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<&'d str> {
    let (node, version) = match node.value {
        Value::Object(_) => {
            reader.object(node, "a criterion type", &["type", "version"])?;
            reader.required(node, "a criterion type", "type")?;
            reader.required(node, "a criterion type", "version")?;
            (node.get("type")?, node.text("version").zip(node.get("version")))
        }
        _ => (node.clone(), None),
    };
    let Some(name) = node.value.as_str() else {
        reader.report(reader.at_value(&node.at, format!("`type` is {}, not a string", kind(node.value))));
        return None;
    };
    let known = TYPES.into_iter().find(|known| *known == name);
    match (known, version) {
        (None, _) if name == "xpath" => {
            let problem =
                reader.at_value(&node.at, "criteria of type `xpath` are not supported").label("not supported");
            reader.report(problem.help("a `regex` criterion applies to the text of the body"));
            None
        }
        (None, _) => {
            let problem = reader.at_value(&node.at, format!("unknown type `{name}` of a criterion"));
            reader.report(problem.help(suggest(name, &TYPES)));
            None
        }
        (Some("jsonpath"), Some((version, at))) if !version.eq_ignore_ascii_case("rfc9535") => {
            let problem = reader.at_value(&at.at, format!("JSONPath version `{version}` is not supported"));
            reader.report(problem.help("write `type: jsonpath`, which is RFC 9535"));
            None
        }
        (known, _) => known,
    }
}
