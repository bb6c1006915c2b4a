//! The table of laws.

use super::Law;
use super::{
    bound_exclusive, bound_inclusive, child_belongs_to_parent, created_is_listed, created_is_readable, cursor_ends,
    dates_consistent, default_page_size, delete_again, delete_hits_its_target, deleted_is_gone,
    failed_create_leaves_nothing, failed_update_changes_nothing, filter_complete, filter_sound, id_unique,
    limit_honoured, list_agrees_with_read, location_resolves, maximum_holds, pages_complete, pages_disjoint,
    replace_is_idempotent, replace_is_whole, safe_is_safe, sort_order, total_is_filtered_count, unknown_is_404,
    update_hits_its_target, update_is_partial, update_is_visible, written_is_read,
};

/// Every law.
pub const LAWS: &[Law] = &[
    created_is_readable::LAW,
    created_is_listed::LAW,
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
    id_unique::LAW,
    location_resolves::LAW,
    deleted_is_gone::LAW,
    delete_again::LAW,
    delete_hits_its_target::LAW,
    child_belongs_to_parent::LAW,
    maximum_holds::LAW,
    replace_is_whole::LAW,
    replace_is_idempotent::LAW,
    filter_complete::LAW,
    bound_exclusive::LAW,
    bound_inclusive::LAW,
    sort_order::LAW,
    limit_honoured::LAW,
    default_page_size::LAW,
    pages_disjoint::LAW,
    pages_complete::LAW,
    total_is_filtered_count::LAW,
    cursor_ends::LAW,
    list_agrees_with_read::LAW,
];

/// The law of this id.
pub fn law(id: &str) -> Option<&'static Law> {
    LAWS.iter().find(|law| law.id == id)
}
