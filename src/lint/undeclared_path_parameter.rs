//! Names in a path template that no parameter declares.

use std::collections::BTreeMap;

use super::{Diagnosis, Lint, Subject};
use crate::document::Severity;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "undeclared-path-parameter",
    title: "a path template names a parameter that nobody declares",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/undeclared-path-parameter.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    // One path item is one place to mend, however many operations it has.
    let mut undeclared: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for operation in subject.operations {
        for parameter in operation.parameters.iter().filter(|parameter| !parameter.declared) {
            let names = undeclared.entry(&parameter.place).or_default();
            if !names.contains(&parameter.name.as_str()) {
                names.push(&parameter.name);
            }
        }
    }
    let describe = |(place, names): (&crate::document::Place, Vec<&str>)| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let (is, they) = if names.len() == 1 { ("is", "it is") } else { ("are", "they are") };
        let message = format!("{} {is} declared by no parameter, so {they} any string here", quoted.join(", "));
        let declared =
            names.iter().map(|name| format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}"));
        let help = format!("add `parameters: [{}]` to the path item", declared.collect::<Vec<_>>().join(", "));
        Diagnosis::new(place.clone(), message).help(help)
    };
    undeclared.into_iter().map(describe).collect()
}
