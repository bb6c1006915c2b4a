//! Seeded depth: random valid requests, and random mutants of them.

use std::sync::Arc;

use crate::case::{Intent, Step};
use crate::mutation::Subject;
use crate::mutation::registry::mutants;
use crate::mutation::soundness::Label;

use super::Builder;
use super::draft::{Draft, between};
use super::request::{Extent, seed_of};

impl Builder<'_> {
    /// As many random valid requests as the settings ask for, and as many mutants.
    pub(super) fn random(&self, draft: &mut Draft<'_>, minimal: &Arc<Step>) {
        let operation = draft.operation;
        let seed = self.settings.seed.to_string();
        for index in 0..self.settings.depth {
            if draft.is_full() {
                return;
            }
            let number = index.to_string();
            let Ok(step) = self.step(operation, Extent::Random(seed_of(&[&seed, &operation.id.0, &number]))) else {
                continue;
            };
            let name = format!("seed {seed}, {}", index + 1);
            match draft.label(&step) {
                Label::Valid => {}
                Label::Open => {
                    draft.single("random", &name, Step { intent: Intent::Open, ..step });
                    continue;
                }
                Label::Invalid(_) | Label::Unwritable(_) => continue,
            }
            draft.single("random", &name, between(minimal, step.clone()));
            self.random_mutant(draft, &name, step, &[&seed, &operation.id.0, &number, "mutant"]);
        }
    }

    /// One mutant of `base`, drawn by `seed`, at one of its values: what can be done to the rest of a request is listed in
    /// full and shows nothing new here.
    fn random_mutant(&self, draft: &mut Draft<'_>, name: &str, base: Step, seed: &[&str]) {
        let base = Arc::new(base);
        let mut subject = Subject::new(self.contract, draft.operation, &base);
        let draw = |what: &str, count: usize| {
            let bytes = seed_of(&[seed, &[what]].concat());
            bytes.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % count.max(1)
        };
        let site = draw("site", subject.sites.len());
        let Some(site) = subject.sites.get(site).cloned().filter(|site| !self.is_fed(&subject, &site.spot)) else {
            return;
        };
        let spot = site.spot.clone();
        subject.sites = vec![site];
        let made = mutants(&subject);
        draft.spend(made.work);
        let mut mutants = made.made;
        mutants.retain(|mutant| mutant.spot == spot && mutant.intent.is_none());
        if mutants.is_empty() {
            return;
        }
        let mutant = mutants.swap_remove(draw("mutant", mutants.len()));
        let label = format!("{name}: {} {} {}", mutant.id, mutant.spot, mutant.detail);
        draft.single("random-mutant", label.trim_end(), mutant.step);
    }
}
