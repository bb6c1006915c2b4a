//! `junit.xml`: a test case per operation and rule, so that a CI server shows which promise of which operation broke.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::{Report, plain, words};
use crate::drift::{Drift, Level};
use crate::outcome::{OperationRecord, Outcome, Verdict};

/// The row of the registry.
pub const JUNIT: Report =
    Report { id: "junit", file: "junit.xml", write, page: include_str!("../../docs/report/junit.md") };

/// How many drifts of one test case are told in full.
const FULL: usize = 10;

/// How many more are named.
const NAMED: usize = 100;

/// Columns of one line, characters of half a body.
const LIMIT: usize = 4000;

/// Writes `outcome` as a `JUnit` document.
///
/// # Errors
/// Those of the writer.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut drifts: BTreeMap<&str, BTreeMap<&str, Vec<&Drift>>> = BTreeMap::new();
    for drift in &outcome.drifts {
        drifts.entry(&drift.operation).or_default().entry(&drift.rule).or_default().push(drift);
    }
    let mut document = Document::new("conform");
    if outcome.seconds.is_finite() {
        document.set_time(Duration::try_from_secs_f64(outcome.seconds).unwrap_or_default());
    }
    let mut names = Names::default();
    document.add_test_suite(run(outcome, &mut names));
    for operation in &outcome.operations {
        let found = drifts.remove(operation.operation.as_str()).unwrap_or_default();
        document.add_test_suite(suite(&operation.operation, Some((operation, outcome.verdict)), &found, &mut names));
    }
    for (operation, found) in &drifts {
        document.add_test_suite(suite(operation, None, found, &mut names));
    }
    document.serialize(out).map_err(io::Error::other)
}

/// The run itself: passes where it could judge, whatever it found.
fn run(outcome: &Outcome, names: &mut Names) -> TestSuite {
    let mut suite = TestSuite::new("run");
    let mut property = |name: &str, value: &str| {
        suite.add_property(Property::new(name, plain::line(value, LIMIT)));
    };
    property("version", &outcome.version);
    property("run", &outcome.run);
    property("started", &outcome.started);
    property("seed", &outcome.seed.to_string());
    property("requests", &outcome.requests.to_string());
    for environment in &outcome.environments {
        property("environment", &environment.name);
        for url in &environment.base_urls {
            property("base-url", url);
        }
    }
    for document in &outcome.documents {
        property("document", &format!("{} sha256:{}", document.name, document.sha256));
    }
    let reasons = plain::block(&outcome.reasons.join("\n"), LIMIT);
    let status = match outcome.verdict {
        Verdict::Conformant | Verdict::Drift => TestCaseStatus::success(),
        Verdict::Environment => error("environment", "the environment failed", &reasons),
        Verdict::NotEnoughEvidence => {
            error("not-enough-evidence", "too little was exercised to say anything", &reasons)
        }
        Verdict::Interrupted => error("interrupted", "the run was interrupted", &reasons),
    };
    suite.add_test_case(names.case("run", "completed", status));
    suite
}

fn error(kind: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(kind).set_message(message).set_description(text);
    status
}

/// One operation: whether it was exercised, then each rule that judged it or found something.
fn suite(
    name: &str,
    record: Option<(&OperationRecord, Verdict)>,
    found: &BTreeMap<&str, Vec<&Drift>>,
    names: &mut Names,
) -> TestSuite {
    let mut suite = TestSuite::new(plain::line(name, LIMIT));
    let mut judged: BTreeMap<&str, u64> = found.keys().map(|rule| (*rule, 0)).collect();
    if let Some((record, verdict)) = record {
        suite.add_test_case(exercised(record, verdict, names));
        judged.extend(record.judged.iter().map(|count| (count.name.as_str(), count.count)));
    }
    for (rule, exchanges) in judged {
        let drifts = found.get(rule).map(Vec::as_slice).unwrap_or_default();
        let mut case = names.case(name, rule, status(drifts));
        if exchanges > 0 {
            case.set_assertions(usize::try_from(exchanges).unwrap_or(usize::MAX));
        }
        let minor: Vec<&Drift> =
            drifts.iter().copied().filter(|drift| words::is_open(drift) && !words::fails(drift)).collect();
        if !minor.is_empty() {
            case.set_system_out(text(&minor));
        }
        suite.add_test_case(case);
    }
    suite
}

/// Whether anything was sent, and, where the verdict says that it was too little, whether anything was accepted.
fn exercised(record: &OperationRecord, verdict: Verdict, names: &mut Names) -> TestCase {
    if record.requests > 0 {
        let nothing = verdict == Verdict::NotEnoughEvidence && record.accepted == 0;
        let status = if nothing {
            error("not-enough-evidence", "no valid request was accepted", "")
        } else {
            TestCaseStatus::success()
        };
        let mut case = names.case(&record.operation, "exercised", status);
        let answers: Vec<String> =
            record.statuses.iter().map(|status| format!("{} times {}", status.count, status.name)).collect();
        let text = format!(
            "{} {}: {}, {} of {} valid ones accepted; answers: {}",
            record.method,
            record.path,
            words::count(record.requests, "request"),
            record.accepted,
            record.valid,
            answers.join(", ")
        );
        case.set_system_out(plain::line(&text, LIMIT));
        return case;
    }
    let mut status = TestCaseStatus::skipped();
    status.set_message(plain::line(record.not_exercised.as_deref().unwrap_or("nothing was sent to it"), LIMIT));
    names.case(&record.operation, "exercised", status)
}

/// Fails where a drift fails the run; skipped where the baseline accepts all that would; passes otherwise.
fn status(drifts: &[&Drift]) -> TestCaseStatus {
    let failing: Vec<&Drift> = drifts.iter().copied().filter(|drift| words::fails(drift)).collect();
    let accepted: Vec<&Drift> = drifts.iter().copied().filter(|drift| !words::is_open(drift)).collect();
    if let Some(first) = failing.first() {
        let more = if failing.len() > 1 { format!(" (and {} more)", failing.len() - 1) } else { String::new() };
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(plain::line(&first.rule, LIMIT));
        status.set_message(plain::line(&first.message, LIMIT) + &more);
        status.set_description(text(&failing));
        return status;
    }
    if accepted.is_empty() || drifts.iter().any(|drift| words::is_open(drift) && drift.level == Level::Error) {
        return TestCaseStatus::success();
    }
    let ids: Vec<&str> = accepted.iter().take(NAMED).map(|drift| drift.id.as_str()).collect();
    let mut status = TestCaseStatus::skipped();
    status
        .set_type("accepted")
        .set_message(plain::line(&format!("accepted in the baseline: {}", ids.join(", ")), LIMIT));
    status
}

/// Drifts as text that stands by itself.
fn text(drifts: &[&Drift]) -> String {
    let mut parts: Vec<String> = drifts.iter().take(FULL).map(|drift| words::full(drift, LIMIT)).collect();
    let rest = drifts.get(FULL..).unwrap_or_default();
    if !rest.is_empty() {
        let named: String = rest.iter().take(NAMED).map(|drift| plain::line(&drift.id, LIMIT) + "\n").collect();
        let unnamed = match rest.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("and {more} more, in report.json\n"),
        };
        parts.push(format!("also:\n{named}{unnamed}"));
    }
    parts.join("\n----------------------------------------\n\n")
}

/// Keeps names unique over the whole document: readers tell test cases apart by name alone.
#[derive(Default)]
struct Names(BTreeMap<String, u32>);

impl Names {
    fn case(&mut self, operation: &str, rule: &str, status: TestCaseStatus) -> TestCase {
        let name = plain::line(&format!("{operation}: {rule}"), LIMIT);
        let mut unique = name.clone();
        while self.0.contains_key(&unique) {
            let count = self.0.entry(name.clone()).or_default();
            *count += 1;
            unique = format!("{name} ({})", *count + 1);
        }
        self.0.insert(unique.clone(), 0);
        let mut case = TestCase::new(unique, status);
        case.set_classname(plain::line(operation, LIMIT));
        case
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::State;
    use crate::report::examples;

    fn read(outcome: &Outcome) -> Document {
        let mut out = Vec::new();
        write(outcome, &mut out).unwrap();
        Document::deserialize_from_str(&String::from_utf8(out).unwrap()).unwrap()
    }

    fn case<'d>(document: &'d Document, name: &str) -> &'d TestCase {
        document.test_suites.iter().flat_map(|suite| &suite.test_cases).find(|case| case.name.as_str() == name).unwrap()
    }

    #[test]
    fn a_failure_shows_its_pair() {
        let document = read(&examples::paired());
        let TestCaseStatus::NonSuccess { description, .. } = &case(&document, "AddCustomer: rejected-valid").status
        else {
            panic!("not a failure")
        };
        let text = description.as_deref().unwrap();
        let pair = "pair      body /address/city with \"Dubai\": 201\n          body /address/city with null: 400\n";
        assert!(text.contains(pair), "{text}");
    }

    #[test]
    fn a_failure_tells_everything_by_itself() {
        let document = read(&examples::staging());
        let TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, message, ty, description, .. } =
            &case(&document, "GetAllCustomers: wrong-body").status
        else {
            panic!("not a failure")
        };
        assert_eq!(message.as_deref(), Some("`customerStatus` is none of the documented values"));
        assert_eq!(ty.as_deref(), Some("wrong-body"));
        let text = description.as_deref().unwrap();
        for part in [
            "specs/GetAllCustomers.json:210:21",
            "/components/schemas/CustomerSummary/properties/customerStatus/enum",
            "one of Active, Inactive, Suspended",
            "\"ACTIVE\"",
            "41 times, stable (3 of 3)",
            "wrong-body/GetAllCustomers/200/items/*/customerStatus/enum",
            "GET https://cams.staging.aquanow.com/api/v1/customers?limit=1",
            "answered 200 after 143 ms",
            "curl -sS",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn a_rule_that_judged_and_found_nothing_passes_and_one_that_did_not_judge_is_not_there() {
        let document = read(&examples::staging());
        assert!(matches!(case(&document, "AddCustomer: wrong-body").status, TestCaseStatus::Success { .. }));
        assert_eq!(case(&document, "AddCustomer: wrong-body").assertions, Some(734));
        let names: Vec<_> =
            document.test_suites.iter().flat_map(|suite| &suite.test_cases).map(|case| case.name.as_str()).collect();
        assert!(!names.contains(&"AddCustomer: wrong-header"), "{names:?}");
        assert!(!names.contains(&"UpdateOneCustomer: wrong-body"), "{names:?}");
    }

    #[test]
    fn what_was_not_exercised_or_is_accepted_is_skipped_with_the_reason() {
        let document = read(&examples::staging());
        for (name, reason) in [
            ("UpdateOneCustomer: exercised", "excluded in conform.toml"),
            ("GetOneCustomer: wrong-media-type", "accepted in the baseline: wrong-media-type/GetOneCustomer/404"),
        ] {
            let TestCaseStatus::Skipped { message, .. } = &case(&document, name).status else { panic!("{name}") };
            assert_eq!(message.as_deref(), Some(reason), "{name}");
        }
    }

    #[test]
    fn a_warning_passes_and_is_told() {
        let document = read(&examples::staging());
        let case = case(&document, "AddCustomer: wrong-refusal");
        assert!(matches!(case.status, TestCaseStatus::Success { .. }));
        assert!(case.system_out.as_deref().unwrap().contains("warning wrong-refusal: missing credentials"));
    }

    #[test]
    fn an_expired_acceptance_fails_beside_one_that_holds() {
        let mut outcome = examples::empty();
        let mut known = examples::drift("wrong-body", "A");
        known.state = State::Known;
        let mut expired = examples::drift("wrong-body", "A");
        expired.state = State::Expired;
        outcome.drifts = vec![known, expired];
        let document = read(&outcome);
        assert_eq!((document.tests, document.failures, document.skipped), (2, 1, 0));
    }

    #[test]
    fn a_run_that_could_not_judge_is_an_error_and_never_green() {
        let document = read(&examples::outage());
        assert_eq!((document.tests, document.errors, document.failures), (1, 1, 0));
        let TestCaseStatus::NonSuccess { description, .. } = &case(&document, "run: completed").status else {
            panic!()
        };
        assert!(description.as_deref().unwrap().contains("connection refused"));
        assert_eq!(read(&examples::empty()).errors, 0);
    }

    #[test]
    fn too_little_evidence_is_an_error_at_the_operation_that_lacks_it_and_only_where_the_verdict_says_so() {
        let mut outcome = examples::conformant();
        outcome.operations[0].accepted = 0;
        assert_eq!(read(&outcome).errors, 0);
        outcome.verdict = Verdict::NotEnoughEvidence;
        let document = read(&outcome);
        assert_eq!((document.errors, document.failures), (2, 0));
        assert!(matches!(case(&document, "AddCustomer: exercised").status, TestCaseStatus::NonSuccess { .. }));
    }

    #[test]
    fn operations_of_one_name_keep_names_apart() {
        let mut outcome = examples::conformant();
        let again = outcome.operations.clone();
        outcome.operations.extend(again);
        let document = read(&outcome);
        let names: std::collections::BTreeSet<_> =
            document.test_suites.iter().flat_map(|suite| &suite.test_cases).map(|case| case.name.as_str()).collect();
        assert_eq!(names.len(), document.tests);
    }
}
