//! The table of laws.

use super::Law;
use super::{
    created_is_readable, dates_consistent, failed_create_leaves_nothing, failed_update_changes_nothing, filter_sound,
    safe_is_safe, unknown_is_404, update_hits_its_target, update_is_partial, update_is_visible, written_is_read,
};

/// Every law.
pub const LAWS: &[Law] = &[
    created_is_readable::LAW,
    filter_sound::LAW,
    written_is_read::LAW,
    update_is_partial::LAW,
    update_is_visible::LAW,
    update_hits_its_target::LAW,
    failed_create_leaves_nothing::LAW,
    failed_update_changes_nothing::LAW,
    safe_is_safe::LAW,
    unknown_is_404::LAW,
    dates_consistent::LAW,
];

/// The law of this id.
pub fn law(id: &str) -> Option<&'static Law> {
    LAWS.iter().find(|law| law.id == id)
}
