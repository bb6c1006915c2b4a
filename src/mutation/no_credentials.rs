//! `no-credentials`: there are no credentials.

use crate::case::{Credentials, Intent, Spot, Step};

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "no-credentials",
    title: "there are no credentials",
    mutate,
    page: include_str!("../../docs/mutation/no-credentials.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    subject.unauthorized(MUTATION.id, Credentials::None)
}

impl Subject<'_> {
    /// The base with other credentials, where any are needed.
    pub(super) fn unauthorized(&self, id: &'static str, credentials: Credentials) -> Vec<Mutant> {
        if !self.operation.needs_credentials() {
            return Vec::new();
        }
        let step = Step { credentials, ..Step::clone(self.base) };
        let place = Some(self.operation.security_place.clone());
        let mutant = self.made(id, Spot::Credentials, "", place, (None, None), step);
        vec![Mutant { intent: Some(Intent::Unauthorized), ..mutant }]
    }
}
