//! Which files make up a contract: those named, those in named folders, and those that they refer to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::document::{Diagnostic, Document, Severity};

/// A file to be read.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// As messages spell it.
    pub(super) path: PathBuf,
    /// Named itself, not found in a named folder.
    pub(super) named: bool,
    /// References lead nowhere outside this folder.
    root: PathBuf,
}

/// The files that `paths` name; a folder stands for its JSON and YAML files, in name order, sub-folders not included. Each
/// file comes once, however often it is named.
pub(super) fn gather(paths: &[PathBuf]) -> Result<Vec<Found>, Vec<Diagnostic>> {
    let mut found: Vec<Found> = Vec::new();
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let (files, root) = if path.is_dir() {
            match within(path) {
                Ok(files) => (files, path.clone()),
                Err(error) => {
                    errors.push(failed(path, &format!("the folder cannot be read: {error}")));
                    continue;
                }
            }
        } else if path.exists() {
            (vec![path.clone()], path.parent().map(Path::to_owned).unwrap_or_default())
        } else {
            errors.push(failed(path, "there is no such file or folder"));
            continue;
        };
        for file in files {
            if seen.insert(identity(&file)) {
                let named = !path.is_dir();
                found.push(Found { path: file, named, root: root.clone() });
            }
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

fn failed(path: &Path, message: &str) -> Diagnostic {
    Diagnostic::file(Severity::Error, path.display().to_string(), message)
}

fn within(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && is_document(&path) && path.is_file() {
            files.push(path);
        }
    }
    files.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    Ok(files)
}

fn is_document(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The files that `document`, read from `found`, refers to: those that exist and lie inside its folder.
pub(super) fn referenced(found: &Found, document: &Document) -> Vec<Found> {
    let mut names = BTreeSet::new();
    collect(document.value(), &mut names);
    let folder = found.path.parent().unwrap_or(Path::new(""));
    let root = identity(if found.root.as_os_str().is_empty() { Path::new(".") } else { &found.root });
    let inside = |path: &PathBuf| is_document(path) && path.is_file() && identity(path).starts_with(&root);
    let paths = names.into_iter().map(|name| tidy(folder, &name)).filter(inside);
    paths.map(|path| Found { path, named: false, root: found.root.clone() }).collect()
}

/// `name` seen from `folder`, without `.` and `..`, so that messages and references spell one file in one way.
fn tidy(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for segment in name.split('/') {
        match segment {
            "" | "." => {}
            ".." if path.file_name().is_some() => {
                path.pop();
            }
            segment => path.push(segment),
        }
    }
    path
}

/// The file names in all references, the URL encoding undone.
fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(reference) if name == "$ref" => {
                        let file = reference.split_once('#').map_or(reference.as_str(), |(file, _)| file);
                        if !file.is_empty() && !file.contains(':') && !file.starts_with('/') {
                            names.insert(percent_encoding::percent_decode_str(file).decode_utf8_lossy().into_owned());
                        }
                    }
                    member => collect(member, names),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, names)),
        _ => {}
    }
}

/// Whether two files are one.
pub(super) fn is_same(a: &Path, b: &Path) -> bool {
    identity(a) == identity(b)
}
