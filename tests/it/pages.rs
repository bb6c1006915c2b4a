//! What the pages for users say is true: each command line that they show is understood, and each example runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

fn conform(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_conform")).args(arguments).current_dir(root()).env_clear().output().unwrap()
}

/// The text of the blocks of a page that begin with this fence.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("\n```{language}\n");
    page.split(fence.as_str()).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

/// The arguments of each `conform …` that the consoles of a page show.
fn commands(page: &str) -> Vec<Vec<String>> {
    let lines = blocks(page, "console").into_iter().flat_map(str::lines);
    let words = lines.map(|line| {
        let line = line.strip_prefix("$ ").unwrap();
        // What follows a lone `#` is said to the reader, not to the shell.
        line.split_whitespace().take_while(|word| *word != "#")
    });
    words
        .filter_map(|words| {
            let mut words = words.skip_while(|word| word.contains('=')).map(|word| word.trim_matches('\'').to_owned());
            (words.next()? == "conform").then(|| words.collect())
        })
        .collect()
}

#[test]
fn every_command_line_of_the_pages_is_understood() {
    let mut seen = 0;
    for name in ["README.md", "docs/cases.md", "docs/generation.md", "docs/baseline.md"] {
        for command in commands(&page(name)) {
            // With `--help` at the end everything before it is still parsed, and nothing is done.
            let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
            let output = conform(&arguments);
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name}: conform {}: {error}", command.join(" "));
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} command lines were found");
}

#[test]
fn names_that_command_lines_use_exist() {
    let list: Value = serde_json::from_slice(&conform(&["list", "--format", "json"]).stdout).unwrap();
    let config = page("conform.toml");
    for command in commands(&page("README.md")).into_iter().chain(commands(&page("docs/cases.md"))) {
        for pair in command.windows(2) {
            let value = &pair[1];
            let known = match pair[0].as_str() {
                "--env" => config.contains(&format!("\n[env.{value}]\n")),
                "--case" => list.as_array().unwrap().iter().any(|case| {
                    let text = |key: &str| case[key].as_str().unwrap();
                    conform::plan::names_case(value.trim_matches('\''), text("id"), text("name"))
                }),
                "--tag" => list
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|case| case["tags"].as_array().unwrap().contains(&value.as_str().into())),
                "--only" => list
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|case| case["operations"].as_array().unwrap().contains(&value.as_str().into())),
                "explain" => conform(&["explain", value]).status.success(),
                _ => true,
            };
            assert!(known, "{}: `{value}` is unknown", command.join(" "));
        }
    }
}

#[test]
fn the_two_commands_come_first() {
    let readme = page("README.md");
    assert_eq!(blocks(&readme, "console")[..2], ["$ cargo run --release", "$ cargo test"]);
}

#[test]
fn links_lead_somewhere() {
    for name in
        ["README.md", "docs/cases.md", "docs/generation.md", "docs/laws.md", "docs/baseline.md", "docs/ARCHITECTURE.md"]
    {
        let text = page(name);
        let folder = root().join(name).parent().unwrap().to_owned();
        for target in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            assert!(target.starts_with("https://") || folder.join(target).exists(), "{name}: {target}");
        }
    }
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_program() {
    let readme = page("README.md");
    let help = String::from_utf8(conform(&["--help"]).stdout).unwrap();
    for code in ["0", "1", "2", "3", "4", "130"] {
        assert!(readme.contains(&format!("\n| {code} | ")), "{code} is not in the README");
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(&format!("{code}  "))),
            "{code} is not in the help"
        );
    }
}

#[test]
fn the_configuration_of_the_readme_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("conform.toml");
    let specs = root().join("specs");
    let text = blocks(&page("README.md"), "toml").concat();
    fs::write(&file, format!("specs = [{:?}]\noverlays = []\ncases = []\n\n{text}", specs.display().to_string()))
        .unwrap();
    let output = conform(&["run", "--env", "qa", "--config", file.to_str().unwrap()]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && error.contains("QA_TOKEN"), "{error}");
}

/// Runs the example of `docs/cases.md` against the sandbox, changed by `edit`.
fn example(edit: impl Fn(&str) -> String) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("example.arazzo.yaml");
    let out = folder.path().join("out");
    fs::write(&file, edit(blocks(&page("docs/cases.md"), "yaml")[0])).unwrap();
    let text = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let (file, out_text) = (text(&file), text(&out));
    let cases = ["example/found-again [row 1]", "example/found-again [row 2]"];
    let output = conform(&["run", "--cases", &file, "--case", cases[0], "--case", cases[1], "--report-dir", &out_text]);
    let report = fs::read(out.join("report.json"));
    let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), serde_json::from_slice(&report).unwrap())
}

#[test]
fn the_written_case_of_the_page_holds_for_the_sandbox() {
    let (code, report) = example(str::to_owned);
    assert_eq!((code, &report["drifts"]), (Some(0), &serde_json::json!([])), "{report}");
    let cases: Vec<_> = report["cases"].as_array().unwrap().iter().map(|case| &case["result"]["kind"]).collect();
    assert_eq!(cases, ["passed", "passed"]);
}

#[test]
fn the_written_case_of_the_page_fails_where_its_criterion_does_not_hold() {
    let (code, report) =
        example(|text| text.replace("== $steps.add.outputs.customerId", "== $steps.add.outputs.customerId && 1 == 2"));
    assert_eq!(code, Some(1), "{report}");
    let rules: Vec<_> = report["drifts"].as_array().unwrap().iter().map(|drift| &drift["rule"]).collect();
    assert_eq!(rules, ["failed-criterion"], "{report}");
}
