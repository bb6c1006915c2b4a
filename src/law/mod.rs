//! Laws: what no schema can say, judged over several exchanges.
//!
//! A law is generic code; what it applies to is declared in the documents, with `x-collection` and `x-resource`.

pub mod declared;
pub mod registry;

mod bound_exclusive;
mod bound_inclusive;
mod bounds;
mod change;
mod child_belongs_to_parent;
mod created_is_listed;
mod created_is_readable;
mod cursor_ends;
mod dates_consistent;
mod default_page_size;
mod delete_again;
mod delete_hits_its_target;
mod deleted_is_gone;
mod distinct;
mod failed_create_leaves_nothing;
mod failed_update_changes_nothing;
mod filter_complete;
mod filter_sound;
mod ground;
mod id_unique;
mod kept;
mod leaves;
mod limit_honoured;
mod list_agrees_with_read;
mod location_resolves;
mod look;
mod maximum_holds;
mod page;
mod pages_complete;
mod pages_disjoint;
mod promise;
mod relation;
mod replace_is_idempotent;
mod replace_is_whole;
mod replacing;
mod request;
mod safe_is_safe;
mod series;
mod sort_order;
mod total_is_filtered_count;
mod unchanged;
mod unknown_is_404;
mod update_hits_its_target;
mod update_is_partial;
mod update_is_visible;
mod window;
mod written_is_read;

use crate::case::Case;
use crate::contract::Contract;
use crate::document::Diagnostic;
use crate::generate;

use declared::Declared;
use ground::Ground;

/// One law: a row of the registry.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// Names it; also its page, its cases' family and its configuration key.
    pub id: &'static str,
    /// What it says, in one sentence.
    pub title: &'static str,
    /// Makes the cases that show whether it holds.
    compose: fn(&Law, &mut Ground<'_, '_>),
    /// Its page, Markdown.
    pub page: &'static str,
}

/// The cases of all laws.
#[derive(Debug, Default)]
pub struct Composed {
    /// The cases, those that others depend on first.
    pub cases: Vec<Case>,
    /// What could not be composed, one sentence each.
    pub notes: Vec<String>,
}

/// The cases that show whether the laws hold for what `contract` declares.
///
/// # Errors
/// Every declaration that cannot be understood, with its position.
pub fn compose(contract: &Contract, settings: &generate::Settings) -> Result<Composed, Vec<Diagnostic>> {
    let declared = Declared::read(contract)?;
    let mut ground = Ground::new(contract, settings, &declared);
    for law in registry::LAWS {
        (law.compose)(law, &mut ground);
    }
    let mut composed = ground.finish();
    composed.notes.splice(0..0, declared.warnings.iter().map(note));
    Ok(composed)
}

/// A warning as one sentence.
fn note(warning: &Diagnostic) -> String {
    let place =
        warning.position.map_or_else(|| warning.file.clone(), |position| format!("{}:{position}", warning.file));
    let said = format!("{} ({place})", warning.message);
    [said].into_iter().chain(warning.help.iter().cloned()).collect::<Vec<_>>().join("; ")
}
