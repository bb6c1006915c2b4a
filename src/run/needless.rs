//! Cases of laws that cannot say anything, known before they begin: nothing is created for them.

use std::collections::BTreeSet;

use crate::case::{Call, Case, CaseId, Origin};

use super::Runner;
use super::gate::Purpose;
use super::perform::method;

impl Runner<'_> {
    /// Why `case` of a law need not begin: the law is switched off, or a request may not leave that it or a case that it
    /// depends on sends.
    pub(super) fn needless(&self, case: &Case) -> Option<String> {
        let Origin::Law { law } = case.origin else { return None };
        if self.levels.is_off(law) {
            return Some(format!("{law} is switched off"));
        }
        self.refused(case, &mut BTreeSet::new())
    }

    fn refused<'s>(&'s self, case: &'s Case, seen: &mut BTreeSet<&'s CaseId>) -> Option<String> {
        let own = || {
            case.steps.iter().find_map(|step| {
                let Call::Operation(id) = &step.call else { return None };
                let operation = self.contract.operation(id)?;
                self.gate.foresee(id, method(step, operation), Purpose::from(&step.intent)).err()
            })
        };
        if let Some(refusal) = own() {
            return Some(refusal.to_string());
        }
        let needed: Vec<&Case> = case.depends_on.iter().filter_map(|id| self.plan.case(id)).collect();
        needed.into_iter().find_map(|needed| if seen.insert(&needed.id) { self.refused(needed, seen) } else { None })
    }
}
