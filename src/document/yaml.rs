//! Reads YAML, its JSON-compatible part: the value, and where each part stands.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};
use serde_json::Value;
use serde_saphyr::Error;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};

use super::Fault;
use super::span::{Builder, Duplicate, Spans};

/// How deep a document may nest: `serde_saphyr` needs so much stack a level that a thread's 2 MiB last for about a hundred.
const DEPTH: usize = 64;

/// How many nodes aliases may add to a document; hand-written ones stay far below.
const REPLAYED_EVENTS: usize = 100_000;

/// How much text aliases may add.
const REPLAYED_BYTES: usize = 64 * 1024 * 1024;

/// The value of `text`.
pub(super) fn parse(text: &str) -> Result<Value, Fault> {
    serde_saphyr::from_str_with_options(text, options(text.len())).map_err(|error| fault(text, &error))
}

/// YAML 1.2 as far as JSON goes: `no` is a text, `017` is a text, nothing is merged and nothing decoded.
fn options(length: usize) -> serde_saphyr::Options {
    serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        merge_keys: MergeKeyPolicy::Error,
        duplicate_keys: DuplicateKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::Reject,
        ignore_binary_tag_for_string: true,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: REPLAYED_EVENTS,
            max_replay_stack_depth: 16,
        },
        budget: serde_saphyr::budget! {
            max_depth: DEPTH,
            flow_nesting_limit: DEPTH,
            max_events: 20_000_000,
            max_nodes: 10_000_000,
            max_total_scalar_bytes: length.saturating_add(REPLAYED_BYTES),
            // One response that a hundred operations share is good style; the limits above catch the bombs.
            enforce_alias_anchor_ratio: false,
        },
    }
}

fn fault(text: &str, error: &Error) -> Fault {
    if matches!(error, Error::DuplicateMappingKey { .. })
        && let Err(duplicate) = spans(text)
    {
        return Fault::Duplicate(duplicate);
    }
    let message = match error {
        Error::MultipleDocuments { .. } => "several YAML documents in one file".to_owned(),
        Error::MergeKeyNotAllowed { .. } => "the merge key `<<` is not part of YAML 1.2".to_owned(),
        Error::NullIntoString { .. } => "a member name that is null".to_owned(),
        Error::NonFiniteFloat { value, .. } => format!("the number `{value}`, which JSON does not know"),
        Error::RecursiveReferencesRequireWeakTypes { .. } => "an alias inside its own anchor".to_owned(),
        Error::AliasReplayLimitExceeded { .. } => format!("aliases that stand for more than {REPLAYED_EVENTS} nodes"),
        other => {
            let message = other.to_string();
            let line = message.lines().next().unwrap_or_default();
            format!("not readable as YAML: {}", line.rsplit_once(" at line ").map_or(line, |(message, _)| message))
        }
    };
    let location = error.location();
    let at = location.map_or(text.len(), |location| {
        let offset = location.span().byte_offset().and_then(|offset| usize::try_from(offset).ok());
        offset.unwrap_or_else(|| offset_of(text, location.line(), location.column()))
    });
    Fault::Syntax { message, at: at..at + 1 }
}

fn offset_of(text: &str, line: u64, column: u64) -> usize {
    let skipped = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let column = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    let start: usize = text.split_inclusive('\n').take(skipped).map(str::len).sum();
    let line = text.get(start..).unwrap_or_default();
    start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
}

/// Where each part of `text` stands; what follows a syntax error has no place of its own.
pub(super) fn spans(text: &str) -> Result<Spans, Duplicate> {
    let options = granit_parser::options! { flow_nesting_limit: DEPTH, block_nesting_limit: DEPTH };
    let mut builder = Builder::new(text);
    let mut anchors = Anchors::default();
    let mut styles = Vec::new();
    let mut end = 0;
    for step in Parser::new_from_str_with_options(text, options) {
        let Ok((event, span)) = step else { break };
        let stands = range(span);
        match event {
            Event::Scalar(name, style, anchor, _) => {
                let stands = trimmed(text, header(text, end, style, stands.start)..stands.end);
                end = stands.end;
                if builder.expects_key() {
                    builder.key(stands, &name);
                    anchors.names.insert(anchor, name.into_owned());
                } else {
                    let node = builder.leaf(stands);
                    anchors.remember(anchor, node, Some(&name));
                }
            }
            Event::SequenceStart(style, anchor, _) => {
                styles.push(style);
                let start = if builder.awaits_member() { first_dash(text, stands.start) } else { stands.start };
                let node = builder.open(start, false);
                anchors.remember(anchor, node, None);
            }
            Event::MappingStart(style, anchor, _) => {
                styles.push(style);
                let node = builder.open(stands.start, true);
                anchors.remember(anchor, node, None);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                // The end of a block is only noticed at the next token, so it is the end of its last part.
                if styles.pop() == Some(StructureStyle::Flow) {
                    end = stands.end;
                }
                builder.close(end)?;
            }
            Event::Alias(anchor) => {
                end = stands.end;
                if builder.expects_key() {
                    builder.key(stands, anchors.names.get(&anchor).map_or("", String::as_str));
                } else {
                    let node = builder.leaf(stands);
                    if let Some(other) = anchors.nodes.get(&anchor) {
                        builder.share_children(node, *other);
                    }
                }
            }
            Event::DocumentEnd => break,
            _ => {}
        }
    }
    builder.finish(end)
}

/// What anchors name.
#[derive(Default)]
struct Anchors {
    nodes: BTreeMap<usize, u32>,
    names: BTreeMap<usize, String>,
}

impl Anchors {
    fn remember(&mut self, anchor: usize, node: u32, name: Option<&str>) {
        // Zero is the parser's word for "no anchor".
        if anchor != 0 {
            self.nodes.insert(anchor, node);
            if let Some(name) = name {
                self.names.insert(anchor, name.to_owned());
            }
        }
    }
}

fn range(span: Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

/// Where a scalar that begins behind `before` really begins: the parser leaves out the `|` or `>` of a block.
fn header(text: &str, before: usize, style: ScalarStyle, start: usize) -> usize {
    let indicator = match style {
        ScalarStyle::Literal => '|',
        ScalarStyle::Folded => '>',
        _ => return start,
    };
    text.get(before..start).and_then(|between| between.find(indicator)).map_or(start, |offset| before + offset)
}

/// The dash before `start`, where the parser gives the place behind it: in a sequence that stands no deeper than its key.
fn first_dash(text: &str, start: usize) -> usize {
    let before = text.get(..start).unwrap_or_default().trim_end();
    let line = before.rsplit('\n').next().unwrap_or_default();
    if line.trim_start() == "-" { before.len() - 1 } else { start }
}

/// Without the white space at the end, which belongs to nobody.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let kept = text.get(range.clone()).unwrap_or_default().trim_end().len();
    range.start..range.start + kept
}
