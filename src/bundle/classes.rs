//! Which components say the same although they stand in different documents: texts are compared first, then, again and again,
//! what they refer to, until no two that looked the same turn out to differ.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::parts::Part;

/// Gives equal parts one class. `skeletons` are their values with references replaced by names, `references` what these mean.
pub(super) fn settle(parts: &mut [Part], skeletons: &[Value], references: &[Vec<Option<usize>>]) {
    let named: BTreeSet<(&str, &str)> = parts.iter().map(|part| (part.section, part.name.as_str())).collect();
    if named.len() == parts.len() {
        // No two have one name, so each is a class of its own.
        return;
    }
    let mut texts = BTreeMap::new();
    let mut class: Vec<usize> = parts
        .iter()
        .zip(skeletons)
        .map(|(part, skeleton)| {
            // What is nothing but a reference says what it leads to, which is known only later.
            let text = if part.alias.is_some() { String::new() } else { canonical(skeleton) };
            number(&mut texts, (part.section, text))
        })
        .collect();
    let mut count = texts.len();
    loop {
        let mut keys = BTreeMap::new();
        let next: Vec<usize> = (0..parts.len())
            .map(|index| {
                let end = followed(parts, index);
                let of = |index: &usize| class.get(*index).copied();
                let children = parts.get(end).map(|part| part.children.as_slice()).unwrap_or_default();
                let below = references.get(end).into_iter().flatten();
                let below: Vec<Option<usize>> = below.map(|to| to.as_ref().and_then(of)).collect();
                let children: BTreeSet<Option<usize>> = children.iter().map(of).collect();
                number(&mut keys, (of(&end), below, children))
            })
            .collect();
        class = next;
        if keys.len() <= count {
            break;
        }
        count = keys.len();
    }
    for (part, class) in parts.iter_mut().zip(class) {
        part.class = class;
    }
}

/// The part that `index` leads to: itself, or the end of a chain of references.
pub(super) fn followed(parts: &[Part], index: usize) -> usize {
    let mut end = index;
    for _ in 0..64 {
        match parts.get(end).and_then(|part| part.alias) {
            Some(next) => end = next,
            None => return end,
        }
    }
    // A circle of references leads nowhere.
    index
}

fn number<K: Ord>(known: &mut BTreeMap<K, usize>, key: K) -> usize {
    let next = known.len();
    *known.entry(key).or_insert(next)
}

/// `value` as text, whatever the order of its members.
fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&String, Value> =
                members.iter().map(|(name, member)| (name, sorted(member))).collect();
            Value::Object(members.into_iter().map(|(name, member)| (name.clone(), member)).collect())
        }
        Value::Array(elements) => elements.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
