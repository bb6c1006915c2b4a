//! The case files in the format's other runner, as they are. What it does not support is listed here.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::proxy::Proxy;

/// The program that `REDOCLY` names, or the one that `.ci/run` installs.
fn redocly() -> Option<std::path::PathBuf> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/node_modules/.bin/redocly");
    let named = std::env::var_os("REDOCLY").map(std::path::PathBuf::from);
    named.or_else(|| installed.exists().then_some(installed))
}

/// Whether it is the runner that fails here: a pointer that reaches nothing is an error to it, and a pointer into an input
/// is unknown to it.
fn unsupported(check: &Value) -> bool {
    let absent = check["message"].as_str().unwrap().contains("Error in resolving runtime expression");
    let condition = check["condition"].as_str().unwrap_or_default();
    absent || condition.contains("$inputs.customer#/")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_case_files_run_unchanged_in_another_runner() {
    let Some(redocly) = redocly() else {
        println!("skipped: no `redocly` (npm install --prefix target/tools @redocly/cli)");
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(root.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        // It sends no credentials unless the file holds them: the proxy adds them.
        let token = Arc::new(OnceLock::<String>::new());
        let added = Arc::clone(&token);
        let proxy = Proxy::mending(move |asked| {
            if asked.header("authorization").is_none() {
                asked.headers.push(("authorization".to_owned(), format!("Bearer {}", added.get().unwrap())));
            }
        })
        .await;
        token.set(proxy.token.clone()).unwrap();
        let results = run(&redocly, &file, &proxy.base_url).await;

        let text = std::fs::read_to_string(&file).unwrap();
        let written = text.lines().filter(|line| line.trim_start().starts_with("- workflowId:")).count();
        let (mut workflows, mut passed) = (0, 0);
        for workflow in results["executedWorkflows"].as_array().unwrap() {
            workflows += 1;
            for step in workflow["executedSteps"].as_array().unwrap() {
                // A step that runs a workflow has no checks of its own.
                for check in
                    step["checks"].as_array().into_iter().flatten().filter(|check| check["severity"] == "error")
                {
                    if check["status"] == "success" {
                        passed += 1;
                        continue;
                    }
                    let place = format!("{}: {} {}", file.display(), workflow["workflowId"], step["stepId"]);
                    assert!(unsupported(check), "{place}: {check:#}");
                }
            }
        }
        assert!(workflows >= written, "{}: {workflows} of {written} workflows", file.display());
        assert!(passed >= written, "{}: {passed} checks passed", file.display());
    }
}

/// What the runner's JSON says of one file.
async fn run(redocly: &Path, file: &Path, base_url: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("results.json");
    let mut command = Command::new(redocly);
    command.arg("respect").arg(file).arg("--json-output").arg(&json);
    // It cannot read `nullable` beside `allOf`, which the documents have.
    command.args(["--severity", r#"{"SCHEMA_CHECK":"off"}"#]);
    for line in std::fs::read_to_string(file).unwrap().lines() {
        if let Some((name, _)) = line.trim_start().strip_prefix("- { name: ").and_then(|rest| rest.split_once(", url:"))
        {
            command.arg("--server").arg(format!("{name}={base_url}"));
        }
    }
    command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true").stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let text = std::fs::read_to_string(&json).unwrap_or_else(|error| panic!("{}: {error}: {said}", file.display()));
    let results: Value = serde_json::from_str(&text).unwrap();
    results["files"].as_object().unwrap().values().next().unwrap().clone()
}
