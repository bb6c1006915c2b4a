//! The names of operations: each means one operation over all documents.

use std::collections::HashMap;
use std::path::Path;

use super::reader::Reader;
use super::{Operation, OperationId};

/// Settles the ids of `operations`, which bear their bare `operationId`s; `names` are those of the documents.
pub(super) fn settle(reader: &mut Reader<'_>, operations: &mut [Operation], names: &[&str]) {
    within_documents(reader, operations);
    qualify(operations, |operation| {
        let name = names.get(operation.place.document.0).copied().unwrap_or_default();
        let stem = Path::new(name).file_stem().map_or(name.into(), |stem| stem.to_string_lossy());
        join(&stem, &operation.id)
    });
    // Two files of one stem in two folders.
    qualify(operations, |operation| {
        let name = names.get(operation.place.document.0).copied().unwrap_or_default();
        let plain = operation.id.0.split_once('.').map_or(&*operation.id.0, |(_, plain)| plain);
        join(name, &OperationId(plain.into()))
    });
    number(operations);
}

fn join(document: &str, id: &OperationId) -> String {
    format!("{document}.{id}")
}

/// `METHOD /path` for operations without an `operationId`, and for those that share one within their document.
fn within_documents(reader: &mut Reader<'_>, operations: &mut [Operation]) {
    let mut uses: HashMap<_, usize> = HashMap::new();
    for operation in operations.iter() {
        *uses.entry((operation.place.document, operation.id.clone())).or_default() += 1;
    }
    for operation in operations {
        let count = uses.get(&(operation.place.document, operation.id.clone())).copied().unwrap_or_default();
        if operation.id.0.is_empty() || count > 1 {
            let name = format!("{} {}", operation.method, operation.path.text);
            if !operation.id.0.is_empty() {
                let message = format!(
                    "{count} operations of this document are called `{}`; this one is `{name}` here",
                    operation.id
                );
                reader.remark(&operation.place.child("operationId"), message);
            }
            operation.id = OperationId(name.into());
        }
    }
}

/// Gives each operation whose id is not its own alone the name that `qualified` makes.
fn qualify(operations: &mut [Operation], qualified: impl Fn(&Operation) -> String) {
    let mut uses: HashMap<OperationId, usize> = HashMap::new();
    for operation in operations.iter() {
        *uses.entry(operation.id.clone()).or_default() += 1;
    }
    for operation in operations {
        if uses.get(&operation.id).is_some_and(|count| *count > 1) {
            operation.id = OperationId(qualified(operation).into());
        }
    }
}

/// What is still not unique is numbered.
fn number(operations: &mut [Operation]) {
    let mut taken: HashMap<OperationId, usize> = HashMap::new();
    for operation in operations {
        let plain = operation.id.clone();
        let mut count = taken.get(&plain).copied().unwrap_or_default();
        while taken.contains_key(&operation.id) {
            count += 1;
            operation.id = OperationId(format!("{plain}#{}", count + 1).into());
        }
        taken.insert(plain, count);
        taken.entry(operation.id.clone()).or_default();
    }
}
