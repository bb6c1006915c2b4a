//! The documents under `specs/` are the published ones, value for value, and overlays change what they say they change.

use std::fs;
use std::path::Path;

use conform::contract::Contract;
use conform::digest::sha256;
use serde_json::Value;

/// SHA-256 of each document as published: members sorted by name, no white space.
const PUBLISHED: [(&str, &str); 8] = [
    ("AddCustomer.json", "15fad4dd7bfad9368d374488aace41dd6fc2220df9deb13fd63e9102ca59b461"),
    ("AddCustomerBankInformation.json", "5ee41999ef982d0ca1e0add37f8e0c019641e94a5bfd717bfc9f0ade63522df8"),
    ("GetAllCustomers.json", "f84fd7aa856cdce40530e90f2189fe59bd90dcb2590a49096f1dfff1199c0564"),
    ("GetBankAccountInformation.json", "5cdd5e0cd2006e4fe5bc2a3734e192500b2d21aa8fb0781a2b240d088222689d"),
    ("GetOneCustomer.json", "4508fe89244fe85812f159ef20ded1f7cf04acad2326779bffeb1f91c47a10fb"),
    ("ListCustomerBankInformation.json", "a67393e6437ab94b0c77d9c7bf7f5f00a10899e5896755b6c055ee1a816a733d"),
    ("RemoveCustomerBankAccountInformation.json", "4281a5d9e4f56ffea2e232ee5462fa2f06eab7657184321888963293172e3f28"),
    ("UpdateOneCustomer.json", "e7ce22b138759ce9a2aefa6c05b0c1013ac22262da37a8089cf8bc37caee5d01"),
];

#[test]
fn the_documents_are_the_published_ones_value_for_value() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    for (name, expected) in PUBLISHED {
        let value: Value = serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap();
        assert_eq!(sha256(canonical(&value)), expected, "{name} is not what was published; amend it with an overlay");
    }
    let files = fs::read_dir(folder).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file()).count();
    assert_eq!(files, PUBLISHED.len());
}

#[test]
fn every_action_of_every_overlay_finds_its_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let contract = Contract::load(std::slice::from_ref(&folder), &[folder.join("overlays")]).unwrap();
    let warnings: Vec<String> = contract.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(contract.operations.len(), 8);
    for operation in &contract.operations {
        assert_eq!(operation.disabled, None, "{}", operation.id);
        assert!(operation.parameters.iter().all(|parameter| parameter.declared), "{}", operation.id);
    }
}

fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let members: Vec<String> = names
                .iter()
                .map(|name| format!("{}:{}", Value::from(name.as_str()), canonical(&members[*name])))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}
