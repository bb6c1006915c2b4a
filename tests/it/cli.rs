//! The program as its users call it: exit codes, messages with position, reports on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A command in an empty folder of its own, with no configuration but the built-in one.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn report(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path().join("out/report.json")).unwrap()).unwrap()
    }

    fn conform(&self, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_conform"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        Run::new(output)
    }
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn fails_with(&self, parts: &[&str]) {
        assert_eq!(self.code, 2, "{}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not in:\n{}", self.err);
        }
    }
}

const GOOD: &str = r#"{
  "openapi": "3.0.3",
  "info": {"title": "t", "version": "1"},
  "paths": {"/things": {"get": {"operationId": "ListThings", "responses": {"200": {"description": "OK"}}}}}
}"#;

#[test]
fn a_mistake_in_what_is_read_ends_with_2_and_shows_where() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for (what, file, text, parts) in [
        ("invalid JSON", "api.json", "{\n  \"openapi\": \"3.0.3\",,\n}", &["api.json:2:22", "^"][..]),
        ("invalid YAML", "api.yaml", "openapi: 3.0.3\ninfo: [unclosed\n", &["api.yaml:"][..]),
        (
            "a duplicate key",
            "api.json",
            "{\n\"openapi\": \"3.0.3\",\n\"openapi\": \"3.0.3\"}",
            &["api.json:3:1", "openapi"][..],
        ),
        ("no OpenAPI document", "api.json", "{\"swagger\": \"2.0\"}", &["api.json:1:", "2.0"][..]),
        (
            "another version",
            "api.yaml",
            "openapi: 3.1.0\ninfo: {title: t, version: v}\npaths: {}\n",
            &["api.yaml:1:", "3.1"][..],
        ),
        ("nesting", "api.json", deep.as_str(), &["api.json"][..]),
        ("an empty file", "api.json", "", &["api.json"][..]),
    ] {
        let place = Place::new();
        place.write(file, text);
        let run = place.conform(&["run", "--specs", file, "--base-url", "http://127.0.0.1:9"]);
        assert_eq!(run.code, 2, "{what}: {}\n{}", run.out, run.err);
        run.fails_with(parts);
        place.conform(&["lint", "--specs", file]).fails_with(parts);
        place.conform(&["list", "--specs", file]).fails_with(parts);
    }
}

#[test]
fn a_missing_file_is_named() {
    let place = Place::new();
    place.conform(&["run", "--specs", "nowhere", "--base-url", "http://127.0.0.1:9"]).fails_with(&["nowhere"]);
    place.conform(&["run", "--config", "nowhere.toml"]).fails_with(&["nowhere.toml"]);
    place.conform(&["run"]).fails_with(&["specs", "run in the folder of the project"]);
    place.write("api.json", GOOD);
    let cases = ["run", "--specs", "api.json", "--cases", "no.arazzo.yaml", "--base-url", "http://127.0.0.1:9"];
    place.conform(&cases).fails_with(&["no.arazzo.yaml"]);
}

#[test]
fn a_reference_that_leads_nowhere_disables_the_operation_and_says_so() {
    for (reference, word) in [
        ("#/components/schemas/Nothing", "Nothing"),
        ("https://example.com/x.json", "remote"),
        ("#/components/schemas/Loop", "circle"),
    ] {
        let place = Place::new();
        let text = GOOD.replace(
            r#""description": "OK""#,
            &format!(
                r#""description": "OK", "content": {{"application/json": {{"schema": {{"$ref": "{reference}"}}}}}}"#
            ),
        );
        let text = text.replace(
            "\"paths\"",
            "\"components\": {\"schemas\": {\"Loop\": {\"$ref\": \"#/components/schemas/Loop\"}}}, \"paths\"",
        );
        place.write("api.json", &text);
        let run = place.conform(&["list", "--specs", "api.json"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let note = run.out.lines().find(|line| line.starts_with("note: ListThings")).unwrap_or_default();
        assert!(note.contains(word), "{reference}: {}", run.out);
    }
}

#[test]
fn recursive_schemas_are_no_mistake() {
    let place = Place::new();
    let text = GOOD.replace(
        r#""description": "OK""#,
        r##""description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}"##,
    );
    let text = text.replace(
        "\"paths\"",
        r##""components": {"schemas": {"Tree": {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}}}, "paths""##,
    );
    place.write("api.json", &text);
    let run = place.conform(&["list", "--specs", "api.json"]);
    assert_eq!((run.code, run.out.contains("ListThings minimal")), (0, true), "{}{}", run.out, run.err);
    assert!(!run.out.contains("note:"), "{}", run.out);
}

#[test]
fn a_mistake_in_the_configuration_shows_the_line_and_the_near_word() {
    let place = Place::new();
    place.write("conform.toml", "seed = 1\n\n[env.staging]\nserver = \"staging\"\nconcurency = 4\n");
    place.conform(&["run"]).fails_with(&["conform.toml:5:1", "concurency", "concurrency"]);
    place.write("conform.toml", "seed = \n");
    place.conform(&["run"]).fails_with(&["conform.toml:1:"]);
}

#[test]
fn a_mistake_in_a_case_shows_the_line() {
    let place = Place::new();
    place.write("api.json", GOOD);
    let case = |criterion: &str, operation: &str| {
        format!(
            "arazzo: 1.0.1\ninfo: {{title: t, version: v}}\nsourceDescriptions:\n  - {{name: api, url: api.json, type: openapi}}\n\
             workflows:\n  - workflowId: w\n    steps:\n      - stepId: s\n        operationId: {operation}\n        \
             successCriteria:\n          - condition: {criterion}\n"
        )
    };
    let run = ["run", "--specs", "api.json", "--cases", "a.arazzo.yaml", "--base-url", "http://127.0.0.1:9"];
    place.write("a.arazzo.yaml", &case("$statusCode == ", "ListThings"));
    place.conform(&run).fails_with(&["a.arazzo.yaml:11:"]);
    place.write("a.arazzo.yaml", &case("$status == 200", "ListThings"));
    place.conform(&run).fails_with(&["a.arazzo.yaml:11:", "$statusCode"]);
    place.write("a.arazzo.yaml", &case("$statusCode == 200", "ListThing"));
    place.conform(&run).fails_with(&["a.arazzo.yaml:9:", "ListThings"]);
}

#[test]
fn arguments_that_are_wrong_end_with_2_and_teach() {
    let place = Place::new();
    place.write("api.json", GOOD);
    let run = |more: &[&str]| {
        let mut arguments = vec!["run", "--specs", "api.json", "--base-url", "http://127.0.0.1:9"];
        arguments.extend(more);
        place.conform(&arguments)
    };
    run(&["--only", "ListThings", "--only", "ListThing"]).fails_with(&["ListThing`", "did you mean `ListThings`"]);
    run(&["--case", "ListThings minimal", "--case", "ListThings minimum"])
        .fails_with(&["did you mean `ListThings minimal`"]);
    run(&["--rate", "0"]).fails_with(&["--rate"]);
    run(&["--concurrency", "0"]).fails_with(&["--concurrency"]);
    run(&["--timeout", "soon"]).fails_with(&["--timeout"]);
    run(&["--token-env", "NOT_SET"]).fails_with(&["NOT_SET"]);
    place.conform(&["run", "--env", "stagin"]).fails_with(&["stagin", "staging"]);
    place.conform(&["run", "--base-url", "ftp://x"]).fails_with(&["ftp"]);
    place
        .conform(&["run", "--specs", "api.json", "--token-env", "T"])
        .fails_with(&["sandbox", "leave --token-env out"]);
    place.conform(&["man", "rum"]).fails_with(&["rum"]);
    place.conform(&["explain", "wrong-bodi"]).fails_with(&["did you mean `wrong-body`"]);
    place.conform(&["frobnicate"]).fails_with(&["frobnicate"]);
}

#[test]
fn a_production_environment_is_refused_unless_it_is_meant() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_conform"));
        command.args(arguments).current_dir(root).env_clear().env("CAMS_PRODUCTION_TOKEN", "t").env("T", "t");
        Run::new(command.output().unwrap())
    };
    output(&["run", "--env", "production"]).fails_with(&["production", "--i-mean-production"]);
    output(&["run", "--base-url", "https://cams.aquanow.com/api", "--token-env", "T"])
        .fails_with(&["production", "--i-mean-production"]);
}

#[test]
fn every_rule_can_be_explained_and_every_help_teaches() {
    let place = Place::new();
    let all = place.conform(&["explain"]);
    assert_eq!(all.code, 0);
    let rules = all.out.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    let rules: Vec<&str> = rules.collect();
    assert!(rules.contains(&"wrong-body") && rules.contains(&"host-mismatch"), "{rules:?}");
    for rule in rules {
        let page = place.conform(&["explain", rule]);
        assert!(page.code == 0 && page.out.contains(rule), "{rule}: {}", page.err);
    }
    let help = place.conform(&["--help"]);
    assert_eq!(help.code, 0);
    for part in ["Exit codes:", "Examples:", "sandbox", "lint"] {
        assert!(help.out.contains(part), "{part} is not in the help");
    }
    assert!(place.conform(&["man"]).out.contains(".TH conform "));
    assert!(place.conform(&["man", "run"]).out.contains(".TH conform-run "));
    assert!(place.conform(&["completions", "bash"]).out.contains("conform"));
}

#[test]
fn the_sandbox_is_judged_and_the_reports_are_on_disk() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = Place::new();
    let folder = place.path().join("out");
    let output = Command::new(env!("CARGO_BIN_EXE_conform"))
        .args(["run", "--report-dir"])
        .arg(&folder)
        .current_dir(root)
        .env_clear()
        .output()
        .unwrap();
    let run = Run::new(output);
    assert_eq!(run.code, 0, "{}\n{}", run.out, run.err);
    let report: Value = serde_json::from_str(&fs::read_to_string(folder.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["verdict"], "conformant");
    assert_eq!(report["exit_code"], 0);
    // A query that means nothing is refused with a 400 that its document does not have: the drift is one of the document.
    let drifts: Vec<&str> =
        report["drifts"].as_array().unwrap().iter().map(|drift| drift["id"].as_str().unwrap()).collect();
    assert_eq!(drifts, ["undocumented-status/GetAllCustomers/400/invalid"]);
    assert_eq!(report["drifts"][0]["level"], "warning");
    let operations = report["operations"].as_array().unwrap();
    assert_eq!(operations.len(), 8);
    for operation in operations {
        assert!(operation["accepted"].as_u64().unwrap() > 0, "{operation}");
    }
    let schema = fs::read_to_string(root.join("docs/schema/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(fs::read_to_string(folder.join("junit.xml")).unwrap().contains("<testsuites"));
}

/// Runs the suite of this repository, with its report in `out`.
fn own(place: &Place, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conform"));
    command.args(arguments).arg("--report-dir").arg(place.path().join("out"));
    Run::new(command.current_dir(env!("CARGO_MANIFEST_DIR")).env_clear().output().unwrap())
}

#[test]
fn nothing_selected_is_not_green() {
    for (filter, said) in [
        (["run", "--case", "no-such-case"], "there is no case `no-such-case`"),
        (["run", "--only", "GetOneCustomers"], "did you mean `GetOneCustomer`?"),
    ] {
        let place = Place::new();
        let run = own(&place, &filter);
        assert_eq!(run.code, 4, "{}\n{}", run.out, run.err);
        assert!(run.out.contains(said) && run.out.contains("nothing was selected"), "{}", run.out);
        assert_eq!(place.report()["verdict"], "not-enough-evidence");
    }
}

#[test]
fn one_case_speaks_of_the_operations_that_it_calls() {
    let place = Place::new();
    let run = own(&place, &["run", "--case", "GetOneCustomer minimal"]);
    assert_eq!(run.code, 0, "{}\n{}", run.out, run.err);
    let report = place.report();
    let operations: Vec<_> = report["operations"].as_array().unwrap().iter().map(|one| &one["operation"]).collect();
    assert_eq!(operations, ["GetOneCustomer"]);
}

#[test]
fn the_nearest_configuration_above_is_read() {
    let place = Place::new();
    place.write("conform.toml", "specs = [\"api.json\"]\noverlays = []\ncases = []\n");
    place.write("api.json", GOOD);
    place.write("deep/er/x", "");
    let run = Command::new(env!("CARGO_BIN_EXE_conform"))
        .arg("list")
        .current_dir(place.path().join("deep/er"))
        .env_clear()
        .output()
        .unwrap();
    let run = Run::new(run);
    assert!(run.code == 0 && run.out.contains("ListThings minimal"), "{}{}", run.out, run.err);
}

#[test]
fn reports_without_a_place_stop_a_run_before_anything_is_sent() {
    let place = Place::new();
    place.write("out", "a file");
    let run = own(&place, &["run"]);
    run.fails_with(&["out", "--report-dir"]);
    assert!(!run.err.contains("cases"), "{}", run.err);
    assert_eq!(run.out, "");
}

#[test]
fn a_place_that_no_document_describes_is_a_slip() {
    let place = Place::new();
    place.write(
        "api.json",
        &GOOD.replace(
            "\"paths\"",
            "\"servers\": [{\"url\": \"http://127.0.0.1:9\", \"description\": \"local\"}], \"paths\"",
        ),
    );
    place.write("conform.toml", "default-env = \"x\"\nspecs = [\"api.json\"]\noverlays = []\ncases = []\n[env.x]\nclass = \"test\"\nserver = \"lokal\"\n");
    place.conform(&["run"]).fails_with(&["lokal", "they describe local", "base-url"]);
}
