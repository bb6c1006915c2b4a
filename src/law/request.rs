//! Requests that laws make: about something that was created, about what does not exist, with one body or another.

use std::time::Duration;

use super::declared::{Collection, View};
use super::ground::{Ground, Specimen, set, settled};
use crate::case::expression::{Expression, Template};
use crate::case::{Intent, Step};
use crate::contract::{Location, Operation};
use crate::generate;

impl<'c> Ground<'c, '_> {
    /// An ordinary request to `operation`, about what has these ids; its answer is for the law alone to judge.
    pub(super) fn request(&self, id: &str, operation: &Operation, ids: &[Expression]) -> Result<Step, String> {
        let mut step = generate::ordinary(self.contract, operation, self.settings, false)?;
        id.clone_into(&mut step.id);
        step.intent = Intent::Unknown;
        for (name, value) in operation.path.names().zip(ids) {
            set(&mut step, name, Location::Path, Template::Expression(value.clone()));
        }
        Ok(step)
    }

    /// A step that reads `specimen`, again and again until it is there or `within` has passed.
    pub(super) fn read(
        &self,
        id: &str,
        view: &View<'c>,
        specimen: &Specimen,
        within: Duration,
    ) -> Result<Step, String> {
        let step = self.request(id, view.operation, &specimen.ids)?;
        Ok(settled(step, within, "$statusCode == 200"))
    }

    /// A step that lists `collection` below the `above` ids, with `query`.
    pub(super) fn list(
        &self,
        id: &str,
        collection: &Collection<'c>,
        above: &[Expression],
        query: Vec<(&str, Template)>,
    ) -> Result<Step, String> {
        let mut step = self.request(id, collection.operation, above)?;
        for (name, value) in query {
            set(&mut step, name, Location::Query, value);
        }
        Ok(step)
    }

    /// The smallest request to `operation`, as its schemas alone have it.
    pub(super) fn bare(&self, operation: &Operation) -> Result<Step, String> {
        generate::ordinary(self.contract, operation, self.settings, false)
    }

    /// A request to `operation` that says as much as it can.
    pub(super) fn whole(&self, operation: &Operation) -> Result<Step, String> {
        generate::whole(self.contract, operation, self.settings, true)
    }

    /// A request to `operation` with this body about what has these ids.
    pub(super) fn with_body(
        &self,
        id: &str,
        operation: &Operation,
        ids: &[Expression],
        body: &Step,
    ) -> Result<Step, String> {
        let step = self.request(id, operation, ids)?;
        // Production gets no request that is known to be wrong.
        let intent = if body.intent == Intent::Open { Intent::Open } else { Intent::Unknown };
        Ok(Step { payload: body.payload.clone(), intent, ..step })
    }

    /// A request to `operation` about something below the `above` ids that does not exist.
    pub(super) fn absent(&self, id: &str, operation: &Operation, above: &[Expression]) -> Result<Step, String> {
        let mut step = generate::absent(self.contract, operation, self.settings)?;
        id.clone_into(&mut step.id);
        for (name, value) in operation.path.names().zip(above) {
            set(&mut step, name, Location::Path, Template::Expression(value.clone()));
        }
        Ok(step)
    }

    /// The same as [`Self::request`] with everything in its body that may be there.
    pub(super) fn full(&self, id: &str, operation: &Operation, ids: &[Expression]) -> Result<Step, String> {
        let body = generate::whole(self.contract, operation, self.settings, false)?;
        self.with_body(id, operation, ids, &body)
    }
}
