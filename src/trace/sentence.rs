//! The sentences of the documents, as published.

use std::collections::BTreeMap;

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;

use crate::contract::{Contract, Role};
use crate::document::{DocumentId, Pointer};

/// Members whose values are data: what they hold says nothing about the API.
const DATA: [&str; 6] = ["example", "examples", "default", "enum", "value", "const"];

/// Members that hold prose.
const PROSE: [&str; 2] = ["summary", "description"];

/// Members whose members are named by the author: a property may be called `description`.
const NAMED: [&str; 17] = [
    "callbacks",
    "content",
    "encoding",
    "headers",
    "links",
    "mapping",
    "parameters",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "scopes",
    "securitySchemes",
    "variables",
    "definitions",
];

/// One sentence, wherever one document says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The document.
    pub document: DocumentId,
    /// The sentence, with single spaces.
    pub text: String,
    /// The `summary` and `description` members that say it, in the order of the document.
    pub said: Vec<Pointer>,
}

/// Every sentence of every document that describes operations, in their order, each once a document.
pub fn sentences(contract: &Contract) -> Vec<Sentence> {
    let mut found = Vec::new();
    for (index, source) in contract.sources.iter().enumerate().filter(|(_, source)| source.role == Role::Api) {
        let mut said: Vec<(String, Pointer)> = Vec::new();
        walk(source.published.value(), &Pointer::root(), false, &mut said);
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (text, pointer) in said {
            let next = found.len();
            let at = *known.entry(text.clone()).or_insert(next);
            if at == next {
                found.push(Sentence { document: DocumentId(index), text, said: Vec::new() });
            }
            if let Some(sentence) = found.get_mut(at) {
                sentence.said.push(pointer);
            }
        }
    }
    found
}

/// Depth is bounded where the document is read.
fn walk(value: &Value, at: &Pointer, named: bool, said: &mut Vec<(String, Pointer)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = at.child(name);
                match member {
                    Value::String(text) if !named && PROSE.contains(&name.as_str()) => {
                        said.extend(split(text).into_iter().map(|sentence| (sentence, at.clone())));
                    }
                    _ if !named && (DATA.contains(&name.as_str()) || name.starts_with("x-")) => {}
                    _ => walk(member, &at, !named && NAMED.contains(&name.as_str()), said),
                }
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                walk(element, &at.index(index), false, said);
            }
        }
        _ => {}
    }
}

/// The sentences of a text (UAX #29), each with single spaces; a line that is empty ends one, too.
pub(super) fn split(text: &str) -> Vec<String> {
    let paragraphs = text.split("\n\n").map(single_spaced);
    paragraphs
        .flat_map(|paragraph| {
            let sentences: Vec<String> = paragraph.unicode_sentences().map(|part| part.trim().to_owned()).collect();
            sentences
        })
        .filter(|sentence| sentence.chars().any(char::is_alphanumeric))
        .collect()
}

/// The text with each run of white space as one space.
pub(super) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    #[test]
    fn sentences_end_where_readers_end_them() {
        let text =
            "Required if not all are given (e.g. a=B with c). When given,\n it is optional, etc. Allowed: YES, NO.";
        assert_eq!(
            split(text),
            [
                "Required if not all are given (e.g. a=B with c).",
                "When given, it is optional, etc.",
                "Allowed: YES, NO."
            ]
        );
        assert_eq!(split("One line\n\nAnother"), ["One line", "Another"]);
        assert_eq!(split(" - \n\n"), Vec::<String>::new());
    }

    #[test]
    fn prose_is_read_and_data_is_not() {
        let text = r#"{
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "1", "description": "About all." },
            "paths": { "/a": { "get": {
                "summary": "Gets.",
                "responses": { "200": { "description": "OK", "content": { "application/json": {
                    "example": { "description": "Data." },
                    "schema": { "type": "object", "x-note": { "description": "Extension." }, "properties": {
                        "description": { "type": "string", "description": "A property. Gets." }
                    } }
                } } } }
            } } }
        }"#;
        let contract = Contract::new(vec![Document::parse("a.json", text).unwrap()], vec![]).unwrap();
        let found = sentences(&contract);
        let texts: Vec<&str> = found.iter().map(|sentence| sentence.text.as_str()).collect();
        assert_eq!(texts, ["About all.", "Gets.", "OK", "A property."]);
        assert_eq!(found[1].said.len(), 2, "{:?}", found[1]);
        for sentence in &found {
            assert!(sentence.said.iter().all(|at| at.resolve(contract.sources[0].published.value()).is_some()));
        }
    }
}
