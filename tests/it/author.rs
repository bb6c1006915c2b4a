//! What helps to write documents and cases, as its users call it: `bundle`, `new case`, `check`.

use std::fs;
use std::path::Path;
use std::process::Command;

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

#[test]
fn a_step_of_a_new_case_is_short() {
    let made = conform(home(), &["new", "case", "GetBankAccountInformation"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let steps = made.out.split_once("    steps:\n").unwrap().1;
    let steps: Vec<&str> = steps.split("\n\n").collect();
    assert_eq!(steps.len(), 3, "the customer and the account are created first:\n{}", made.out);
    for step in steps {
        let lines = step.lines().filter(|line| !line.trim_start().starts_with('#')).count();
        assert!(lines <= 9, "{lines} lines:\n{step}");
    }
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
