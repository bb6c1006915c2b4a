//! Which files make up a contract.

use std::path::{Path, PathBuf};

use super::{messages, only};
use crate::contract::{Contract, Role};
use crate::document::{Diagnostic, Severity};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

const EMPTY: &str = "openapi: 3.0.3\npaths: {}\n";

fn load_from(folder: &Path, names: &[&str]) -> Result<Contract, Vec<Diagnostic>> {
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    Contract::load(&paths, &[])
}

#[test]
fn a_folder_stands_for_its_documents_and_what_they_refer_to() {
    let using =
        "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses:\n        '200': {$ref: 'parts/common.yaml#/ok'}\n";
    let folder = folder(&[
        ("b.yml", EMPTY),
        ("a.yaml", using),
        ("c.txt", "no document"),
        ("lonely.json", "{\"x\": 1}"),
        (".hidden.yaml", "x: ["),
        ("overlays/o.yaml", "overlay: 1.0.0"),
        ("parts/common.yaml", "ok: {description: OK, content: {a/b: {schema: {$ref: '../more.yaml#/S'}}}}"),
        ("more.yaml", "S: {type: string}"),
    ]);
    let contract = load_from(folder.path(), &[""]).unwrap();
    let name = |name: &str| folder.path().join(name).display().to_string();
    let sources: Vec<_> = contract.sources.iter().map(|s| (s.published.name().to_owned(), s.role)).collect();
    let expected = [
        ("a.yaml", Role::Api),
        ("b.yml", Role::Api),
        ("more.yaml", Role::Resource),
        ("parts/common.yaml", Role::Resource),
    ];
    assert_eq!(sources, expected.map(|(file, role)| (name(file), role)));
    assert_eq!(only(&contract).disabled, None);
    assert_eq!(only(&contract).responses[0].place.document.0, 3);
    assert_eq!(contract.warnings.len(), 1);
    assert!(messages(&contract.warnings).contains("lonely.json"));
    // One file alone brings along what it refers to, and a file that is named twice comes once.
    let alone = load_from(folder.path(), &["a.yaml", "./a.yaml"]).unwrap();
    assert_eq!(alone.sources.len(), 3);
    assert_eq!(only(&alone).disabled, None);
}

#[test]
fn references_do_not_leave_the_folder() {
    let text = "openapi: 3.0.3\npaths:\n  /a:\n    get: {responses: {'200': {description: '', content: {a/b: {schema: {$ref: '../secret.yaml#/S'}}}}}}\n";
    let folder = folder(&[("specs/a.yaml", text), ("secret.yaml", "S: {}")]);
    let contract = load_from(folder.path(), &["specs"]).unwrap();
    assert_eq!(contract.sources.len(), 1);
    assert!(only(&contract).disabled.as_ref().unwrap().contains("secret.yaml"));
}

#[test]
fn what_cannot_be_read_is_refused_where_it_stands() {
    let folder = folder(&[
        ("swagger.json", "{\n  \"swagger\": \"2.0\"}"),
        ("later.yaml", "info: {}\nopenapi: 3.1.0\n"),
        ("unquoted.yaml", "openapi: 3.2\npaths: {}\n"),
        ("plain.yaml", "a: 1\n"),
        ("overlay.yaml", "overlay: 1.0.0\n"),
        ("broken.yaml", "a: [\n"),
        ("list.yaml", "- 1\n"),
        ("empty/readme.md", ""),
        ("number.yaml", "openapi: 3.0\npaths: {}\n"),
    ]);
    for (name, expected) in [
        ("swagger.json", "swagger.json:2:3: error: Swagger 2.0 is not supported"),
        ("later.yaml", "later.yaml:2:1: error: OpenAPI 3.1.0 is not supported"),
        ("unquoted.yaml", "OpenAPI 3.2 is not supported"),
        ("plain.yaml", "not an OpenAPI document"),
        ("overlay.yaml", "an overlay, not an OpenAPI document"),
        ("broken.yaml", "broken.yaml"),
        ("list.yaml", "not an OpenAPI document"),
        ("none.yaml", "there is no such file or folder"),
        ("empty", "there is no OpenAPI document"),
    ] {
        let errors = messages(&load_from(folder.path(), &[name]).unwrap_err());
        assert!(errors.contains(expected), "{name}: {errors}");
    }
    assert!(load_from(folder.path(), &["number.yaml"]).is_ok());
    assert_eq!(load_from(folder.path(), &["plain.yaml", "later.yaml", "none.yaml"]).unwrap_err().len(), 1);
    assert_eq!(load_from(folder.path(), &["plain.yaml", "later.yaml"]).unwrap_err().len(), 2);
    assert!(!Contract::load(&[], &[]).unwrap_err().is_empty());
}

#[test]
fn places_that_an_overlay_wrote_are_told_in_the_overlay() {
    let overlay = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n  - target: $.paths['/a'].get\n    update: {parameters: [{name: q, in: query}]}\n";
    let value = "openapi: 3.0.3\npaths:\n  /a:\n    get: {operationId: A, responses: {'200': {description: ''}}}\n";
    let folder = folder(&[("specs/a.yaml", value), ("overlays/10.overlay.yaml", overlay)]);
    let contract = Contract::load(&[folder.path().join("specs")], &[folder.path().join("overlays")]).unwrap();
    let operation = only(&contract);
    assert!(operation.disabled.as_ref().unwrap().contains("missing field `schema`"));
    assert_eq!(contract.published_operations()[0].disabled, None);
    let place = operation.place.child("parameters").index(0);
    let told = contract.diagnose(Severity::Note, &place, "x").to_string();
    assert!(told.contains("10.overlay.yaml:4:"), "{told}");
    assert!(contract.diagnose(Severity::Note, &operation.place, "x").to_string().contains("a.yaml:4:"));
}
