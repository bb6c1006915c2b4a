//! The table of `docs/generation.md`: what is made for each keyword of a schema and each element of a request.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use conform::case::{Case, Intent, Origin};
use conform::contract::Contract;
use conform::document::Document;
use conform::generate::{Settings, generate};
use conform::mutation::registry::MUTATIONS;
use serde_json::Value;

/// A document that uses every keyword of the Schema Object of `OpenAPI` 3.0.3, and every element of a request.
const REFERENCE: &str = include_str!("reference.json");

/// Where the table begins and ends in the page.
const MARKS: [&str; 2] = [
    "<!-- The table is made: cargo test --test it -- --ignored publish_generation -->\n",
    "<!-- End of the table -->\n",
];

/// Cases that a cell names; the rest is counted.
const NAMED: usize = 4;

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let document = Document::parse("reference.json", REFERENCE).unwrap();
    let contract = Contract::new(vec![document], Vec::new()).unwrap();
    generate(&contract, &Settings { seed: 1, depth: 1, hostile: true, ..Settings::default() }).cases
});

/// An element, the operations of the reference document that use it, and what breaks it: an end of the pointer of a promise,
/// or a mutation. Where nothing does, why.
struct Row(&'static str, &'static [&'static str], &'static [&'static str], &'static str);

/// The keywords of a schema.
const KEYWORDS: &[Row] = &[
    Row("`type: string`", &["type-string"], &["/type"], ""),
    Row("`type: number`", &["type-number"], &["/type"], ""),
    Row("`type: integer`", &["type-integer"], &["/type"], ""),
    Row("`type: boolean`", &["type-boolean"], &["/type"], ""),
    Row("`type: array`", &["type-array"], &["/type"], ""),
    Row("`type: object`", &["type-object"], &["/type"], ""),
    Row("`nullable`", &["nullable"], &[], "it only allows; without it `null` breaks `type`"),
    Row("`enum`", &["enum"], &["/enum"], ""),
    Row("`minLength`", &["minLength"], &["/minLength"], ""),
    Row("`maxLength`", &["maxLength"], &["/maxLength"], ""),
    Row("`pattern`", &["pattern"], &["/pattern"], ""),
    Row("`format: date`", &["format-date"], &["/format"], ""),
    Row("`format: date-time`", &["format-date-time"], &["/format"], ""),
    Row("`format: uuid`", &["format-uuid"], &["/format"], ""),
    Row("`format: email`", &["format-email"], &["/format"], ""),
    Row("`format: uri`", &["format-uri"], &["/format"], ""),
    Row("`format: hostname`", &["format-hostname"], &["/format"], ""),
    Row("`format: ipv4`", &["format-ipv4"], &["/format"], ""),
    Row("`format: ipv6`", &["format-ipv6"], &["/format"], ""),
    Row("`format: byte`", &["format-byte"], &["/format"], ""),
    Row("`format: binary`", &["format-binary"], &["/format"], "any octets are binary"),
    Row("`format: password`", &["format-password"], &["/format"], "a hint for input fields: any text is a password"),
    Row("`format: int32`", &["format-int32"], &["/format"], ""),
    Row("`format: int64`", &["format-int64"], &["/format"], ""),
    Row("`format: float`", &["format-float"], &["/format"], "how many digits are kept is up to the reader"),
    Row("`format: double`", &["format-double"], &["/format"], "how many digits are kept is up to the reader"),
    Row("`minimum`", &["minimum"], &["/minimum"], ""),
    Row("`maximum`", &["maximum"], &["/maximum"], ""),
    Row("`exclusiveMinimum`", &["exclusiveMinimum"], &["/exclusiveMinimum", "/minimum"], ""),
    Row("`exclusiveMaximum`", &["exclusiveMaximum"], &["/exclusiveMaximum", "/maximum"], ""),
    Row("`multipleOf`", &["multipleOf"], &["/multipleOf"], ""),
    Row("`items`", &["items"], &["/items/type"], ""),
    Row("`minItems`", &["minItems"], &["/minItems"], ""),
    Row("`maxItems`", &["maxItems"], &["/maxItems"], ""),
    Row("`uniqueItems`", &["uniqueItems"], &["/uniqueItems"], ""),
    Row("`properties`", &["properties"], &["/properties/a/type", "/properties/b/type"], ""),
    Row("`required`", &["required"], &["/value/required/0"], ""),
    Row("`additionalProperties: false`", &["additionalProperties-false"], &["/additionalProperties"], ""),
    Row("`additionalProperties` with a schema", &["additionalProperties-schema"], &["/additionalProperties/type"], ""),
    Row("`minProperties`", &["minProperties"], &["/minProperties"], ""),
    Row("`maxProperties`", &["maxProperties"], &["/maxProperties"], ""),
    Row("`allOf`", &["allOf"], &["/allOf/0/required/0", "/allOf/1/required/0", "/allOf/0/type", "/allOf/1/type"], ""),
    Row("`anyOf`", &["anyOf"], &["/anyOf", "/anyOf/0/type", "/anyOf/1/type"], ""),
    Row("`oneOf`", &["oneOf"], &["/oneOf", "/oneOf/0/required/0", "/oneOf/1/required/0"], ""),
    Row("`not`", &["not"], &["/not"], ""),
    Row("`discriminator`", &["discriminator"], &["/oneOf", "/kind/enum", "Cat/required/0", "Dog/required/0"], ""),
    Row("`$ref`", &["ref"], &["/Word/maxLength", "/Word/type"], ""),
    Row("a schema within itself", &["recursion"], &["/Tree/required/0", "/Tree/properties/name/type"], ""),
    Row(
        "`readOnly`",
        &["readOnly"],
        &["/r/readOnly"],
        "it should not be sent, and may be: the answer is the server's to choose",
    ),
    Row("`writeOnly`", &["writeOnly"], &["/w/maxLength"], ""),
    Row("`default`", &["default"], &[], "it only says what is meant where nothing is sent"),
    Row("`example` of a schema", &["example"], &[], "it only shows; values are made from it"),
    Row("`deprecated`", &["deprecated"], &[], "what is deprecated still holds"),
    Row("`xml`", &["xml"], &[], "bodies are not written as XML"),
    Row("`title`, `description`, `externalDocs`", &["title"], &[], "they are for people"),
];

/// The elements of a request.
const ELEMENTS: &[Row] = &[
    Row("parameter in `path`", &["in-path"], &["malformed-id", "unknown-id"], ""),
    Row("parameter in `query`", &["in-query"], &["/minimum", "/type"], ""),
    Row("parameter in `header`", &["in-header"], &["/minimum", "/type"], ""),
    Row("parameter in `cookie`", &["in-cookie"], &["/minimum", "/type"], ""),
    Row("`required` of a parameter", &["in-query-required", "in-header", "in-cookie"], &["missing-parameter"], ""),
    Row(
        "a parameter sent twice",
        &["in-query-required"],
        &["duplicate-parameter"],
        "no standard says which of the two counts",
    ),
    Row("a parameter that nobody declares", &["in-query"], &["unknown-parameter"], "no standard forbids it"),
    Row("`allowEmptyValue`", &["allowEmptyValue"], &[], "it only allows"),
    Row("`allowReserved`", &["allowReserved"], &[], "it is about the spelling of the same value"),
    Row("`style: form`", &["style-form", "style-form-explode"], &["/minItems", "/items/type"], ""),
    Row("`style: spaceDelimited`", &["style-spaceDelimited"], &["/minItems", "/items/type"], ""),
    Row("`style: pipeDelimited`", &["style-pipeDelimited"], &["/minItems", "/items/type"], ""),
    Row("`style: deepObject`", &["style-deepObject-explode"], &["/required/0", "/a/type"], ""),
    Row("`style: simple`", &["style-simple", "style-simple-path"], &["/minItems", "/items/type", "/enum"], ""),
    Row("`style: label`", &["style-label-path"], &["/enum"], ""),
    Row("`style: matrix`", &["style-matrix-path"], &["/enum"], ""),
    Row("`content` of a parameter", &["parameter-content"], &["/required/0", "/a/type", "missing-parameter"], ""),
    Row("required `requestBody`", &["requestBody-required"], &["no-body", "empty-body"], ""),
    Row("optional `requestBody`", &["requestBody-optional"], &["no-body"], "to send none is valid"),
    Row("`application/json`", &["json"], &["truncated-json", "not-json", "wrong-top-level", "duplicate-keys"], ""),
    Row("`application/x-www-form-urlencoded`", &["form"], &["/required/0", "/a/type"], ""),
    Row("`multipart/form-data`", &["multipart"], &["/required/0", "/a/type"], ""),
    Row("`text/plain`", &["text"], &["/maxLength"], ""),
    Row("`application/octet-stream`", &["octet-stream"], &["empty-body", "no-body"], ""),
    Row(
        "`application/xml`",
        &["application-xml"],
        &[],
        "bodies are not written as XML: the operation is named in the notes",
    ),
    Row("`Content-Type`", &["json"], &["wrong-media-type", "missing-media-type"], ""),
    Row(
        "`Accept`",
        &["json"],
        &["unsupported-accept"],
        "a server may answer as if nothing were said (RFC 9110 §12.5.1)",
    ),
    Row("`example`, `examples` of a body", &["examples"], &[], "they only show; they are sent as they are"),
    Row("HTTP bearer", &["bearer"], CREDENTIALS, ""),
    Row("HTTP basic", &["basic"], CREDENTIALS, ""),
    Row("API key", &["apiKey"], CREDENTIALS, ""),
    Row("no `security`", &["anonymous"], CREDENTIALS, "nothing is asked for"),
    Row("method", &["method"], &["undeclared-method"], ""),
    Row("id of something that is not there", &["in-path"], &["unknown-id"], ""),
    Row("`links`", &["link"], &[], "they only say where values come from"),
];

const CREDENTIALS: &[&str] = &[
    "no-credentials",
    "wrong-credentials",
    "empty-credentials",
    "malformed-credentials",
    "other-scheme",
    "no-scheme",
    "misplaced-credentials",
];

fn family(case: &Case) -> &'static str {
    match case.origin {
        Origin::Generated { family } => family,
        Origin::Written { .. } => "written",
        Origin::Law { law } => law,
    }
}

/// The cases of a row: valid ones, those that should be refused, and those that may be answered either way.
fn cells(row: &Row) -> [Vec<&'static Case>; 3] {
    let own = |case: &&Case| row.1.iter().any(|operation| case.name.split(' ').next() == Some(operation));
    let random = |case: &&Case| !["hostile", "random", "random-mutant"].contains(&family(case));
    let mut cells = [Vec::new(), Vec::new(), Vec::new()];
    let mut plain = Vec::new();
    for case in CASES.iter().filter(own).filter(random) {
        let means = row.2.contains(&family(case));
        let mutation = MUTATIONS.iter().any(|mutation| mutation.id == family(case));
        match &case.steps[0].intent {
            Intent::Valid if ["minimal", "full"].contains(&family(case)) => plain.push(case),
            Intent::Valid if !mutation => cells[0].push(case),
            Intent::Invalid(breach) => {
                let at = breach.place.as_ref().map(|place| place.pointer.to_string()).unwrap_or_default();
                let value = row.2.iter().any(|end| end.contains('/') && at.ends_with(end));
                if means || value {
                    cells[1].push(case);
                }
            }
            Intent::Open | Intent::Valid if means => cells[2].push(case),
            Intent::Unauthorized | Intent::Undeclared | Intent::Absent if means => cells[1].push(case),
            _ => {}
        }
    }
    if cells[0].is_empty() {
        cells[0] = plain;
    }
    cells
}

fn cell(cases: &[&Case], why: &str) -> String {
    if cases.is_empty() {
        return if why.is_empty() { "–".to_owned() } else { format!("none: {why}") };
    }
    let name = |case: &&Case| {
        let name = case.name.split_once(' ').map_or("", |(_, name)| name).replace('|', "\\|");
        format!("`{}` {name}", case.id)
    };
    let mut names: Vec<String> = cases.iter().take(NAMED).map(name).collect();
    if cases.len() > NAMED {
        names.push(format!("and {} more", cases.len() - NAMED));
    }
    names.join("<br>")
}

fn table() -> String {
    let mut table = String::new();
    for (what, rows) in [("schema", KEYWORDS), ("request", ELEMENTS)] {
        writeln!(table, "\n| {what} | valid | to be refused | either answer is right |\n|---|---|---|---|").unwrap();
        for row in rows {
            let [valid, invalid, open] = cells(row);
            let (valid, invalid, open) = (cell(&valid, ""), cell(&invalid, row.3), cell(&open, ""));
            writeln!(table, "| {} | {valid} | {invalid} | {open} |", row.0).unwrap();
        }
    }
    table + "\n"
}

fn page() -> (PathBuf, String) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/generation.md");
    let text = fs::read_to_string(&file).unwrap();
    (file, text)
}

fn parts(page: &str) -> [&str; 3] {
    let (before, rest) = page.split_once(MARKS[0]).unwrap();
    let (table, after) = rest.split_once(MARKS[1]).unwrap();
    [before, table, after]
}

#[test]
fn the_table_of_the_page_is_what_is_made() {
    let (_, page) = page();
    let made = table();
    let same = parts(&page)[1] == made;
    assert!(same, "run `cargo test --test it -- --ignored publish_generation` and commit the page");
}

#[test]
#[ignore = "writes the table into docs/generation.md"]
fn publish_generation() {
    let (file, page) = page();
    let [before, _, after] = parts(&page);
    fs::write(file, [before, MARKS[0], &table(), MARKS[1], after].concat()).unwrap();
}

#[test]
fn each_element_is_broken_or_says_why_not() {
    for row in KEYWORDS.iter().chain(ELEMENTS) {
        let [valid, invalid, _] = cells(row);
        assert_eq!(invalid.is_empty(), !row.3.is_empty(), "{}: {:?}", row.0, invalid.first().map(|case| &case.name));
        assert!(!valid.is_empty() || row.1 == ["application-xml"], "{} is never sent", row.0);
    }
}

/// The fixed fields of the Schema Object (`OpenAPI` 3.0.3).
const SCHEMA_OBJECT: [&str; 36] = [
    "title",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "enum",
    "type",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "items",
    "properties",
    "additionalProperties",
    "description",
    "format",
    "default",
    "nullable",
    "discriminator",
    "readOnly",
    "writeOnly",
    "xml",
    "externalDocs",
    "example",
    "deprecated",
    "$ref",
];

#[test]
fn the_reference_document_and_the_table_use_every_keyword_and_every_mutation() {
    let document: Value = serde_json::from_str(REFERENCE).unwrap();
    let operations: BTreeSet<&str> = KEYWORDS.iter().flat_map(|row| row.1).copied().collect();
    let mut used = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(keyword) = path.strip_prefix("/schema/") else { continue };
        assert!(operations.contains(keyword), "{keyword} has no row");
        let schema = &item["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]["value"];
        names(schema, &mut used);
    }
    let (_, page) = page();
    for keyword in SCHEMA_OBJECT {
        assert!(used.contains(keyword), "{keyword} is not used");
        assert!(KEYWORDS.iter().any(|row| row.0.contains(&format!("`{keyword}"))), "{keyword} has no row");
    }
    for id in MUTATIONS.iter().map(|mutation| mutation.id).chain(CASES.iter().map(family)) {
        assert!(page.contains(&format!("`{id}`")), "{id} is not explained");
    }
}

fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                found.insert(name.clone());
                names(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}
