//! Valid requests that show one promise each: every optional element alone and absent, every value at an edge; and
//! requests that break one promise each.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::case::{Breach, Intent, Sibling, Spot, Step};
use crate::contract::{Contract, Parameter};
use crate::document::{Place, Pointer};
use crate::mutation::registry::mutants;
use crate::mutation::soundness::Label;
use crate::mutation::{Mutant, Site, Subject, missing_required};
use crate::schema::Direction;
use crate::schema::sample::edge::Edge;
use crate::schema::sample::small::Standing;

use super::draft::Draft;
use super::{Builder, THOROUGH, branch};

/// Mutants of different requests that differ from them in the same way.
const SAME: usize = 3;
/// Requests of which the same promise is tried to be broken, before it is given up.
const TRIALS: usize = 2;

impl Builder<'_> {
    /// Every valid request that differs from one of the two bases, the minimal and the full one, in one value; where neither
    /// can have the value, from one of the `spares`.
    pub(super) fn variants(&self, draft: &mut Draft<'_>, [minimal, full]: &[Subject<'_>; 2], spares: &[Subject<'_>]) {
        for spot in self.optional(full) {
            let Some(value) = full.value_at(&spot) else { continue };
            if draft.is_full() {
                return;
            }
            if minimal.value_at(&spot).is_none() {
                Self::valid(draft, &Shown::new("alone", spot.to_string()), minimal, &spot, Some(value.clone()));
            }
            Self::valid(draft, &Shown::new("absent", spot.to_string()), full, &spot, None);
        }
        for (subject, other) in [(minimal, full), (full, minimal)] {
            let both = |site: &&Site<'_>| std::ptr::eq(subject, minimal) || minimal.value_at(&site.spot).is_none();
            for site in subject.sites.iter().filter(both).filter(|site| !self.is_fed(subject, &site.spot)) {
                if draft.is_full() {
                    return;
                }
                let edges = self.sampler.edges(&site.schemas, Direction::Request);
                for (place, reason) in edges.impossible {
                    draft.impossible(place, reason);
                }
                // A value of another branch than the one that the base takes is valid, too.
                let free = free(self.contract, site);
                let others = (!free.is_empty()).then(|| self.sampler.edges(&free, Direction::Request).values);
                let edges = edges.values.into_iter().chain(others.into_iter().flatten());
                let edges: Vec<(Shown, Value)> =
                    edges.map(|edge| (self.named(draft, &site.spot, &edge), edge.value)).collect();
                for (shown, value) in edges.into_iter().chain(self.small(subject, site)) {
                    // A rule between members may forbid the value beside those of one base and not of another.
                    let bases = [subject, other].into_iter().chain(spares);
                    let bases = bases.filter(|base| base.value_at(&site.spot).is_some());
                    for base in bases {
                        if Self::valid(draft, &shown, base, &site.spot, Some(value.clone())) {
                            break;
                        }
                    }
                }
            }
        }
    }

    /// Every mutant of both bases: of the full one those at places that the minimal one does not have. Then, for promises
    /// that only hold beside other values (`beneficiaryLegalName` of a business), mutants of the valid variants.
    pub(super) fn mutants(&self, draft: &mut Draft<'_>, [minimal, full]: &[Subject<'_>; 2]) {
        self.mutants_of(draft, minimal, &|_| true);
        let broken = draft.broken.clone();
        let further = |mutant: &Mutant| match &mutant.step.intent {
            _ if minimal.value_at(&mutant.spot).is_none() || mutant.id == missing_required::MUTATION.id => true,
            Intent::Invalid(Breach { place: Some(place), .. }) => !broken.contains(place),
            _ => false,
        };
        self.mutants_of(draft, full, &further);
        if self.most.cases < THOROUGH {
            return;
        }
        let mut missing = self.promises(draft.operation);
        missing.retain(|promise| !draft.broken.contains(promise));
        let bases: Vec<Arc<Step>> = draft.bases().collect();
        let mut tried: BTreeMap<Place, usize> = BTreeMap::new();
        for base in bases {
            // Only a request that keeps a promise can be made to break it.
            let subject = Subject::new(self.contract, draft.operation, &base);
            let mut telling = false;
            for place in self.kept(&subject).filter(|place| missing.contains(place)) {
                let times = tried.entry(place).or_default();
                *times += 1;
                telling |= *times <= TRIALS;
            }
            if !telling {
                continue;
            }
            for mutant in self.made(draft, &subject) {
                let Intent::Invalid(Breach { place: Some(place), .. }) = &mutant.step.intent else { continue };
                if missing.contains(place) && !draft.broken.contains(place) {
                    add(draft, mutant);
                }
            }
            missing.retain(|promise| !draft.broken.contains(promise));
        }
    }

    /// The promises that the body of a request keeps.
    fn kept(&self, subject: &Subject<'_>) -> impl Iterator<Item = Place> {
        let schema = subject.media.and_then(|media| media.schema.as_ref());
        let kept = schema
            .zip(subject.base.body())
            .map(|(schema, body)| self.contract.schemas.kept(schema, Direction::Request, body));
        kept.unwrap_or_default().into_iter()
    }

    fn mutants_of(&self, draft: &mut Draft<'_>, subject: &Subject<'_>, wanted: &dyn Fn(&Mutant) -> bool) {
        for mutant in self.made(draft, subject).into_iter().filter(wanted) {
            add(draft, mutant);
        }
    }

    /// The mutants of `subject` that may be sent.
    fn made(&self, draft: &mut Draft<'_>, subject: &Subject<'_>) -> Vec<Mutant> {
        if draft.is_full() {
            return Vec::new();
        }
        let sites = subject.sites.iter().take(draft.changes(subject.base)).cloned().collect();
        let mutants = mutants(&Subject { sites, ..*subject });
        draft.spend(mutants.work);
        draft.unwritable(mutants.unwritable, subject.left_out);
        mutants.made.into_iter().filter(|mutant| !self.is_fed(subject, &mutant.spot)).collect()
    }

    /// The spots of `full` that hold something optional: parameters, and members of the body at any depth.
    fn optional(&self, full: &Subject<'_>) -> Vec<Spot> {
        let operation = full.operation;
        let argument = |parameter: &&Parameter| !parameter.required && !self.fed.contains(operation, parameter);
        let parameters = operation.parameters.iter().filter(argument);
        let parameters =
            parameters.map(|parameter| Spot::Parameter(parameter.location, parameter.name.clone(), Pointer::root()));
        let members = full.sites.iter().filter(|site| matches!(&site.spot, Spot::Body(at) if !at.is_root()));
        let members = members.filter(|site| {
            let Spot::Body(at) = &site.spot else { return false };
            let parent = at.parent().and_then(|parent| parent.resolve(full.base.body()?));
            parent.is_some_and(Value::is_object)
        });
        parameters.chain(members.map(|site| site.spot.clone())).filter(|spot| full.value_at(spot).is_some()).collect()
    }

    /// Zero and minus one where a number is meant. What no bound speaks of is valid, but unusual.
    fn small(&self, subject: &Subject<'_>, site: &Site<'_>) -> impl Iterator<Item = (Shown, Value)> {
        let small = self.sampler.small(&site.schemas, Direction::Request, subject.examples(&site.spot));
        let spot = site.spot.to_string();
        small.into_iter().filter(|small| small.standing != Standing::Refused).map(move |small| {
            let shown = Shown::new("edge", format!("{spot} {}", small.what));
            let intent = if small.standing == Standing::Stated { Intent::Valid } else { Intent::Hostile };
            (Shown { intent, ..shown }, small.value)
        })
    }

    /// The family of an edge, and what tells it from others.
    fn named(&self, draft: &mut Draft<'_>, spot: &Spot, edge: &Edge) -> Shown {
        let keyword = &edge.keyword.pointer;
        let above = keyword.parent().and_then(|parent| parent.last().map(Cow::into_owned)).unwrap_or_default();
        match (&*keyword.last().unwrap_or_default(), above.as_str()) {
            ("enum", _) => Shown::new("enum", format!("{spot} = {}", plain(&edge.value))),
            (_, "anyOf" | "oneOf") => {
                let label = branch::label(self.contract, spot, edge);
                Shown::new("branch", draft.distinct(label, &edge.keyword))
            }
            _ => Shown::new("edge", format!("{spot} {}", edge.what)),
        }
    }

    /// Adds `subject` with `value` at `spot`, where that is surely valid. Returns whether it is, or there is no room to try.
    pub(super) fn valid(
        draft: &mut Draft<'_>,
        shown: &Shown,
        subject: &Subject<'_>,
        spot: &Spot,
        value: Option<Value>,
    ) -> bool {
        let before = subject.value_at(spot).cloned();
        if before == value || draft.is_full() {
            return true;
        }
        let Some(step) = subject.with(spot, value.clone()) else { return false };
        if draft.label(&step) != Label::Valid {
            return false;
        }
        let sibling = Sibling { step: Arc::clone(subject.base), at: spot.clone(), before, after: value };
        let intent = shown.intent.clone();
        draft.single(shown.family, &shown.label, Step { sibling: Some(sibling), intent, ..step });
        true
    }

    /// Whether a link feeds the parameter at `spot`: no value is invented for it then.
    pub(super) fn is_fed(&self, subject: &Subject<'_>, spot: &Spot) -> bool {
        let Spot::Parameter(location, name, _) = spot else { return false };
        let parameter = subject.operation.parameter(name, Some(*location));
        parameter.is_some_and(|parameter| self.fed.contains(subject.operation, parameter))
    }
}

/// Adds a mutant, and remembers what it shows.
fn add(draft: &mut Draft<'_>, mutant: Mutant) {
    let label = match &mutant.spot {
        // The family has said what is different.
        Spot::Method | Spot::Credentials => mutant.detail.clone(),
        spot => format!("{spot} {}", mutant.detail).trim_end().to_owned(),
    };
    // The same change of another request may break what it did not break before.
    let names = (1..=SAME).map(|n| if n == 1 { label.clone() } else { format!("{label} ({n})") });
    let added = names.into_iter().any(|name| draft.single(mutant.id, &name, mutant.step.clone()));
    match (&mutant.step.intent, mutant.place) {
        (Intent::Invalid(breach), _) if added => {
            draft.broken.extend(breach.place.clone());
            draft.beside.extend(breach.also.iter().cloned());
        }
        (Intent::Valid, Some(place)) => draft.unbroken(place, "the bytes of what should break it are valid"),
        (Intent::Open, Some(place)) => draft.unbroken(place, "what should break it has a valid reading"),
        _ => {}
    }
}

/// The schemas of `site` that hold whichever branches of choices are taken; none where all do.
fn free(contract: &Contract, site: &Site<'_>) -> Vec<Place> {
    let mut branches: Vec<Place> = Vec::new();
    for schema in &site.schemas {
        for keyword in ["anyOf", "oneOf"] {
            let list = schema.child(keyword);
            let count = contract.schemas.source(&list).and_then(Value::as_array).map_or(0, Vec::len);
            branches.extend((0..count).filter_map(|index| contract.schemas.resolve(&list.index(index)).ok()));
        }
    }
    let chosen = |place: &&Place| branches.contains(place) || is_in_branch(&place.pointer);
    let free: Vec<Place> = site.schemas.iter().filter(|place| !chosen(place)).cloned().collect();
    if free.len() == site.schemas.len() { Vec::new() } else { free }
}

/// Whether `pointer` leads through a branch of a choice.
fn is_in_branch(pointer: &Pointer) -> bool {
    let tokens: Vec<_> = pointer.tokens().collect();
    tokens.windows(2).any(|pair| {
        let [keyword, index] = pair else { return false };
        matches!(&**keyword, "anyOf" | "oneOf") && index.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// How a valid request is listed.
pub(super) struct Shown {
    pub(super) family: &'static str,
    /// Tells it from others of the family.
    pub(super) label: String,
    pub(super) intent: Intent,
}

impl Shown {
    fn new(family: &'static str, label: String) -> Self {
        Self { family, label, intent: Intent::Valid }
    }
}

/// A value in a label.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
