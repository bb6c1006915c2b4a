//! `bound-exclusive`: a bound that excludes leaves out what is equal to it.

use super::Law;
use super::bounds::bounded;
use super::declared::Relation;
use super::ground::Ground;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "bound-exclusive",
    title: "a bound that excludes leaves out what is equal to it",
    compose,
    page: include_str!("../../docs/law/bound-exclusive.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    bounded(law, ground, |relation| matches!(relation, Relation::Above | Relation::Below));
}
