//! `bound-inclusive`: a bound that includes leaves in what is equal to it.

use super::Law;
use super::bounds::{bounded, includes};
use super::ground::Ground;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "bound-inclusive",
    title: "a bound that includes leaves in what is equal to it",
    compose,
    page: include_str!("../../docs/law/bound-inclusive.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    bounded(law, ground, includes);
}
