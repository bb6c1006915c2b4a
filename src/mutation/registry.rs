//! The table of mutations.

use super::Mutation;
use super::null;

/// Every mutation, in the order in which their cases are listed.
pub const MUTATIONS: &[Mutation] = &[null::MUTATION];
