//! `misplaced-credentials`: the credentials stand where the document does not look for them.

use crate::case::Credentials;
use crate::contract::Scheme;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "misplaced-credentials",
    title: "the credentials stand where the document does not look for them",
    mutate,
    page: include_str!("../../docs/mutation/misplaced-credentials.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    // The places where nobody looks, unless a document says so.
    let places = ["X-Access-Token", "access_token"];
    let mut schemes = subject.operation.security.iter().flatten().map(|used| &used.scheme);
    let known = |scheme: &Scheme| match scheme {
        Scheme::ApiKey { name, .. } => places.iter().any(|place| name.eq_ignore_ascii_case(place)),
        Scheme::Bearer | Scheme::Basic | Scheme::Http(_) => false,
    };
    if schemes.any(known) {
        return Vec::new();
    }
    subject.unauthorized(MUTATION.id, Credentials::Misplaced)
}
