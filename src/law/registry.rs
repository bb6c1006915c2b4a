//! The table of laws.

use super::Law;
use super::{created_is_readable, filter_sound};

/// Every law.
pub const LAWS: &[Law] = &[created_is_readable::LAW, filter_sound::LAW];

/// The law of this id.
pub fn law(id: &str) -> Option<&'static Law> {
    LAWS.iter().find(|law| law.id == id)
}
