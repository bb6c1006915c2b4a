//! What the plan depends on, as the command line shows it: documents, configuration and seed, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn conform(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_conform")).args(arguments).current_dir(root()).env_clear().output().unwrap()
}

/// What `conform list --format json` prints, with these flags beside.
fn listed(arguments: &[&str]) -> Vec<u8> {
    let output = conform(&[&["list", "--format", "json"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The whole plan, as it is printed.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| listed(&[]));

fn whole() -> Vec<Value> {
    serde_json::from_slice(&WHOLE).unwrap()
}

fn plan(arguments: &[&str]) -> Vec<Value> {
    serde_json::from_slice(&listed(arguments)).unwrap()
}

fn ids(plan: &[Value]) -> Vec<String> {
    plan.iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect()
}

fn calls(case: &Value, operation: &str) -> bool {
    case["operations"].as_array().unwrap().iter().any(|name| name == operation)
}

#[test]
fn workers_and_runs_change_nothing() {
    let one = listed(&["--concurrency", "1"]);
    assert_eq!(one, listed(&["--concurrency", "64"]));
    assert_eq!(one, *WHOLE);
    let plan: Vec<Value> = serde_json::from_slice(&one).unwrap();
    assert_eq!(ids(&plan).into_iter().collect::<BTreeSet<_>>().len(), plan.len(), "ids are unique");
    assert!(plan.len() > 1_000, "{}", plan.len());
}

#[test]
fn another_operation_moves_no_id_and_no_order() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    for (name, changed) in [("before", false), ("after", true)] {
        fs::create_dir_all(place(name)).unwrap();
        for entry in fs::read_dir(root().join("specs")).unwrap().map(Result::unwrap) {
            if entry.path().is_file() {
                fs::copy(entry.path(), place(name).join(entry.file_name())).unwrap();
            }
        }
        if changed {
            // Comes first by name, so that everything else moves down.
            let document = r#"{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/v1/accounts/{id}": {"put": {
                "operationId": "AAA", "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}}},
                "responses": {"200": {"description": "OK"}}}}}}"#;
            fs::write(place(name).join("AAA.json"), document).unwrap();
        }
    }
    let of = |name: &str| plan(&["--specs", place(name).to_str().unwrap()]);
    let (before, after) = (of("before"), of("after"));
    let kept: Vec<Value> = after.iter().filter(|case| !calls(case, "AAA")).cloned().collect();
    assert!(after.len() > kept.len() + 10, "{} {}", after.len(), kept.len());
    assert_eq!(kept, before);
}

#[test]
fn shards_are_disjoint_and_together_the_whole() {
    let whole = ids(&whole());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for shard in ["1/4", "2/4", "3/4", "4/4"] {
        let part = ids(&plan(&["--shard", shard]));
        assert!(part.len() > whole.len() / 8, "{shard} has {} of {}", part.len(), whole.len());
        for id in part {
            *seen.entry(id).or_default() += 1;
        }
    }
    assert!(seen.values().all(|count| *count == 1));
    assert_eq!(seen.into_keys().collect::<BTreeSet<_>>(), whole.into_iter().collect());
}

#[test]
fn selections_are_parts_of_the_plan() {
    let whole = whole();
    let wanted = |keep: &dyn Fn(&Value) -> bool| whole.iter().filter(|case| keep(case)).cloned().collect::<Vec<_>>();
    assert_eq!(plan(&["--only", "AddCustomer"]), wanted(&|case| calls(case, "AddCustomer")));
    assert_eq!(plan(&["--exclude", "AddCustomer"]), wanted(&|case| !calls(case, "AddCustomer")));
    let both = ["--only", "GetOneCustomer", "--only", "GetAllCustomers", "--exclude", "GetAllCustomers"];
    assert_eq!(plan(&both), wanted(&|case| calls(case, "GetOneCustomer") && !calls(case, "GetAllCustomers")));
    let case = whole.iter().find(|case| case["name"] == "AddCustomer null: body /fullName").unwrap();
    assert_eq!(plan(&["--case", case["id"].as_str().unwrap()]), std::slice::from_ref(case));
    assert_eq!(plan(&["--case", "AddCustomer null: body /fullName"]), std::slice::from_ref(case));
}

#[test]
fn depth_and_seed_change_what_is_drawn_and_nothing_else() {
    let is_drawn = |case: &&Value| case["family"].as_str().unwrap().starts_with("random");
    let apart = |plan: Vec<Value>| plan.into_iter().partition::<Vec<Value>, _>(|case| !is_drawn(&case));
    let split = |arguments: &[&str]| apart(plan(arguments));
    let (listed, none) = split(&["--depth", "0"]);
    assert!(none.is_empty(), "{none:?}");
    let (same, three) = split(&["--depth", "3"]);
    assert_eq!(listed, same);
    for operation in ["AddCustomer", "AddCustomerBankInformation", "UpdateOneCustomer", "GetAllCustomers"] {
        let of = |family: &str| three.iter().filter(|case| calls(case, operation) && case["family"] == family).count();
        assert_eq!(of("random"), 3, "{operation}");
        assert!((1..=3).contains(&of("random-mutant")), "{operation} {}", of("random-mutant"));
    }
    let (same, ten) = apart(whole());
    assert_eq!(listed, same);
    let ten: BTreeSet<String> = ids(&ten).into_iter().collect();
    assert!(ids(&three).iter().all(|id| ten.contains(id)), "more depth keeps what is there");

    let (same, other) = split(&["--depth", "3", "--seed", "5"]);
    assert_eq!(listed, same);
    assert!(ids(&other).iter().all(|id| !ten.contains(id)));
    assert!(other.iter().all(|case| case["name"].as_str().unwrap().contains("seed 5, ")), "{other:?}");
}

#[test]
fn wrong_values_end_with_2_and_teach() {
    for (arguments, parts) in [
        (&["--shard", "5/4"][..], &["5/4", "a shard is written as 2/8"][..]),
        (&["--shard", "x"], &["`x`", "a shard is written as 2/8"]),
        (&["--shard", "0/4"], &["a shard is written as 2/8"]),
        (&["--depth", "-1"], &["--depth", "0..=10000"]),
        (&["--depth", "many"], &["--depth", "many"]),
        (&["--depth", "10001"], &["10001", "0..=10000"]),
        (&["--seed", "-3"], &["--seed"]),
        (&["--seed", "x"], &["--seed", "x"]),
        (&["--only", "AddCostumer"], &["AddCostumer", "AddCustomer"]),
        (&["--case", "AddCustomer minimum"], &["no case `AddCustomer minimum`", "AddCustomer minimal"]),
    ] {
        // A run that selects nothing has not enough evidence, as others have.
        let selects_nothing = ["--only", "--case"].contains(&arguments[0]);
        for command in if selects_nothing { &["list"][..] } else { &["list", "run"] } {
            let output = conform(&[&[*command], arguments].concat());
            let error = String::from_utf8_lossy(&output.stderr).replace('\'', "`");
            assert_eq!(output.status.code(), Some(2), "{command} {arguments:?}: {error}");
            assert!(!error.contains("panicked"), "{error}");
            for part in parts {
                assert!(error.contains(part), "{command} {arguments:?}: `{part}` is not in:\n{error}");
            }
        }
    }
    for (arguments, part) in [
        (&["--max-requests", "0"][..], "--max-requests"),
        (&["--max-requests", "-1"], "--max-requests"),
        (&["--max-requests", "x"], "--max-requests"),
        (&["--budget", "soon"], "soon"),
        (&["--budget", "5"], "--budget"),
    ] {
        let output = conform(&[&["run"], arguments].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && error.contains(part), "{arguments:?}: {error}");
    }
}

/// Runs with these flags, and returns the exit code, the report and what was printed.
fn run(arguments: &[&str]) -> (Option<i32>, Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = conform(&[&["run", "--report-dir", out.to_str().unwrap()], arguments].concat());
    let report = fs::read(out.join("report.json"));
    let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), serde_json::from_slice(&report).unwrap(), printed)
}

fn left_out(report: &Value) -> usize {
    let cases = report["cases"].as_array().unwrap();
    let reason = |case: &&Value| case["result"]["reason"].as_str().is_some_and(|reason| reason.contains("left out"));
    cases.iter().filter(reason).count()
}

#[test]
fn no_more_requests_than_asked_for_are_sent_and_the_rest_is_named() {
    let (code, report, printed) = run(&["--max-requests", "5"]);
    // Each of them may have made something that is to be removed, and looked for.
    let sent = report["requests"].as_u64().unwrap();
    assert!((1..=60).contains(&sent), "{sent}");
    let counted: u64 = report["operations"].as_array().unwrap().iter().map(|o| o["requests"].as_u64().unwrap()).sum();
    assert!(counted <= 5, "{counted} requests beside cleanup");
    assert_eq!(code, Some(4), "five requests cannot show eight operations: {}", report["reasons"]);
    let left = left_out(&report);
    assert!(left > 1_000, "{left}");
    let notes = report["notes"].as_array().unwrap().iter().filter_map(Value::as_str);
    let note = notes.filter(|note| note.contains("left out")).collect::<Vec<_>>().join("\n");
    assert!(note.contains(&left.to_string()) && note.contains(" 5 requests"), "{left}: {note}");
    assert!(printed.contains("left out"), "{printed}");
}

#[test]
fn a_budget_that_is_spent_at_once_starts_next_to_nothing_and_says_so() {
    let (code, report, _) = run(&["--budget", "1ms"]);
    assert_eq!(code, Some(4), "{}", report["reasons"]);
    let cases = report["cases"].as_array().unwrap().len();
    assert!(left_out(&report) > cases * 9 / 10, "{} of {cases}", left_out(&report));
    let said = report["notes"].to_string() + &report["reasons"].to_string();
    assert!(said.contains("the budget of 1 ms"), "{said}");
}
