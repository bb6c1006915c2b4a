//! `not-positive`: a number is zero or negative, and its schema does not have it so.

use crate::schema::Direction;
use crate::schema::sample::Sampler;
use crate::schema::sample::small::Standing;

use super::parts::broken;
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "not-positive",
    title: "a number is zero or negative, and its schema does not have it so",
    mutate,
    page: include_str!("../../docs/mutation/not-positive.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let sampler = Sampler::new(&subject.contract.schemas);
    let mut mutants = Vec::new();
    for site in subject.sites.iter().filter(|site| site.value.is_number() || site.value.is_string()) {
        let small = sampler.small(&site.schemas, Direction::Request, subject.examples(&site.spot));
        let alike = small.into_iter().filter(|small| small.value.is_string() == site.value.is_string());
        for small in alike.filter(|small| small.standing == Standing::Refused && small.value != *site.value) {
            let place = broken(subject.contract, site, &small.value).into_iter().next();
            mutants.extend(subject.mutant(MUTATION.id, &site.spot, small.what, place, Some(small.value)));
        }
    }
    mutants
}
