//! The proof of the suite: a fault is noticed, one that nothing may notice survives by name, and a false alarm fails it.

use std::process::{Command, Output};

use conform::sandbox::fault::registry::faults;
use serde_json::Value;

/// Runs `conform prove` with a configuration that ends with these lines.
fn prove(levels: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let usual = std::fs::read_to_string(format!("{root}/conform.toml")).unwrap();
    let config = folder.path().join("conform.toml");
    std::fs::write(&config, format!("{usual}\n{levels}\n")).unwrap();
    let inside = |name: &str| format!("{root}/{name}");
    Command::new(env!("CARGO_BIN_EXE_conform"))
        .current_dir(folder.path())
        .arg("prove")
        .args(arguments)
        .args(["--config", &config.display().to_string()])
        .args(["--specs", &inside("specs"), "--overlays", &inside("specs/overlays"), "--cases", &inside("cases")])
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_fault_is_noticed_by_the_rule_that_may_claim_it() {
    let output = prove("", &["--fault", "total-as-number", "--fault", "twenty-first-taken", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let proof: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(proof["healthy"], Value::Array(Vec::new()));
    assert_eq!(proof["variations"], Value::Array(Vec::new()), "a fault that is named is all that is tried");
    let trials = proof["trials"].as_array().unwrap();
    assert_eq!(trials.len(), 2);
    let whole = proof["requests"].as_u64().unwrap();
    for trial in trials {
        let fault = faults().find(|fault| trial["fault"] == fault.id).unwrap();
        assert_eq!(trial["noticed"], "rightly", "{trial}");
        assert!(fault.noticed_by.contains(&trial["rules"][0].as_str().unwrap()), "{trial}");
        assert!(trial["requests"].as_u64().unwrap() <= whole, "{trial}");
    }
}

#[test]
fn a_fault_that_no_rule_may_name_survives_and_fails_the_proof() {
    let output = prove("[levels]\nwrong-body = \"off\"", &["--fault", "total-as-number"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let text = said(&output);
    let row = text.lines().find(|line| line.starts_with("total-as-number ")).unwrap();
    assert!(row.ends_with("survived") || row.contains("by accident"), "{row}");
    assert!(text.contains("0 of 1 noticed by the right rule"), "{text}");
}

#[test]
fn what_is_said_of_a_conformant_sandbox_at_level_error_is_a_false_alarm() {
    // The sandbox refuses a query with 400, which no document of the list names: a warning, and nothing to raise.
    let output = prove("[levels]\nundocumented-status = \"error\"", &["--variation", "pretty"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let text = said(&output);
    assert!(text.contains("the healthy sandbox shows undocumented-status/GetAllCustomers/400/invalid"), "{text}");
    assert!(text.contains("false alarm: pretty, seed "), "{text}");
    assert!(text.contains("0 of 1 runs of conformant sandboxes without a false alarm"), "{text}");
}

#[test]
fn a_slip_in_a_name_is_told_with_what_is_near() {
    for (flag, name, near) in [("--fault", "total-as-numbr", "total-as-number"), ("--variation", "prety", "pretty")] {
        let output = prove("", &[flag, name]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(&format!("did you mean `{near}`?")), "{}", said(&output));
    }
    let output = prove("", &["--check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("--page"), "{}", said(&output));
}
