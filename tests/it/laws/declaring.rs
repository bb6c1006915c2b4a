//! A mistake in `x-collection` or `x-resource` is shown where it stands, with what would be right.

use std::path::{Path, PathBuf};
use std::process::Command;

const OVERLAY: &str = include_str!("../../data/laws/library.overlay.yaml");

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/laws/library.yaml")
}

/// What `conform list` says where the overlay has `wrong` in the place of `right`: its exit code and its errors.
fn list(right: &str, wrong: &str) -> (Option<i32>, String) {
    let (code, _, errors) = conform(&["list"], right, wrong);
    (code, errors)
}

/// The exit code, the output and the errors of a command where the overlay has `wrong` in the place of `right`.
fn conform(command: &[&str], right: &str, wrong: &str) -> (Option<i32>, String, String) {
    assert!(OVERLAY.contains(right), "{right}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("library.overlay.yaml"), OVERLAY.replacen(right, wrong, 1)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_conform"))
        .args(command)
        .args(["--specs", document().to_str().unwrap(), "--overlays", "library.overlay.yaml"])
        .current_dir(folder.path())
        .env_clear()
        .env("COLUMNS", "120")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The line and column of the member that stands wrong in the place of `right`.
fn place(right: &str) -> String {
    let before = &OVERLAY[..OVERLAY.find(right).unwrap()];
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    format!("library.overlay.yaml:{}:{column}", before.matches('\n').count() + 1)
}

#[test]
fn each_mistake_is_shown_where_it_stands() {
    let rows = [
        // What is changed, into what; what is said of it; what would be right.
        ("maximum: 12", "maximun: 12", "`x-resource` has no member `maximun`", "did you mean `maximum`?"),
        ("items: ''", "itemz: ''", "`x-collection` has no member `itemz`", "did you mean `items`?"),
        ("update: /width", "updat: /width", "`x-resource` has no member `updat`", "did you mean `update`?"),
        ("relation: equal", "relation: equl", "`x-collection` has no value `equl`", "did you mean `equal`?"),
        ("id: /no }\n        list", "id: no }\n        list", "this is no `x-resource`", "`/`"),
        ("member: /label", "member: label", "this is no `x-collection`", "`/`"),
        ("parameter: label", "parameter: lable", "has no query parameter `lable`", "did you mean `label`?"),
        ("name: book", "name: shelf", "another resource is called `shelf`, too", ""),
        ("parent: shelf", "parent: book", "the parents of `book` go round in a circle", ""),
        ("maximum: 12", "maximum: -12", "`-12`", ""),
        ("maximum: 12", "maximum: many", "\"many\"", ""),
        ("maximum: 12", "settles-within: soon", "`soon` is not a time", "10s"),
        ("maximum: 12", "settles-within: 5", "this is no `x-resource`", ""),
    ];
    for (right, wrong, said, help) in rows {
        let (code, errors) = list(right, wrong);
        assert_eq!(code, Some(2), "{wrong}: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
        for part in [said, help, "^", &place(right)] {
            assert!(errors.contains(part), "{wrong}: `{part}` is not in:\n{errors}");
        }
    }
    let (code, errors) = list("maximum: 12", "maximum: 12");
    assert_eq!(code, Some(0), "{errors}");
}

#[test]
fn what_no_loaded_document_has_is_left_out_and_shown() {
    let rows = [
        // What is changed, into what; what is said of it; what would be right; a case that there is no more.
        (
            "operation: getBook",
            "operation: getBok",
            "no loaded document has an operation `getBok`, so `read` of `book` is left out",
            "did you mean `getBook`?",
            "created-is-readable book",
        ),
        (
            "replace: putShelf",
            "replace: putShelve",
            "no loaded document has an operation `putShelve`, so `replace` of `shelf` is left out",
            "did you mean `putShelf`?",
            "replace-is-whole shelf",
        ),
        (
            "delete: removeBook",
            "delete: ElsewhereOnly",
            "no loaded document has an operation `ElsewhereOnly`, so `delete` of `book` is left out",
            "",
            "deleted-is-gone book",
        ),
        (
            "parent: shelf",
            "parent: shelve",
            "no resource `shelve` can be created, so no law is judged of `book`",
            "did you mean `shelf`?",
            "maximum-holds book",
        ),
    ];
    let (code, fine, _) = conform(&["check", "--strict"], "maximum: 12", "maximum: 12");
    assert_eq!(code, Some(0), "{fine}");
    let (_, whole, _) = conform(&["list"], "maximum: 12", "maximum: 12");
    for (right, wrong, said, help, case) in rows {
        let place = place(right);
        let (code, listed, errors) = conform(&["list"], right, wrong);
        assert_eq!(code, Some(0), "{wrong}: {errors}");
        let note = listed.lines().find(|line| line.starts_with("note: ") && line.contains(said));
        let note = note.unwrap_or_else(|| panic!("{wrong}: no note says `{said}`:\n{listed}"));
        assert!(note.contains(&place[..place.rfind(':').unwrap()]) && note.contains(help), "{note}");
        let has = |listed: &str, case: &str| listed.lines().any(|line| line.contains(case));
        assert!(has(&whole, case) && !has(&listed, case), "{wrong}: {case}:\n{listed}");
        assert!(has(&listed, "created-is-readable shelf"), "{wrong}: what is there is judged:\n{listed}");
        for (command, expected) in [("check", [0, 1]), ("lint", [0, 0])] {
            for (strict, expected) in [(&[command][..], expected[0]), (&[command, "--strict"], expected[1])] {
                let (code, shown, errors) = conform(strict, right, wrong);
                assert_eq!(code, Some(expected), "{strict:?} {wrong}: {shown}{errors}");
                for part in ["warning: ", said, help, "^"] {
                    assert!(shown.contains(part), "{strict:?} {wrong}: `{part}` is not in:\n{shown}");
                }
            }
        }
    }
}

#[test]
fn what_stands_below_what_is_left_out_is_left_out_too() {
    let overlay = "overlay: 1.0.0
info: { title: t, version: '1' }
actions:
  - { target: \"$.paths['/shelves'].post\", update: { x-resource: { name: shelf, id: /id, parent: hall } } }
  - { target: \"$.paths['/shelves/{shelfId}/books'].post\", update: { x-resource: { name: book, parent: shelf } } }
";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("o.yaml"), overlay).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_conform"))
        .args(["list", "--specs", document().to_str().unwrap(), "--overlays", "o.yaml"])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{listed}");
    for name in ["shelf", "book"] {
        assert!(listed.contains(&format!("so no law is judged of `{name}` (o.yaml:")), "{listed}");
    }
    assert!(!listed.contains("law: "), "nothing is created for them:\n{listed}");
}

#[test]
fn a_mistake_in_the_document_itself_is_shown_there() {
    let text = std::fs::read_to_string(document()).unwrap();
    let at = "      operationId: addShelf\n";
    let text = text.replacen(at, &format!("{at}      x-resource: {{ name: shelf, removal: removeShelf }}\n"), 1);
    let line = text[..text.find("removal").unwrap()].matches('\n').count() + 1;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("library.yaml"), text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_conform"))
        .args(["list", "--specs", "library.yaml"])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    for part in ["`x-resource` has no member `removal`", "^", &format!("library.yaml:{line}:")] {
        assert!(errors.contains(part), "`{part}` is not in:\n{errors}");
    }
}
