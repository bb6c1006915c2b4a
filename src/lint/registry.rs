//! The table of lints.

use std::collections::BTreeSet;

use super::{
    Diagnosis, Lint, Origin, Subject, ambiguous_path, bad_pattern, broken_example, component_clash, disabled_operation,
    host_mismatch, ignored_ref_sibling, near_name, no_rejection_documented, no_sample, null_in_enum,
    nullable_without_type, optional_body, undeclared_path_parameter, unknown_format, unknown_name,
    unsatisfiable_schema, vetoed_null,
};
use crate::contract::Contract;
use crate::document::{Place, Severity};

/// Every lint, in the order of its page.
pub const LINTS: &[Lint] = &[
    ambiguous_path::LINT,
    bad_pattern::LINT,
    broken_example::LINT,
    component_clash::LINT,
    disabled_operation::LINT,
    host_mismatch::LINT,
    ignored_ref_sibling::LINT,
    near_name::LINT,
    no_rejection_documented::LINT,
    no_sample::LINT,
    null_in_enum::LINT,
    nullable_without_type::LINT,
    optional_body::LINT,
    undeclared_path_parameter::LINT,
    unknown_format::LINT,
    unknown_name::LINT,
    unsatisfiable_schema::LINT,
    vetoed_null::LINT,
];

/// What all lints say about `contract`, in the order of documents and places. The documents are judged as published and as
/// overlays left them: what an overlay mends is a note, what it brings in is its own fault.
pub fn judge(contract: &Contract) -> Vec<Diagnosis> {
    let effective = Subject { contract, schemas: &contract.schemas, operations: &contract.operations };
    let effective_found = all(&effective);
    if contract.sources.iter().all(|source| source.amended.is_empty()) {
        return effective_found;
    }
    let operations = contract.published_operations();
    let published = Subject { contract, schemas: &contract.published, operations: &operations };
    in_order(contract, merge(&all(&published), &effective_found))
}

fn all(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found: Vec<Diagnosis> = LINTS.iter().flat_map(|lint| run(lint, subject)).collect();
    found.sort();
    found.dedup_by(|a, b| a.place == b.place && a.lint == b.lint && a.message == b.message);
    in_order(subject.contract, found)
}

/// In the order of the text, as someone reads who goes through the documents.
fn in_order(contract: &Contract, mut found: Vec<Diagnosis>) -> Vec<Diagnosis> {
    found.sort_by_cached_key(|diagnosis| {
        let Place { document, pointer } = &diagnosis.place;
        let offset = contract.source(*document).map(|source| source.published.key_span(pointer).start);
        (*document, offset)
    });
    found
}

/// What one lint says.
pub fn run(lint: &Lint, subject: &Subject<'_>) -> Vec<Diagnosis> {
    let row = |diagnosis| Diagnosis { lint: lint.id, severity: lint.severity, ..diagnosis };
    (lint.find)(subject).into_iter().map(row).collect()
}

fn merge(published: &[Diagnosis], effective: &[Diagnosis]) -> Vec<Diagnosis> {
    fn key(diagnosis: &Diagnosis) -> (&'static str, &Place) {
        (diagnosis.lint, &diagnosis.place)
    }
    let before: BTreeSet<_> = published.iter().map(key).collect();
    let after: BTreeSet<_> = effective.iter().map(key).collect();
    let mut merged = Vec::new();
    for diagnosis in published {
        let mut diagnosis = diagnosis.clone();
        if !after.contains(&key(&diagnosis)) {
            diagnosis.origin = Origin::Mended;
            diagnosis.severity = Severity::Note;
        }
        merged.push(diagnosis);
    }
    for diagnosis in effective {
        if !before.contains(&key(diagnosis)) {
            merged.push(Diagnosis { origin: Origin::Overlay, ..diagnosis.clone() });
        }
    }
    merged
}
