//! Steps towards a smaller value: several edits at once, halved when refused, and bisections of lengths and numbers.

use serde_json::Value;

use crate::document::Pointer;

/// Neighbours of a number that are looked at where the number itself does not conform.
const NEIGHBOURS: i128 = 16;

/// One step, or several of a kind still to come.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Another value altogether.
    Whole(Value),
    /// All of these at once; halved when refused.
    Edits(Vec<Edit>),
    /// A shorter string or array.
    Cut(Cut),
    /// An integer nearer to zero.
    Bisect(Bisect),
    /// A string of plainer characters: of one only, then of letters and digits, then without control characters.
    Plain(Pointer, usize),
    /// The first of these that is not refused.
    Choice(Pointer, Vec<Value>),
}

/// A change at one place of a value.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) at: Pointer,
    /// What is put there; nothing takes the member or element away.
    pub(super) to: Option<Value>,
}

/// The search for the shortest beginning or end of a string or an array.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    at: Pointer,
    keeps_end: bool,
    /// A length that was refused.
    least: usize,
    /// Whether nothing was tried yet: if not even one character can go, no bisection is worth its questions.
    first: bool,
}

/// The search for the integer nearest to zero.
#[derive(Debug, Clone)]
pub(super) struct Bisect {
    at: Pointer,
    /// A number that was refused.
    least: i128,
    first: bool,
    nudge: i128,
}

impl Step {
    pub(super) fn cut(at: &Pointer, keeps_end: bool) -> Self {
        Self::Cut(Cut { at: at.clone(), keeps_end, least: 0, first: true })
    }

    pub(super) fn bisect(at: &Pointer) -> Self {
        Self::Bisect(Bisect { at: at.clone(), least: 0, first: true, nudge: 0 })
    }

    /// The value that this step leads to from `value`; nothing where it is at its end.
    pub(super) fn candidate(&self, value: &Value) -> Option<Value> {
        match self {
            Self::Whole(other) => Some(other.clone()),
            Self::Edits(edits) => Some(edited(value, edits)),
            Self::Cut(cut) => {
                let length = cut.probe(value)?;
                set(value, &cut.at, shortened(cut.at.resolve(value)?, length, cut.keeps_end))
            }
            Self::Bisect(bisect) => set(value, &bisect.at, number(bisect.probe(value)?)?),
            Self::Plain(at, level) => set(value, at, Value::String(plain(at.resolve(value)?.as_str()?, *level)?)),
            Self::Choice(at, options) => set(value, at, options.first()?.clone()),
        }
    }

    /// What is still to do after the step to `value` was accepted.
    pub(super) fn accepted(self) -> Vec<Self> {
        match self {
            Self::Whole(_) | Self::Edits(_) | Self::Plain(..) | Self::Choice(..) => Vec::new(),
            Self::Cut(cut) => vec![Self::Cut(Cut { first: false, ..cut })],
            Self::Bisect(bisect) => vec![Self::Bisect(Bisect { first: false, nudge: 0, ..bisect })],
        }
    }

    /// What is still to do after the step from `value` was refused, the next one last. `asked` is whether the answer came from
    /// outside; what does not conform says nothing about smaller steps.
    pub(super) fn refused(self, value: &Value, asked: bool) -> Vec<Self> {
        match self {
            Self::Whole(_) => Vec::new(),
            Self::Edits(mut edits) => {
                if edits.len() < 2 {
                    return Vec::new();
                }
                // The end first, so that indices before it stay what they are.
                let end = edits.split_off(edits.len() / 2);
                vec![Self::Edits(edits), Self::Edits(end)]
            }
            Self::Cut(Cut { first: true, .. }) | Self::Bisect(Bisect { first: true, .. }) if asked => Vec::new(),
            Self::Cut(cut) if cut.first => vec![Self::Cut(Cut { first: false, ..cut })],
            Self::Cut(cut) => {
                let least = cut.probe(value);
                least.map(|least| Self::Cut(Cut { least, ..cut })).into_iter().collect()
            }
            Self::Bisect(bisect) => bisect.after(value, asked).map(Self::Bisect).into_iter().collect(),
            Self::Plain(at, level) => vec![Self::Plain(at, level + 1)],
            Self::Choice(at, mut options) => {
                options.drain(..options.len().min(1));
                vec![Self::Choice(at, options)]
            }
        }
    }
}

impl Cut {
    fn probe(&self, value: &Value) -> Option<usize> {
        let length = match self.at.resolve(value)? {
            Value::String(text) => text.chars().count(),
            Value::Array(items) => items.len(),
            _ => return None,
        };
        let probe = if self.first { length.checked_sub(1)? } else { self.least + length.checked_sub(self.least)? / 2 };
        (probe > self.least && probe < length).then_some(probe)
    }
}

impl Bisect {
    fn probe(&self, value: &Value) -> Option<i128> {
        let here = integer(self.at.resolve(value)?)?;
        let base = if self.first { here - (here - self.least).signum() } else { self.middle(here) };
        let probe = base + self.nudge * (here - self.least).signum();
        let (from, to) = (self.least.min(here), self.least.max(here));
        (probe > from && probe < to).then_some(probe)
    }

    fn middle(&self, here: i128) -> i128 {
        self.least + (here - self.least) / 2
    }

    fn after(self, value: &Value, asked: bool) -> Option<Self> {
        let here = integer(self.at.resolve(value)?)?;
        if self.first {
            return Some(Self { first: false, ..self });
        }
        if !asked && self.nudge < NEIGHBOURS {
            let next = Self { nudge: self.nudge + 1, ..self.clone() };
            if next.probe(value).is_some() {
                return Some(next);
            }
        }
        let least = if asked { self.probe(value)? } else { self.middle(here) };
        (least != self.least).then_some(Self { least, nudge: 0, ..self })
    }
}

/// `value` as an integer, if it is one that is held exactly.
pub(super) fn integer(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

fn plain(text: &str, level: usize) -> Option<String> {
    let odd: fn(char) -> bool = match level {
        0 => |_| true,
        1 => |c| !c.is_ascii_alphanumeric(),
        2 => |c| c.is_control(),
        _ => return None,
    };
    Some(text.chars().map(|c| if odd(c) { 'a' } else { c }).collect())
}

fn number(integer: i128) -> Option<Value> {
    i64::try_from(integer).map(Value::from).or_else(|_| u64::try_from(integer).map(Value::from)).ok()
}

fn edited(value: &Value, edits: &[Edit]) -> Value {
    let mut value = value.clone();
    for edit in edits.iter().rev() {
        if let Some(to) = &edit.to {
            if let Some(here) = value.pointer_mut(edit.at.as_str()) {
                here.clone_from(to);
            }
            continue;
        }
        let (Some(parent), Some(name)) = (edit.at.parent(), edit.at.last()) else { continue };
        match value.pointer_mut(parent.as_str()) {
            Some(Value::Object(members)) => {
                members.shift_remove(&*name);
            }
            Some(Value::Array(items)) => {
                if let Some(index) = name.parse().ok().filter(|index| *index < items.len()) {
                    let _: Value = items.remove(index);
                }
            }
            _ => {}
        }
    }
    value
}

fn set(value: &Value, at: &Pointer, to: Value) -> Option<Value> {
    let mut value = value.clone();
    *value.pointer_mut(at.as_str())? = to;
    Some(value)
}

fn shortened(value: &Value, length: usize, keeps_end: bool) -> Value {
    match value {
        Value::String(text) => {
            let skipped = if keeps_end { text.chars().count().saturating_sub(length) } else { 0 };
            Value::String(text.chars().skip(skipped).take(length).collect())
        }
        Value::Array(items) => {
            let skipped = if keeps_end { items.len().saturating_sub(length) } else { 0 };
            Value::Array(items.iter().skip(skipped).take(length).cloned().collect())
        }
        other => other.clone(),
    }
}
