//! Holds the structure of the house: floors, walls, sizes, first lines, registries, pages.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module imports only from floors below its own.
const FLOORS: &[(&str, u8)] = &[
    ("digest", 1),
    ("document", 1),
    ("exchange", 1),
    ("environment", 1),
    ("schema", 2),
    ("contract", 3),
    ("bundle", 4),
    ("case", 4),
    ("drift", 4),
    ("sandbox", 4),
    ("baseline", 5),
    ("mutation", 5),
    ("check", 5),
    ("lint", 5),
    ("plan", 5),
    ("trace", 5),
    ("outcome", 5),
    ("journal", 6),
    ("generate", 7),
    ("run", 7),
    ("report", 7),
    ("config", 7),
    ("author", 8),
    ("law", 8),
    ("traffic", 8),
    ("suite", 9),
    ("amend", 9),
    ("liar", 9),
    ("prove", 10),
    ("cli", 11),
    ("harness", 11),
];

/// What a module may import at most, where the floors alone would let it import more.
const WALLS: &[(&str, &[&str])] = &[
    ("report", &["outcome", "drift"]),
    ("sandbox", &[]),
    ("check", &["case", "contract", "drift", "document", "exchange", "schema"]),
];

/// Code lines a file may have.
const LINES: usize = 500;

#[test]
fn every_module_imports_from_floors_below_its_own() {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (file, text) in sources("src") {
        let Some(module) = module_of(&file) else { continue };
        let Some(&own) = floors.get(module.as_str()) else {
            wrong.push(format!("{} belongs to no floor", file.display()));
            continue;
        };
        for imported in imports(&text) {
            let Some(&other) = floors.get(imported.as_str()) else { continue };
            if imported != module && other >= own {
                wrong.push(format!("{} (floor {own}) imports {imported} (floor {other})", file.display()));
            }
            let allowed = WALLS.iter().find(|(name, _)| *name == module);
            if let Some((_, allowed)) = allowed
                && imported != module
                && !allowed.contains(&imported.as_str())
            {
                wrong.push(format!("{} imports {imported}, which stands behind a wall", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_client_connects_and_only_sandbox_and_liar_listen() {
    for (file, text) in sources("src") {
        let code = without_tests(&text);
        let name = file.to_string_lossy().replace('\\', "/");
        let connects = code.contains("reqwest::") || code.contains("TcpStream::connect");
        assert!(!connects || name.starts_with("src/run/client/"), "{name} connects");
        let listens = code.contains("TcpListener::bind") || code.contains("axum::serve");
        assert!(!listens || name.starts_with("src/sandbox/") || name == "src/liar/proxy.rs", "{name} listens");
    }
}

#[test]
fn judges_do_no_io_and_read_no_clock() {
    for room in
        ["src/baseline", "src/check", "src/lint", "src/law", "src/mutation", "src/schema", "src/case", "src/drift"]
    {
        for (file, text) in sources(room) {
            let code = without_tests(&text);
            for forbidden in ["std::fs", "tokio::", "Instant::now", "Timestamp::now", "SystemTime"] {
                assert!(!code.contains(forbidden), "{} uses {forbidden}", file.display());
            }
        }
    }
}

#[test]
fn no_engine_file_names_an_api() {
    for (file, text) in sources("src") {
        let name = file.to_string_lossy().replace('\\', "/");
        if name.starts_with("src/sandbox/") {
            continue;
        }
        let code = without_tests(&text);
        for word in ["CAMS", "bankinfo", "customerId", "AddCustomer", "aquanow"] {
            let named = code.lines().any(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(!named, "{name} names {word}");
        }
    }
}

#[test]
fn files_are_short_and_say_first_what_they_are_for() {
    for (file, text) in sources("src") {
        assert!(text.starts_with("//! "), "{} does not begin with a sentence about itself", file.display());
        let code = without_tests(&text);
        let lines = code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count();
        assert!(lines <= LINES, "{} has {lines} code lines", file.display());
    }
}

#[test]
fn every_member_of_a_family_is_registered_and_has_a_page() {
    for (family, folder) in
        [("check", "src/check"), ("lint", "src/lint"), ("mutation", "src/mutation"), ("law", "src/law")]
    {
        let registry = fs::read_to_string(format!("{folder}/registry.rs")).unwrap();
        let mut members = 0;
        for (file, text) in sources(folder) {
            let Some(id) = declared_id(&text) else { continue };
            members += 1;
            let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
            assert_eq!(stem, id.replace('-', "_"), "{} declares `{id}`", file.display());
            assert!(registry.contains(&format!("{stem}::")), "{id} is not in {folder}/registry.rs");
            assert!(Path::new(&format!("docs/{family}/{id}.md")).is_file(), "docs/{family}/{id}.md is missing");
        }
        assert!(members > 5, "{folder}: {members} members found; the family's `id: \"…\"` rows moved");
        for page in fs::read_dir(format!("docs/{family}")).unwrap() {
            let page = page.unwrap().path();
            let stem = page.file_stem().unwrap().to_string_lossy().replace('-', "_");
            assert!(Path::new(&format!("{folder}/{stem}.rs")).is_file(), "{} explains nothing", page.display());
        }
    }
}

#[test]
fn every_fault_of_the_sandbox_has_a_page_and_every_page_a_fault() {
    let text: String = sources("src/sandbox/fault").into_iter().map(|(_, text)| text).collect();
    let rows = text.split("fault!(").skip(1).filter_map(|row| row.trim_start().strip_prefix('"')?.split('"').next());
    let rows: BTreeSet<&str> = rows.collect();
    assert!(rows.len() > 150, "{} rows found; the `fault!(\"…\"` rows moved", rows.len());
    let pages = fs::read_dir("docs/fault").unwrap().map(|page| page.unwrap().path());
    let pages: Vec<String> = pages.map(|page| page.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    for page in &pages {
        assert!(rows.contains(page.as_str()), "docs/fault/{page}.md explains nothing");
    }
    assert_eq!(rows.len(), pages.len(), "a fault has no page");
}

#[test]
fn every_variation_has_a_page_and_every_page_a_variation() {
    let mut rows = Vec::new();
    for (_, text) in sources("src/sandbox/variation") {
        let ids = text.split("    variation!(").skip(1).filter_map(|row| row.split('"').nth(1).map(str::to_owned));
        rows.extend(ids);
    }
    assert!(rows.len() >= 60, "{} variations found; their rows moved", rows.len());
    for id in &rows {
        assert!(Path::new(&format!("docs/variation/{id}.md")).is_file(), "docs/variation/{id}.md is missing");
    }
    for page in fs::read_dir("docs/variation").unwrap() {
        let page = page.unwrap().path();
        let stem = page.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(rows.contains(&stem), "{} explains nothing", page.display());
    }
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test(&path) {
                files.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// Files that hold only tests.
fn is_test(path: &Path) -> bool {
    let stem = path.file_stem().unwrap().to_string_lossy();
    let parent = fs::read_to_string(path.with_file_name("mod.rs")).unwrap_or_default();
    let only_in_tests = parent.contains(&format!("#[cfg(test)]\nmod {stem};"));
    only_in_tests || stem.ends_with("_tests") || path.components().any(|part| part.as_os_str() == "tests")
}

/// The top-level module that a file belongs to; none for `lib.rs` and `main.rs`.
fn module_of(file: &Path) -> Option<String> {
    let below = file.strip_prefix("src").unwrap();
    let first = below.components().next()?.as_os_str().to_string_lossy().into_owned();
    let module = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
    (module != "lib" && module != "main").then_some(module)
}

/// The top-level modules named after `crate::`, one by one or in braces.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in without_tests(text).split("crate::").skip(1) {
        if let Some(list) = piece.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut first = true;
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.push(std::mem::take(&mut word));
                        first = true;
                    }
                    c if depth == 0 && first && (c.is_alphanumeric() || c == '_') => word.push(c),
                    ':' if depth == 0 => first = false,
                    _ => {}
                }
            }
            found.push(word);
        } else {
            found.push(piece.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

/// The text up to its test module, which may use more than the code.
fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]").next().unwrap_or(text).to_owned()
}

/// The id that a member's row declares.
fn declared_id(text: &str) -> Option<String> {
    let row = without_tests(text);
    let rest = row.split("id: \"").nth(1)?;
    rest.split('"').next().map(str::to_owned)
}
