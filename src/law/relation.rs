//! How two values of one field stand to each other, whatever form an implementation gives them.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use super::declared::Relation;
use super::ground::text;

/// How `a` stands to `b`, where every reading agrees: times by instant, numbers by value, texts in each usual order.
pub(super) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    let (a, b) = (text(a), text(b));
    if let (Ok(a), Ok(b)) = (a.parse::<Timestamp>(), b.parse::<Timestamp>()) {
        return Some(a.cmp(&b));
    }
    if let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) {
        return a.partial_cmp(&b);
    }
    let (exact, folded) = (a.cmp(&b), a.to_lowercase().cmp(&b.to_lowercase()));
    (exact == folded).then_some(exact)
}

/// Whether an element's value surely breaks `relation` to the filter's. Equal values at a bound break nothing here: an
/// implementation may keep more digits than it shows.
pub(super) fn breaks(relation: Relation, element: &Value, bound: &Value) -> bool {
    let Some(ordering) = compare(element, bound) else {
        // Two spellings of one text: nobody says that case matters.
        return false;
    };
    match relation {
        Relation::Equal => ordering.is_ne(),
        Relation::Above | Relation::AtLeast => ordering.is_lt(),
        Relation::Below | Relation::AtMost => ordering.is_gt(),
    }
}
