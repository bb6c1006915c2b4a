//! Request bodies.

use serde_json::Value;

use crate::case::Payload;
use crate::case::expression::{Selector, Template};
use crate::contract::Operation;
use crate::document::Pointer;

use super::cursor::{Node, Reader};
use super::extension::StepExtension;
use super::names::{Moment, Scene};
use super::parameter::misplaced;
use super::selector;

/// Reads `requestBody` of a step that calls an operation.
pub(super) fn read<'d>(
    reader: &mut Reader<'d>,
    step: &Node<'d>,
    operation: &Operation,
    extension: &StepExtension<'d>,
    scene: Scene<'_, 'd>,
) -> Option<Payload> {
    let Some(node) = step.get("requestBody") else {
        if !extension.remove.is_empty() {
            let at = step.at.child("x-conform").child("remove");
            reader.report(reader.at_key(&at, "there is no payload to remove anything from"));
        }
        if let Some(patch) = &extension.merge_patch {
            reader.report(reader.at_key(&patch.at, "there is no payload to patch"));
        }
        return None;
    };
    reader.object(&node, "a request body", &["contentType", "payload", "replacements"])?;
    let content_type = media_type(reader, &node, operation);
    let Some(payload) = node.get("payload") else {
        reader.missing(&node, "a request body", "payload");
        return None;
    };
    let is_json = content_type.as_deref().is_some_and(is_json);
    let content = match payload.value.as_str().filter(|_| is_json).and_then(json_text) {
        Some(value) => text_template(reader, &payload, &value, scene)?,
        None => template(reader, &payload, scene)?,
    };
    let mut replacements = Vec::new();
    let mut selected = Vec::new();
    for item in reader.array(&node, "replacements") {
        match replacement(reader, &item, scene) {
            Some((Selector::Pointer(target), value)) => replacements.push((target, Some(value))),
            Some((query, value)) => selected.push((query, value)),
            None => {}
        }
    }
    for (index, (pointer, text)) in extension.remove.iter().enumerate() {
        if !may_have(&content, pointer) && !replacements.iter().any(|(target, _)| pointer.starts_with(target)) {
            let at = step.at.child("x-conform").child("remove").index(index);
            reader.report(reader.at_value(&at, format!("the payload has no `{text}` to remove")));
        }
        replacements.push((pointer.clone(), None));
    }
    let merge_patch = match &extension.merge_patch {
        Some(patch) => Some(template(reader, patch, scene)?),
        None => None,
    };
    Some(Payload { replacements, selected, merge_patch, ..Payload::new(content_type, content) })
}

/// Reads a value as a template, and looks up its names.
pub(super) fn template<'d>(reader: &mut Reader<'d>, node: &Node<'d>, scene: Scene<'_, 'd>) -> Option<Template> {
    let mut template = misplaced(reader, node, scene)?;
    scene.at(Moment::Request).template(reader, &node.at, &mut template);
    Some(template)
}

/// A text that is JSON with expressions in its strings: each string is a template of its own, so that a number stays a
/// number (`"quantity": "{$inputs.quantity}"`, as the standard's examples have it).
fn text_template<'d>(
    reader: &mut Reader<'d>,
    node: &Node<'d>,
    value: &Value,
    scene: Scene<'_, 'd>,
) -> Option<Template> {
    match Template::parse(value) {
        Ok(mut template) => {
            scene.at(Moment::Request).template(reader, &node.at, &mut template);
            Some(template)
        }
        Err(errors) => {
            for wrong in errors {
                let text = wrong.pointer.resolve(value).and_then(Value::as_str).unwrap_or_default();
                let part = text.get(wrong.error.range.clone()).filter(|part| !part.is_empty()).unwrap_or(text);
                let problem = reader.at_fragment(&node.at, part, wrong.error.message.clone());
                reader.report(match wrong.error.help {
                    Some(help) => problem.help(help),
                    None => problem,
                });
            }
            None
        }
    }
}

fn json_text(text: &str) -> Option<Value> {
    let is_structure = text.trim_start().starts_with(['{', '[']);
    if is_structure { serde_json::from_str(text).ok() } else { None }
}

fn replacement<'d>(reader: &mut Reader<'d>, node: &Node<'d>, scene: Scene<'_, 'd>) -> Option<(Selector, Template)> {
    reader.object(node, "a replacement", &["target", "targetSelectorType", "value"])?;
    let kind =
        node.get("targetSelectorType").map_or(Some(selector::Kind::Pointer), |kind| selector::kind(reader, &kind));
    let target = reader.required(node, "a replacement", "target");
    let Some(value) = node.get("value") else {
        reader.missing(node, "a replacement", "value");
        return None;
    };
    let value = template(reader, &value, scene);
    let target = target?;
    if kind? == selector::Kind::Query {
        return match Selector::query(target) {
            Ok(query) => Some((query, value?)),
            Err(error) => {
                reader.report(reader.at_error(&node.at.child("target"), target, &error));
                None
            }
        };
    }
    match Pointer::parse(target) {
        Ok(pointer) if !target.starts_with("//") => Some((Selector::Pointer(pointer), value?)),
        _ => {
            let problem = reader.at_value(&node.at.child("target"), format!("`{target}` is not a JSON Pointer"));
            let bare = target.trim_start_matches(['#', '$', '/', '.']);
            reader.report(problem.help(format!("such as `/{}`; XPath is not supported", bare.replace('.', "/"))));
            None
        }
    }
}

/// The media type that the step says, else the one that the operation documents, JSON before others.
fn media_type(reader: &mut Reader<'_>, node: &Node<'_>, operation: &Operation) -> Option<String> {
    if node.get("contentType").is_some() {
        return reader.required(node, "a request body", "contentType").map(str::to_owned);
    }
    let content = operation.body.as_ref().map(|body| body.content.as_slice()).unwrap_or_default();
    let documented = match content {
        [only] => Some(only),
        several => several.iter().find(|media| is_json(&media.name)),
    };
    match documented {
        Some(media) if !media.name.contains('*') => Some(media.name.clone()),
        _ => {
            let what = if content.is_empty() { "documents no request body" } else { "documents several media types" };
            let problem = reader.at_key(&node.at, format!("`{}` {what}, so `contentType` is needed", operation.id));
            reader.report(problem.help("add `contentType`, such as `contentType: application/json`"));
            None
        }
    }
}

/// Whether a media type is JSON (RFC 6839 §3.1).
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// Whether there may be something at `pointer`, as far as a template tells before it is filled in.
fn may_have(template: &Template, pointer: &Pointer) -> bool {
    let mut current = template;
    let tokens: Vec<_> = pointer.tokens().collect();
    for (depth, token) in tokens.iter().enumerate() {
        current = match current {
            Template::Literal(value) => {
                let rest = Pointer::from_tokens(tokens.iter().skip(depth));
                return rest.resolve(value).is_some();
            }
            Template::Expression(_) => return true,
            Template::Text(_) => return false,
            Template::Object(members) => match members.iter().find(|(name, _)| name == token) {
                Some((_, member)) => member,
                None => return false,
            },
            Template::Array(elements) => match token.parse::<usize>().ok().and_then(|index| elements.get(index)) {
                Some(element) => element,
                None => return false,
            },
        };
    }
    true
}
