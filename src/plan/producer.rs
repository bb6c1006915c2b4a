//! Where an id comes from: the operations whose answers hold a value for a path parameter.

use std::collections::BTreeMap;

use crate::case::expression::Expression;
use crate::contract::{Contract, Operation, PathPart, PathTemplate};
use crate::document::Place;
use crate::schema::Schemas;

use super::link::links;

/// Values of path parameters, in template order.
pub type Bindings = Vec<(String, String)>;

/// An operation whose answer holds a value for a path parameter.
#[derive(Debug, Clone)]
pub struct Producer<'c> {
    /// The operation.
    pub operation: &'c Operation,
    /// Whether calling it makes a new object, which then is this run's own.
    pub creates: bool,
    /// Where a link says that its answer holds the value.
    pub link: Option<Expression>,
}

/// The collections of a contract, looked up once: a collection is a path below which an id names an item.
#[derive(Debug)]
pub struct Collections<'c> {
    /// Operations by their path, parameter names erased.
    at: BTreeMap<String, Vec<&'c Operation>>,
    /// Operations on an item by the path of its collection.
    items: BTreeMap<String, Vec<&'c Operation>>,
    /// By the path above a parameter and its name, the operations with a link that feeds it.
    fed: BTreeMap<(String, String), Vec<(&'c Operation, Expression)>>,
    /// Operations by the members that their documented successes declare.
    answering: BTreeMap<String, Vec<&'c Operation>>,
}

impl<'c> Collections<'c> {
    /// Reads the paths, the links and the successes of `contract`.
    pub fn new(contract: &'c Contract) -> Self {
        let mut collections =
            Self { at: BTreeMap::new(), items: BTreeMap::new(), fed: BTreeMap::new(), answering: BTreeMap::new() };
        for operation in contract.operations.iter().filter(|operation| operation.disabled.is_none()) {
            collections.at.entry(key(&operation.path.parts)).or_default().push(operation);
            if let Some(PathPart::Parameter(name)) = operation.path.parts.last()
                && let Some(collection) = above(&operation.path, name)
            {
                collections.items.entry(collection).or_default().push(operation);
            }
            if operation.method == "GET" {
                for member in members(contract, operation) {
                    collections.answering.entry(member).or_default().push(operation);
                }
            }
            collections.read_links(contract, operation);
        }
        collections
    }

    fn read_links(&mut self, contract: &'c Contract, operation: &'c Operation) {
        for link in links(contract, operation) {
            let Some(target) = contract.operation(&link.target) else { continue };
            for (name, value) in link.parameters {
                if let Some(collection) = above(&target.path, &name) {
                    self.fed.entry((collection, name)).or_default().push((operation, value));
                }
            }
        }
    }

    /// The producers of the path parameter `name` of `path`, the nearest first: operations on the collection that
    /// `{name}` stands below, operations with a link that feeds it, reads that answer a member of that name.
    ///
    /// None needs an id that does not stand before `{name}` in `path`, so that no search for an id goes round in a circle.
    pub fn producers(&self, path: &PathTemplate, name: &str) -> Vec<Producer<'c>> {
        let Some(collection) = above(path, name) else { return Vec::new() };
        let fed = self.fed.get(&(collection.clone(), name.to_owned())).map(Vec::as_slice).unwrap_or_default();
        let here = self.at.get(&collection).into_iter().flatten().copied();
        let linked = fed.iter().map(|(operation, _)| *operation);
        let named = self.answering.get(name).into_iter().flatten().copied();
        let mut found: Vec<Producer<'c>> = Vec::new();
        for operation in here.chain(linked).chain(named) {
            let creates = self.creates(operation);
            let known = found.iter().any(|producer| producer.operation.id == operation.id);
            if known || !(creates || operation.method == "GET") || !callable(operation, path, name) {
                continue;
            }
            let link = fed.iter().find(|(source, _)| source.id == operation.id).map(|(_, value)| value.clone());
            found.push(Producer { operation, creates, link });
        }
        found
    }

    /// The operation with `method` on an item of the collection that `creator` creates into, and the name of the item's
    /// path parameter.
    pub fn item(&self, creator: &Operation, method: &str) -> Option<(&'c Operation, &'c str)> {
        let items = self.items.get(key(&creator.path.parts).trim_end_matches('/'))?;
        let operation = items.iter().copied().find(|operation| operation.method == method)?;
        match operation.path.parts.last() {
            Some(PathPart::Parameter(name)) => Some((operation, name)),
            _ => None,
        }
    }

    /// The operation that removes what `creator` made, and the name of its last parameter.
    pub fn remover(&self, creator: &Operation) -> Option<(&'c Operation, &'c str)> {
        self.item(creator, "DELETE")
    }

    /// The name of the path parameter that names what `creator` makes.
    pub fn item_parameter(&self, creator: &Operation) -> Option<&'c str> {
        ["GET", "DELETE", "PATCH", "PUT"].iter().find_map(|method| self.item(creator, method)).map(|(_, name)| name)
    }

    /// Where a link says that the answer of `creator` holds the id of what it made.
    pub fn linked(&self, creator: &Operation) -> Option<&Expression> {
        let (item, name) = ["GET", "DELETE", "PATCH", "PUT"].iter().find_map(|method| self.item(creator, method))?;
        let fed = self.fed.get(&(above(&item.path, name)?, name.to_owned()))?;
        fed.iter().find(|(source, _)| source.id == creator.id).map(|(_, value)| value)
    }

    /// Whether a POST to this operation makes an object that has a path of its own below it.
    pub fn creates(&self, operation: &Operation) -> bool {
        operation.method == "POST" && self.item_parameter(operation).is_some()
    }
}

/// The path above `/{name}`, with parameter names erased, since two documents may name one parameter differently.
pub fn above(path: &PathTemplate, name: &str) -> Option<String> {
    let at = path.parts.iter().position(|part| matches!(part, PathPart::Parameter(parameter) if parameter == name))?;
    key(path.parts.get(..at)?).strip_suffix('/').map(str::to_owned)
}

/// `values`, which are those of `from`, by the names that `to` has for the parameters of the path that both share.
pub fn renamed(from: &PathTemplate, to: &PathTemplate, values: &Bindings) -> Bindings {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for pair in from.parts.iter().zip(&to.parts) {
        match pair {
            (PathPart::Literal(a), PathPart::Literal(b)) if a == b => {}
            (PathPart::Parameter(a), PathPart::Parameter(b)) => names.push((a, b)),
            _ => break,
        }
    }
    let new = |old: &str| {
        names.iter().find(|(from, _)| *from == old).map_or_else(|| old.to_owned(), |(_, to)| (*to).to_owned())
    };
    values.iter().map(|(name, value)| (new(name), value.clone())).collect()
}

/// The beginnings of `path` that end with a parameter, with `values` in their places, the shortest first: one for each
/// object that the path names.
pub fn objects(path: &PathTemplate, values: &Bindings) -> Vec<String> {
    let mut found = Vec::new();
    let mut so_far = String::new();
    for part in &path.parts {
        match part {
            PathPart::Literal(text) => so_far.push_str(text),
            PathPart::Parameter(name) => {
                let Some((_, value)) = values.iter().find(|(known, _)| known == name) else { break };
                // No id holds a control character, so that one id never looks like several.
                so_far.push('\u{0}');
                so_far.push_str(value);
                found.push(so_far.clone());
            }
        }
    }
    found
}

/// The path of the item `id` in the collection at `path`, as [`objects`] writes it.
pub fn item_path(path: &PathTemplate, values: &Bindings, id: &str) -> String {
    let name = "{item}";
    let mut item = path.clone();
    if !item.text.ends_with('/') {
        item.parts.push(PathPart::Literal("/".to_owned()));
    }
    item.parts.push(PathPart::Parameter(name.to_owned()));
    let values: Bindings = values.iter().cloned().chain([(name.to_owned(), id.to_owned())]).collect();
    objects(&item, &values).pop().unwrap_or_default()
}

fn key(parts: &[PathPart]) -> String {
    let text = |part: &PathPart| match part {
        PathPart::Literal(text) => text.clone(),
        PathPart::Parameter(_) => "{}".to_owned(),
    };
    parts.iter().map(text).collect()
}

/// Whether `operation` can be called with the parameters that stand before `{name}` in `path`.
fn callable(operation: &Operation, path: &PathTemplate, name: &str) -> bool {
    let before: Bindings =
        path.names().take_while(|known| *known != name).map(|known| (known.to_owned(), String::new())).collect();
    let before = renamed(path, &operation.path, &before);
    operation.path.names().all(|needed| before.iter().any(|(known, _)| known == needed))
}

/// The names of the members that documented successes of `operation` declare, at any depth.
fn members(contract: &Contract, operation: &Operation) -> Vec<String> {
    let successes = operation.responses.iter().filter(|response| response.status.is_success());
    let schemas = successes.flat_map(|response| &response.content).filter_map(|media| media.schema.clone());
    let mut open: Vec<Place> = schemas.collect();
    let mut seen: Vec<Place> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    while let Some(place) = open.pop() {
        let Ok(place) = contract.schemas.resolve(&place) else { continue };
        if seen.contains(&place) || seen.len() >= MOST_SCHEMAS {
            continue;
        }
        open.extend(below(&contract.schemas, &place, &mut names));
        seen.push(place);
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// So many schemas of one answer are looked into for names.
const MOST_SCHEMAS: usize = 200;

/// The schemas directly inside the one at `place`; adds the names of its members to `names`.
fn below(schemas: &Schemas, place: &Place, names: &mut Vec<String>) -> Vec<Place> {
    let Some(schema) = schemas.source(place).and_then(|value| value.as_object()) else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(properties) = schema.get("properties").and_then(|value| value.as_object()) {
        names.extend(properties.keys().cloned());
        found.extend(properties.keys().map(|name| place.child("properties").child(name)));
    }
    if schema.contains_key("items") {
        found.push(place.child("items"));
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let branches = schema.get(keyword).and_then(|value| value.as_array()).map_or(0, Vec::len);
        found.extend((0..branches).map(|index| place.child(keyword).index(index)));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::OperationId;
    use crate::document::Document;

    fn contract(paths: &Value) -> Contract {
        let text = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}).to_string();
        Contract::new(vec![Document::parse("t.json", text).unwrap()], Vec::new()).unwrap()
    }

    fn operation(id: &str, answer: &Value) -> Value {
        let content = json!({"application/json": {"schema": answer}});
        json!({"operationId": id, "responses": {"200": {"description": "OK", "content": content}}})
    }

    fn found(contract: &Contract, path: &str, name: &str) -> Vec<String> {
        let collections = Collections::new(contract);
        let producers = collections.producers(&PathTemplate::parse(path), name);
        producers
            .iter()
            .map(|producer| format!("{}{}", producer.operation.id, if producer.link.is_some() { "*" } else { "" }))
            .collect()
    }

    #[test]
    fn the_collection_comes_first_then_links_then_reads_that_name_it() {
        let any = json!({"type": "object"});
        let mut search = operation("search", &any);
        let link = json!({"operationId": "getPet", "parameters": {"path.petId": "$response.body#/hit"}});
        search["responses"]["200"]["links"] = json!({"pet": link});
        let contract = contract(&json!({
            "/owners": {"get": operation("owners", &json!({"type": "array", "items": {"properties": {"petId": {"type": "string"}}}}))},
            "/owners/{o}": {"get": operation("owner", &json!({"properties": {"petId": {"type": "string"}}}))},
            "/search": {"get": search},
            "/pets/{petId}": {"get": operation("getPet", &any), "delete": operation("removePet", &any)},
            "/pets": {"get": operation("pets", &any), "post": operation("addPet", &any), "put": operation("x", &any)},
        }));
        assert_eq!(found(&contract, "/pets/{petId}", "petId"), ["pets", "addPet", "search*", "owners"]);
        assert_eq!(found(&contract, "/pets/{petId}", "other"), [""; 0]);
        assert_eq!(found(&contract, "/owners/{o}/pets/{petId}", "petId"), ["owners", "owner"]);
    }

    #[test]
    fn a_link_says_where_the_answer_to_a_creation_holds_the_id() {
        let any = json!({"type": "object"});
        let mut add = operation("add", &any);
        let link = json!({"operationId": "get", "parameters": {"id": "$response.body#/created/key"}});
        add["responses"]["200"]["links"] = json!({"made": link});
        let contract = contract(&json!({"/a": {"post": add}, "/a/{id}": {"get": operation("get", &any)}}));
        let collections = Collections::new(&contract);
        let add = contract.operation(&OperationId("add".into())).unwrap();
        assert_eq!(collections.linked(add).map(ToString::to_string).as_deref(), Some("$response.body#/created/key"));
        assert!(collections.creates(add));
    }

    #[test]
    fn parameters_of_one_place_are_one_whatever_their_names() {
        let (from, to) = (PathTemplate::parse("/a/{x}/b/{y}"), PathTemplate::parse("/a/{y}/b/{x}"));
        let values =
            |pairs: [(&str, &str); 2]| -> Bindings { pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec() };
        assert_eq!(renamed(&from, &to, &values([("x", "1"), ("y", "2")])), values([("y", "1"), ("x", "2")]));
        let other = PathTemplate::parse("/c/{z}/b/{y}");
        assert_eq!(renamed(&from, &other, &values([("x", "1"), ("y", "2")])), values([("x", "1"), ("y", "2")]));
        let named = objects(&from, &values([("x", "1"), ("y", "2")]));
        assert_eq!(named, ["/a/\u{0}1", "/a/\u{0}1/b/\u{0}2"]);
        assert_eq!(item_path(&PathTemplate::parse("/a/{x}/b"), &values([("x", "1"), ("", "")]), "2"), named[1]);
    }
}
