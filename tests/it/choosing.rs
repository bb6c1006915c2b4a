//! Which cases are run: by tag, by a pattern of names, and those that failed last time.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const CASES: &str = "arazzo: 1.0.1
info: { title: t, version: '1' }
sourceDescriptions: [{ name: list, url: specs/GetAllCustomers.json, type: openapi }]
workflows:
  - workflowId: right
    x-conform: { tags: [reading, good] }
    steps: [{ stepId: s, operationId: GetAllCustomers, x-conform: { expect: accepted } }]
  - workflowId: wrong
    x-conform: { tags: [reading] }
    steps: [{ stepId: s, operationId: GetAllCustomers, successCriteria: [{ condition: $statusCode == 201 }] }]
  - workflowId: made
    x-conform: { tags: [deep], generate: 4 }
    inputs: { type: object, required: [limit], properties: { limit: { type: integer, minimum: 1, maximum: 50 } } }
    steps:
      - stepId: s
        operationId: GetAllCustomers
        parameters: [{ name: limit, value: $inputs.limit }]
        successCriteria: [{ condition: $inputs.limit == 0 }]
";

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let specs = root.join("specs/GetAllCustomers.json").display().to_string();
        let settings = format!("specs = [{specs:?}]\noverlays = []\ncases = [\"t.arazzo.yaml\"]\n");
        fs::write(place.0.path().join("conform.toml"), settings).unwrap();
        fs::write(place.0.path().join("t.arazzo.yaml"), CASES).unwrap();
        place
    }

    fn conform(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_conform"));
        let output = command.args(arguments).current_dir(self.0.path()).env_clear().output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    /// The names of the listed cases.
    fn listed(&self, arguments: &[&str]) -> Vec<String> {
        let (code, out, err) = self.conform(&[&["list", "--depth", "0", "--format", "json"], arguments].concat());
        assert_eq!(code, 0, "{err}");
        let cases: Vec<Value> = serde_json::from_str(&out).unwrap();
        cases.iter().map(|case| case["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The names and ids of the cases that ran.
    fn ran(&self, arguments: &[&str], expected: i32) -> Vec<(String, String)> {
        let (code, out, err) = self.conform(&[&["run", "--depth", "0", "--format", "json"], arguments].concat());
        assert_eq!(code, expected, "{err}");
        let report: Value = serde_json::from_str(&out).unwrap();
        let text = |case: &Value, key: &str| case[key].as_str().unwrap().to_owned();
        report["cases"].as_array().unwrap().iter().map(|case| (text(case, "name"), text(case, "id"))).collect()
    }
}

#[test]
fn a_tag_or_a_pattern_selects_cases() {
    let place = Place::new();
    assert_eq!(place.listed(&["--tag", "good"]), ["t/right"]);
    assert_eq!(place.listed(&["--tag", "reading"]), ["t/right", "t/wrong"]);
    assert_eq!(place.listed(&["--tag", "good", "--tag", "deep"]).len(), 5);
    assert_eq!(place.listed(&["--case", "t/*"]).len(), 6);
    assert_eq!(place.listed(&["--case", "t/?ight"]), ["t/right"]);
    assert_eq!(place.listed(&["--case", "t/made [generated ?]"]).len(), 4);
    assert_eq!(place.listed(&["--case", "t/w*", "--tag", "reading"]), ["t/wrong"]);
    for (flag, slip, message) in
        [("--tag", "god", "no case has the tag `god`"), ("--case", "u/*", "there is no case `u/*`")]
    {
        let (code, _, err) = place.conform(&["list", flag, slip]);
        assert!(code == 2 && err.contains(message), "{err}");
    }
}

#[test]
fn what_failed_last_time_is_run_again_alone() {
    let place = Place::new();
    let (code, _, err) = place.conform(&["run", "--failed"]);
    assert!(code == 2 && err.contains("there is no report of `sandbox` yet"), "{err}");
    let first = place.ran(&["--case", "t/*", "--seed", "5"], 1);
    let wrong: Vec<_> = first.into_iter().filter(|(name, _)| name != "t/right").collect();
    assert_eq!(wrong.len(), 5, "{wrong:?}");
    // With the seed of that run, since rows that were made are other ones for another seed.
    assert_eq!(place.ran(&["--failed"], 1), wrong);
    assert_eq!(place.listed(&["--failed"]).len(), 5);
    // The newest report counts, and one that is somewhere else where it is named.
    assert_eq!(place.ran(&["--failed", "--tag", "reading"], 1).len(), 1);
    assert_eq!(place.listed(&["--failed"]), ["t/wrong"]);
    place.ran(&["--case", "t/right"], 0);
    let (code, _, err) = place.conform(&["run", "--failed"]);
    assert!(code == 4 && err.contains("no case failed in ") && err.contains("report.json"), "{code} {err}");
    place.ran(&["--case", "t/wrong", "--report-dir", "out"], 1);
    assert_eq!(place.ran(&["--failed", "--report-dir", "out"], 1)[0].0, "t/wrong");
    fs::write(place.0.path().join("t.arazzo.yaml"), CASES.replace("workflowId: wrong", "workflowId: other")).unwrap();
    let (code, _, err) = place.conform(&["run", "--failed", "--report-dir", "out"]);
    assert!(code == 4 && err.contains("none of the 1 cases that failed"), "{code} {err}");
    fs::write(place.0.path().join("out/report.json"), "{").unwrap();
    let (code, _, err) = place.conform(&["run", "--failed", "--report-dir", "out"]);
    assert!(code == 2 && err.contains("is no report"), "{code} {err}");
}
