//! A large document: 1,000 operations in 6 MB.

use std::path::PathBuf;
use std::time::Duration;

use conform::contract::Contract;
use conform::generate::{Settings, generate};
use conform::lint;
use serde_json::{Value, json};

use crate::table::{Table, millis};
use crate::{Result, cpu};

const ROUNDS: usize = 5;
const OPERATIONS: usize = 1000;

pub(crate) fn rows(table: &mut Table) -> Result<()> {
    let file = std::env::temp_dir().join(format!("conform-bench-{}.json", std::process::id()));
    std::fs::write(&file, serde_json::to_vec_pretty(&document())?)?;
    let size = std::fs::metadata(&file)?.len();
    let measured = measure(&file);
    std::fs::remove_file(&file)?;
    let [loaded, linted, generated] = measured?;
    let name = format!("a document of {}.{} MB and {OPERATIONS} operations: ", size / 1_000_000, size / 100_000 % 10);
    table.row(&format!("{name}CPU to load, lint, generate"), millis(loaded + linted + generated), "< 2000 ms");
    table.row("… load alone", millis(loaded), "");
    table.row("… lint alone", millis(linted), "");
    table.row("… generate alone", millis(generated), "");
    Ok(())
}

fn measure(file: &std::path::Path) -> Result<[Duration; 3]> {
    let (mut loads, mut lints, mut generations) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut contract = None;
        loads.push(cpu::of(|| {
            let paths: [PathBuf; 1] = [file.to_owned()];
            contract = Contract::load(&paths, &[]).ok();
            Ok(())
        })?);
        let contract = contract.ok_or("the large document cannot be read")?;
        if contract.operations.iter().filter(|operation| operation.disabled.is_none()).count() != OPERATIONS {
            return Err("operations are missing".into());
        }
        lints.push(cpu::of(|| Ok(lint::registry::judge(&contract)))?);
        generations.push(cpu::of(|| Ok(generate(&contract, &Settings::default())))?);
    }
    Ok([cpu::median(loads), cpu::median(lints), cpu::median(generations)])
}

/// Each operation has a body and an answer of its own, and refers to components that all share.
fn document() -> Value {
    let mut paths = serde_json::Map::new();
    let mut schemas = serde_json::Map::new();
    for number in 0..OPERATIONS {
        let entity = format!("Entity{number}");
        schemas.insert(entity.clone(), schema(number));
        let reference = json!({"$ref": format!("#/components/schemas/{entity}")});
        paths.insert(
            format!("/resource{number}/{{id}}"),
            json!({"post": {
                "operationId": format!("operation{number}"),
                "description": "Changes one of many resources, and answers with what it has become. ".repeat(8),
                "parameters": [
                    {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}},
                    {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["ASC", "DESC"]}},
                ],
                "requestBody": {"required": true, "content": {"application/json": {"schema": reference}}},
                "responses": {
                    "200": {"description": "Done.", "content": {"application/json": {"schema": {
                        "type": "object",
                        "required": ["items"],
                        "properties": {"items": {"type": "array", "items": reference}},
                    }}}},
                    "400": {"description": "Refused.", "content": {"application/json": {"schema":
                        {"$ref": "#/components/schemas/Problem"}}}},
                },
            }}),
        );
    }
    schemas.insert(
        "Problem".to_owned(),
        json!({"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}),
    );
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Large", "version": "1"},
        "servers": [{"url": "https://large.example.com"}],
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

fn schema(number: usize) -> Value {
    let mut properties = serde_json::Map::new();
    for member in 0..16 {
        let described = format!("The {member}th member of entity {number}, as it is kept.");
        let property = match member % 4 {
            0 => json!({"type": "string", "format": "date-time", "description": described}),
            1 => json!({"type": "integer", "minimum": 0, "maximum": 1000, "description": described}),
            2 => json!({"type": "string", "enum": ["ACTIVE", "SUSPENDED", "CLOSED"], "description": described}),
            _ => json!({"type": "string", "nullable": true, "maxLength": 80, "description": described}),
        };
        properties.insert(format!("member{member}"), property);
    }
    json!({"type": "object", "required": ["member0", "member1"], "properties": properties})
}
