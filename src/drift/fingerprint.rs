//! Ids of drifts: readable, and the same whatever value, time or host showed the drift.

use super::{Finding, Part};

/// The id of `finding`: rule, operation, status, place, class, as in
/// `wrong-body/GetAllCustomers/200/items/*/customerStatus/enum`. A header field stands as `header:name` in lower case,
/// `-` stands for the status of an exchange without response, and `/` and `~` inside a part are escaped as in a JSON
/// Pointer, so that two ids are equal only when their parts are.
pub fn fingerprint(finding: &Finding, operation: &str, status: Option<u16>) -> String {
    let mut id = escaped(&finding.rule);
    push(&mut id, operation);
    match status {
        Some(status) => push(&mut id, &status.to_string()),
        None => push(&mut id, "-"),
    }
    match &finding.part {
        Part::Exchange | Part::Status => {}
        Part::Header(name) => push(&mut id, &format!("header:{}", name.to_ascii_lowercase())),
        Part::Body(_) => id.push_str(&printable(finding.shape.as_str())),
    }
    if !finding.class.is_empty() {
        push(&mut id, &finding.class);
    }
    id
}

fn push(id: &mut String, part: &str) {
    id.push('/');
    id.push_str(&escaped(part));
}

/// `part` as it stands in an id: `/` and `~` escaped.
pub fn escaped(part: &str) -> String {
    printable(&part.replace('~', "~0").replace('/', "~1"))
}

/// Line breaks and other control characters become spaces: an id is one line in a baseline and on a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentId, Place, Pointer};
    use crate::drift::Level;
    use proptest::prelude::*;
    use serde_json::Value;

    fn finding(rule: &str, part: Part, shape: &str, class: &str) -> Finding {
        Finding {
            rule: rule.to_owned(),
            level: Level::Error,
            place: Place::new(DocumentId(0), Pointer::root()),
            part,
            shape: Pointer::parse(shape).unwrap(),
            class: class.to_owned(),
            message: String::new(),
            promised: String::new(),
            came: Value::Null,
            remedy: String::new(),
        }
    }

    #[test]
    fn the_example_of_the_design_is_spelled_as_there() {
        let part = Part::Body(Pointer::parse("/items/3/customerStatus").unwrap());
        let finding = finding("wrong-body", part, "/items/*/customerStatus", "enum");
        assert_eq!(
            fingerprint(&finding, "GetAllCustomers", Some(200)),
            "wrong-body/GetAllCustomers/200/items/*/customerStatus/enum"
        );
    }

    #[test]
    fn slashes_and_tildes_of_an_operation_name_are_escaped() {
        let finding = finding("no-response", Part::Exchange, "", "timeout");
        assert_eq!(fingerprint(&finding, "GET /a~b", None), "no-response/GET ~1a~0b/-/timeout");
    }

    #[test]
    fn header_names_differ_by_more_than_case() {
        let one = finding("wrong-header", Part::Header("X-Total".to_owned()), "", "missing");
        let two = finding("wrong-header", Part::Header("x-total".to_owned()), "", "missing");
        assert_eq!(fingerprint(&one, "o", Some(200)), "wrong-header/o/200/header:x-total/missing");
        assert_eq!(fingerprint(&one, "o", Some(200)), fingerprint(&two, "o", Some(200)));
    }

    proptest! {
        #[test]
        fn no_value_message_or_index_reaches_the_id(
            index in 0usize..100_000, came in ".*", message in ".*", remedy in ".*", promised in ".*", warn in any::<bool>()
        ) {
            let part = |index: usize| Part::Body(Pointer::parse("/items").unwrap().index(index).child("id"));
            let plain = finding("wrong-body", part(0), "/items/*/id", "format");
            let mut other = finding("wrong-body", part(index), "/items/*/id", "format");
            other.came = Value::String(came);
            other.message = message;
            other.remedy = remedy;
            other.promised = promised;
            if warn {
                other.level = Level::Warning;
            }
            prop_assert_eq!(fingerprint(&plain, "o", Some(200)), fingerprint(&other, "o", Some(200)));
        }

        #[test]
        fn different_parts_give_different_ids(
            a in ("[a-z/~]{1,6}", "[a-z/~]{1,6}", "[a-z/~]{1,6}"), b in ("[a-z/~]{1,6}", "[a-z/~]{1,6}", "[a-z/~]{1,6}")
        ) {
            let id = |parts: &(String, String, String)| {
                fingerprint(&finding(&parts.0, Part::Status, "", &parts.2), &parts.1, Some(200))
            };
            prop_assert_eq!(a == b, id(&a) == id(&b));
            prop_assert!(!id(&a).contains('\n'));
        }
    }
}
