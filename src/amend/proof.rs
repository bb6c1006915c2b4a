//! Judges what was exchanged again, under documents that are amended.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::case::{Breach, Intent};
use crate::contract::Contract;
use crate::document::{Document, DocumentId, write};
use crate::drift::levels::Levels;
use crate::drift::{Drift, Level};
use crate::environment::Environment;
use crate::mutation::soundness::{Judge, Label};
use crate::outcome::Outcome;
use crate::plan::{Plan, Selection};
use crate::run::Setup;
use crate::run::recorded::{self, Traffic};

use super::action::Action;
use super::candidate::{Candidate, Subject, candidates};
use super::{Amendment, Proof};

/// So often a change is widened by one more value that came.
const ROUNDS: usize = 12;

/// By what it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// Where it was exchanged.
    pub environment: &'a Environment,
    /// Levels that differ from the usual.
    pub levels: &'a Levels,
}

impl Bench<'_> {
    /// The least change that ends `drift` and begins none, or the first that might; nothing where no document makes it true.
    pub(super) fn amend(&self, contract: &Contract, drift: &Drift, traffic: &[Traffic]) -> Option<Amendment> {
        let subject = Subject::new(contract, drift)?;
        let candidates = candidates(&subject);
        let document = contract.source(subject.id())?.published.name().to_owned();
        let amendment = |candidate: &Candidate, proof: Proof| Amendment {
            drift: drift.id.clone(),
            document: document.clone(),
            words: candidate.words.clone(),
            actions: candidate.actions.clone(),
            proof,
        };
        let first = candidates.first()?;
        if !recorded::is_passive(&drift.rule) {
            return Some(amendment(first, Proof::Unverified("only a run can tell".to_owned())));
        }
        let own = Case::new(contract, subject.id(), traffic);
        let before = self.ids(&own, contract)?;
        if !before.contains_key(&drift.id) {
            return Some(amendment(first, Proof::Unverified("what was recorded does not show the drift".to_owned())));
        }
        let known: BTreeSet<&str> = before.keys().map(String::as_str).collect();
        let mut why = None;
        for candidate in &candidates {
            match self.widened(&own, drift, &known, candidate.clone()) {
                Ok(candidate) => return Some(amendment(&candidate, Proof::Verified)),
                Err(reason) => drop(why.get_or_insert(reason)),
            }
        }
        Some(amendment(first, Proof::Unverified(why.unwrap_or_default())))
    }

    /// `candidate`, widened by further values that came until the drift is gone.
    fn widened(
        &self,
        own: &Case<'_>,
        drift: &Drift,
        known: &BTreeSet<&str>,
        mut candidate: Candidate,
    ) -> Result<Candidate, String> {
        for _ in 0..ROUNDS {
            let amended = own.amended(&candidate.actions).ok_or("the document cannot be read with it")?;
            let after = self.ids(own, &amended).ok_or("it cannot be judged")?;
            if let Some(new) = after.keys().find(|id| !known.contains(id.as_str())) {
                return Err(format!("another drift would show: {new}"));
            }
            let Some(still) = after.get(&drift.id) else { return Ok(candidate) };
            let stays = || "the drift would still show".to_owned();
            // Another value of the same kind: an enumeration grows, a bound moves on. What was sent is known of one request.
            let subject =
                Subject::new(&amended, still).filter(|_| still.rule != "accepted-invalid").ok_or_else(stays)?;
            let more = candidates(&subject).into_iter().find(|more| more.is_alike(&candidate)).ok_or_else(stays)?;
            let wider = candidate.clone().joined(more);
            if wider.actions == candidate.actions {
                return Err(stays());
            }
            candidate = wider;
        }
        Err("more and more values would have to be allowed".to_owned())
    }

    /// The drifts worth a look of what was exchanged under `contract`, by id.
    fn ids(&self, own: &Case<'_>, contract: &Contract) -> Option<BTreeMap<String, Drift>> {
        let traffic: Vec<Traffic> = own.traffic.iter().map(|seen| own.reread(seen, contract)).collect();
        let outcome = self.judged(contract, &traffic)?;
        let worth = outcome.drifts.into_iter().filter(|drift| drift.level > Level::Note);
        Some(worth.map(|drift| (drift.id.clone(), drift)).collect())
    }

    fn judged(&self, contract: &Contract, traffic: &[Traffic]) -> Option<Outcome> {
        let mut plan = Plan::new(contract, &[], &Selection::default());
        plan.operations.clear();
        recorded::judge(&Setup::new(contract, self.environment, &plan, self.levels), traffic).ok()
    }
}

/// The documents, one of which may change, with what was exchanged of its operations.
struct Case<'t> {
    contract: &'t Contract,
    /// The document that changes.
    document: DocumentId,
    traffic: Vec<&'t Traffic>,
}

impl<'t> Case<'t> {
    fn new(contract: &'t Contract, document: DocumentId, traffic: &'t [Traffic]) -> Self {
        let of =
            |seen: &&Traffic| contract.operation(&seen.operation).is_some_and(|found| found.place.document == document);
        Self { contract, document, traffic: traffic.iter().filter(of).collect() }
    }

    /// The contract with `actions` carried out; nothing where it cannot be read then.
    fn amended(&self, actions: &[Action]) -> Option<Contract> {
        let again = |document: &Document| Document::parse(document.name(), document.text().clone()).ok();
        let documents = self.contract.sources.iter().map(|source| again(&source.published)).collect::<Option<_>>()?;
        let overlays = self.contract.overlays.iter().map(|overlay| again(overlay.document()));
        let mut overlays: Vec<Document> = overlays.collect::<Option<_>>()?;
        if !actions.is_empty() {
            let overlay = json!({
                "overlay": "1.1.0",
                "info": {"title": "amendment", "version": "1"},
                "extends": self.contract.source(self.document)?.published.name(),
                "actions": actions.iter().map(|action| action.written("amendment")).collect::<Vec<_>>(),
            });
            overlays.push(Document::parse("amendment.overlay.yaml", write::yaml(&overlay)).ok()?);
        }
        Contract::new(documents, overlays).ok()
    }

    /// What was exchanged, with what `amended` says of the request where that is something else than before.
    fn reread(&self, seen: &Traffic, amended: &Contract) -> Traffic {
        let label = |contract: &Contract| {
            let operation = contract.operation(&seen.operation)?;
            Some((Judge::new(contract, operation).reads(&seen.exchange.request), operation.needs_credentials()))
        };
        let mut seen = seen.clone();
        let (Some((before, _)), Some((after, closed))) = (label(self.contract), label(amended)) else { return seen };
        match (&seen.intent, after) {
            (Intent::Unauthorized, _) if !closed => seen.intent = Intent::Unknown,
            (Intent::Valid | Intent::Invalid(_) | Intent::Open | Intent::Hostile, after) if after != before => {
                seen.intent = match after {
                    Label::Valid => Intent::Valid,
                    Label::Invalid(places) => {
                        Intent::Invalid(Breach { place: places.first().cloned(), ..Breach::new("as amended") })
                    }
                    Label::Open | Label::Unwritable(_) => Intent::Open,
                };
            }
            _ => {}
        }
        seen
    }
}
