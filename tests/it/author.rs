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
