//! A refused valid request beside an accepted one from which it differs in one value.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, CaseId, Intent, Spot, Step};
use crate::check::rejected_valid;
use crate::contract::{Operation, OperationId};
use crate::drift::{Contrast, Stability};
use crate::mutation::soundness::{Label, label};
use crate::outcome::Event;

use super::Runner;
use super::contrast::{beside, contrast, opposite};
use super::narrow::narrowed;
use super::nearest::Blamed;
use super::probe::Answer;
use super::smaller::{Difference, copied, differences};
use super::tally::{Sighting, Suspect};
use super::twin::twin;

/// So many requests are sent to find the one value in which a pair differs, and so many to find all pairs.
const FOR_ONE: u32 = 60;
const FOR_PAIRS: u64 = 200;

/// How often both requests of a pair are asked, by turns.
const ROUNDS: u32 = 3;

/// What a refused request is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// The one that it was made from.
    Sibling,
    /// Those accepted ones that differ least.
    Nearest,
}

/// What is known while refused requests are compared with accepted ones.
struct Search {
    /// Requests that were accepted, by their places in the plan.
    accepted: BTreeMap<OperationId, BTreeSet<(usize, CaseId)>>,
    blamed: Vec<Blamed>,
    /// The number of requests before the first comparison.
    begun: u64,
    /// Refusals that were not compared with anything.
    left: u64,
}

impl Search {
    /// Whether the refusal of `step` is explained already; beside its sibling, where that one is refused for the same, or what
    /// is refused is only a part of that in which they differ.
    fn explains(&self, step: &Step, beside: Beside) -> bool {
        let sibling = step.sibling.as_ref().filter(|_| beside == Beside::Sibling);
        let all = |blamed: &&Blamed| {
            sibling.is_none_or(|sibling| blamed.explains(&sibling.step) || blamed.is_within(&sibling.at))
        };
        self.blamed.iter().filter(all).any(|blamed| blamed.explains(step))
    }
}

/// What asking both requests of a pair by turns came to.
enum Verdict {
    /// Each was answered alike each time.
    Stable(Box<(Sighting, Contrast)>, String, u32),
    /// Sometimes one way, sometimes the other.
    Mixed { seen: u32, asked: u32 },
    /// Something may have the value already.
    Taken,
    /// Nothing can be said.
    Nothing,
}

impl Runner<'_> {
    /// Finds out of each refused valid request whether one of its values alone is to blame: an accepted one that differs
    /// there is asked again beside it, by turns.
    pub(super) async fn pair(&self) {
        let (suspects, mut search) = {
            let mut tally = self.tally();
            let accepted = std::mem::take(&mut tally.accepted);
            let search = Search { accepted, blamed: Vec::new(), begun: tally.requests, left: 0 };
            (std::mem::take(&mut tally.suspects), search)
        };
        if suspects.is_empty() {
            return;
        }
        self.tally().confirming = true;
        let mut suspects: Vec<(String, Suspect)> = suspects.into_iter().collect();
        // A part explains the whole that it stands in.
        let depth = |suspect: &Suspect| suspect.cases.first().map_or(0, |(_, id)| self.plan.case(id).map_or(0, depth));
        suspects.sort_by_cached_key(|(id, suspect)| (Reverse(suspect.level), Reverse(depth(suspect)), id.clone()));
        // What a base is refused for, everything that is made from it is refused for, too.
        let is_base = |(_, suspect): &(String, Suspect)| {
            let first = suspect.cases.first().and_then(|(_, id)| self.plan.case(id)?.steps.first());
            first.is_some_and(|step| step.sibling.is_none())
        };
        let (bases, variants) = suspects.into_iter().partition(is_base);
        self.compare(bases, Beside::Nearest, &mut search).await;
        let unsettled = self.compare(variants, Beside::Sibling, &mut search).await;
        let left = search.left;
        self.compare(unsettled, Beside::Nearest, &mut search).await;
        if left > 0 && self.health.broken().is_none() {
            self.note(format!("{left} refusals of valid requests were not compared with an accepted request"));
        }
    }

    /// Compares each suspect. Returns those about which nothing was found out.
    async fn compare(
        &self,
        suspects: Vec<(String, Suspect)>,
        beside: Beside,
        search: &mut Search,
    ) -> Vec<(String, Suspect)> {
        let mut unsettled = Vec::new();
        for (note, suspect) in suspects {
            let mut settled = false;
            let mut asked = false;
            for (rank, id) in &suspect.cases {
                let Some(found) = self.plan.case(id).and_then(|case| self.single(case)) else { continue };
                if search.explains(found.2, beside) {
                    continue;
                }
                if self.is_over() || self.tally().requests - search.begun >= FOR_PAIRS {
                    search.left += u64::from(!asked);
                    break;
                }
                asked = true;
                settled = self.pair_of(&note, *rank, found, beside, search).await;
                if settled {
                    break;
                }
            }
            if !settled {
                unsettled.push((note, suspect));
            }
        }
        unsettled
    }

    /// Asks for one refused request and those beside which it may stand. Returns whether that settles the question.
    async fn pair_of(
        &self,
        note: &str,
        rank: usize,
        (case, operation, step): (&Case, &Operation, &Step),
        beside: Beside,
        search: &mut Search,
    ) -> bool {
        let asked = (case, operation, step);
        if beside == Beside::Sibling {
            let Some(variant) = self.isolated(asked).await else { return false };
            return self.weighed(note, rank, (case, operation, &variant), search).await;
        }
        let Some(accepted) = search.accepted.get(&operation.id).filter(|_| step.intent == Intent::Valid) else {
            return false;
        };
        for other in self.nearest(accepted, step) {
            let Some(variant) = self.opposed(asked, other).await else { continue };
            if self.weighed(note, rank, (case, operation, &variant), search).await {
                return true;
            }
        }
        false
    }

    /// Asks for `variant` and its sibling by turns, and takes in what that comes to. Returns whether it settles the question.
    async fn weighed(
        &self,
        note: &str,
        rank: usize,
        (case, operation, variant): (&Case, &Operation, &Step),
        search: &mut Search,
    ) -> bool {
        if search.explains(variant, Beside::Sibling) {
            return true;
        }
        match self.by_turns(case, operation, variant).await {
            Verdict::Nothing => false,
            Verdict::Taken => true,
            Verdict::Mixed { seen, asked } => {
                self.tally().stability(note, Stability::Intermittent { seen, asked });
                true
            }
            Verdict::Stable(shown, id, asked) => {
                let (sighting, contrast) = *shown;
                let level = sighting.finding.level;
                search.blamed.extend(Blamed::of(operation, variant));
                self.tally().convict(note, &id, (rank, case.id.clone()), (sighting, contrast), asked);
                (self.tell)(Event::DriftSeen { id, level });
                true
            }
        }
    }

    /// A refused variant that differs in one value alone from the request that it was made from, or from one between.
    async fn isolated(&self, asked: (&Case, &Operation, &Step)) -> Option<Step> {
        let (.., step) = asked;
        let sibling = step.sibling.as_ref()?;
        let found = differences(&sibling.step, step);
        if found.len() < 2 {
            return Some(step.clone());
        }
        let (accepted, refused) = self.between(asked, &sibling.step, &found).await?;
        let [difference] = &*differences(&accepted, &refused) else { return None };
        Some(beside(&accepted, refused, difference))
    }

    /// A refused request, `asked` or one between it and `accepted`, beside an accepted one: both are valid, and the refused one
    /// has a value of its own in one place. That it has nothing where the other has something accuses nothing: prose may ask
    /// for any one of several.
    async fn opposed(&self, asked: (&Case, &Operation, &Step), accepted: &Step) -> Option<Step> {
        let (_, operation, step) = asked;
        let valid = |step: &Step| label(self.contract, operation, step) == Label::Valid;
        let found = differences(accepted, step);
        let variant = match &*found {
            _ if !valid(accepted) || !valid(step) => return None,
            [Difference::Payload] => return None,
            [difference] => opposite(accepted, step, difference),
            _ => {
                let (accepted, refused) = self.between(asked, accepted, &found).await?;
                let [difference] = &*differences(&accepted, &refused) else { return None };
                beside(&accepted, refused, difference)
            }
        };
        variant.sibling.as_ref()?.after.as_ref()?;
        Some(variant)
    }

    /// Two requests between `from`, which was accepted, and the one that is asked for, which was refused: they differ in one
    /// of the differences `found`, and the first is accepted, the second refused.
    async fn between(
        &self,
        (case, operation, step): (&Case, &Operation, &Step),
        from: &Step,
        found: &[Difference],
    ) -> Option<(Step, Step)> {
        let mixed = |taken: &[bool]| {
            let chosen = found.iter().zip(taken).filter(|(_, taken)| **taken);
            let mut mixed =
                chosen.fold(from.clone(), |mixed, (difference, _)| copied(&mixed, step, difference).unwrap_or(mixed));
            mixed.intent = step.intent.clone();
            mixed.sibling = None;
            mixed
        };
        let mut left = FOR_ONE;
        let ask = async |taken: &[bool]| {
            let request = mixed(taken);
            if label(self.contract, operation, &request) != Label::Valid {
                return Some(Answer::Unclear);
            }
            left = left.checked_sub(1)?;
            Some(Answer::of(&self.probe(case, &request, false).await?))
        };
        let (low, high) = narrowed(found.len(), ask).await?;
        Some((mixed(&low), mixed(&high)))
    }

    /// Asks for the variant and its sibling by turns.
    async fn by_turns(&self, case: &Case, operation: &Operation, variant: &Step) -> Verdict {
        let Some(sibling) = &variant.sibling else { return Verdict::Nothing };
        let (mut seen, mut asked) = (0, 0);
        let mut last = None;
        for _ in 0..ROUNDS {
            let Some(accepted) = self.probe(case, &sibling.step, false).await else { break };
            if Answer::of(&accepted) != Answer::Accepted {
                return Verdict::Nothing;
            }
            let Some(refused) = self.probe(case, variant, true).await else { break };
            asked += 1;
            seen += u32::from(Answer::of(&refused) == Answer::Refused);
            last = Some((accepted, refused));
        }
        let Some((accepted, refused)) = last else { return Verdict::Nothing };
        if seen < asked {
            return Verdict::Mixed { seen, asked };
        }
        if asked < ROUNDS {
            return Verdict::Nothing;
        }
        if self.is_taken(case, operation, variant).await {
            return Verdict::Taken;
        }
        let contrast = contrast(sibling, &accepted, &refused);
        let mut drifts = refused.drifts.into_iter();
        match drifts.find(|(_, sighting)| sighting.finding.rule == rejected_valid::CHECK.id) {
            Some((id, sighting)) => Verdict::Stable(Box::new((sighting, contrast)), id, asked),
            None => Verdict::Nothing,
        }
    }

    /// Whether the value may be refused only because something has it already, which no document need say: another value
    /// of just the same form is accepted.
    async fn is_taken(&self, case: &Case, operation: &Operation, variant: &Step) -> bool {
        let valid = |step: &Step| label(self.contract, operation, step) == Label::Valid;
        let Some(twin) = twin(self.contract, operation, variant, &self.next_mark(), &valid) else { return false };
        self.probe(case, &twin, false).await.is_some_and(|probed| Answer::of(&probed) == Answer::Accepted)
    }
}

/// How deep in its request the value of a case stands that is accused.
fn depth(case: &Case) -> usize {
    let accused = case.steps.first().and_then(|step| step.sibling.as_ref()).map(|sibling| &sibling.at);
    match accused {
        Some(Spot::Body(pointer) | Spot::Parameter(_, _, pointer)) => pointer.tokens().count(),
        _ => 0,
    }
}
