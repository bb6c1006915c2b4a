//! One document that says what all documents and overlays say together, and what the overlays add to each.

mod classes;
pub mod diff;
mod parts;
mod paths;
mod walk;
mod writer;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use crate::contract::layout::Kind;
use crate::contract::{Contract, Role};
use crate::document::{Diagnostic, DocumentId, Place, Pointer, Severity};

use parts::Parts;
use writer::Writer;

/// One document in place of many.
#[derive(Debug)]
pub struct Bundle {
    /// The document.
    pub value: Value,
    /// What it cannot say as the documents say it, none of it fatal.
    pub warnings: Vec<Diagnostic>,
}

/// Joins the documents of `contract`, as overlays left them.
///
/// Components of one name that mean the same are shared; where they do not the first document keeps the name and the others
/// are called `Name_Document`. What other files hold becomes a component. Operations keep the names that the contract has
/// for them.
///
/// # Errors
/// Where two documents describe one method of one path in different ways: no document can say both.
pub fn bundle(contract: &Contract) -> Result<Bundle, Vec<Diagnostic>> {
    let parts = Parts::collect(contract);
    let writer = Writer::new(contract, &parts);
    let mut join = Join { contract, writer, warnings: Vec::new() };
    let mut root = join.head();
    let general = join.general();
    for (name, value) in [("servers", &general.servers), ("security", &general.security)] {
        root.extend(value.clone().map(|value| (name.to_owned(), value)));
    }
    let paths = paths::join(&mut join, &general)?;
    root.insert("paths".to_owned(), paths);
    let components = join.writer.components();
    if !components.is_empty() {
        root.insert("components".to_owned(), Value::Object(components));
    }
    join.tail(&mut root);
    let Join { writer, mut warnings, .. } = join;
    warnings.extend(writer.warnings());
    Ok(Bundle { value: Value::Object(root), warnings })
}

/// The joining of the documents of a contract.
struct Join<'c> {
    contract: &'c Contract,
    writer: Writer<'c>,
    warnings: Vec<Diagnostic>,
}

impl<'c> Join<'c> {
    /// The documents that describe operations, with their roots.
    fn roots(&self) -> Vec<(DocumentId, &'c Map<String, Value>)> {
        let sources = self.contract.sources.iter().enumerate();
        let apis = sources.filter(|(_, source)| source.role == Role::Api);
        apis.filter_map(|(index, source)| Some((DocumentId(index), source.effective.as_object()?))).collect()
    }

    /// `openapi` and `info`: those of the first document, all titles where they differ.
    fn head(&self) -> Map<String, Value> {
        let roots = self.roots();
        let mut head = Map::new();
        let Some((_, first)) = roots.first() else { return head };
        head.insert("openapi".to_owned(), first.get("openapi").cloned().unwrap_or_else(|| json!("3.0.3")));
        let mut info = first.get("info").cloned().unwrap_or_else(|| json!({"title": "", "version": ""}));
        let mut titles: Vec<&str> = Vec::new();
        for title in roots.iter().filter_map(|(_, root)| root.get("info")?.get("title")?.as_str()) {
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
        if let (Some(info), true) = (info.as_object_mut(), titles.len() > 1) {
            info.insert("title".to_owned(), Value::String(titles.join(", ")));
        }
        head.insert("info".to_owned(), info);
        head
    }

    /// Everything else that stands beside the paths: tags joined by name, the rest from the first document that has it.
    fn tail(&mut self, root: &mut Map<String, Value>) {
        const KNOWN: [&str; 7] = ["openapi", "info", "servers", "security", "paths", "components", "tags"];
        let mut tags: Vec<Value> = Vec::new();
        for (document, source) in self.roots() {
            let tag_name = |tag: &Value| tag.get("name").cloned();
            for tag in source.get("tags").and_then(Value::as_array).into_iter().flatten() {
                match tags.iter().find(|known| tag_name(known) == tag_name(tag)) {
                    None => tags.push(tag.clone()),
                    Some(known) if known == tag => {}
                    Some(_) => {
                        let name = tag_name(tag).unwrap_or_default();
                        self.remark(
                            document,
                            "tags",
                            &format!("the tag {name} is described in two ways; the first one is kept"),
                        );
                    }
                }
            }
            for (name, member) in source.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
                match root.get(name) {
                    None => {
                        root.insert(name.clone(), member.clone());
                    }
                    Some(known) if known == member => {}
                    Some(_) => {
                        self.remark(document, name, &format!("`{name}` differs; that of the first document is kept"));
                    }
                }
            }
        }
        if !tags.is_empty() {
            root.insert("tags".to_owned(), Value::Array(tags));
        }
    }

    fn remark(&mut self, document: DocumentId, member: &str, message: &str) {
        let place = Place::new(document, Pointer::root().child(member));
        self.warnings.push(self.contract.diagnose(Severity::Warning, &place, message));
    }

    /// What most documents say for all their operations, the first of them where several are as many.
    fn general(&mut self) -> General {
        let roots = self.roots();
        let servers: Vec<Option<Value>> = roots.iter().map(|(_, root)| General::servers(root)).collect();
        let security: Vec<Option<Value>> =
            roots.iter().map(|(document, root)| General::security(&mut self.writer, *document, root)).collect();
        // An operation cannot take back that something is asked for without saying that nothing is.
        let all_say = security.iter().all(Option::is_some);
        General { servers: commonest(&servers), security: all_say.then(|| commonest(&security)).flatten() }
    }
}

/// What a document says for all its operations.
#[derive(Debug)]
struct General {
    servers: Option<Value>,
    security: Option<Value>,
}

impl General {
    fn servers(root: &Map<String, Value>) -> Option<Value> {
        root.get("servers").filter(|_| walk::states_servers(root)).cloned()
    }

    /// With the names that the schemes have now: two documents can mean different schemes by one name.
    fn security(writer: &mut Writer<'_>, document: DocumentId, root: &Map<String, Value>) -> Option<Value> {
        let place = Place::new(document, Pointer::root().child("security"));
        let stated = root.get("security").filter(|value| !value.is_null())?;
        Some(writer.write(Kind::Requirements, &place, stated))
    }
}

fn commonest(said: &[Option<Value>]) -> Option<Value> {
    let count = |value: &Option<Value>| said.iter().filter(|other| *other == value).count();
    said.iter().rev().max_by_key(|value| count(value)).cloned().flatten()
}
