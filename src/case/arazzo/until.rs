//! `x-conform: { until: … }` of a step: what its answers have to come to, and by when.

use std::time::Duration;

use crate::case::Until;
use crate::contract::Operation;

use super::criteria;
use super::cursor::{Node, Reader};
use super::names::{Moment, Scene};

/// The pause between two requests, where the file does not say it.
const EVERY: Duration = Duration::from_millis(500);
/// The shortest pause, so that nobody is flooded.
const SHORTEST: Duration = Duration::from_millis(10);
/// The longest time that a step may wait.
const LONGEST: Duration = Duration::from_secs(3600);

/// Reads `until` of a step that calls `operation`.
pub(super) fn read<'d>(
    reader: &mut Reader<'d>,
    node: &Node<'d>,
    operation: &Operation,
    scene: Scene<'_, 'd>,
) -> Option<Until> {
    let scene = scene.at(Moment::Response);
    let keys = ["within", "every", "criteria", "condition", "context", "type", "x-conform"];
    reader.object(node, "`until`", &keys)?;
    if !operation.is_safe() {
        let problem =
            reader.at_key(&node.at, format!("`{}` changes something each time that it is sent", operation.id));
        reader.report(problem.help("wait with a step that reads: GET or HEAD"));
        return None;
    }
    let within = time(reader, node, "within");
    let every = time(reader, node, "every");
    if node.get("within").is_none() {
        reader.missing(node, "`until`", "within");
    }
    let criteria = match (node.get("criteria"), node.get("condition")) {
        (Some(_), Some(condition)) => {
            let problem = reader.at_key(&condition.at, "`until` with both `criteria` and `condition`");
            reader.report(problem.help("put the condition into the list"));
            return None;
        }
        (Some(list), None) => {
            if list.items().is_empty() {
                reader.report(reader.at_value(&list.at, "`criteria` of `until` says nothing to wait for"));
            }
            criteria::read(reader, node, "criteria", scene)
        }
        (None, _) => criteria::inside(reader, node, "`until`", scene).into_iter().collect(),
    };
    Some(Until { within: within?, every: every.unwrap_or(EVERY), criteria })
}

/// A time such as `5s`, `200ms` or `2m`.
fn time(reader: &mut Reader<'_>, node: &Node<'_>, key: &str) -> Option<Duration> {
    node.get(key)?;
    let text = reader.string(node, key)?;
    let time = parse(text).filter(|time| (SHORTEST..=LONGEST).contains(time));
    if time.is_none() {
        let problem = reader.at_value(&node.at.child(key), format!("`{key}` is no time"));
        reader.report(problem.help("a number with `ms`, `s` or `m`, from 10ms to 60m, such as `5s`"));
    }
    time
}

fn parse(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit())?)?;
    let number: u64 = number.parse().ok().filter(|number| *number <= 3_600_000)?;
    match unit.trim_start() {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" | "min" => Some(Duration::from_secs(number * 60)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        for (text, expected) in [
            ("5s", Some(5_000)),
            ("200ms", Some(200)),
            ("2m", Some(120_000)),
            ("2 min", Some(120_000)),
            ("5", None),
            ("s", None),
            ("-5s", None),
            ("1.5s", None),
            ("99999999999999999999s", None),
            ("5é", None),
        ] {
            assert_eq!(parse(text), expected.map(Duration::from_millis), "{text}");
        }
    }
}
