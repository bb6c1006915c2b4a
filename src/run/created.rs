//! What this run created, and what became of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::contract::OperationId;
use crate::plan::producer::Bindings;

use super::undo_log::Object;

/// What is known of an object that this run created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Existence {
    /// It is there.
    There,
    /// The request that removes it was accepted.
    Deleted,
    /// A read confirmed that it is gone.
    Gone,
}

/// One object that this run created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Created {
    pub(super) creator: OperationId,
    /// The path parameters of the creating request.
    pub(super) parent: Bindings,
    /// Its id; none where the answer held none.
    pub(super) id: Option<String>,
    pub(super) state: Existence,
    /// The mark that it may carry.
    pub(super) mark: String,
    /// Its entry in the log.
    pub(super) intended: Option<Object>,
}

/// Everything that this run created, in order.
#[derive(Debug, Default)]
pub(super) struct Register(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    all: Vec<Created>,
    /// Places in `all` by the path of the object: an id alone means another thing in each collection.
    by_path: HashMap<String, usize>,
}

impl Register {
    /// Adds an object, which stands at `path` if its id is known. Returns its number.
    pub(super) fn add(&self, created: Created, path: Option<String>) -> usize {
        let mut contents = self.contents();
        contents.all.push(created);
        let number = contents.all.len() - 1;
        contents.by_path.extend(path.map(|path| (path, number)));
        number
    }

    /// Gives the object of this number the id under which it was found. Returns the object.
    pub(super) fn identify(&self, number: usize, path: impl Fn(&Bindings) -> String, id: &str) -> Option<Created> {
        let mut contents = self.contents();
        let created = contents.all.get_mut(number)?;
        created.id.get_or_insert_with(|| id.to_owned());
        let created = created.clone();
        contents.by_path.insert(path(&created.parent), number);
        Some(created)
    }

    /// Whether one of `paths`, those of an object and of what it stands below, is that of something that this run created.
    pub(super) fn owns(&self, paths: &[String]) -> bool {
        let contents = self.contents();
        paths.iter().any(|path| contents.by_path.contains_key(path))
    }

    /// Whether the last of `paths` is that of something that this run created, and nothing on them was removed since.
    pub(super) fn has(&self, paths: &[String]) -> bool {
        let contents = self.contents();
        let created = |path: &String| contents.by_path.get(path).and_then(|number| contents.all.get(*number));
        let there = |path| created(path).is_none_or(|created| created.state == Existence::There);
        paths.iter().all(there) && paths.last().and_then(created).is_some()
    }

    /// The marks of what stands at one of `paths`.
    pub(super) fn marks(&self, paths: &[String]) -> Vec<String> {
        let contents = self.contents();
        let at = |path: &String| contents.all.get(*contents.by_path.get(path)?);
        paths.iter().filter_map(at).map(|created| created.mark.clone()).collect()
    }

    /// Notes what is known of the object now. Returns its entry in the log.
    pub(super) fn ended(&self, path: &str, state: Existence) -> Option<Object> {
        let mut contents = self.contents();
        let number = *contents.by_path.get(path)?;
        let created = contents.all.get_mut(number)?;
        created.state = created.state.max(state);
        created.intended.clone()
    }

    /// What is not known to be gone, the youngest first; whether something that was removed is gone matters only where a
    /// log is kept of it.
    pub(super) fn remaining(&self) -> Vec<Created> {
        let remains = |created: &&Created| match created.state {
            Existence::There => true,
            Existence::Deleted => created.intended.is_some(),
            Existence::Gone => false,
        };
        self.contents().all.iter().rev().filter(remains).cloned().collect()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ids of the elements of a list: of its outermost arrays, not of what an envelope or an element holds beside them.
/// `collection` is the path of the list.
pub(super) fn ids_listed(body: &Value, parameter: &str, collection: &str) -> Vec<String> {
    let elements = elements(body);
    let everywhere = [body];
    let among = if elements.is_empty() { &everywhere[..] } else { &elements[..] };
    let own = format!("{} id", singular(collection.rsplit('/').next().unwrap_or_default()));
    [parameter, "id", &own]
        .iter()
        .map(|name| members_named(among, name, true))
        .find(|ids| !ids.is_empty())
        .unwrap_or_default()
}

/// The objects in the outermost arrays of `body`.
fn elements(body: &Value) -> Vec<&Value> {
    let mut level = vec![body];
    while !level.is_empty() {
        let found: Vec<&Value> =
            level.iter().filter_map(|value| value.as_array()).flatten().filter(|item| item.is_object()).collect();
        if !found.is_empty() {
            return found;
        }
        level = level.iter().filter_map(|value| value.as_object()).flat_map(serde_json::Map::values).collect();
    }
    Vec::new()
}

/// `customers` is a list of what has a `customerId`.
fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}

/// Every value in `body` that can be the id `parameter`: members of that name, wherever they stand; where there is none,
/// members named `id`. In document order, the least deep first, each once.
pub(super) fn ids_in(body: &Value, parameter: &str) -> Vec<String> {
    let named = members_named(&[body], parameter, false);
    if named.is_empty() && parameter != "id" { members_named(&[body], "id", false) } else { named }
}

/// The ids that members `name` of `values` hold; only those of the outermost level that has any, where `outermost`.
fn members_named(values: &[&Value], name: &str, outermost: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    let mut level = values.to_vec();
    while !level.is_empty() && (!outermost || found.is_empty()) {
        let mut next = Vec::new();
        for value in level {
            match value {
                Value::Object(members) => {
                    for (key, member) in members {
                        if same_name(key, name) {
                            found.extend(id_text(member).filter(|id| known.insert(id.clone())));
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

pub(super) fn id_text(value: &Value) -> Option<String> {
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
    fn the_ids_of_a_list_are_those_of_its_elements() {
        let listed = |body: Value, name: &str| ids_listed(&body, name, "/v1/customers");
        let envelope =
            json!({"id": "request-1", "data": [{"id": 1, "owner": {"id": 9}}, {"id": 2}], "page": {"id": 3}});
        assert_eq!(listed(envelope, "customerId"), ["1", "2"]);
        assert_eq!(listed(json!([{"customer_id": "a"}, {"customer_id": "b"}]), "id"), ["a", "b"]);
        assert_eq!(listed(json!([{"customerId": "a", "id": "z"}]), "customerId"), ["a"]);
        assert_eq!(listed(json!({"a": {"id": 1}, "b": {"id": 2}}), "customerId"), ["1", "2"]);
        assert!(listed(json!([]), "customerId").is_empty());
        assert!(listed(json!(["a"]), "customerId").is_empty());
    }

    #[test]
    fn what_was_created_is_owned_until_the_end_and_remains_until_removed() {
        let register = Register::default();
        let created = |id: Option<&str>| Created {
            creator: OperationId("Add".into()),
            parent: Vec::new(),
            id: id.map(str::to_owned),
            state: Existence::There,
            mark: String::new(),
            intended: None,
        };
        register.add(created(Some("1")), Some("/pets/1".into()));
        let number = register.add(created(None), None);
        let owns = |path: &str| register.owns(&[path.to_owned()]);
        assert!(owns("/pets/1") && !owns("/pets/2") && !owns("/toys/1"), "an id means another thing elsewhere");
        register.identify(number, |_| "/pets/2".into(), "2");
        assert!(owns("/pets/2"));
        assert_eq!(register.remaining().len(), 2);
        register.ended("/pets/1", Existence::Deleted);
        assert_eq!(register.remaining(), [created(Some("2"))]);
        assert!(owns("/pets/1"), "what was removed was still this run's own");
    }
}
