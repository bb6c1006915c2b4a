//! Whether a simple condition holds, and which comparison decided.

use std::borrow::Cow;

use serde_json::Value;

use super::Scope;
use super::compare::{self, Strictness};
use super::condition::{Node, Operand, Operator, spell};
use super::scope::member;

/// A judgement with the comparison that decided it.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) holds: bool,
    pub(super) actual: Option<Value>,
    pub(super) expected: String,
}

/// Judges one node.
pub(super) fn judge(node: &Node, scope: &Scope<'_>, strictness: Strictness) -> Verdict {
    match node {
        Node::And(nodes) => decide(nodes, scope, strictness, false),
        Node::Or(nodes) => decide(nodes, scope, strictness, true),
        Node::Not(inner) => {
            let inner = judge(inner, scope, strictness);
            Verdict { holds: !inner.holds, actual: inner.actual, expected: format!("not {}", inner.expected) }
        }
        Node::Truth(operand) => {
            let actual = value(operand, scope, strictness);
            let holds = !matches!(actual.as_deref(), None | Some(Value::Null | Value::Bool(false)));
            let expected = format!("{} there, and neither null nor false", words(operand));
            Verdict { holds, actual: actual.map(Cow::into_owned), expected }
        }
        Node::Compare(left, operator, right) => compare(left, *operator, right, scope, strictness),
    }
}

/// Judges in order until one decides: a list that any node makes true (or, for `wanted` false, false).
fn decide(nodes: &[Node], scope: &Scope<'_>, strictness: Strictness, wanted: bool) -> Verdict {
    let mut undecided: Option<Verdict> = None;
    for node in nodes {
        let verdict = judge(node, scope, strictness);
        if verdict.holds == wanted {
            return verdict;
        }
        undecided = Some(match undecided {
            None => verdict,
            // None of an `||` held: the first value, and everything that it might have been.
            Some(first) if wanted => {
                Verdict { expected: format!("{}, or {}", first.expected, verdict.expected), ..first }
            }
            Some(first) => first,
        });
    }
    undecided.unwrap_or(Verdict { holds: !wanted, actual: None, expected: String::new() })
}

fn compare(left: &Operand, operator: Operator, right: &Operand, scope: &Scope<'_>, strictness: Strictness) -> Verdict {
    // `200 == $statusCode` speaks of the status, too.
    let turned = is_fixed(left) && !is_fixed(right);
    let (left, operator, right) = if turned { (right, turn(operator), left) } else { (left, operator, right) };
    let (l, r) = (value(left, scope, strictness), value(right, scope, strictness));
    let equal = || match (left, right) {
        (Operand::StatusRange(range), _) => in_range(r.as_deref(), *range),
        (_, Operand::StatusRange(range)) => in_range(l.as_deref(), *range),
        _ => compare::equal(l.as_deref(), r.as_deref(), strictness),
    };
    let order = || compare::order(l.as_deref()?, r.as_deref()?, strictness);
    let holds = match operator {
        Operator::Equal => equal(),
        Operator::NotEqual => !equal(),
        Operator::Less => order().is_some_and(std::cmp::Ordering::is_lt),
        Operator::LessOrEqual => order().is_some_and(std::cmp::Ordering::is_le),
        Operator::Greater => order().is_some_and(std::cmp::Ordering::is_gt),
        Operator::GreaterOrEqual => order().is_some_and(std::cmp::Ordering::is_ge),
    };
    let against = match (right, &r) {
        (Operand::StatusRange(range), _) => format!("{range}XX"),
        (Operand::Literal(value), _) => value.to_string(),
        (other, Some(value)) => format!("{value} ({})", words(other)),
        (other, None) => format!("{}, which is absent", words(other)),
    };
    let expected = format!("{} {} {against}", words(left), operator.words());
    Verdict { holds, actual: l.map(Cow::into_owned), expected }
}

fn is_fixed(operand: &Operand) -> bool {
    matches!(operand, Operand::Literal(_) | Operand::StatusRange(_))
}

fn turn(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        same @ (Operator::Equal | Operator::NotEqual) => same,
    }
}

fn in_range(value: Option<&Value>, range: u8) -> bool {
    value.and_then(Value::as_u64).is_some_and(|status| status / 100 == u64::from(range))
}

fn value<'n>(operand: &'n Operand, scope: &Scope<'_>, strictness: Strictness) -> Option<Cow<'n, Value>> {
    match operand {
        Operand::Literal(value) => Some(Cow::Borrowed(value)),
        Operand::StatusRange(_) => None,
        Operand::Expression(expression, accessors) => {
            let value = scope.evaluate(expression)?;
            let found = accessors.iter().try_fold(&value, |value, key| member(value, key))?;
            Some(Cow::Owned(found.clone()))
        }
        Operand::Group(node) => Some(Cow::Owned(judge(node, scope, strictness).holds.into())),
    }
}

fn words(operand: &Operand) -> String {
    match operand {
        Operand::Literal(value) => value.to_string(),
        Operand::StatusRange(range) => format!("{range}XX"),
        Operand::Expression(expression, accessors) => spell(expression, accessors),
        Operand::Group(_) => "the condition in parentheses".to_owned(),
    }
}
