//! Operations: each method of each path of a document.

use std::collections::BTreeMap;

use super::at::{At, kind_of};
use super::layout::METHODS;
use super::reader::Reader;
use super::{Operation, OperationId, PathTemplate, Scheme, Server};
use super::{body, parameter, response, security, server};
use crate::document::{DocumentId, Place};

/// So many path items are followed from one to the next; more is a circle.
const LONGEST_CHAIN: usize = 16;

/// What all operations of a document share.
struct Shared<'a> {
    root: At<'a>,
    schemes: BTreeMap<String, Result<Scheme, String>>,
    servers: Vec<Server>,
}

/// The operations of `document`, in document order; their ids are not settled yet: what is there is the bare `operationId`.
pub(super) fn operations(reader: &mut Reader<'_>, document: DocumentId) -> Vec<Operation> {
    let Some(root) = reader.root(document) else { return Vec::new() };
    let shared = Shared {
        schemes: security::schemes(reader, &root),
        servers: server::of_document(reader, &root),
        root: root.clone(),
    };
    let Some(paths) = root.get("paths") else {
        reader.remark(&root.place, "the document has no `paths`, so it describes no operation");
        return Vec::new();
    };
    if paths.object().is_none() {
        reader.remark(&paths.place, format!("`paths` is {}, not an object", kind_of(paths.value)));
    }
    let mut operations = Vec::new();
    for (path, item) in paths.members().filter(|(path, _)| !path.starts_with("x-")) {
        read_path(reader, &shared, path, item, &mut operations);
    }
    operations
}

fn read_path<'a>(
    reader: &mut Reader<'a>,
    shared: &Shared<'a>,
    path: &str,
    item: At<'a>,
    operations: &mut Vec<Operation>,
) {
    let place = item.place.clone();
    let (layers, broken) = layers(reader, item);
    if let Some(reason) = broken {
        reader.remark(&place, format!("the path item of `{path}` cannot be read: {reason}"));
    }
    let template = PathTemplate::parse(path);
    let mut seen: Vec<&str> = Vec::new();
    for (layer_index, layer) in layers.iter().enumerate() {
        for (name, at) in layer.members() {
            if !METHODS.contains(&name) {
                if METHODS.iter().any(|method| method.eq_ignore_ascii_case(name)) {
                    let help = format!("write `{}`", name.to_ascii_lowercase());
                    let message = format!("`{name}` is no field of a path item, so this operation is not read");
                    reader.remark_with_help(&at.place, message, help);
                }
            } else if seen.contains(&name) {
                reader.remark(&at.place, format!("`{name}` is hidden by the path item that refers to this one"));
            } else if !at.value.is_null() {
                seen.push(name);
                let item = Item { template: &template, layers: layers.get(layer_index..).unwrap_or_default() };
                operations.push(read_operation(reader, shared, &item, &place, name, at));
            }
        }
    }
}

/// A path item and those that it refers to: what the former says, comes first. With why the chain breaks off, if it does.
fn layers<'a>(reader: &Reader<'a>, item: At<'a>) -> (Vec<At<'a>>, Option<String>) {
    let mut layers = vec![];
    let mut next = Some(item);
    while let Some(item) = next {
        if item.object().is_none() {
            return (layers, Some(format!("it is {}, not an object", kind_of(item.value))));
        }
        if layers.iter().any(|earlier: &At<'_>| earlier.place == item.place) || layers.len() == LONGEST_CHAIN {
            return (layers, Some("its references go round in a circle".to_owned()));
        }
        next = None;
        if let Some(reference) = item.value.get("$ref") {
            let target = reference.as_str().ok_or_else(|| "`$ref` is no string".to_owned());
            let target =
                target.and_then(|text| reader.schemas.target(item.place.document, text).map_err(|error| error.reason));
            match target {
                Ok(place) => next = reader.schemas.source(&place).map(|value| At { value, place }),
                Err(reason) => {
                    layers.push(item);
                    return (layers, Some(reason));
                }
            }
        }
        layers.push(item);
    }
    (layers, None)
}

/// What an operation takes from its path.
struct Item<'i, 'a> {
    template: &'i PathTemplate,
    layers: &'i [At<'a>],
}

impl<'a> Item<'_, 'a> {
    fn get(&self, name: &str) -> Option<At<'a>> {
        self.layers.iter().find_map(|layer| layer.get(name))
    }
}

fn read_operation<'a>(
    reader: &mut Reader<'a>,
    shared: &Shared<'a>,
    item: &Item<'_, 'a>,
    path: &Place,
    method: &str,
    at: At<'a>,
) -> Operation {
    let mut disabled = None;
    let mut keep = |fault: String| {
        disabled.get_or_insert(fault);
    };
    if at.object().is_none() {
        keep(format!("operation ({}): it is {}, not an object", at.place.pointer, kind_of(at.value)));
    }
    if !item.template.text.starts_with('/') {
        keep(format!("path ({}): it does not begin with `/`", path.pointer));
    }
    // A fragment that only tells operations apart (`#Action=…`) is fine; a path that goes on behind `#` is not.
    if item.template.text.split_once('#').is_some_and(|(_, fragment)| fragment.contains(['/', '{'])) {
        keep(format!("path ({}): what stands behind `#` is never sent", path.pointer));
    }
    let (general, own) = (item.get("parameters"), at.get("parameters"));
    let parameters = parameter::parameters(reader, general.as_ref(), own.as_ref(), item.template, path);
    let parameters = parameters.map_err(&mut keep).unwrap_or_default();
    let body = body::request_body(reader, &at).map_err(&mut keep).unwrap_or_default();
    let responses = response::responses(reader, &at).map_err(&mut keep).unwrap_or_default();
    let (security, security_place) = security::security(reader, &shared.root, &at, &shared.schemes);
    let mut servers = server::stated(reader, &at);
    for layer in item.layers {
        if servers.is_empty() {
            servers = server::stated(reader, layer);
        }
    }
    if servers.is_empty() {
        servers.clone_from(&shared.servers);
    }
    Operation {
        id: OperationId(at.text("operationId").unwrap_or_default().into()),
        method: method.to_ascii_uppercase(),
        path: item.template.clone(),
        parameters,
        body,
        responses,
        security,
        security_place,
        servers,
        disabled,
        deprecated: at.value.get("deprecated").and_then(serde_json::Value::as_bool).unwrap_or_default(),
        place: at.place,
    }
}
