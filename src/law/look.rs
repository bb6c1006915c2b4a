//! Cases that several laws look at, and what the document says of what they show.

use serde_json::Value;

use super::Law;
use super::ground::{Ground, SHARED, case_id};
use crate::case::expression::Expression;
use crate::case::ruling::{Judgement, Observed};
use crate::case::{Case, CaseId, Origin, Step};
use crate::contract::{Location, Operation, OperationId};
use crate::document::{Place, Pointer};

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

    /// What the schema of the query parameter `name` says under `keyword`.
    pub(super) fn keyword(&self, operation: &Operation, name: &str, keyword: &str) -> Option<&Value> {
        let parameter = operation.parameter(name, Some(Location::Query))?;
        let place = self.contract.schemas.resolve(parameter.encoding.schema()?).ok()?;
        self.contract.schemas.source(&place.child(keyword))
    }

    /// The schema of what a success of `operation` holds at `pointer`, where the document says so plainly.
    pub(super) fn member(&self, operation: &Operation, pointer: &Pointer) -> Option<Place> {
        let success = (200..300).find_map(|status| operation.response(status))?;
        let schema = success.content.first()?.schema.as_ref()?;
        let resolved = |place: &Place| self.contract.schemas.resolve(place).ok();
        pointer.tokens().try_fold(resolved(schema)?, |place, token| {
            let items = place.child("items");
            let below =
                if token.bytes().all(|byte| byte.is_ascii_digit()) && self.contract.schemas.source(&items).is_some() {
                    items
                } else {
                    place.child("properties").child(&token)
                };
            self.contract.schemas.source(&below)?;
            resolved(&below)
        })
    }

    /// The sentence of what a success of `operation` holds at `pointer`, else that of the operation.
    pub(super) fn member_promise(&self, operation: &Operation, pointer: &Pointer) -> Place {
        let described = self.member(operation, pointer).map(|place| place.child("description"));
        let told = described.filter(|place| self.contract.schemas.source(place).is_some_and(Value::is_string));
        told.unwrap_or_else(|| self.promise(operation))
    }

    /// The values that the schema of what a success of `operation` holds at `pointer` lists; nothing where that is unknown.
    pub(super) fn values(&self, operation: &Operation, pointer: &Pointer) -> Option<Vec<Value>> {
        let place = self.member(operation, pointer)?;
        let mut places = vec![place.clone()];
        let branches = self.contract.schemas.source(&place.child("allOf")).and_then(Value::as_array);
        let branches = (0..branches.map_or(0, Vec::len)).map(|index| place.child("allOf").index(index));
        places.extend(branches.filter_map(|branch| self.contract.schemas.resolve(&branch).ok()));
        let listed = |place: &Place| self.contract.schemas.source(&place.child("enum"))?.as_array().cloned();
        Some(places.iter().find_map(listed).unwrap_or_default())
    }
}
