//! Reads an overlay, and says at which place it is wrong.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::{Action, Change, Overlay, Version};
use crate::document::{Diagnostic, Document, Pointer, Severity, nearest};

type Outcome<T> = Result<T, Box<Diagnostic>>;

/// A longer or deeper query is refused: the time it takes to read one grows with its nesting, exponentially.
const LONGEST_PATH: usize = 4096;
const DEEPEST_PATH: usize = 12;

pub(super) fn overlay(document: Document) -> Outcome<Overlay> {
    let reader = Reader { document: &document };
    let root = Pointer::root();
    let overlay = reader.object(&root)?;
    reader.known_keys(&root, overlay, &["overlay", "info", "extends", "actions"])?;
    let version = reader.version(&root)?;
    let info = root.child("info");
    reader.required(&root, "info")?;
    let known: &[&str] =
        if version == Version::V1_0 { &["title", "version"] } else { &["title", "version", "description"] };
    reader.known_keys(&info, reader.object(&info)?, known)?;
    let title = reader.required_text(&info, "title")?.to_owned();
    reader.required_text(&info, "version")?;
    let extends = reader.text(&root, "extends")?.map(str::to_owned);
    let Value::Array(actions) = reader.required(&root, "actions")? else {
        return Err(reader.error(&root.child("actions"), "`actions` is not a list"));
    };
    if actions.is_empty() {
        return Err(reader.error(&root.child("actions"), "`actions` is empty, and at least one action is needed"));
    }
    let places = (0..actions.len()).map(|index| root.child("actions").index(index));
    let actions = places.map(|place| reader.action(place, version)).collect::<Outcome<_>>()?;
    Ok(Overlay { document, version, title, extends, actions })
}

struct Reader<'d> {
    document: &'d Document,
}

impl<'d> Reader<'d> {
    fn version(&self, root: &Pointer) -> Outcome<Version> {
        let place = root.child("overlay");
        let hint = "this reader knows 1.0.0 and 1.1.0";
        let Value::String(text) = self.required(root, "overlay")? else {
            let error = self.error(&place, "the version of the Overlay Specification is not a text");
            return Err(Box::new(error.help(format!("write it in quotes; {hint}"))));
        };
        let numbers: Vec<_> = text.split('.').map(str::parse::<u32>).collect();
        match numbers.as_slice() {
            [Ok(1), Ok(0), Ok(_)] => Ok(Version::V1_0),
            [Ok(1), Ok(1), Ok(_)] => Ok(Version::V1_1),
            _ => {
                let error = self.error(&place, format!("version {text:?} of the Overlay Specification is not known"));
                Err(Box::new(error.help(hint)))
            }
        }
    }

    fn action(&self, place: Pointer, version: Version) -> Outcome<Action> {
        let object = self.object(&place)?;
        let known = ["target", "description", "update", "remove", "copy"];
        let known = if version == Version::V1_0 { known.get(..4).unwrap_or_default() } else { &known };
        self.known_keys(&place, object, known)?;
        let description = self.text(&place, "description")?.unwrap_or_default().to_owned();
        self.required_text(&place, "target")?;
        let target = self.path(&place.child("target"))?;
        let remove = match object.get("remove") {
            None => false,
            Some(Value::Bool(remove)) => *remove,
            Some(_) => return Err(self.error(&place.child("remove"), "`remove` is neither true nor false")),
        };
        let copy = match self.text(&place, "copy")? {
            Some(_) => Some(self.path(&place.child("copy"))?),
            None => None,
        };
        let change = match (remove, object.contains_key("update"), copy) {
            (true, _, _) => Change::Remove,
            (false, false, None) => Change::Nothing,
            (false, true, None) => Change::Update,
            (false, false, Some(source)) => Change::Copy(source),
            (false, true, Some(_)) => {
                return Err(self.error(&place.child("copy"), "the action has both `update` and `copy`"));
            }
        };
        Ok(Action { place, description, target, change })
    }

    fn path(&self, place: &Pointer) -> Outcome<JsonPath> {
        let text = place.resolve(self.document.value()).and_then(Value::as_str).unwrap_or_default();
        if text.len() > LONGEST_PATH || nesting(text) > DEEPEST_PATH {
            return Err(self.error(place, "the JSONPath is too long or too deeply nested"));
        }
        JsonPath::parse(text).map_err(|error| {
            let span = self.document.span(place);
            // The caret stands at the wrong character where the text stands in the file letter by letter.
            let written = self.document.text().get(span.clone()).and_then(|written| written.find(text));
            let bytes = written.map_or(span.clone(), |offset| {
                let at = span.start + offset + error.position().saturating_sub(1).min(text.len());
                at..at + 1
            });
            let message = format!("not a JSONPath (RFC 9535): {}", error.message());
            Box::new(self.document.diagnose_bytes(Severity::Error, bytes, message))
        })
    }

    fn object(&self, place: &Pointer) -> Outcome<&'d Map<String, Value>> {
        let value = place.resolve(self.document.value());
        value.and_then(Value::as_object).ok_or_else(|| {
            let name = place.last().map_or_else(|| "an overlay".to_owned(), |name| format!("`{name}`"));
            self.error(place, format!("{name} is not an object"))
        })
    }

    fn known_keys(&self, place: &Pointer, object: &Map<String, Value>, known: &[&str]) -> Outcome<()> {
        let is_known = |key: &String| known.contains(&key.as_str()) || key.starts_with("x-");
        let Some(unknown) = object.keys().find(|key| !is_known(key)) else { return Ok(()) };
        let error = self.error(&place.child(unknown), format!("unknown key {unknown:?}"));
        Err(Box::new(match (unknown.as_str(), nearest(unknown, known.iter().copied())) {
            ("copy" | "description", None) => error.help("version 1.1.0 of the Overlay Specification knows it"),
            (_, Some(meant)) => error.help(format!("`{meant}` is known")),
            (_, None) => error.help(format!("known are {}, and keys that begin with `x-`", known.join(", "))),
        }))
    }

    fn required(&self, place: &Pointer, key: &str) -> Outcome<&'d Value> {
        let value = place.child(key).resolve(self.document.value());
        value.ok_or_else(|| self.error(place, format!("`{key}` is missing")))
    }

    fn required_text(&self, place: &Pointer, key: &str) -> Outcome<&'d str> {
        self.required(place, key)?;
        Ok(self.text(place, key)?.unwrap_or_default())
    }

    fn text(&self, place: &Pointer, key: &str) -> Outcome<Option<&'d str>> {
        match place.child(key).resolve(self.document.value()) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(&place.child(key), format!("`{key}` is not a text"))),
        }
    }

    fn error(&self, place: &Pointer, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(self.document.diagnose(Severity::Error, place, message))
    }
}

/// How deep the brackets of `path` are nested, those in quotes included.
fn nesting(path: &str) -> usize {
    let mut depth: usize = 0;
    let depths = path.chars().map(|c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth
    });
    depths.max().unwrap_or_default()
}
