//! A value that names a property, but for one letter.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Diagnosis, Lint, Subject};
use crate::contract::at::At;
use crate::contract::{Operation, StatusMatch};
use crate::document::{Place, Severity};

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "near-name",
    title: "a value and the property that it seems to name differ by a letter",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/near-name.md"),
};

/// So many schemas of a response are looked at, the nearest first: a list of fields speaks of the first few levels.
const MOST_SCHEMAS: usize = 100;

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    // Operations that answer the same way are many.
    let mut known: BTreeMap<Vec<Place>, BTreeSet<&str>> = BTreeMap::new();
    for operation in subject.operations {
        let schemas = operation.parameters.iter().filter_map(|parameter| parameter.encoding.schema());
        let enums: Vec<At<'_>> = schemas.filter_map(|schema| values(subject, schema)).collect();
        if enums.is_empty() {
            continue;
        }
        let answers = answers(subject, operation);
        let names = known.entry(answers.clone()).or_insert_with(|| properties(subject, answers));
        for values in enums {
            found.extend(near(&values, names));
        }
    }
    found
}

/// The `enum` of a parameter or of its items, where it lists several strings.
fn values<'a>(subject: &'a Subject<'_>, schema: &Place) -> Option<At<'a>> {
    let at = subject.at(schema)?;
    let at = match at.get("items") {
        Some(items) => subject.at(&items.place)?,
        None => at,
    };
    at.get("enum").filter(|values| values.value.as_array().is_some_and(|values| values.len() > 1))
}

/// The schemas of the successful responses of an operation.
fn answers(subject: &Subject<'_>, operation: &Operation) -> Vec<Place> {
    let success = |status| matches!(status, StatusMatch::Code(200..=299) | StatusMatch::Range(2));
    let responses = operation.responses.iter().filter(|response| success(response.status));
    let schemas = responses.flat_map(|response| &response.content).filter_map(|media| media.schema.as_ref());
    schemas.filter_map(|schema| subject.schemas.resolve(schema).ok()).collect()
}

/// The names of the properties in `answers`.
fn properties<'a>(subject: &'a Subject<'_>, answers: Vec<Place>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut pending = VecDeque::from(answers);
    while let Some(place) = pending.pop_front() {
        let Some(at) = subject.at(&place) else { continue };
        if seen.len() == MOST_SCHEMAS {
            break;
        }
        if !seen.insert(at.place.clone()) {
            continue;
        }
        for (name, property) in at.get("properties").iter().flat_map(At::members) {
            names.insert(name);
            pending.push_back(property.place);
        }
        let parts = ["items", "additionalProperties"].into_iter().filter_map(|member| at.get(member));
        pending.extend(parts.map(|part| part.place));
        for member in ["allOf", "anyOf", "oneOf"] {
            pending.extend(at.get(member).iter().flat_map(At::elements).map(|part| part.place));
        }
    }
    names
}

/// The members of a list of property names that name none, but nearly do. A list is one of property names when more of its
/// members name a property than not.
fn near(values: &At<'_>, names: &BTreeSet<&str>) -> Vec<Diagnosis> {
    let listed: Vec<(At<'_>, &str)> =
        values.elements().filter_map(|at| Some((at.clone(), at.value.as_str()?))).collect();
    let (exact, others): (Vec<_>, Vec<_>) = listed.into_iter().partition(|(_, value)| names.contains(value));
    if exact.len() <= others.len() {
        return Vec::new();
    }
    let taken: BTreeSet<&str> = exact.iter().map(|(_, value)| *value).collect();
    let near = others.into_iter().filter_map(|(at, value)| {
        let property = names.iter().find(|name| !taken.contains(*name) && is_near(value, name))?;
        let message = format!("`{value}` differs by a letter from the property `{property}` of the response");
        Some(
            Diagnosis::new(at.place, message).help(format!("write the same in both places: `{property}` or `{value}`")),
        )
    });
    near.collect()
}

/// Whether two names differ by one letter: one added, left out, replaced or swapped with its neighbour. Singular and plural
/// are two names that are both meant.
fn is_near(a: &str, b: &str) -> bool {
    if a.strip_suffix('s') == Some(b) || b.strip_suffix('s') == Some(a) {
        return false;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().min(b.len()) < 4 || a.len().abs_diff(b.len()) > 1 || a == b {
        return false;
    }
    let same_start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (shorter, longer) = (a.len().min(b.len()), a.len().max(b.len()));
    if same_start + same_end >= longer.saturating_sub(1).min(shorter) {
        return true;
    }
    let middle = |name: &[char]| -> Vec<char> {
        let end = name.len().saturating_sub(same_end);
        name.get(same_start..end).unwrap_or_default().to_vec()
    };
    match (middle(&a).as_slice(), middle(&b).as_slice()) {
        ([a1, a2], [b1, b2]) => a1 == b2 && a2 == b1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn one_letter_is_near_and_two_are_not() {
        for (a, b, expected) in [
            ("createdDate", "createDate", true),
            ("createDate", "createdDate", true),
            ("status", "statuz", true),
            ("status", "satatus", true),
            ("stauts", "status", true),
            ("aaaa", "aaaaa", true),
            ("product", "products", false),
            ("createDate", "createTime", false),
            ("created", "createDate", false),
            ("id", "ids", false),
            ("same", "same", false),
            ("abcdef", "fbcdea", false),
        ] {
            assert_eq!(is_near(a, b), expected, "{a} {b}");
        }
    }
}
