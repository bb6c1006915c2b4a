//! What helps to write documents and cases, as its users call it: `bundle`, `new case`, `check`.

use std::fs;
use std::path::Path;
use std::process::Command;

use conform::author::{Settings, sequence};
use conform::contract::Contract;
use conform::document::Document;

use crate::proxy::{Answer, Asked, Lie, Proxy};

struct Run {
    code: i32,
    out: String,
    err: String,
}

/// Runs the program in `folder`.
fn conform(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_conform"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The folder of the project, with its documents, overlays and cases.
fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_bundle_is_written_in_the_format_of_its_file_and_replaces_nothing_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let (yaml, json) = (folder.path().join("api.yaml"), folder.path().join("api.json"));
    for file in [&yaml, &json] {
        let name = file.to_str().unwrap();
        let written = conform(home(), &["bundle", "-o", name]);
        assert_eq!((written.code, written.out.as_str()), (0, ""), "{}", written.err);
        let listed = conform(home(), &["lint", "--specs", name]);
        assert_eq!(listed.code, 0, "{}", listed.out);
        assert!(listed.out.contains("8 operations"), "{}", listed.out);
    }
    assert!(fs::read_to_string(&json).unwrap().starts_with("{\n"));
    let again = conform(home(), &["bundle", "-o", yaml.to_str().unwrap()]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is there already") && again.err.contains("--force"), "{}", again.err);
    assert_eq!(conform(home(), &["bundle", "-o", yaml.to_str().unwrap(), "--force"]).code, 0);
}

#[test]
fn a_difference_stands_under_the_sentence_that_made_it() {
    let shown = conform(home(), &["bundle", "--diff"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.starts_with("--- specs/AddCustomer.json as published\n"), "{}", shown.out);
    // Every change has an action that made it.
    for (index, line) in shown.out.lines().enumerate() {
        if line.starts_with("@@ ") {
            let above = shown.out.lines().nth(index - 1).unwrap();
            assert!(above.starts_with("# specs/overlays/"), "{above}\n{line}");
        }
    }
    assert!(!shown.out.contains('\u{1b}'));
}

/// The published operations.
const OPERATIONS: [&str; 8] = [
    "AddCustomer",
    "AddCustomerBankInformation",
    "GetAllCustomers",
    "GetBankAccountInformation",
    "GetOneCustomer",
    "ListCustomerBankInformation",
    "RemoveCustomerBankAccountInformation",
    "UpdateOneCustomer",
];

#[test]
fn a_new_case_for_any_operations_is_valid_and_green_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let single = OPERATIONS.map(|operation| vec![operation]);
    let several = [
        vec!["AddCustomer", "GetOneCustomer", "UpdateOneCustomer", "GetOneCustomer"],
        vec!["UpdateOneCustomer", "ListCustomerBankInformation", "AddCustomerBankInformation"],
        vec!["AddCustomerBankInformation", "RemoveCustomerBankAccountInformation", "GetBankAccountInformation"],
        vec![
            "AddCustomer",
            "AddCustomer",
            "AddCustomerBankInformation",
            "GetBankAccountInformation",
            "GetAllCustomers",
        ],
        vec!["GetAllCustomers", "GetOneCustomer"],
        OPERATIONS.to_vec(),
    ];
    for (index, operations) in single.iter().chain(&several).enumerate() {
        for examples in [&[][..], &["--examples"]] {
            let file = folder.path().join(format!("c{index}-{}.arazzo.yaml", examples.len()));
            let name = file.to_str().unwrap();
            let arguments =
                [&["new", "case"], operations.as_slice(), examples, &["--name", "made", "-o", name]].concat();
            let made = conform(home(), &arguments);
            assert_eq!(made.code, 0, "{}", made.err);
        }
    }
    let cases = folder.path().to_str().unwrap();
    let out = folder.path().join("out");
    let mut arguments = vec!["run", "--cases", cases, "--report-dir", out.to_str().unwrap()];
    let names: Vec<String> = (0..single.len() + several.len())
        .flat_map(|index| [0, 1].map(|with| format!("c{index}-{with}/made")))
        .collect();
    for name in &names {
        arguments.extend(["--case", name]);
    }
    let run = conform(home(), &arguments);
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("report.json")).unwrap()).unwrap();
    for case in report["cases"].as_array().unwrap() {
        assert_eq!(case["result"]["kind"], "passed", "{case:#}");
    }
    assert_eq!(report["cases"].as_array().unwrap().len(), names.len());
    assert_eq!(run.code, 0, "{}", run.out);
}

/// Comments do not count, and a long payload stands among the inputs.
#[test]
fn a_step_of_a_new_case_takes_eight_lines_at_most() {
    let pets = Document::parse("pets.json", crate::pets::document().to_string()).unwrap();
    let pets = Contract::new(vec![pets], vec![]).unwrap();
    for contract in [&crate::SUITE.contract, &pets] {
        for (operation, by_example) in
            contract.operations.iter().flat_map(|operation| [(operation, false), (operation, true)])
        {
            let settings =
                Settings { mark: vec!["referenceId".to_owned(), "name".to_owned()], by_example, ..Settings::default() };
            let text = sequence(contract, &[operation.id.to_string()], &settings).unwrap();
            for step in text.split_once("    steps:\n").unwrap().1.split("\n\n") {
                let lines = step.lines().filter(|line| !line.trim_start().starts_with('#')).count();
                assert!(lines <= 8, "{lines} lines:\n{step}");
            }
        }
    }
    let made = conform(home(), &["new", "case", "GetBankAccountInformation"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let steps = made.out.split_once("    steps:\n").unwrap().1;
    assert_eq!(steps.split("\n\n").count(), 3, "the customer and the account are created first:\n{}", made.out);
    assert!(made.out.contains("# Put in front: GetBankAccountInformation needs a bankAccountId."), "{}", made.out);
    assert!(made.out.contains("value: $steps.addCustomer.outputs.customerId"), "{}", made.out);
}

#[test]
fn a_new_case_says_what_was_meant_and_replaces_no_file() {
    let wrong = conform(home(), &["new", "case", "GetOneCustomers"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("there is no operation `GetOneCustomers`"), "{}", wrong.err);
    assert!(wrong.err.contains("did you mean `GetOneCustomer`?"), "{}", wrong.err);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.arazzo.yaml"), "mine").unwrap();
    let file = folder.path().join("mine.arazzo.yaml");
    let kept = conform(home(), &["new", "case", "GetOneCustomer", "-o", file.to_str().unwrap()]);
    assert_eq!(kept.code, 2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

/// Runs against `base_url`; the report goes to `folder/NAME`.
fn run_at(base_url: &str, token: &str, folder: &Path, name: &str, arguments: &[&str]) -> (i32, serde_json::Value) {
    let out = folder.join(name);
    let output = Command::new(env!("CARGO_BIN_EXE_conform"))
        .args(["run", "--base-url", base_url, "--token-env", "TOKEN", "--report-dir", out.to_str().unwrap()])
        .args(arguments)
        .current_dir(home())
        .env_clear()
        .env("TOKEN", token)
        .output()
        .unwrap();
    let report = fs::read_to_string(out.join("report.json")).unwrap_or_else(|_| {
        panic!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    });
    (output.status.code().unwrap_or(-1), serde_json::from_str(&report).unwrap())
}

/// A case made from each drift fails where the drift is, and passes against a healthy server.
async fn regress(
    what: &str,
    liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static,
    documents: &[&str],
    rules: &[&str],
) {
    let mut sources = vec!["--overlays", "specs/overlays"];
    sources.extend(documents.iter().flat_map(|document| ["--specs", document]));
    let faulty = Proxy::start(liar).await;
    let healthy = Proxy::start(|_, answer| Lie::Answer(answer)).await;
    let folder = tempfile::tempdir().unwrap();
    let sources = sources.as_slice();
    let plan = [sources, &["--depth", "0"]].concat();
    let (code, report) = run_at(&faulty.base_url, &faulty.token, folder.path(), "found", &plan);
    assert_eq!(code, 1, "{what}: {:#}", report["drifts"]);
    let from = folder.path().join("found/report.json");
    for rule in rules {
        let drifts = report["drifts"].as_array().unwrap();
        let found = drifts.iter().find(|drift| drift["rule"] == *rule);
        let id = found.unwrap_or_else(|| panic!("{what}: no {rule} in {drifts:#?}"))["id"].as_str().unwrap();
        let file = folder.path().join("again.arazzo.yaml");
        let (from, name) = (from.to_str().unwrap(), file.to_str().unwrap());
        let again = ["new", "case", "--from", id, "--report", from, "--env", "local", "--name", "again", "-o", name];
        let made = conform(home(), &[&again[..], &["--force"], sources].concat());
        assert_eq!(made.code, 0, "{what} {id}: {}", made.err);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(id), "{text}");
        let cases = [&["--cases", name, "--case", "again/again"], sources].concat();
        let (code, report) = run_at(&faulty.base_url, &faulty.token, folder.path(), "again", &cases);
        assert_eq!(code, 1, "{what} {id}: {:#}\n{text}", report["reasons"]);
        let (code, report) = run_at(&healthy.base_url, &healthy.token, folder.path(), "mended", &cases);
        assert_eq!(code, 0, "{what} {id}: {:#}{:#}\n{text}", report["reasons"], report["drifts"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drift_in_an_answer_becomes_a_case_that_fails_until_it_is_mended() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("GET", "/v1/customers") && asked.header("authorization").is_none() {
            answer.status = 200;
            answer.set_header("content-type", "application/json");
            answer.set_json(&serde_json::json!({"items": [], "totalCount": "0"}));
        } else if asked.is("GET", "/v1/customers") && answer.is_success() {
            answer.edit(|body| body["totalCount"] = serde_json::json!(42));
        }
        if asked.method == "GET" && asked.path().contains("/v1/customers/") && answer.is_success() {
            answer.edit(|body| {
                if let Some(body) = body.as_object_mut() {
                    body.insert("surprise".to_owned(), serde_json::json!(1));
                }
            });
        }
        Lie::Answer(answer)
    };
    let documents = ["specs/GetAllCustomers.json", "specs/GetOneCustomer.json"];
    regress("an answer", liar, &documents, &["wrong-body", "undocumented-property", "open-access"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drift_in_what_is_taken_becomes_a_case_that_fails_until_it_is_mended() {
    let liar = |asked: &Asked, mut answer: Answer| {
        let sent: serde_json::Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        if asked.is("POST", "/v1/customers") && answer.status == 400 && sent.get("fullName").is_none() {
            answer.status = 200;
            answer.set_json(&serde_json::json!({"customerId": "b3df44a4-7467-437a-8b63-e0efb62ac1fe"}));
        }
        Lie::Answer(answer)
    };
    regress("a request", liar, &["specs/AddCustomer.json"], &["accepted-invalid"]).await;
}

#[test]
fn a_recorded_request_and_a_generated_case_become_written_ones() {
    let folder = tempfile::tempdir().unwrap();
    let har = folder.path().join("browser.har");
    let entry = serde_json::json!({"request": {"method": "GET", "url": "https://x.example/api/v1/customers/123?unknown=1", "headers": []}});
    fs::write(&har, serde_json::json!({"log": {"entries": [entry]}}).to_string()).unwrap();
    let from = format!("{}#1", har.display());
    let file = folder.path().join("har.arazzo.yaml");
    let made = conform(home(), &["new", "case", "--from", &from, "--name", "again", "-o", file.to_str().unwrap()]);
    assert_eq!(made.code, 0, "{}", made.err);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("operationId: $sourceDescriptions.getOneCustomer.GetOneCustomer"), "{text}");
    assert!(text.contains("x-conform: { undeclared: true }"), "{text}");
    let missing = conform(home(), &["new", "case", "--from", &format!("{}#2", har.display())]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("it has 1 entries"), "{}", missing.err);

    let sources = ["--specs", "specs/ListCustomerBankInformation.json", "--overlays", "specs/overlays"];
    let on = |arguments: &[&str]| conform(home(), &[arguments, &sources].concat());
    let listed = on(&["list"]);
    let case = listed.out.lines().find(|line| line.contains("ListCustomerBankInformation minimal")).unwrap();
    let id = case.split_whitespace().next().unwrap();
    let made = on(&["new", "case", "--from", id]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.out.contains(&format!("# Sends what the generated case {id} sends")), "{}", made.out);
    let unknown = on(&["new", "case", "--from", "ListCustomerBankInformation minimall"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("did you mean `ListCustomerBankInformation minimal`?"), "{}", unknown.err);
}

/// A case file whose steps call `ListThings` of `api.yaml`; `rest` goes into the workflow.
fn things(rest: &str) -> String {
    format!(
        "arazzo: 1.0.1\ninfo: {{ title: T, version: '1' }}\nsourceDescriptions: [{{ name: api, url: api.yaml, type: openapi }}]\nworkflows:\n  - workflowId: one\n{rest}"
    )
}

const API: &str = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\npaths:\n  /things:\n    get: { operationId: ListThings, responses: { '200': { description: OK }, '401': { description: No } } }\n";

/// Checks a file with `rest` in its workflow.
fn checked(rest: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("api.yaml"), API).unwrap();
    fs::write(folder.path().join("c.arazzo.yaml"), things(rest)).unwrap();
    conform(folder.path(), &["check", "--specs", "api.yaml", "c.arazzo.yaml"])
}

#[test]
fn the_cases_of_the_project_are_checked_without_a_network() {
    let all = conform(home(), &["check"]);
    assert_eq!(all.code, 0, "{}{}", all.out, all.err);
    assert!(all.out.contains("cases/bank-accounts.arazzo.yaml: "), "{}", all.out);
    let one = conform(
        home(),
        &["check", "cases/listing.arazzo.yaml", "specs/overlays/20-rules.overlay.yaml", "conform.toml"],
    );
    assert_eq!(one.code, 0, "{}{}", one.out, one.err);
    assert!(one.out.contains("specs/overlays/20-rules.overlay.yaml: fine"), "{}", one.out);
    assert!(!one.out.contains("bank-accounts"), "{}", one.out);
}

#[test]
fn a_mistake_in_a_case_is_shown_where_it_stands() {
    let wrong = checked("    steps:\n      - { stepId: a, operationId: ListThing }\n");
    assert_eq!(wrong.code, 2, "{}", wrong.out);
    for part in ["c.arazzo.yaml:7:", "^", "did you mean `ListThings`?"] {
        assert!(wrong.err.contains(part), "{part}: {}", wrong.err);
    }
    let missing = conform(home(), &["check", "cases/nothing.arazzo.yaml"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("cases/nothing.arazzo.yaml"), "{}", missing.err);
}

#[test]
fn what_is_legal_and_surely_a_slip_is_warned_of() {
    let step = "stepId: a, operationId: ListThings";
    for (what, rest, said) in [
        (
            "an output",
            format!("    steps:\n      - {{ {step}, outputs: {{ id: $response.body#/0 }} }}\n"),
            "the output `id` is never used",
        ),
        (
            "an input",
            format!(
                "    inputs: {{ type: object, properties: {{ x: {{ default: 1 }} }} }}\n    steps:\n      - {{ {step} }}\n"
            ),
            "the input `x` is never used",
        ),
        (
            "an end",
            format!(
                "    steps:\n      - {{ {step}, onSuccess: [{{ name: e, type: end }}] }}\n      - {{ stepId: b, operationId: ListThings }}\n"
            ),
            "`b` is never reached",
        ),
        (
            "an environment",
            format!("    x-conform: {{ environments: [stagin] }}\n    steps:\n      - {{ {step} }}\n"),
            "no environment of the configuration",
        ),
        ("a status", format!("    steps:\n      - {{ {step}, x-conform: {{ expect: 404 }} }}\n"), "documents no 404"),
        ("a range", format!("    steps:\n      - {{ {step}, x-conform: {{ expect: 5XX }} }}\n"), "documents no 5XX"),
    ] {
        let warned = checked(&rest);
        assert_eq!(warned.code, 0, "{what}: {}{}", warned.out, warned.err);
        assert!(warned.out.contains(said), "{what}: {}{}", warned.out, warned.err);
        assert!(warned.out.contains("c.arazzo.yaml: 1 workflow, "), "{what}: {}", warned.out);
        assert!(warned.out.contains("1 warning"), "{what}: {}", warned.out);
    }
}

#[test]
fn what_only_looks_like_a_slip_is_not_warned_of() {
    for rest in [
        "    inputs: { type: object, properties: { x: { default: 1 } } }\n    steps:\n      - { stepId: a, operationId: ListThings, outputs: { id: $response.body#/0 }, onSuccess: [{ name: e, type: end, criteria: [{ condition: $statusCode == 204 }] }] }\n      - { stepId: b, operationId: ListThings, successCriteria: [{ condition: $steps.a.outputs.id != $inputs.x }] }\n",
        "    outputs: { all: $steps.a.outputs.id }\n    x-conform: { environments: [staging, elsewhere] }\n    steps:\n      - { stepId: a, operationId: ListThings, outputs: { id: $response.body#/0 }, x-conform: { expect: 4XX } }\n",
        "    steps:\n      - { stepId: a, operationId: ListThings, onSuccess: [{ name: e, type: end }] }\n      - { stepId: b, operationId: ListThings, x-conform: { always: true } }\n",
        "    steps:\n      - { stepId: a, operationId: ListThings, onSuccess: [{ name: e, type: end }], onFailure: [{ name: g, type: goto, stepId: b }] }\n      - { stepId: b, operationId: ListThings }\n",
    ] {
        let silent = checked(rest);
        assert_eq!(silent.code, 0, "{}{}", silent.out, silent.err);
        assert!(!silent.out.contains("warning:"), "{}", silent.out);
    }
}
