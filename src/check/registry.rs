//! The table of checks, and what they say together about one exchange.

use crate::case::Intent;
use crate::drift::{Cause, Finding};

use super::{Check, Subject};
use super::{
    accepted_invalid, ambiguous_null, disclosure, failed_criterion, missing_allow, missing_www_authenticate,
    no_response, open_access, problem_status, rejected_valid, server_error, slow_response, undeclared_method,
    undocumented_property, undocumented_status, unreadable_body, wrong_body, wrong_header, wrong_media_type,
    wrong_refusal,
};

/// Every check. A check that silences another stands before it.
pub const CHECKS: &[Check] = &[
    no_response::CHECK,
    server_error::CHECK,
    undeclared_method::CHECK,
    undocumented_status::CHECK,
    accepted_invalid::CHECK,
    rejected_valid::CHECK,
    open_access::CHECK,
    wrong_refusal::CHECK,
    wrong_media_type::CHECK,
    unreadable_body::CHECK,
    wrong_body::CHECK,
    ambiguous_null::CHECK,
    undocumented_property::CHECK,
    wrong_header::CHECK,
    missing_www_authenticate::CHECK,
    missing_allow::CHECK,
    problem_status::CHECK,
    disclosure::CHECK,
    slow_response::CHECK,
    failed_criterion::CHECK,
];

/// The check of this id.
pub fn check(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

/// What tells the causes of a rule apart; a rule that is no check, a law, judges whole operations.
pub fn cause(rule: &str) -> Cause {
    check(rule).map_or(Cause::Operation, |check| check.cause)
}

/// What every check says about `subject`, one finding for one cause: a check is not asked when one that silences it
/// has spoken, nor one that judges by the document where that says nothing.
pub fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let declared = *subject.intent != Intent::Undeclared;
    for check in CHECKS.iter().filter(|check| declared || !check.by_document) {
        let named = findings.iter().any(|finding| check.silenced_by.contains(&finding.rule.as_str()));
        if !named {
            findings.extend((check.judge)(subject));
        }
    }
    findings
}

/// The drifts of which a drift of this id is only one more consequence, where a run has both; the widest first.
pub fn implied_by(id: &str) -> Vec<String> {
    open_access::implied_by(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_silences_another_stands_before_it() {
        for (index, check) in CHECKS.iter().enumerate() {
            for silencer in check.silenced_by {
                let place = CHECKS.iter().position(|other| other.id == *silencer);
                assert!(place.is_some_and(|place| place < index), "{} is silenced by {silencer}", check.id);
            }
        }
    }

    #[test]
    fn ids_are_unique_and_each_has_its_file_and_its_page() {
        let mut ids: Vec<_> = CHECKS.iter().map(|check| check.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), CHECKS.len());
        for check in CHECKS {
            let file = format!("{}/src/check/{}.rs", env!("CARGO_MANIFEST_DIR"), check.id.replace('-', "_"));
            assert!(std::path::Path::new(&file).exists(), "{file}");
            assert!(check.page.starts_with(&format!("# {}\n", check.id)), "{}", check.id);
        }
        let pages = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/check")).unwrap();
        for page in pages {
            let name = page.unwrap().file_name().into_string().unwrap();
            assert!(ids.contains(&name.trim_end_matches(".md")), "no check for docs/check/{name}");
        }
    }
}
