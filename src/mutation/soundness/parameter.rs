//! What a parameter's text means: read by its style in every admissible way.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::contract::style::{self, Hints, Wire};
use crate::contract::{Encoding, Location, Parameter, Scheme, Style};

use super::Judge;
use super::verdict::{Verdict, judge};
use super::wire::{Text, Written};

/// The pairs of a query.
pub(super) struct Query {
    pub(super) pairs: Vec<(String, String)>,
    /// Their names as they are read.
    names: Vec<String>,
}

impl Query {
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        let names = pairs.iter().map(|(key, _)| unescape(key).into_owned()).collect();
        Self { pairs, names }
    }

    /// The pairs that may speak of `parameter`: all of them, where its members may stand beside other parameters.
    fn of(&self, parameter: &Parameter, hints: &Hints) -> Vec<(String, String)> {
        if is_spread(parameter) && hints.object.is_some() {
            return self.pairs.clone();
        }
        let own = |name: &String| {
            name.strip_prefix(parameter.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        };
        self.pairs.iter().zip(&self.names).filter(|(_, name)| own(name)).map(|(pair, _)| pair.clone()).collect()
    }
}

/// What stands on the wire for one parameter.
struct Found<'w> {
    /// What its argument was written as; nothing where there is none, or several.
    only: Option<&'w Wire>,
    /// Everything that has to be read for it.
    wires: Vec<Wire>,
    /// The texts of its own name.
    texts: Vec<String>,
}

impl Judge<'_> {
    /// Whether something is sent that no parameter speaks of: a server may ignore it, or refuse it.
    pub(super) fn has_undeclared(&self, written: &Written, query: &Query) -> bool {
        let elsewhere = |sent: &super::wire::Sent| sent.parameter.is_none() && sent.location != Location::Query;
        written.sent.iter().any(elsewhere) || query.names.iter().any(|name| !self.claims(None, name))
    }

    /// Whether a query parameter, but for the one that is left out, may be written under the name `key`.
    fn claims(&self, except: Option<usize>, key: &str) -> bool {
        let mut parameters = self.operation.parameters.iter().zip(&self.hints).enumerate();
        parameters.any(|(index, (parameter, hints))| {
            let members = || hints.object.as_ref().is_some_and(|members| members.contains_key(key));
            let inner = || key.strip_prefix(parameter.name.as_str()).is_some_and(|rest| rest.starts_with('['));
            parameter.location == Location::Query
                && Some(index) != except
                && (parameter.name == key || (is_deep(parameter) && inner()) || (is_spread(parameter) && members()))
        })
    }

    /// What can be said of the parameter `index`.
    pub(super) fn parameter(&self, index: usize, written: &Written, query: &Query) -> Verdict {
        let (Some(parameter), Some(hints)) = (self.operation.parameters.get(index), self.hints.get(index)) else {
            return Verdict::Open;
        };
        if self.is_key(parameter) {
            return Verdict::Valid;
        }
        let own: Vec<&Text> =
            written.sent.iter().filter(|sent| sent.parameter == Some(index)).map(|sent| &sent.text).collect();
        if own.iter().any(|text| **text == Text::Existing) {
            return Verdict::Valid;
        }
        if own.iter().any(|text| **text == Text::Later) {
            return Verdict::Open;
        }
        let found = found(parameter, &own, query.of(parameter, hints));
        if is_undefined(parameter, hints) && !found.wires.is_empty() {
            return Verdict::Open;
        }
        self.once(format!("{index} {:?} {:?}", found.only, found.wires), || self.read(index, parameter, hints, &found))
    }

    /// The environment gives an API key, whatever the step has.
    fn is_key(&self, parameter: &Parameter) -> bool {
        self.operation.security.iter().flatten().any(|used| {
            let Scheme::ApiKey { location, name } = &used.scheme else { return false };
            self.operation.parameter(name, Some(*location)).is_some_and(|key| std::ptr::eq(key, parameter))
        })
    }

    fn read(&self, index: usize, parameter: &Parameter, hints: &Hints, found: &Found<'_>) -> Verdict {
        let (values, complete) = self.values(index, parameter, hints, &found.wires);
        // A spread object stands under the names of its members alone.
        let known = hints.object.as_ref().filter(|_| is_spread(parameter));
        let absent = match known {
            Some(members) => !found.wires.iter().any(|wire| holds(wire, members)),
            None => values.is_empty() && found.texts.is_empty(),
        };
        if absent && values.is_empty() && found.texts.is_empty() {
            return self.absent(parameter, hints);
        }
        let judged = |value: &Value| judge(self.contract, parameter.encoding.schema(), value);
        let nothing = absent.then(|| self.absent(parameter, hints));
        let told = values.iter().map(judged).chain(nothing).reduce(Verdict::or);
        let all_texts = (!found.texts.is_empty()).then(|| json!(found.texts));
        let texts = found.texts.iter().map(|text| json!(text)).chain(all_texts);
        let literal = || texts.map(|value| judged(&value)).reduce(Verdict::or);
        // What no type fits is still a text.
        let verdict = match told {
            Some(Verdict::Invalid(places)) if !hints.string => {
                std::iter::once(Verdict::Invalid(places)).chain(literal()).reduce(Verdict::or)
            }
            told => told.or_else(literal),
        };
        let verdict = verdict.unwrap_or(Verdict::Open);
        let canonical = found.only.is_some_and(|only| is_canonical(parameter, only, found, &values));
        let verdict = if canonical { verdict } else { verdict.at_best_open() };
        if complete { self.if_empty(parameter, found, verdict) } else { Verdict::Open }
    }

    /// Every value that stands on the wire for the parameter, and whether that is all.
    fn values(&self, index: usize, parameter: &Parameter, hints: &Hints, wires: &[Wire]) -> (Vec<Value>, bool) {
        let mut values = Vec::new();
        let mut complete = true;
        let spread = self.spread(index, parameter, hints, wires);
        for (wire, hints) in wires.iter().flat_map(|wire| [Some(hints), spread.as_ref()].map(|hints| (wire, hints))) {
            let Some(hints) = hints else { continue };
            let readings = style::readings(&parameter.name, &parameter.encoding, hints, wire);
            complete &= readings.complete;
            for value in readings.values {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        (values, complete)
    }

    /// The hints of an object whose members stand in the query beside other parameters, with the names that nobody else
    /// claims.
    fn spread(&self, index: usize, parameter: &Parameter, hints: &Hints, wires: &[Wire]) -> Option<Hints> {
        let members = hints.object.as_ref().filter(|_| is_spread(parameter))?;
        let mut all = members.clone();
        for wire in wires {
            let Wire::Query(pairs) = wire else { continue };
            for (key, _) in pairs {
                let key = unescape(key);
                if !self.claims(Some(index), &key) {
                    all.entry(key.into_owned()).or_insert_with(Hints::primitive);
                }
            }
        }
        (all.len() > members.len()).then(|| Hints { object: Some(all), ..hints.clone() })
    }

    /// What is not sent: nothing, or an empty array or object, or null, which have no text of their own (RFC 6570 §2.3).
    fn absent(&self, parameter: &Parameter, hints: &Hints) -> Verdict {
        if !parameter.required {
            return Verdict::Valid;
        }
        let schema = parameter.encoding.schema();
        let named = *hints != Hints::any() && matches!(parameter.encoding, Encoding::Style { .. });
        let empty = [
            hints.array.is_some().then(|| json!([])),
            hints.object.is_some().then(|| json!({})),
            hints.null.then_some(Value::Null),
        ];
        let meant = |value: &Value| !matches!(judge(self.contract, schema, value), Verdict::Invalid(_));
        if named && empty.iter().flatten().any(meant) {
            return Verdict::Open;
        }
        let required = parameter.place.child("required");
        let stated = self.contract.schemas.source(&required).is_some();
        Verdict::Invalid(vec![if stated { required } else { parameter.place.clone() }])
    }

    /// A parameter with an empty text is not allowed unless `allowEmptyValue` says so (OpenAPI 3.0.3), while its schema may
    /// allow it; and many servers take it for one that is not there.
    fn if_empty(&self, parameter: &Parameter, found: &Found<'_>, verdict: Verdict) -> Verdict {
        if !found.texts.iter().any(String::is_empty) {
            return verdict;
        }
        let allowed = self.contract.schemas.source(&parameter.place.child("allowEmptyValue"));
        if parameter.required && allowed != Some(&Value::Bool(true)) {
            verdict.at_best_open()
        } else {
            verdict.at_best_open().at_worst_open()
        }
    }
}

/// Whether `only` is what a value that was read would be written as, and nothing else speaks of the parameter.
fn is_canonical(parameter: &Parameter, only: &Wire, found: &Found<'_>, values: &[Value]) -> bool {
    if let (Wire::Query(own), [Wire::Query(all)]) = (only, found.wires.as_slice()) {
        let keys: Vec<Cow<'_, str>> = own.iter().map(|(key, _)| unescape(key)).collect();
        if all.iter().filter(|(key, _)| keys.contains(&unescape(key))).count() != own.len() {
            return false;
        }
    }
    let written = |value: &Value| style::encode(&parameter.name, &parameter.encoding, parameter.location, value);
    values.iter().any(|value| written(value).is_ok_and(|wire| wire == *only))
}

/// Whether an object stands in the query by its members, beside other parameters.
fn is_spread(parameter: &Parameter) -> bool {
    let Encoding::Style { style, explode, .. } = &parameter.encoding else { return false };
    parameter.location == Location::Query && *explode && *style != Style::DeepObject
}

/// Whether nothing says how the value is written: a cookie that is spread (OpenAPI 3.0.3, Style Values).
fn is_undefined(parameter: &Parameter, hints: &Hints) -> bool {
    let Encoding::Style { explode, .. } = &parameter.encoding else { return false };
    parameter.location == Location::Cookie && *explode && (hints.array.is_some() || hints.object.is_some())
}

/// Whether its members stand in brackets.
fn is_deep(parameter: &Parameter) -> bool {
    matches!(parameter.encoding, Encoding::Style { style: Style::DeepObject, .. })
}

fn found<'w>(parameter: &Parameter, own: &[&'w Text], query: Vec<(String, String)>) -> Found<'w> {
    let own: Vec<&Wire> = own
        .iter()
        .filter_map(|text| match text {
            Text::Wire(wire) if *wire != Wire::Omitted => Some(wire),
            _ => None,
        })
        .collect();
    let wires = if parameter.location == Location::Query {
        if query.is_empty() { Vec::new() } else { vec![Wire::Query(query)] }
    } else {
        own.iter().map(|wire| (*wire).clone()).collect()
    };
    let texts = wires.iter().flat_map(|wire| match wire {
        Wire::Omitted => Vec::new(),
        Wire::Header(text) => vec![text.clone()],
        Wire::Path(text) | Wire::Cookie(_, text) => vec![percent_decode_str(text).decode_utf8_lossy().into_owned()],
        Wire::Query(pairs) => pairs
            .iter()
            .filter(|(key, _)| {
                let key = unescape(key);
                key == parameter.name
                    || (is_deep(parameter)
                        && key.strip_prefix(parameter.name.as_str()).is_some_and(|rest| rest.starts_with('[')))
            })
            .map(|(_, text)| unescape(text).into_owned())
            .collect(),
    });
    let texts = texts.collect();
    let only = if let [only] = own.as_slice() { Some(*only) } else { None };
    Found { only, wires, texts }
}

/// Whether the query has a pair under the name of one of `members`.
fn holds(wire: &Wire, members: &BTreeMap<String, Hints>) -> bool {
    matches!(wire, Wire::Query(pairs) if pairs.iter().any(|(key, _)| members.contains_key(&*unescape(key))))
}

/// As query strings are read: `+` is a space.
fn unescape(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        Cow::Owned(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned())
    } else {
        percent_decode_str(text).decode_utf8_lossy()
    }
}
