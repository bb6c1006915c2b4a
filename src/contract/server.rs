//! Servers, with their variables.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Server;
use super::at::At;
use super::reader::{Reader, typed};
use crate::document::DocumentId;
use crate::schema::Schemas;

/// The servers that `document` itself states.
pub(crate) fn of_root(schemas: &Schemas, document: DocumentId) -> Vec<Server> {
    let mut reader = Reader::new(schemas);
    reader.root(document).map(|root| stated(&mut reader, &root)).unwrap_or_default()
}

/// The servers that `level` (an operation, a path item, a document) states itself.
pub(super) fn stated<'a>(reader: &mut Reader<'a>, level: &At<'a>) -> Vec<Server> {
    level.get("servers").iter().flat_map(At::elements).filter_map(|at| server(reader, &at)).collect()
}

/// The servers of a document; without any it is one with the URL `/` (OpenAPI 3.0.3, OpenAPI Object).
pub(super) fn of_document<'a>(reader: &mut Reader<'a>, root: &At<'a>) -> Vec<Server> {
    let servers = stated(reader, root);
    if servers.is_empty() {
        let place = root.place.clone();
        return vec![Server { url: "/".to_owned(), description: String::new(), variables: BTreeMap::new(), place }];
    }
    servers
}

fn server<'a>(reader: &mut Reader<'a>, at: &At<'a>) -> Option<Server> {
    let server: openapiv3::Server = match typed(at, &["url", "description"]) {
        Ok(server) => server,
        Err(reason) => {
            reader.remark(&at.place, format!("the server cannot be read, so it is left out: {reason}"));
            return None;
        }
    };
    let mut variables = BTreeMap::new();
    for (name, variable) in at.get("variables").iter().flat_map(At::members) {
        // A port is often written as a number.
        let default = match variable.value.get("default") {
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => typed(&variable, &["default"]).map(|variable: openapiv3::ServerVariable| variable.default),
        };
        match default {
            Ok(default) => {
                variables.insert(name.to_owned(), default);
            }
            Err(reason) => {
                reader.remark(&variable.place, format!("the server variable `{name}` cannot be read: {reason}"));
            }
        }
    }
    let url = substitute(&server.url, &variables);
    Some(Server { url, description: server.description.unwrap_or_default(), variables, place: at.place.clone() })
}

/// `url` with its variables replaced once; a value's own braces are text.
fn substitute(url: &str, variables: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let known = after.split_once('}').and_then(|(name, tail)| Some((variables.get(name)?, tail)));
        let (replaced, tail) = known.map_or(("{", after), |(value, tail)| (value.as_str(), tail));
        text.push_str(replaced);
        rest = tail;
    }
    text.push_str(rest);
    text
}
