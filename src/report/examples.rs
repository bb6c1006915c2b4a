//! Outcomes for the tests of reports.

use serde_json::json;

use crate::drift::{Cause, Contrast, Drift, Level, Stability, State, Witness};
use crate::outcome::{
    Accepted, CaseRecord, CaseResult, Count, DocumentFacts, EnvironmentFacts, Evidence, FORMAT, Group, LeftBehind,
    OperationRecord, Outcome, Standing, Verdict, join,
};

pub(super) fn all() -> Vec<Outcome> {
    vec![empty(), conformant(), staging(), outage(), many(300), paired(), several()]
}

/// Nothing at all.
pub(super) fn empty() -> Outcome {
    Outcome {
        format: FORMAT.to_owned(),
        version: "0.1.0".to_owned(),
        verdict: Verdict::Conformant,
        exit_code: 0,
        reasons: Vec::new(),
        run: "7f3a9c".to_owned(),
        started: "2026-01-31T09:30:00Z".to_owned(),
        seconds: 0.0,
        requests: 0,
        seed: 7,
        partial: false,
        environments: Vec::new(),
        documents: Vec::new(),
        operations: Vec::new(),
        cases: Vec::new(),
        drifts: Vec::new(),
        refused: Vec::new(),
        notes: Vec::new(),
        left_behind: Vec::new(),
        evidence: Vec::new(),
        groups: Vec::new(),
        baseline: Vec::new(),
        matrix: Vec::new(),
    }
}

pub(super) fn count(name: &str, count: u64) -> Count {
    Count { name: name.to_owned(), count }
}

pub(super) fn operation(name: &str, method: &str, path: &str, statuses: &[(&str, u64)]) -> OperationRecord {
    let requests = statuses.iter().map(|(_, count)| count).sum();
    let accepted = statuses.iter().filter(|(status, _)| status.starts_with('2')).map(|(_, count)| count).sum();
    OperationRecord {
        operation: name.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        requests,
        valid: accepted,
        accepted,
        statuses: statuses.iter().map(|(status, n)| count(status, *n)).collect(),
        judged: vec![count("undocumented-status", requests), count("wrong-body", requests)],
        not_exercised: None,
    }
}

/// Everything promised was kept.
pub(super) fn conformant() -> Outcome {
    let mut outcome = empty();
    outcome.seconds = 3.94;
    outcome.requests = 1412;
    outcome.environments = vec![EnvironmentFacts {
        name: "sandbox".to_owned(),
        base_urls: vec!["http://127.0.0.1:39121/api".to_owned()],
        run: None,
    }];
    outcome.documents = ["AddCustomer", "AddCustomerBankInformation", "GetAllCustomers", "GetOneCustomer"]
        .map(|name| DocumentFacts { name: format!("specs/{name}.json"), sha256: "9f86d081884c7d65".repeat(4) })
        .to_vec();
    outcome.operations = vec![
        operation("AddCustomer", "POST", "/v1/customers", &[("200", 120), ("400", 602), ("401", 12)]),
        operation("GetAllCustomers", "GET", "/v1/customers", &[("200", 310), ("400", 88), ("401", 12)]),
        operation("GetOneCustomer", "GET", "/v1/customers/{customerId}", &[("200", 96), ("400", 20), ("404", 8)]),
        operation(
            "RemoveCustomerBankAccountInformation",
            "DELETE",
            "/v1/customers/{customerId}/bankinfo/{bankAccountId}",
            &[("200", 80), ("401", 12), ("404", 52)],
        ),
    ];
    outcome
}

/// A typical finding.
pub(super) fn drift(rule: &str, operation: &str) -> Drift {
    Drift {
        id: format!("{rule}/{operation}/200/items/*/customerStatus/enum"),
        rule: rule.to_owned(),
        class: "enum".to_owned(),
        level: Level::Error,
        operation: operation.to_owned(),
        status: Some(200),
        document: format!("specs/{operation}.json"),
        line: 210,
        column: 21,
        pointer: "/components/schemas/CustomerSummary/properties/customerStatus/enum".to_owned(),
        overlay: None,
        says: None,
        steps: Vec::new(),
        difference: Vec::new(),
        part: "body /items/*/customerStatus".to_owned(),
        message: "`customerStatus` is none of the documented values".to_owned(),
        promised: "one of Active, Inactive, Suspended".to_owned(),
        came: json!("ACTIVE"),
        remedy: "answer one of the documented values, in their spelling".to_owned(),
        occurrences: 41,
        stability: Stability::Stable { asked: 3 },
        state: State::New,
        cases: vec!["c-9a1b".to_owned(), "c-77e0".to_owned()],
        witness: Some(Witness {
            method: "GET".to_owned(),
            url: "https://cams.staging.aquanow.com/api/v1/customers?limit=1".to_owned(),
            request_headers: vec![("Authorization".to_owned(), "Bearer <redacted>".to_owned())],
            request_body: None,
            status: Some(200),
            response_headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            response_body: Some("{\n  \"items\": [{ \"customerStatus\": \"ACTIVE\" }]\n}".to_owned()),
            failure: None,
            milliseconds: 143,
            curl: "curl -sS -H \"Authorization: Bearer $CONFORM_TOKEN\" \
                   'https://cams.staging.aquanow.com/api/v1/customers?limit=1'"
                .to_owned(),
        }),
        contrast: None,
    }
}

/// A refusal beside the request that was accepted, and what requests exercised.
pub(super) fn paired() -> Outcome {
    let mut outcome = conformant();
    outcome.verdict = Verdict::Drift;
    outcome.exit_code = 1;
    let mut refused = drift("rejected-valid", "AddCustomer");
    refused.id = "rejected-valid/AddCustomer/400/body address.city".to_owned();
    refused.status = Some(400);
    refused.part = "status".to_owned();
    refused.contrast = refused.witness.clone().map(|sibling| Contrast {
        at: "body /address/city".to_owned(),
        before: Some(json!("Dubai")),
        after: Some(json!(null)),
        sibling: Witness { status: Some(201), ..sibling },
    });
    let mut taken = drift("accepted-invalid", "AddCustomer");
    taken.contrast = refused.contrast.clone().map(|contrast| Contrast { after: None, ..contrast });
    outcome.drifts = vec![refused, taken];
    outcome.evidence = vec![Evidence {
        operation: "AddCustomer".to_owned(),
        document: "specs/AddCustomer.json".to_owned(),
        pointer: "/components/schemas/Address/properties/city/maxLength".to_owned(),
        keyword: "maxLength".to_owned(),
        valid: 12,
        invalid: 2,
        impossible: None,
    }];
    outcome
}

/// A warning that one cause shows at each operation.
fn refusal(operation: &str) -> Drift {
    Drift {
        id: format!("wrong-refusal/{operation}/403"),
        level: Level::Warning,
        status: Some(403),
        part: "status".to_owned(),
        pointer: format!("/paths/~1v1~1{operation}/security"),
        overlay: Some("specs/overlays/20-rules.overlay.yaml".to_owned()),
        says: Some("\"Every call carries a token.\"".to_owned()),
        message: "missing credentials are refused with another status than 401".to_owned(),
        promised: "401 to a request without credentials".to_owned(),
        came: json!(403),
        remedy: "answer 401 with WWW-Authenticate".to_owned(),
        stability: Stability::Unconfirmed,
        occurrences: 4,
        ..drift("wrong-refusal", operation)
    }
}

/// A bit of everything, as a first run against a real place would show it.
pub(super) fn staging() -> Outcome {
    let mut outcome = conformant();
    outcome.verdict = Verdict::Drift;
    outcome.exit_code = 1;
    outcome.environments = vec![EnvironmentFacts {
        name: "staging".to_owned(),
        base_urls: vec![
            "https://cams.staging.aquanow.com/api".to_owned(),
            "https://camsapi-staging.aquanow.com/api".to_owned(),
        ],
        run: None,
    }];
    outcome.reasons = vec!["3 operations answer what their documents do not promise".to_owned()];
    outcome.operations.push(OperationRecord {
        operation: "UpdateOneCustomer".to_owned(),
        method: "PATCH".to_owned(),
        path: "/v1/customers/{customerId}".to_owned(),
        not_exercised: Some("excluded in conform.toml".to_owned()),
        ..OperationRecord::default()
    });
    let mut status = drift("undocumented-status", "AddCustomer");
    status.id = "undocumented-status/AddCustomer/409".to_owned();
    status.status = Some(409);
    status.part = "status".to_owned();
    status.pointer = "/paths/~1v1~1customers/post/responses".to_owned();
    status.message = "the answer's status is not documented".to_owned();
    status.promised = "200, 400, 401".to_owned();
    status.came = json!(409);
    status.remedy = "answer a documented status, or document 409".to_owned();
    status.stability = Stability::Intermittent { seen: 1, asked: 3 };
    status.occurrences = 2;
    if let Some(witness) = &mut status.witness {
        witness.method = "POST".to_owned();
        witness.curl = "curl -sS -X POST -H \"Authorization: Bearer $CONFORM_TOKEN\" -H 'Content-Type: application/json' \
                        --data-raw '{\"customerType\":\"Individual\",\"fullName\":\"<redacted>\",\"nationality\":\"AE\"}' \
                        'https://cams.staging.aquanow.com/api/v1/customers'"
            .to_owned();
    }
    let mut accepted = drift("wrong-media-type", "GetOneCustomer");
    accepted.id = "wrong-media-type/GetOneCustomer/404".to_owned();
    accepted.state = State::Known;
    let mut expired = drift("server-error", "GetOneCustomer");
    expired.id = "server-error/GetOneCustomer/500".to_owned();
    expired.message = "the server failed".to_owned();
    expired.state = State::Expired;
    expired.status = Some(500);
    expired.occurrences = 1;
    outcome.drifts = vec![
        expired,
        status,
        drift("wrong-body", "GetAllCustomers"),
        refusal("AddCustomer"),
        refusal("GetAllCustomers"),
        refusal("GetOneCustomer"),
        accepted,
    ];
    outcome.cases = vec![CaseRecord {
        id: "c-9a1b".to_owned(),
        name: "GetAllCustomers minimal".to_owned(),
        family: "minimal".to_owned(),
        operations: vec!["GetAllCustomers".to_owned()],
        result: CaseResult::NotJudged {
            reason: "no bank account to read: AddCustomerBankInformation was refused".to_owned(),
        },
        drifts: Vec::new(),
        requests: 1,
        milliseconds: 143,
    }];
    outcome.notes = vec!["level of `wrong-refusal` changed from error to warning by conform.toml".to_owned()];
    outcome.refused = vec![count("UpdateOneCustomer is excluded", 31)];
    outcome.baseline = entries();
    let left = |at: u8| LeftBehind {
        operation: "AddCustomer".to_owned(),
        id: format!("0191b7a4-2d0f-7cc1-9a7e-0a5f2f1f6b{at:02}"),
        reason: "the documents declare no way to remove it".to_owned(),
    };
    outcome.left_behind = (1..=9).map(left).collect();
    outcome.groups = causes(&outcome);
    outcome
}

/// The drifts of [`staging`] by cause.
fn causes(outcome: &Outcome) -> Vec<Group> {
    let group = |lead: usize, drifts: &[usize]| Group {
        id: outcome.drifts[lead].id.clone(),
        level: outcome.drifts[lead].level,
        state: outcome.drifts[lead].state,
        drifts: drifts.iter().map(|at| outcome.drifts[*at].id.clone()).collect(),
        operations: drifts.iter().map(|at| outcome.drifts[*at].operation.clone()).collect(),
    };
    vec![group(0, &[0]), group(2, &[2]), group(6, &[6]), group(1, &[1]), group(3, &[3, 4, 5])]
}

/// One entry of a baseline for each way to stand.
fn entries() -> Vec<Accepted> {
    let entry = |id: &str, until: &str, line: usize, standing: Standing| Accepted {
        id: id.to_owned(),
        reason: "known before the release".to_owned(),
        owner: Some("team-ledger".to_owned()),
        ticket: Some("LED-42".to_owned()),
        until: until.to_owned(),
        line,
        environment: None,
        drifts: if standing == Standing::Fixed { Vec::new() } else { vec![id.to_owned()] },
        standing,
    };
    let mut missed = entry(
        "wrong-header/UpdateOneCustomer/200/header:etag/missing",
        "2026-06-30",
        17,
        Standing::NotExercised { because: "UpdateOneCustomer is not exercised: excluded in conform.toml".to_owned() },
    );
    missed.drifts.clear();
    vec![
        entry("wrong-media-type/GetOneCustomer/404", "2026-02-09", 3, Standing::StillDrifting),
        entry("server-error/GetOneCustomer/500", "2026-01-15", 8, Standing::Expired),
        entry("wrong-body/GetOneCustomer/200/iban/pattern", "2026-06-30", 12, Standing::Fixed),
        missed,
    ]
}

/// Nobody was home.
pub(super) fn outage() -> Outcome {
    let mut outcome = empty();
    outcome.verdict = Verdict::Environment;
    outcome.exit_code = 3;
    outcome.reasons = vec!["no connection to https://cams.staging.aquanow.com: connection refused".to_owned()];
    outcome.partial = true;
    outcome
}

/// Three environments: one that drifts, one that does not, one that was not there.
pub(super) fn several() -> Outcome {
    let named = |mut outcome: Outcome, name: &str| {
        outcome.environments = vec![EnvironmentFacts {
            name: name.to_owned(),
            base_urls: vec![format!("https://{name}.example")],
            run: None,
        }];
        outcome
    };
    let mut cert = conformant();
    let mut staging = many(3);
    for (outcome, result) in [(&mut cert, CaseResult::Passed), (&mut staging, CaseResult::Failed)] {
        outcome.cases = vec![CaseRecord {
            id: "c-9a1b".to_owned(),
            name: "GetAllCustomers minimal".to_owned(),
            family: "minimal".to_owned(),
            operations: vec!["GetAllCustomers".to_owned()],
            result,
            drifts: Vec::new(),
            requests: 1,
            milliseconds: 143,
        }];
    }
    for drift in &mut staging.drifts {
        drift.cases = vec!["c-9a1b".to_owned()];
    }
    let outcomes = [named(staging, "staging"), named(cert, "cert"), named(outage(), "dev")];
    join::environments(&outcomes, |_| Cause::Operation).unwrap()
}

/// So many different drifts.
pub(super) fn many(number: usize) -> Outcome {
    let mut outcome = conformant();
    outcome.verdict = Verdict::Drift;
    outcome.exit_code = 1;
    for at in 0..number {
        let mut drift = drift(if at % 7 == 0 { "wrong-header" } else { "wrong-body" }, "GetAllCustomers");
        drift.id = format!("{}/GetAllCustomers/200/property{at}", drift.rule);
        drift.message = format!("`property{at}` is none of the documented values");
        outcome.drifts.push(drift);
    }
    outcome
}
