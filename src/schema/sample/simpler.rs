//! What could be simpler in a value: parts that could go, and plainer values for those that stay.

use serde_json::{Map, Value, json};

use crate::document::Pointer;

use super::step::{Edit, Step, integer};

/// Levels of a value that are looked at.
const DEEPEST: usize = 128;
/// Elements of an array from which on its length is looked at before its elements.
const LONG: usize = 8;
/// Beyond this, integers are floats, and only their order of magnitude is worth a question.
const EXACT: f64 = 9.0e15;

/// Every part of `value` at `depth`, in order.
pub(super) fn parts(value: &Value, depth: usize) -> Vec<(Pointer, &Value)> {
    let mut level = vec![(Pointer::root(), value)];
    for _ in 0..depth {
        level = level.into_iter().flat_map(|(at, value)| children(&at, value)).collect();
    }
    level
}

/// Levels below the root.
pub(super) fn depth(value: &Value) -> usize {
    let (mut depth, mut level) = (0, vec![value]);
    while depth < DEEPEST {
        level = level.into_iter().flat_map(below).collect();
        if level.is_empty() {
            break;
        }
        depth += 1;
    }
    depth
}

fn below(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    }
}

fn children<'v>(at: &Pointer, value: &'v Value) -> Vec<(Pointer, &'v Value)> {
    match value {
        Value::Object(members) => members.iter().map(|(name, member)| (at.child(name), member)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (at.index(index), item)).collect(),
        _ => Vec::new(),
    }
}

/// Steps that shorten the long arrays at `depth`.
pub(super) fn shorter_lists(value: &Value, depth: usize) -> Vec<Step> {
    let lists = parts(value, depth).into_iter();
    let long = lists.filter(|(_, value)| value.as_array().is_some_and(|items| items.len() > LONG));
    long.flat_map(|(at, _)| [Step::cut(&at, true), Step::cut(&at, false)]).collect()
}

/// Edits that take away each part at `depth`.
pub(super) fn removals(value: &Value, depth: usize) -> Vec<Edit> {
    parts(value, depth).into_iter().map(|(at, _)| Edit { at, to: None }).collect()
}

/// For each object and array at `depth` simpler ones, the simplest first.
pub(super) fn simpler_containers(value: &Value, depth: usize, models: &[Value]) -> Vec<Vec<Edit>> {
    let mut all = Vec::new();
    for (at, here) in parts(value, depth) {
        let empty = match here {
            Value::Object(members) if !members.is_empty() => json!({}),
            Value::Array(items) if !items.is_empty() => json!([]),
            _ => continue,
        };
        let size = here.to_string().len();
        let modelled = models.iter().filter_map(|model| at.resolve(model).cloned());
        let smaller = modelled.filter(|model| model.to_string().len() < size);
        let options = std::iter::once(empty).chain(smaller).chain([Value::Null]);
        all.push(options.map(|to| Edit { at: at.clone(), to: Some(to) }).collect());
    }
    all
}

/// For each scalar simpler ones, the most wanted first; scalars that are simple have none.
pub(super) fn simpler_scalars(value: &Value, models: &[Value]) -> Vec<Vec<Edit>> {
    let mut all = Vec::new();
    for (at, here) in scalars(value) {
        let options = simple(&at, here, models);
        if !options.is_empty() && !options.contains(here) {
            all.push(options.into_iter().map(|to| Edit { at: at.clone(), to: Some(to) }).collect());
        }
    }
    all
}

/// Steps that refine the scalars that are not simple yet: shorter, plainer, nearer to zero. The first one is last.
pub(super) fn refinements(value: &Value, models: &[Value]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (at, here) in scalars(value) {
        if simple(&at, here, models).contains(here) {
            continue;
        }
        match here {
            Value::String(_) => {
                steps.extend([Step::cut(&at, false), Step::cut(&at, true), Step::Plain(at, 0)]);
            }
            Value::Number(_) if integer(here).is_some() => steps.push(Step::bisect(&at)),
            Value::Number(number) => steps.extend(number.as_f64().map(|number| Step::Choice(at, rounder(number)))),
            _ => {}
        }
    }
    steps.reverse();
    steps
}

fn scalars(value: &Value) -> Vec<(Pointer, &Value)> {
    let (mut found, mut level) = (Vec::new(), vec![(Pointer::root(), value)]);
    for _ in 0..=DEEPEST {
        found.extend(level.iter().filter(|(_, value)| !value.is_object() && !value.is_array()).cloned());
        level = level.into_iter().flat_map(|(at, value)| children(&at, value)).collect();
    }
    found
}

/// The simplest values of the kind of `here`: what a simple value has at the same place comes first.
fn simple(at: &Pointer, here: &Value, models: &[Value]) -> Vec<Value> {
    let modelled = models.iter().filter_map(|model| at.resolve(model));
    let alike: Vec<Value> = match here {
        Value::String(_) => modelled.filter(|model| model.is_string()).cloned().collect(),
        Value::Number(number) => modelled
            .filter(|model| {
                model.as_f64().zip(number.as_f64()).is_some_and(|(model, number)| model.abs() <= number.abs())
            })
            .cloned()
            .collect(),
        Value::Bool(_) => modelled.filter(|model| model.is_boolean()).cloned().collect(),
        Value::Null | Value::Object(_) | Value::Array(_) => return Vec::new(),
    };
    let plain = match here {
        Value::String(_) => vec![json!("a"), json!("")],
        Value::Number(_) => vec![json!(0), json!(1)],
        _ => vec![json!(false)],
    };
    alike.into_iter().chain(plain).collect()
}

/// Numbers near `number` that have less to them.
fn rounder(number: f64) -> Vec<Value> {
    if number.abs() > EXACT {
        let powers = [1e3, 1e6, 1e9, 1e15, 1e16, 1e20, 1e40, 1e100, 1e200].into_iter();
        return powers.filter(|power| *power < number.abs()).map(|power| json!(power * number.signum())).collect();
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 2^53")]
    let whole = json!(number.trunc() as i64);
    let rounded = [10.0, 100.0, 1e4].map(|scale| (number * scale).trunc() / scale);
    std::iter::once(whole)
        .chain(rounded.into_iter().filter(|other| (other - number).abs() > 0.0).map(Value::from))
        .collect()
}

/// How large `value` is, to tell which of two is simpler.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members_size(members),
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::String(text) => 1 + text.len(),
        _ => 1,
    }
}

/// What it costs to copy and judge `value`, in parts.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(weight).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::String(text) => 1 + text.len() / 256,
        _ => 1,
    }
}

fn members_size(members: &Map<String, Value>) -> usize {
    members.values().map(|member| 1 + size(member)).sum()
}
