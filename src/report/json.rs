//! `report.json`: the outcome itself, the truth that every other report is a projection of.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::{Report, plain};
use crate::outcome::Outcome;

/// The row of the registry.
pub const JSON: Report =
    Report { id: "json", file: "report.json", write, page: include_str!("../../docs/report/json.md") };

/// The published JSON Schema of `report.json`.
pub const SCHEMA: &str = include_str!("../../docs/schema/report.schema.json");

/// Writes `outcome` as indented JSON. Hidden characters are escaped, so that the file is as harmless on a terminal as any
/// other report and still says exactly what came.
///
/// # Errors
/// Those of the writer.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Visible(PrettyFormatter::new()));
    outcome.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// The JSON Schema of `report.json`, made from the types.
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(Outcome);
    schema.insert("title".to_owned(), format!("Report of conform, format {}", crate::outcome::FORMAT).into());
    schema
}

/// Indented JSON with hidden characters escaped.
struct Visible(PrettyFormatter<'static>);

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| plain::is_hidden(*c)) {
            let (shown, hidden) = rest.split_at_checked(at).unwrap_or((rest, ""));
            out.write_all(shown.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = hidden.get(c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    fn written(outcome: &Outcome) -> String {
        let mut out = Vec::new();
        write(outcome, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn made() -> String {
        serde_json::to_string_pretty(&schema()).unwrap() + "\n"
    }

    #[test]
    fn the_published_schema_is_the_one_that_the_types_make() {
        assert_eq!(SCHEMA, made(), "run `cargo test --lib -- --ignored publish` and commit the schema");
    }

    #[test]
    #[ignore = "writes docs/schema/report.schema.json"]
    fn publish() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/report.schema.json");
        std::fs::write(file, made()).unwrap();
    }

    #[test]
    fn each_example_conforms_to_the_published_schema_and_reads_back() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        for outcome in examples::all() {
            let text = written(&outcome);
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
            assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), outcome);
        }
    }

    #[test]
    fn the_schema_refuses_what_is_no_report() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let good = serde_json::to_value(examples::staging()).unwrap();
        for (pointer, wrong) in [("/verdict", "green"), ("/exit_code", "0"), ("/drifts/0/level", "fatal")] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = wrong.into();
            assert!(!validator.is_valid(&bad), "{pointer}");
        }
    }

    #[test]
    fn hidden_characters_are_escaped_and_kept() {
        let mut outcome = examples::empty();
        outcome.notes = vec!["a\u{202e}b\u{9b}c\u{e0041}d\u{1b}e".to_owned()];
        let text = written(&outcome);
        assert!(text.contains(r"a\u202eb\u009bc\udb40\udc41d\u001be"), "{text}");
        assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), outcome);
    }
}
