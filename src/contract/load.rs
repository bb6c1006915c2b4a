//! From files to a contract.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::files::{self, Found};
use super::overlay::{self, Applied, Overlay};
use super::reader::{Reader, Remark};
use super::{Contract, Operation, Role, Source, identity, operation, usable};
use crate::document::{Diagnostic, Document, DocumentId, Pointer, Severity};
use crate::schema::Schemas;

impl Contract {
    /// Reads the OpenAPI documents at `paths` (files, and folders for the files directly inside) with what they refer to,
    /// and applies the overlays at `overlays` in the order of their file names.
    ///
    /// # Errors
    /// Everything that keeps a document or an overlay from being read, and that there is no document at all. A fault
    /// inside one operation only disables that operation.
    pub fn load(paths: &[PathBuf], overlays: &[PathBuf]) -> Result<Self, Vec<Diagnostic>> {
        let (documents, warnings) = read_documents(paths)?;
        let mut overlay_files = files::gather(overlays)?;
        overlay_files.sort_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
        let overlays = read_all(&overlay_files)?;
        let mut contract = Self::assemble(documents, overlays)?;
        contract.warnings.splice(0..0, warnings);
        Ok(contract)
    }

    /// The contract of documents that are at hand already: those with an `openapi` member describe operations, the others
    /// are what they refer to.
    ///
    /// # Errors
    /// As [`Contract::load`].
    pub fn new(documents: Vec<Document>, overlays: Vec<Document>) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut classified = Vec::new();
        for document in documents {
            match is_openapi(&document) {
                Ok(true) => classified.push((document, Role::Api)),
                Ok(false) => classified.push((document, Role::Resource)),
                Err(error) => errors.push(*error),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Self::assemble(classified, overlays)
    }

    fn assemble(documents: Vec<(Document, Role)>, overlays: Vec<Document>) -> Result<Self, Vec<Diagnostic>> {
        if !documents.iter().any(|(_, role)| *role == Role::Api) {
            let file = documents.first().map(|(document, _)| document.name().to_owned()).unwrap_or_default();
            return Err(vec![Diagnostic::file(Severity::Error, file, "there is no OpenAPI document")]);
        }
        let (documents, roles): (Vec<_>, Vec<_>) = documents.into_iter().unzip();
        let published: Vec<Arc<Value>> = documents.iter().map(Document::shared_value).collect();
        let overlays = parse_overlays(overlays)?;
        let Applied { values, amended, warnings } =
            overlay::apply(&overlays, &documents).map_err(|error| vec![*error])?;
        let names: Vec<String> = documents.iter().map(|document| document.name().to_owned()).collect();
        let schemas = |values: &[Arc<Value>]| Schemas::new(names.iter().cloned().zip(values.iter().cloned()).collect());
        let (effective_schemas, published_schemas) = (schemas(&values), schemas(&published));
        let (operations, remarks) = read_operations(&effective_schemas, &names, &roles);
        let parts = documents.into_iter().zip(roles).zip(values.into_iter().zip(amended));
        let sources =
            parts.map(|((published, role), (effective, amended))| Source { published, role, effective, amended });
        let mut contract = Self {
            sources: sources.collect(),
            operations,
            schemas: effective_schemas,
            published: published_schemas,
            overlays,
            warnings,
            places: OnceLock::new(),
            routes: OnceLock::new(),
        };
        let mut remarked: Vec<Diagnostic> = remarks.iter().map(|remark| contract.tell(remark)).collect();
        contract.warnings.append(&mut remarked);
        Ok(contract)
    }

    /// The operations as the documents were published, without overlays.
    pub fn published_operations(&self) -> Vec<Operation> {
        let names: Vec<String> = self.sources.iter().map(|source| source.published.name().to_owned()).collect();
        let roles: Vec<Role> = self.sources.iter().map(|source| source.role).collect();
        read_operations(&self.published, &names, &roles).0
    }

    fn tell(&self, remark: &Remark) -> Diagnostic {
        let diagnostic = self.diagnose(Severity::Warning, &remark.place, remark.message.as_str());
        match &remark.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// The operations of all documents, with what was noticed on the way.
fn read_operations(schemas: &Schemas, names: &[String], roles: &[Role]) -> (Vec<Operation>, Vec<Remark>) {
    let mut reader = Reader::new(schemas);
    let mut operations = Vec::new();
    for (index, role) in roles.iter().enumerate() {
        if *role == Role::Api {
            operations.append(&mut operation::operations(&mut reader, DocumentId(index)));
        }
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    identity::settle(&mut reader, &mut operations, &names);
    usable::disable(&mut reader, &mut operations);
    let mut remarks = reader.remarks;
    // What several operations share is noticed once for each of them.
    remarks.sort_by(|a, b| (&a.place, &a.message).cmp(&(&b.place, &b.message)));
    remarks.dedup_by(|a, b| a.place == b.place && a.message == b.message);
    (operations, remarks)
}

/// Whether `document` says that it is OpenAPI of a version that can be read.
fn is_openapi(document: &Document) -> Result<bool, Box<Diagnostic>> {
    let refuse = |member: &str, message: String| {
        let diagnostic = document.diagnose(Severity::Error, &Pointer::root().child(member), message);
        Err(Box::new(diagnostic.help("conform reads OpenAPI 3.0")))
    };
    let version = match document.value().get("openapi") {
        Some(Value::String(version)) => version.clone(),
        // YAML makes a number of an unquoted `3.0`.
        Some(Value::Number(version)) => version.to_string(),
        Some(_) => return refuse("openapi", "`openapi` is no version".to_owned()),
        None => match document.value().get("swagger") {
            Some(version) => {
                let version = version.as_str().map_or_else(|| version.to_string(), str::to_owned);
                return refuse("swagger", format!("Swagger {version} is not supported"));
            }
            None => return Ok(false),
        },
    };
    if version == "3.0" || version.starts_with("3.0.") {
        Ok(true)
    } else {
        refuse("openapi", format!("OpenAPI {version} is not supported"))
    }
}

/// The documents at `paths`, those that describe operations and those that they refer to, and what was noticed.
#[expect(clippy::type_complexity, reason = "the pair is taken apart at once by the only caller")]
fn read_documents(paths: &[PathBuf]) -> Result<(Vec<(Document, Role)>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let found = files::gather(paths)?;
    let mut errors = Vec::new();
    let mut candidates = Vec::new();
    for file in found {
        let classified = Document::read(&file.path).and_then(|document| Ok((is_openapi(&document)?, document)));
        match classified {
            Ok((false, document)) if file.named => errors.push(no_openapi(&document, Severity::Error)),
            Ok((api, document)) => candidates.push(Candidate { file, document, api, wanted: api }),
            Err(error) => errors.push(*error),
        }
    }
    if errors.is_empty() && !candidates.iter().any(|candidate| candidate.api) {
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        errors.push(Diagnostic::file(Severity::Error, names.join(", "), "there is no OpenAPI document"));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    follow_files(&mut candidates)?;
    let mut warnings = Vec::new();
    let mut documents = Vec::new();
    for candidate in candidates {
        if candidate.wanted {
            documents.push((candidate.document, if candidate.api { Role::Api } else { Role::Resource }));
        } else {
            warnings.push(no_openapi(&candidate.document, Severity::Warning));
        }
    }
    Ok((documents, warnings))
}

struct Candidate {
    file: Found,
    document: Document,
    api: bool,
    wanted: bool,
}

/// Marks the candidates that others refer to, and reads files that were not named but are referred to.
fn follow_files(candidates: &mut Vec<Candidate>) -> Result<(), Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut done = vec![false; candidates.len()];
    while let Some(index) = candidates.iter().zip(&done).position(|(candidate, done)| candidate.wanted && !done) {
        if let Some(done) = done.get_mut(index) {
            *done = true;
        }
        let referenced = candidates.get(index).map(|candidate| files::referenced(&candidate.file, &candidate.document));
        for file in referenced.unwrap_or_default() {
            let known = candidates.iter_mut().find(|candidate| files::is_same(&candidate.file.path, &file.path));
            if let Some(candidate) = known {
                candidate.wanted = true;
                continue;
            }
            match Document::read(&file.path) {
                Ok(document) => {
                    candidates.push(Candidate { file, document, api: false, wanted: true });
                    done.push(false);
                }
                Err(error) => errors.push(*error),
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn no_openapi(document: &Document, severity: Severity) -> Diagnostic {
    let (message, help) = if document.value().get("overlay").is_some() {
        ("an overlay, not an OpenAPI document", "name it as an overlay")
    } else if document.value().get("arazzo").is_some() {
        ("an Arazzo document, not an OpenAPI document", "name it as a case file")
    } else if severity == Severity::Error {
        ("not an OpenAPI document: it has no member `openapi`", "begin it with `openapi: 3.0.3`")
    } else {
        (
            "left out: it has no member `openapi`, and no document refers to it",
            "remove it, or begin it with `openapi: 3.0.3`",
        )
    };
    document.diagnose(severity, &Pointer::root(), message).help(help)
}

fn read_all(files: &[Found]) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let mut documents = Vec::new();
    let mut errors = Vec::new();
    for file in files {
        match Document::read(&file.path) {
            Ok(document) => documents.push(document),
            Err(error) => errors.push(*error),
        }
    }
    if errors.is_empty() { Ok(documents) } else { Err(errors) }
}

fn parse_overlays(documents: Vec<Document>) -> Result<Vec<Overlay>, Vec<Diagnostic>> {
    let mut overlays = Vec::new();
    let mut errors = Vec::new();
    for document in documents {
        match Overlay::parse(document) {
            Ok(overlay) => overlays.push(overlay),
            Err(error) => errors.push(*error),
        }
    }
    if errors.is_empty() { Ok(overlays) } else { Err(errors) }
}
