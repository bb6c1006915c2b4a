//! What this run created, and what became of it.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::contract::OperationId;

use super::journal::Object;

/// Values of path parameters, in template order.
pub(super) type Bindings = Vec<(String, String)>;

/// One object that this run created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Created {
    pub(super) creator: OperationId,
    /// The path parameters of the creating request.
    pub(super) parent: Bindings,
    /// The path parameter that names the object.
    pub(super) parameter: String,
    /// Its id; none where the answer held none.
    pub(super) id: Option<String>,
    pub(super) removed: bool,
    /// Its entry in the journal.
    pub(super) intended: Option<Object>,
}

/// Everything that this run created, in order.
#[derive(Debug, Default)]
pub(super) struct Register(Mutex<Vec<Created>>);

impl Register {
    /// Adds an object. Returns its number.
    pub(super) fn add(&self, created: Created) -> usize {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(created);
        all.len() - 1
    }

    /// Gives the object of this number the id under which it was found.
    pub(super) fn identify(&self, number: usize, id: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(created) = all.get_mut(number) {
            created.id.get_or_insert_with(|| id.to_owned());
        }
    }

    /// Whether the object that these path values name, or one that it stands below, was created by this run.
    pub(super) fn owns(&self, values: &Bindings) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.iter().any(|(name, value)| {
            all.iter().any(|created| created.parameter == *name && created.id.as_deref() == Some(value))
        })
    }

    /// Marks the object as removed. Returns its entry in the journal.
    pub(super) fn removed(&self, parameter: &str, id: &str) -> Option<Object> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = |created: &&mut Created| created.parameter == parameter && created.id.as_deref() == Some(id);
        let created = all.iter_mut().find(named)?;
        created.removed = true;
        created.intended.clone()
    }

    /// What is still there, the youngest first.
    pub(super) fn remaining(&self) -> Vec<Created> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().rev().filter(|created| !created.removed).cloned().collect()
    }
}

/// Every value in `body` that can be the id `parameter`: members of that name, wherever they stand; where there is none,
/// members named `id`. In document order, the least deep first, each once.
pub(super) fn ids_in(body: &Value, parameter: &str) -> Vec<String> {
    let named = members_named(body, parameter);
    if named.is_empty() && parameter != "id" { members_named(body, "id") } else { named }
}

fn members_named(body: &Value, name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut level = vec![body];
    while !level.is_empty() {
        let mut next = Vec::new();
        for value in level {
            match value {
                Value::Object(members) => {
                    for (key, member) in members {
                        if same_name(key, name)
                            && let Some(id) = id_text(member)
                            && !found.contains(&id)
                        {
                            found.push(id);
                        }
                        next.push(member);
                    }
                }
                Value::Array(items) => next.extend(items),
                _ => {}
            }
        }
        level = next;
    }
    found
}

fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `petId`, `pet_id` and `pet-id` are one name.
fn same_name(a: &str, b: &str) -> bool {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    a == b || plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_found_by_name_before_the_word_id() {
        let page = json!({"items": [{"customerId": "a", "accounts": [{"id": "x"}]}, {"customerId": "b"}]});
        assert_eq!(ids_in(&page, "customerId"), ["a", "b"]);
        assert_eq!(ids_in(&json!({"id": 7, "name": "n"}), "pet_id"), ["7"]);
        assert_eq!(ids_in(&json!([{"bank_account_id": "q"}]), "bankAccountId"), ["q"]);
        assert!(ids_in(&json!({"name": "n"}), "petId").is_empty());
    }

    #[test]
    fn what_was_created_is_owned_until_the_end_and_remains_until_removed() {
        let register = Register::default();
        let creator = OperationId("Add".into());
        register.add(Created {
            creator,
            parent: Vec::new(),
            parameter: "id".into(),
            id: Some("1".into()),
            removed: false,
            intended: None,
        });
        assert!(register.owns(&vec![("id".into(), "1".into())]));
        assert!(!register.owns(&vec![("id".into(), "2".into())]));
        assert!(!register.owns(&vec![("other".into(), "1".into())]));
        register.removed("id", "1");
        assert!(register.remaining().is_empty());
        assert!(register.owns(&vec![("id".into(), "1".into())]), "what was removed was still this run's own");
    }
}
