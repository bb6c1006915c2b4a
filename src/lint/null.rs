//! Whether a schema lets null pass, read strictly as OpenAPI 3.0.3 clarifies.

use std::cell::Cell;

use serde_json::Value;

use super::Subject;
use crate::contract::at::At;

/// So many schemas are looked at, and so deep. Beyond, null counts as allowed: silence is the smaller mistake, and schemas
/// that refer to each other twice and again would never end.
const MOST: usize = 10_000;
const DEEPEST: usize = 32;

/// Whether null passes `at`.
pub(super) fn allows_null(subject: &Subject<'_>, at: &At<'_>) -> bool {
    Search { subject, left: Cell::new(MOST) }.allows(at, DEEPEST)
}

struct Search<'s, 'a> {
    subject: &'s Subject<'a>,
    left: Cell<usize>,
}

impl Search<'_, '_> {
    fn allows(&self, at: &At<'_>, depth: usize) -> bool {
        let (Some(depth), Some(left)) = (depth.checked_sub(1), self.left.get().checked_sub(1)) else { return true };
        self.left.set(left);
        let Some(at) = self.subject.follow(at) else { return true };
        let Some(schema) = at.object() else { return true };
        if schema.get("type").is_some_and(Value::is_string) && !says_nullable(&at) {
            return false;
        }
        if let Some(Value::Array(members)) = schema.get("enum")
            && !members.contains(&Value::Null)
        {
            return false;
        }
        let branches = |name: &str| {
            let list: Vec<At<'_>> = at.get(name).iter().flat_map(At::elements).collect();
            Some(list).filter(|list| !list.is_empty())
        };
        let passes = |branch: &At<'_>| self.allows(branch, depth);
        branches("allOf").is_none_or(|all| all.iter().all(passes))
            && branches("anyOf").is_none_or(|any| any.iter().any(passes))
            && branches("oneOf").is_none_or(|one| one.iter().any(passes))
    }
}

/// Whether the schema object says `nullable: true` itself.
pub(super) fn says_nullable(at: &At<'_>) -> bool {
    at.value.get("nullable") == Some(&Value::Bool(true))
}
