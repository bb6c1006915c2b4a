//! Which operations rest on a schema that cannot be used: found without compiling any, in time linear in the documents.

use std::collections::HashMap;

use super::Operation;
use super::reader::Reader;
use crate::document::Place;
use crate::schema::{SchemaError, Schemas};

/// Disables the operations of which a parameter, the request body or a response rests on a schema that cannot be used.
pub(super) fn disable(reader: &mut Reader<'_>, operations: &mut [Operation]) {
    let mut graph = Graph { schemas: reader.schemas, index: HashMap::new(), nodes: Vec::new() };
    for operation in operations.iter() {
        for (_, place) in roots(operation) {
            graph.add(place);
        }
    }
    graph.scan();
    graph.spread();
    for operation in operations.iter_mut().filter(|operation| operation.disabled.is_none()) {
        let fault = roots(operation).into_iter().find_map(|(what, place)| Some((what, graph.fault(place)?)));
        operation.disabled = fault.map(|(what, fault)| {
            let SchemaError { place, reason } = fault;
            format!("{what}: its schema cannot be used ({}): {reason}", place.pointer)
        });
    }
}

/// The schemas that an operation rests on, each with what it describes.
pub(super) fn roots(operation: &Operation) -> Vec<(String, &Place)> {
    let mut roots = Vec::new();
    for parameter in &operation.parameters {
        let schema = parameter.encoding.schema();
        roots.extend(schema.map(|place| (format!("parameter {:?}", parameter.name), place)));
    }
    for media in operation.body.iter().flat_map(|body| &body.content) {
        roots.extend(media.schema.as_ref().map(|place| (format!("request body `{}`", media.name), place)));
    }
    for response in &operation.responses {
        for media in &response.content {
            roots.extend(media.schema.as_ref().map(|place| (format!("response {}", response.status), place)));
        }
        for header in &response.headers {
            let schema = header.encoding.schema();
            roots.extend(
                schema.map(|place| (format!("header `{}` of response {}", header.name, response.status), place)),
            );
        }
    }
    roots
}

/// A schema that something refers to, with all inside it.
#[derive(Debug)]
struct Node {
    place: Place,
    fault: Option<SchemaError>,
    referrers: Vec<usize>,
}

struct Graph<'a> {
    schemas: &'a Schemas,
    index: HashMap<Place, usize>,
    nodes: Vec<Node>,
}

impl Graph<'_> {
    fn add(&mut self, place: &Place) -> usize {
        if let Some(index) = self.index.get(place) {
            return *index;
        }
        let index = self.nodes.len();
        self.index.insert(place.clone(), index);
        self.nodes.push(Node { place: place.clone(), fault: None, referrers: Vec::new() });
        index
    }

    fn fault(&self, place: &Place) -> Option<&SchemaError> {
        self.index.get(place).and_then(|index| self.nodes.get(*index)).and_then(|node| node.fault.as_ref())
    }

    /// Looks at every node, those included that turn up on the way.
    fn scan(&mut self) {
        let mut next = 0;
        while let Some(place) = self.nodes.get(next).map(|node| node.place.clone()) {
            match self.schemas.needs(&place) {
                Ok(needed) => {
                    for needed in needed {
                        let needed = self.add(&needed);
                        if let Some(needed) = self.nodes.get_mut(needed) {
                            needed.referrers.push(next);
                        }
                    }
                }
                Err(fault) => {
                    if let Some(node) = self.nodes.get_mut(next) {
                        node.fault = Some(fault);
                    }
                }
            }
            next += 1;
        }
    }

    /// Gives each fault to all who refer to it; of several the one that was found first.
    fn spread(&mut self) {
        let mut faulty: Vec<usize> = (0..self.nodes.len()).filter(|index| self.has_fault(*index)).collect();
        let mut next = 0;
        while let Some(index) = faulty.get(next).copied() {
            next += 1;
            let Some(node) = self.nodes.get(index) else { continue };
            let (fault, referrers) = (node.fault.clone(), node.referrers.clone());
            for referrer in referrers {
                if !self.has_fault(referrer)
                    && let Some(node) = self.nodes.get_mut(referrer)
                {
                    node.fault.clone_from(&fault);
                    faulty.push(referrer);
                }
            }
        }
    }

    fn has_fault(&self, index: usize) -> bool {
        self.nodes.get(index).is_some_and(|node| node.fault.is_some())
    }
}
