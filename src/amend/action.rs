//! One action of an overlay, and the path of its target.

use serde_json::{Map, Value, json};

use crate::document::Pointer;

/// One action.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// What it selects, a `JSONPath` (RFC 9535).
    pub target: String,
    /// What is merged there; nothing where what is selected is removed.
    pub update: Option<Value>,
}

impl Action {
    /// Merges `update` into what stands at `place`.
    pub(super) fn update(place: &Pointer, update: Value) -> Self {
        Self { target: path(place), update: Some(update) }
    }

    /// Removes what stands at `place`.
    pub(super) fn remove(place: &Pointer) -> Self {
        Self { target: path(place), update: None }
    }

    /// Removes the text `element` from the list at `place`.
    pub(super) fn remove_element(place: &Pointer, element: &str) -> Self {
        Self { target: format!("{}[?@ == {}]", path(place), quoted(element)), update: None }
    }

    /// Whether both set the same members of one object.
    pub(super) fn sets_as(&self, other: &Self) -> bool {
        let members = |action: &Self| {
            let object = action.update.as_ref().and_then(Value::as_object);
            object.map(|object| object.keys().cloned().collect::<Vec<_>>())
        };
        self.target == other.target && members(self).is_some() && members(self) == members(other)
    }

    /// The action as an overlay holds it.
    pub(super) fn written(&self, description: &str) -> Value {
        let mut action = Map::new();
        action.insert("target".to_owned(), json!(self.target));
        action.insert("description".to_owned(), json!(description));
        match &self.update {
            Some(update) => action.insert("update".to_owned(), update.clone()),
            None => action.insert("remove".to_owned(), json!(true)),
        };
        Value::Object(action)
    }
}

/// The path that selects what stands at `place`, and nothing else.
pub(super) fn path(place: &Pointer) -> String {
    let mut path = "$".to_owned();
    for token in place.tokens() {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if token.bytes().all(|byte| byte.is_ascii_digit()) && !token.is_empty() && !is_name(place, &token) {
            path.extend(["[", &*token, "]"]);
        } else if token.chars().all(plain) && token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            path.push('.');
            path.push_str(&token);
        } else {
            path.extend(["[", &quoted(&token), "]"]);
        }
    }
    path
}

/// Whether the digits `token` of `place` are a name: statuses are.
fn is_name(place: &Pointer, token: &str) -> bool {
    let tokens: Vec<_> = place.tokens().collect();
    tokens.windows(2).any(|pair| matches!(pair, [parent, it] if parent == "responses" && it == token))
}

/// A string literal of RFC 9535 in single quotes.
fn quoted(text: &str) -> String {
    let mut literal = String::from("'");
    for c in text.chars() {
        match c {
            '\'' => literal.push_str("\\'"),
            '\\' => literal.push_str("\\\\"),
            c if c.is_control() => literal.extend(["\\u", &format!("{:04x}", u32::from(c))]),
            c => literal.push(c),
        }
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json_path::JsonPath;

    use super::*;

    fn selected(document: &Value, path: &str) -> Vec<String> {
        let path = JsonPath::parse(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        path.query_located(document).locations().map(serde_json_path::NormalizedPath::to_json_pointer).collect()
    }

    #[test]
    fn a_path_selects_its_place_alone() {
        let document = json!({
            "paths": {"/a/{id}": {"get": {"responses": {"200": {"x-it's": [1, [2, 3]]}}}}},
            "required": ["a", "b'c", "a"],
        });
        for place in ["/paths/~1a~1{id}/get/responses/200", "/paths/~1a~1{id}/get/responses/200/x-it's/1/0", ""] {
            assert_eq!(selected(&document, &path(&Pointer::parse(place).unwrap())), [place]);
        }
        let list = Pointer::parse("/required").unwrap();
        assert_eq!(selected(&document, &Action::remove_element(&list, "b'c").target), ["/required/1"]);
    }

    proptest! {
        #[test]
        fn whatever_a_member_is_called(name in any::<String>()) {
            let document = json!({"properties": {name.as_str(): 1}});
            let place = Pointer::root().child("properties").child(&name);
            prop_assume!(!name.bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(selected(&document, &path(&place)), [place.as_str()]);
        }
    }
}
