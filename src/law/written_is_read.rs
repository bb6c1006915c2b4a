//! `written-is-read`: what was written when something was created is what is read of it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, success};
use super::kept::{Said, kept};
use super::leaves::Spellings;
use super::unchanged::Sight;
use crate::case::{Intent, Spot, Step};
use crate::contract::Operation;
use crate::document::Pointer;
use crate::mutation::soundness::{Label, label};
use crate::mutation::{Site, Subject, change};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "written-is-read",
    title: "what was written when something was created is what is read of it",
    compose,
    page: include_str!("../../docs/law/written-is-read.md"),
};

/// Longer texts are not made, whatever a document allows.
const LONGEST: usize = 1_000;

/// So long a text is where nothing says how long it may be: longer than most, and no more than many servers take.
const LONG: usize = 64;

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| bodies(law, ground, resource));
}

fn bodies<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let whole = Arc::new(ground.whole(resource.create)?);
    add(law, ground, resource, ("", &whole))?;
    let numeric = resource.fields.iter().filter(|field| field.numeric).filter_map(|field| field.create.clone());
    let numeric: Vec<Pointer> = numeric.collect();
    for (label, edge) in
        [("lengths and digits", lengths as fn(&Edge<'_>) -> Vec<Value>), ("letters and zeros", letters)]
    {
        // Nobody says that such a value has to be taken; one that is taken has to be kept.
        if let Some(step) = edged(ground, resource.create, (&whole, &numeric), edge) {
            add(law, ground, resource, (label, &Arc::new(step)))?;
        }
    }
    Ok(())
}

fn add<'c>(
    law: &Law,
    ground: &mut Ground<'c, '_>,
    resource: &Resource<'c>,
    (label, body): (&str, &Arc<Step>),
) -> Result<(), String> {
    let Some(view) = &resource.read else { return Ok(()) };
    let fields = resource.fields.iter();
    let pairs: Vec<(Pointer, Pointer)> =
        fields.filter_map(|field| Some((field.create.clone()?, field.read.clone()?))).collect();
    if pairs.is_empty() {
        return Err("no field is declared that is written and read".to_owned());
    }
    let (mut steps, specimen) = ground.own_with(resource, "own", body)?;
    if let Some(create) = steps.last_mut().filter(|_| !label.is_empty()) {
        create.intent = Intent::Unknown;
    }
    steps.push(ground.read("read", view, &specimen, resource.settles)?);
    let (place, sight) = (ground.promise(resource.create), Sight::of(view));
    let spellings = Spellings::of(
        ground.contract,
        resource.create,
        body,
        resource.fields.iter().filter(|field| field.numeric).filter_map(|field| field.create.as_ref()),
    );
    ground.add(law, (&resource.name, label), (steps, &[]), move |observed| {
        let (_, created) = success(observed, "own")?;
        let sent = created.sent.as_ref().ok_or("no JSON was sent")?;
        let thing = sight.thing(observed, "read")?;
        let pairs: Vec<_> = pairs.iter().map(|(written, read)| (written, read)).collect();
        let said =
            Said { written: "what was written", remedy: "keep what an accepted request writes, or refuse the request" };
        let found = kept(&place, (sent, &thing), &pairs, &spellings, said);
        found.ok_or_else(|| "the answer shows nothing of what was written".to_owned())
    });
    Ok(())
}

/// A scalar that may get another value.
struct Edge<'s> {
    value: &'s Value,
    /// The least and the greatest length that its schemas state.
    least: Option<usize>,
    most: Option<usize>,
    /// Whether a text may be any, as far as `pattern`, `format` and `enum` say.
    free: bool,
    /// Whether it is a text that stands for a number.
    numeric: bool,
    /// How many were changed before it.
    turn: usize,
}

/// `whole` with all values that `edge` makes of its scalars and that surely are valid; nothing where there are none.
fn edged(
    ground: &Ground<'_, '_>,
    operation: &Operation,
    (whole, numeric): (&Arc<Step>, &[Pointer]),
    edge: impl Fn(&Edge<'_>) -> Vec<Value>,
) -> Option<Step> {
    let subject = Subject::new(ground.contract, operation, whole);
    let marked: Vec<&Pointer> =
        whole.payload.iter().flat_map(|payload| &payload.replacements).map(|(pointer, _)| pointer).collect();
    let mut step = Step::clone(whole);
    let mut turn = 0;
    for site in &subject.sites {
        let Spot::Body(at) = &site.spot else { continue };
        if site.value.is_object() || site.value.is_array() || marked.contains(&at) {
            continue;
        }
        for value in edge(&of_site(ground, site, (turn, numeric.contains(at)))) {
            let mut changed = step.clone();
            if change(&mut changed, &site.spot, Some(value)).is_some()
                && label(ground.contract, operation, &changed) == Label::Valid
            {
                step = changed;
                turn += 1;
                break;
            }
        }
    }
    (turn > 0).then_some(step)
}

fn of_site<'s>(ground: &Ground<'_, '_>, site: &Site<'s>, (turn, numeric): (usize, bool)) -> Edge<'s> {
    let sources = || site.schemas.iter().filter_map(|place| ground.contract.schemas.source(place));
    let count = |keyword: &'static str| {
        sources().filter_map(move |schema| usize::try_from(schema.get(keyword)?.as_u64()?).ok())
    };
    Edge {
        value: site.value,
        least: count("minLength").max(),
        most: count("maxLength").min(),
        free: !sources().any(|schema| ["enum", "format", "pattern"].iter().any(|name| schema.get(*name).is_some())),
        numeric,
        turn,
    }
}

/// A number with decimals; digits that begin with zero; the longest text, and the shortest.
fn lengths(edge: &Edge<'_>) -> Vec<Value> {
    match edge.value {
        Value::Number(number) if number.is_f64() || !number.is_i64() => vec![json!(1234.56), json!(0.25)],
        Value::Number(_) => vec![json!(1234.56)],
        Value::String(_) if edge.numeric => vec![json!("1234.56")],
        Value::String(text) if edge.free && text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            // Some texts show with digits what they are for; a zero in front is a digit like any other.
            vec![json!(format!("0{}", text.get(1..).unwrap_or_default()))]
        }
        Value::String(text) if edge.free && !text.is_empty() => {
            let cut = |length: usize| {
                let mut cut: String = text.chars().cycle().take(length).collect();
                // White space at the end is taken away by many.
                if cut.ends_with(char::is_whitespace) {
                    cut.pop();
                    cut.push('z');
                }
                json!(cut)
            };
            let longest = edge.most.filter(|most| *most <= LONGEST).map(cut);
            let shortest = edge.least.filter(|least| *least > 0).map(cut);
            let plain = (edge.most.is_none() && edge.least.is_none() && text == "text").then(|| json!("00700"));
            let long = (edge.most.is_none() && text != "text").then(|| cut(LONG));
            let both = if edge.turn.is_multiple_of(2) { [longest, shortest] } else { [shortest, longest] };
            both.into_iter().flatten().chain(plain).chain(long).collect()
        }
        _ => Vec::new(),
    }
}

/// Digits alone that begin with zeros, of a text with digits; letters of other scripts after those of a word: composed ones, so that no form of normalisation changes them.
fn letters(edge: &Edge<'_>) -> Vec<Value> {
    let Some(text) = edge.value.as_str().filter(|_| edge.free) else { return Vec::new() };
    let is_word = text.chars().any(char::is_lowercase) && !text.chars().any(|c| c.is_ascii_digit());
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !edge.numeric && digits.len() > 3 {
        // An account number, or a code: its zeros are digits like any others.
        return vec![json!(format!("00{digits}")), json!(format!("00{}", digits.get(2..).unwrap_or_default()))];
    }
    if is_word { vec![json!(format!("{text} Zoë Ñandú 李明")), json!("李明"), json!("Ñ")] } else { Vec::new() }
}
