//! What the documents declare of collections and resources: `x-collection` and `x-resource`.

mod collection;
mod resource;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::{Contract, Operation, OperationId};
use crate::document::{Diagnostic, Place, Pointer, Severity, nearest};

pub use collection::{Collection, CollectionObject, Cursor, Filter, Limit, Relation, Sort};
pub use resource::{Field, Resource, ResourceObject, View};

/// Everything that the documents declare, in document order.
#[derive(Debug, Default)]
pub struct Declared<'c> {
    /// Resources.
    pub resources: Vec<Resource<'c>>,
    /// Collections.
    pub collections: Vec<Collection<'c>>,
    /// What is left out, because the loaded documents do not have what it names.
    pub warnings: Vec<Diagnostic>,
}

impl<'c> Declared<'c> {
    /// Reads the operations of `contract`. Other documents may have what a declaration names and is not there, such as an
    /// operation or a parent: that part is left out, with a warning.
    ///
    /// # Errors
    /// Every declaration that cannot be understood, with its position.
    pub fn read(contract: &'c Contract) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader { contract, errors: Vec::new(), warnings: Vec::new() };
        let mut declared = Self::default();
        for operation in contract.operations.iter().filter(|operation| operation.disabled.is_none()) {
            if let Some((object, place)) = reader.object(operation, "x-resource") {
                declared.resources.extend(Resource::read(&mut reader, operation, object, &place));
            }
            if let Some((object, place)) = reader.object(operation, "x-collection") {
                declared.collections.extend(Collection::read(&mut reader, operation, object, place));
            }
        }
        let mut names = BTreeSet::new();
        for resource in &declared.resources {
            if !names.insert(&resource.name) {
                let message = format!("another resource is called `{}`, too", resource.name);
                reader.wrong(&resource.place.child("name"), message, []);
            }
        }
        declared.leave_orphans_out(&mut reader);
        let circling = declared.circling();
        for resource in declared.resources.iter().filter(|resource| circling.contains(&*resource.name)) {
            let message = format!("the parents of `{}` go round in a circle", resource.name);
            reader.wrong(&resource.place.child("parent"), message, []);
        }
        declared.warnings = reader.warnings;
        if reader.errors.is_empty() { Ok(declared) } else { Err(reader.errors) }
    }

    /// Without its parent nothing can be created, nor what stands below that.
    fn leave_orphans_out(&mut self, reader: &mut Reader<'c>) {
        loop {
            let names: BTreeSet<String> = self.resources.iter().map(|resource| resource.name.clone()).collect();
            let resources = std::mem::take(&mut self.resources);
            let has_parent = |resource: &Resource<'c>| resource.parent.as_ref().is_none_or(|name| names.contains(name));
            let (kept, orphans): (Vec<_>, Vec<_>) = resources.into_iter().partition(has_parent);
            self.resources = kept;
            if orphans.is_empty() {
                return;
            }
            for Resource { name, parent, place, .. } in &orphans {
                let parent = parent.as_deref().unwrap_or_default();
                let message = format!("no resource `{parent}` can be created, so no law is judged of `{name}`");
                let known = names.iter().filter(|known| *known != name).map(String::as_str);
                reader.missing(&place.child("parent"), message, parent, known);
            }
        }
    }

    /// The names of the resources whose parents have no end.
    fn circling(&self) -> BTreeSet<&str> {
        let mut circling: BTreeSet<&str> = self.resources.iter().map(|resource| resource.name.as_str()).collect();
        let ends = |resource: &&Resource<'_>, circling: &BTreeSet<&str>| {
            circling.contains(&*resource.name)
                && resource.parent.as_ref().is_none_or(|parent| !circling.contains(&**parent))
        };
        while let Some(resource) = self.resources.iter().find(|resource| ends(resource, &circling)) {
            circling.remove(&*resource.name);
        }
        circling
    }

    /// The resource of this name.
    pub fn resource(&self, name: &str) -> Option<&Resource<'c>> {
        self.resources.iter().find(|resource| resource.name == name)
    }

    /// The collection that shows `resource`.
    pub fn collection_of(&self, resource: &Resource<'_>) -> Option<&Collection<'c>> {
        let list = resource.list.as_ref()?;
        self.collections.iter().find(|collection| collection.operation.id == list.operation.id)
    }

    /// The resource that `collection` shows.
    pub fn resource_of(&self, collection: &Collection<'_>) -> Option<&Resource<'c>> {
        let shows = |resource: &&Resource<'_>| {
            resource.list.as_ref().is_some_and(|list| list.operation.id == collection.operation.id)
        };
        self.resources.iter().find(shows)
    }
}

/// Reads declarations and collects what is wrong with them.
struct Reader<'c> {
    contract: &'c Contract,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl<'c> Reader<'c> {
    /// The extension of this name, read as `T`, with its place.
    fn object<T: serde::de::DeserializeOwned>(&mut self, operation: &Operation, name: &str) -> Option<(T, Place)> {
        let place = operation.place.child(name);
        let value: &Value = self.contract.schemas.source(&place)?;
        match serde_path_to_error::deserialize(value) {
            Ok(object) => Some((object, place)),
            Err(error) => {
                let at = at(&place, error.path());
                self.refuse(name, &at, &error.into_inner().to_string());
                None
            }
        }
    }

    /// Says in our words what the deserialiser says of `at`.
    fn refuse(&mut self, name: &str, at: &Place, message: &str) {
        let mut quoted = message.split('`').skip(1).step_by(2);
        for (start, what) in [("unknown field", "member"), ("unknown variant", "value")] {
            if message.starts_with(start) {
                let wrong = quoted.next().unwrap_or_default();
                let known: Vec<&str> = quoted.collect();
                let said = format!("`{name}` has no {what} `{wrong}` here");
                let help = nearest(wrong, known.iter().copied()).map_or_else(
                    || format!("there are {}", known.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                self.errors.push(self.contract.diagnose_part(Severity::Error, at, said).help(help));
                return;
            }
        }
        let said = format!("this is no `{name}`: {message}");
        self.errors.push(self.contract.diagnose_part(Severity::Error, at, said));
    }

    /// The operation that `part` of a resource names at `place`; nothing where it cannot be used, either.
    fn operation(&mut self, place: &Place, (resource, part): (&str, &str), name: &str) -> Option<&'c Operation> {
        let found = self.contract.operation(&OperationId(name.into()));
        if found.is_none() {
            let message =
                format!("no loaded document has an operation `{name}`, so `{part}` of `{resource}` is left out");
            let contract = self.contract;
            let known = contract.operations.iter().map(|operation| &*operation.id.0);
            self.missing(place, message, name, known);
        }
        found.filter(|operation| operation.disabled.is_none())
    }

    /// Says so where `operation` has no query parameter `name`.
    fn query(&mut self, place: &Place, operation: &Operation, name: &str) {
        if operation.parameter(name, Some(crate::contract::Location::Query)).is_none() {
            let known = operation.parameters.iter().map(|parameter| parameter.name.as_str());
            self.wrong(place, format!("{} has no query parameter `{name}`", operation.id), known);
        }
    }

    /// Notes that `name`, which stands at `place`, is left out.
    fn missing<'n>(&mut self, place: &Place, message: String, name: &str, known: impl IntoIterator<Item = &'n str>) {
        let diagnostic = self.contract.diagnose_part(Severity::Warning, place, message);
        self.warnings.push(suggest(diagnostic, name, known));
    }

    fn wrong<'n>(&mut self, place: &Place, message: String, known: impl IntoIterator<Item = &'n str>) {
        let word = message.split('`').nth(1).unwrap_or_default().to_owned();
        let diagnostic = self.contract.diagnose_part(Severity::Error, place, message);
        self.errors.push(suggest(diagnostic, &word, known));
    }
}

/// With what is `known` and has nearly this name.
fn suggest<'n>(diagnostic: Diagnostic, name: &str, known: impl IntoIterator<Item = &'n str>) -> Diagnostic {
    match nearest(name, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// The place below `place` that `path` leads to.
fn at(place: &Place, path: &serde_path_to_error::Path) -> Place {
    use serde_path_to_error::Segment;
    path.iter().fold(place.clone(), |place, segment| match segment {
        Segment::Seq { index } => place.index(*index),
        Segment::Map { key } => place.child(key),
        Segment::Enum { .. } | Segment::Unknown => place,
    })
}

/// A JSON Pointer, read from its text.
fn pointer<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Pointer, D::Error> {
    let text: String = serde::Deserialize::deserialize(deserializer)?;
    Pointer::parse(&text).map_err(serde::de::Error::custom)
}

/// The same, where it may be left out.
fn maybe_pointer<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Pointer>, D::Error> {
    pointer(deserializer).map(Some)
}

#[cfg(test)]
mod tests;
