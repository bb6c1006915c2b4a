//! The table of reports that a run folder holds.

use super::{Report, json, junit};

/// Every report, the truth first.
pub const REPORTS: &[Report] = &[json::JSON, junit::JUNIT];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_report_has_its_own_file_and_a_page_of_its_name() {
        let files: BTreeSet<_> = REPORTS.iter().map(|report| report.file).collect();
        assert_eq!(files.len(), REPORTS.len());
        for report in REPORTS {
            assert!(report.page.starts_with(&format!("# {}\n", report.id)), "{}", report.id);
            assert!(report.page.contains(report.file), "{}", report.id);
        }
    }
}
