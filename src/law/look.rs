//! Cases that several laws look at.

use super::Law;
use super::ground::{Ground, SHARED, case_id};
use crate::case::expression::Expression;
use crate::case::ruling::{Judgement, Observed};
use crate::case::{Case, CaseId, Origin, Step};
use crate::contract::OperationId;

impl Ground<'_, '_> {
    /// A case that laws look at and that judges nothing itself, such as several pages of one list.
    pub(super) fn support(
        &mut self,
        name: &str,
        (steps, depends_on): (Vec<Step>, Vec<CaseId>),
        outputs: Vec<(String, Expression)>,
    ) -> CaseId {
        let id = case_id(SHARED, name, "");
        let mut case = Case::new(id.clone(), name, Origin::Law { law: SHARED }, steps);
        case.standalone = false;
        case.depends_on = depends_on;
        case.outputs = outputs;
        self.composed.cases.push(case);
        id
    }

    /// The case of this name, where it was added as a support.
    pub(super) fn supported(&self, name: &str) -> Option<CaseId> {
        let id = case_id(SHARED, name, "");
        self.composed.cases.iter().any(|case| case.id == id).then_some(id)
    }

    /// Adds a case of `law` about `operation`, told apart by `label`, that looks at what `cases` saw; it may have no steps.
    pub(super) fn look(
        &mut self,
        law: &Law,
        (operation, label): (&OperationId, &str),
        (steps, cases): (Vec<Step>, &[CaseId]),
        judge: impl Fn(&[Observed]) -> Judgement + Send + Sync + 'static,
    ) {
        self.add(law, (&operation.0, label), (steps, &[]), judge);
        if let Some(case) = self.composed.cases.last_mut() {
            case.about = Some(operation.clone());
            case.depends_on.extend(cases.iter().cloned());
        }
    }
}
