//! A mistake in `x-collection` or `x-resource` is shown where it stands, with what would be right.

use std::path::{Path, PathBuf};
use std::process::Command;

const OVERLAY: &str = include_str!("../../data/laws/library.overlay.yaml");

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/laws/library.yaml")
}

/// What `conform list` says where the overlay has `wrong` in the place of `right`: its exit code and its errors.
fn list(right: &str, wrong: &str) -> (Option<i32>, String) {
    assert!(OVERLAY.contains(right), "{right}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("library.overlay.yaml"), OVERLAY.replacen(right, wrong, 1)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_conform"))
        .args(["list", "--specs", document().to_str().unwrap(), "--overlays", "library.overlay.yaml"])
        .current_dir(folder.path())
        .env_clear()
        .env("COLUMNS", "120")
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
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
        ("operation: getBook", "operation: getBok", "no operation is called `getBok`", "did you mean `getBook`?"),
        ("replace: putShelf", "replace: putShelve", "no operation is called", "did you mean `putShelf`?"),
        ("delete: removeBook", "delete: removeBok", "no operation is called", "did you mean `removeBook`?"),
        ("parameter: label", "parameter: lable", "has no query parameter `lable`", "did you mean `label`?"),
        ("parent: shelf", "parent: shelve", "no resource is called `shelve`", "did you mean `shelf`?"),
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
