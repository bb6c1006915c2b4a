//! `above-bound`: a number, length or count is one step too great.

use std::iter::repeat_n;

use serde_json::{Value, json};

use super::number::Side;
use super::{Mutant, Mutation, Site, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "above-bound",
    title: "a number, length or count is one step too great",
    mutate,
    page: include_str!("../../docs/mutation/above-bound.md"),
};

/// Characters, items and members that are sent at most.
const MOST: [usize; 3] = [70_000, 5_000, 1_000];
/// JSON text that an array may have at most.
const LONGEST: usize = 1 << 20;

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in &subject.sites {
        for keyword in ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"] {
            for (place, bound) in subject.stated(site, keyword) {
                let past = match site.value {
                    Value::Number(_) => subject.past(site, keyword, &place, bound, Side::Above),
                    _ => more(site, keyword, bound).and_then(|candidates| {
                        let value = subject.breaking(site, &place, candidates)?;
                        Some((keyword, place.clone(), value))
                    }),
                };
                let Some((keyword, place, value)) = past else { continue };
                mutants.extend(subject.mutant(MUTATION.id, &site.spot, keyword, Some(place), Some(value)));
            }
        }
    }
    mutants
}

/// The value with one character, item or member more than `bound`, in ways of which one may break nothing else.
fn more(site: &Site<'_>, keyword: &str, bound: &Value) -> Option<Vec<Value>> {
    let more = usize::try_from(bound.as_u64()?).ok()?.checked_add(1)?;
    let [characters, items, members] = MOST.map(|most| more <= most);
    match (keyword, site.value) {
        ("maxLength", Value::String(text)) if characters => {
            let missing = more.checked_sub(text.chars().count())?;
            let first = text.chars().next().unwrap_or('a');
            let last = text.chars().last().unwrap_or('a');
            let filled = |c: char| repeat_n(c, missing).collect::<String>();
            let ends = [last, 'a', '0', 'A'].map(|c| json!(format!("{text}{}", filled(c))));
            Some(ends.into_iter().chain([json!(format!("{}{text}", filled(first)))]).collect())
        }
        ("maxItems", Value::Array(given)) if items => {
            let pattern = given.first()?;
            if pattern.to_string().len().saturating_mul(more) > LONGEST {
                return None;
            }
            let same = given.iter().cycle().take(more).cloned().collect();
            let distinct = given.iter().cloned().chain((given.len()..more).map(|index| distinct(pattern, index)));
            Some(vec![distinct.take(more).collect(), same])
        }
        ("maxProperties", Value::Object(given)) if members => {
            let mut all = given.clone();
            for index in 0.. {
                if all.len() >= more {
                    break;
                }
                all.insert(format!("conform{index}"), json!("text"));
            }
            Some(vec![Value::Object(all)])
        }
        _ => None,
    }
}

/// An item like `pattern` that differs from it and from those of another index.
fn distinct(pattern: &Value, index: usize) -> Value {
    match pattern {
        Value::String(text) => json!(format!("{text}{index}")),
        Value::Number(number) => match (number.as_i64(), i64::try_from(index)) {
            (Some(number), Ok(index)) => json!(number.saturating_add(index)),
            _ => pattern.clone(),
        },
        Value::Array(items) => items.iter().map(|item| distinct(item, index)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), distinct(member, index))).collect())
        }
        other => other.clone(),
    }
}
