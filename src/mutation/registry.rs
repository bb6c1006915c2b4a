//! The table of mutations, and all that they make of one request.

use std::collections::HashSet;

use crate::case::{Argument, Breach, Intent, Spot};
use crate::contract::{Location, Parameter};
use crate::document::{Place, Pointer};
use crate::schema::anatomy::ASSERTIONS;

use super::parts::breaks;
use super::soundness::{Judge, Label};
use super::together::together;
use super::{Mutant, Mutation, Subject};
use super::{
    above_bound, additional_property, below_bound, broken_branch, broken_format, broken_pattern, duplicate_item,
    duplicate_keys, duplicate_parameter, empty_body, empty_credentials, forbidden_value, malformed_credentials,
    malformed_id, misplaced_credentials, missing_media_type, missing_parameter, missing_required, nearly_format,
    no_body, no_credentials, no_scheme, not_json, not_multiple, not_positive, null, other_scheme, outside_enum,
    truncated_json, undeclared_method, unknown_parameter, unsupported_accept, wrong_credentials, wrong_media_type,
    wrong_top_level, wrong_type,
};

/// Every mutation, in the order in which their cases are listed: values, the body as a whole, parameters, credentials, the
/// method.
pub const MUTATIONS: &[Mutation] = &[
    missing_required::MUTATION,
    null::MUTATION,
    wrong_type::MUTATION,
    outside_enum::MUTATION,
    below_bound::MUTATION,
    above_bound::MUTATION,
    not_multiple::MUTATION,
    broken_pattern::MUTATION,
    broken_format::MUTATION,
    nearly_format::MUTATION,
    additional_property::MUTATION,
    broken_branch::MUTATION,
    forbidden_value::MUTATION,
    duplicate_item::MUTATION,
    not_positive::MUTATION,
    empty_body::MUTATION,
    no_body::MUTATION,
    truncated_json::MUTATION,
    not_json::MUTATION,
    wrong_top_level::MUTATION,
    duplicate_keys::MUTATION,
    wrong_media_type::MUTATION,
    missing_media_type::MUTATION,
    missing_parameter::MUTATION,
    duplicate_parameter::MUTATION,
    unknown_parameter::MUTATION,
    malformed_id::MUTATION,
    unsupported_accept::MUTATION,
    no_credentials::MUTATION,
    wrong_credentials::MUTATION,
    empty_credentials::MUTATION,
    malformed_credentials::MUTATION,
    other_scheme::MUTATION,
    no_scheme::MUTATION,
    misplaced_credentials::MUTATION,
    undeclared_method::MUTATION,
];

/// What reasons speak of beside the keywords that refuse values.
const TELLING: [&str; 3] = ["exclusiveMinimum", "exclusiveMaximum", "discriminator"];

/// What judging the mutants of one request takes at most, as [`Judge::work`] has it.
const MOST_WORK: usize = 40_000_000;

/// What the mutations make of one request.
#[derive(Debug, Default)]
pub struct Mutants {
    /// The mutants, each with the answer that is to be expected in [`Step::intent`](crate::case::Step::intent).
    pub made: Vec<Mutant>,
    /// What cannot be written, with the reason.
    pub unwritable: Vec<(String, String)>,
    /// What it took to judge them, as [`Judge::work`] has it.
    pub work: usize,
}

/// Everything that can be done to `subject`, each different request once. What turns out to keep every promise stays, as
/// a valid request.
pub fn mutants(subject: &Subject<'_>) -> Mutants {
    let judge = Judge::new(subject.contract, subject.operation);
    let (_, base) = judge.label(subject.base);
    let mut mutants = Mutants::default();
    let mut seen: HashSet<String> = HashSet::new();
    for mut mutant in MUTATIONS.iter().flat_map(|mutation| (mutation.mutate)(subject)) {
        if judge.work() > MOST_WORK {
            mutants
                .unwritable
                .push(("the rest".to_owned(), "the request is too large to change it so often".to_owned()));
            break;
        }
        let (label, bytes) = judge.label(&mutant.step);
        let told = match label {
            Label::Unwritable(reason) => {
                let name = format!("{} {} {}", mutant.id, mutant.spot, mutant.detail);
                mutants.unwritable.push((name.trim_end().to_owned(), reason));
                continue;
            }
            Label::Valid => Intent::Valid,
            Label::Open => Intent::Open,
            Label::Invalid(broken) => {
                let reason = reason(subject, &mutant, &broken);
                let place = meant(&mutant, &broken).cloned();
                let excuse = mutant.excuse.or_else(|| invented(subject, &mutant.spot, place.as_ref()?));
                let also = together(subject, (&mutant.spot, &mutant.step), place.as_ref(), &broken);
                Intent::Invalid(Breach { reason, place, also, excuse: excuse.map(str::to_owned) })
            }
        };
        if bytes != base && seen.insert(bytes) {
            mutant.step.intent = mutant.intent.clone().unwrap_or(told);
            mutants.made.push(mutant);
        }
    }
    mutants.work = judge.work();
    mutants
}

/// Why an id may be taken that only an overlay calls malformed: the published document says nothing about ids of this path.
fn invented(subject: &Subject<'_>, spot: &Spot, place: &Place) -> Option<&'static str> {
    let Spot::Parameter(Location::Path, ..) = spot else { return None };
    let wrote = subject.contract.source(place.document)?.overlay_at(&place.pointer);
    wrote.map(|_| "the published document does not say what form the id has")
}

/// What `mutant`, which breaks the promises `broken`, breaks: the keyword and where it holds, with no value and no index.
/// One cause has one reason, whichever value shows it: `required address.city`, `enum query sortField`, `truncated-json`.
pub fn reason(subject: &Subject<'_>, mutant: &Mutant, broken: &[Place]) -> String {
    let keyword = meant(mutant, broken).and_then(|place| {
        let mut tokens: Vec<_> = place.pointer.tokens().collect();
        if tokens.last().is_some_and(|token| token.bytes().all(|byte| byte.is_ascii_digit())) {
            tokens.pop();
        }
        tokens.pop().map(std::borrow::Cow::into_owned)
    });
    // Anything else is told by the mutation.
    let keyword = keyword.filter(|keyword| ASSERTIONS.iter().chain(&TELLING).any(|known| known == keyword));
    let place = match &mutant.spot {
        Spot::Body(pointer) if pointer.is_root() => keyword.as_ref().map(|_| "body".to_owned()),
        Spot::Body(pointer) => {
            let schema = subject.media.and_then(|media| media.schema.as_ref());
            Some(dotted(&shape(subject, schema, subject.base.body(), pointer)))
        }
        Spot::Parameter(location, name, pointer) => {
            let parameter = subject.operation.parameter(name, Some(*location));
            let schema = parameter.and_then(|parameter: &Parameter| parameter.encoding.schema());
            let argument = subject.base.arguments.iter().find(|argument| argument.name == *name);
            let shape = dotted(&shape(subject, schema, argument.and_then(Argument::literal), pointer));
            Some(format!("{location} {name} {shape}").trim_end().to_owned())
        }
        Spot::Method | Spot::Credentials | Spot::Header(_) => None,
    };
    // What no reader can take apart breaks nothing in particular.
    let whole = mutant.step.payload.as_ref().is_none_or(|payload| payload.bytes.is_some());
    match (keyword, place, &mutant.spot) {
        (_, _, Spot::Body(pointer)) if whole && pointer.is_root() => mutant.id.to_owned(),
        (Some(keyword), Some(place), _) => format!("{keyword} {place}"),
        (None, Some(place), _) => format!("{} {place}", mutant.id),
        (_, None, _) => mutant.id.to_owned(),
    }
}

/// The promise that a reason speaks of: the one that was meant, if that, or another branch of its choice, is what is broken.
fn meant<'p>(mutant: &'p Mutant, broken: &'p [Place]) -> Option<&'p Place> {
    let meant = mutant.place.as_ref().filter(|place| breaks(broken, place));
    meant.or_else(|| broken.first()).or(mutant.place.as_ref())
}

/// `pointer` without indices and names of map keys.
fn shape(
    subject: &Subject<'_>,
    schema: Option<&Place>,
    value: Option<&serde_json::Value>,
    pointer: &Pointer,
) -> Pointer {
    match (schema, value) {
        (Some(schema), Some(value)) => subject.contract.schemas.shape(schema, value, pointer),
        _ => Pointer::from_tokens(pointer.tokens().map(|_| "*")),
    }
}

fn dotted(pointer: &Pointer) -> String {
    pointer.tokens().collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_each_has_its_file_and_its_page() {
        let mut ids: Vec<_> = MUTATIONS.iter().map(|mutation| mutation.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), MUTATIONS.len());
        for mutation in MUTATIONS {
            let file = format!("{}/src/mutation/{}.rs", env!("CARGO_MANIFEST_DIR"), mutation.id.replace('-', "_"));
            assert!(std::path::Path::new(&file).exists(), "{file}");
            assert!(mutation.page.starts_with(&format!("# {}\n", mutation.id)), "{}", mutation.id);
            for part in ["```http before\n", "```http after\n", "**Expects.** ", "**Standard.** "] {
                assert!(mutation.page.contains(part), "{} has no `{part}`", mutation.id);
            }
        }
        let pages = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/mutation")).unwrap();
        for page in pages {
            let name = page.unwrap().file_name().into_string().unwrap();
            assert!(ids.contains(&name.trim_end_matches(".md")), "no mutation for docs/mutation/{name}");
        }
    }
}
