//! How the parts of a step are written, whoever writes them: what is sent, and what is said of it, are the same bytes.

use serde_json::Value;

use crate::contract::style::{self, Wire};
use crate::contract::{Encoding, Location, Operation, Parameter, Style};
use crate::document::{Pointer, PutError};

use super::Payload;
use super::expression::Template;

/// An argument in its place.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// What the operation declares for it.
    pub declared: Option<&'a Parameter>,
    /// Where it travels.
    pub location: Location,
    given: &'a str,
}

impl<'a> Placed<'a> {
    /// The place of the argument `name`, at `location` or where `operation` declares it.
    ///
    /// # Errors
    /// Where that is nowhere.
    pub fn new(operation: &'a Operation, name: &'a str, location: Option<Location>) -> Result<Self, String> {
        let declared = operation.parameter(name, location);
        let location = location.or_else(|| declared.map(|parameter| parameter.location));
        let location = location.ok_or_else(|| format!("{} declares no parameter `{name}`", operation.id))?;
        Ok(Self { declared, location, given: name })
    }

    /// Its name on the wire.
    pub fn name(&self) -> &'a str {
        self.declared.map_or(self.given, |parameter| parameter.name.as_str())
    }

    /// `value`, by the style of the parameter.
    ///
    /// # Errors
    /// Why that style has no way to write it.
    pub fn encoded(&self, value: &Value) -> Result<Wire, String> {
        let plain = plain(self.location);
        let encoding = self.declared.map_or(&plain, |parameter| &parameter.encoding);
        style::encode(self.name(), encoding, self.location, value)
            .map_err(|error| format!("parameter `{}` cannot be written: {error}", self.name()))
    }

    /// `text`, as it stands.
    pub fn raw(&self, text: &str) -> Wire {
        let (name, text) = (self.given.to_owned(), text.to_owned());
        match self.location {
            Location::Path => Wire::Path(text),
            Location::Query => Wire::Query(vec![(name, text)]),
            Location::Header => Wire::Header(text),
            Location::Cookie => Wire::Cookie(name, text),
        }
    }
}

/// How an undeclared parameter is written.
fn plain(location: Location) -> Encoding {
    let form = matches!(location, Location::Query | Location::Cookie);
    let style = if form { Style::Form } else { Style::Simple };
    Encoding::Style { style, explode: form, allow_reserved: false, schema: None }
}

/// Why a replacement cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misplaced(String);

impl From<Misplaced> for String {
    fn from(misplaced: Misplaced) -> Self {
        misplaced.0
    }
}

impl Payload {
    /// The media type that it is written as: its own, else the first that `operation` documents.
    pub fn media_type(&self, operation: &Operation) -> String {
        let documented =
            || operation.body.as_ref().and_then(|body| body.content.first()).map(|media| media.name.clone());
        self.content_type.clone().or_else(documented).unwrap_or_else(|| "application/json".to_owned())
    }

    /// The content with its replacements made and its merge patch applied (RFC 7396); `render` fills in a template, of the content or of a replacement.
    ///
    /// # Errors
    /// What `render` says, or what cannot be replaced.
    pub fn filled<E: From<Misplaced>>(
        &self,
        render: impl Fn(&Template, Option<&Pointer>) -> Result<Value, E>,
    ) -> Result<Value, E> {
        let mut value = render(&self.content, None)?;
        for (pointer, replacement) in &self.replacements {
            let new = replacement.as_ref().map(|template| render(template, Some(pointer))).transpose()?;
            let goes = new.is_none();
            match pointer.put(&mut value, new) {
                Err(PutError::Nothing(_)) if goes => {}
                put => put.map_err(|error| Misplaced(format!("the payload cannot be changed: {error}")))?,
            }
        }
        for (selector, replacement) in &self.selected {
            let places = selector.places(&value);
            let Some(first) = places.first() else {
                return Err(Misplaced(format!("the payload has nothing at {selector} to be replaced")).into());
            };
            let new = render(replacement, Some(first))?;
            for place in &places {
                let put = place.put(&mut value, Some(new.clone()));
                put.map_err(|error| Misplaced(format!("the payload cannot be changed: {error}")))?;
            }
        }
        if let Some(patch) = &self.merge_patch {
            json_patch::merge(&mut value, &render(patch, None)?);
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{Contract, OperationId};
    use crate::document::Document;

    #[test]
    fn an_argument_is_written_where_it_is_declared_or_where_it_says() {
        let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/things": {"get": {
            "operationId": "list",
            "parameters": [
                {"name": "tags", "in": "query", "style": "pipeDelimited", "explode": false,
                    "schema": {"type": "array", "items": {"type": "string"}}},
                {"name": "X-Mode", "in": "header", "schema": {"type": "string"}}],
            "responses": {"200": {"description": "OK"}}}}}});
        let contract =
            Contract::new(vec![Document::parse("t.json", document.to_string()).unwrap()], Vec::new()).unwrap();
        let operation = contract.operation(&OperationId("list".into())).unwrap();
        let placed = |name, location| Placed::new(operation, name, location);
        let pair = |name: &str, text: &str| Wire::Query(vec![(name.to_owned(), text.to_owned())]);
        let tags = placed("tags", None).unwrap();
        assert_eq!(tags.encoded(&json!(["a", "b"])), Ok(pair("tags", "a%7Cb")));
        assert_eq!(tags.raw("a|b"), pair("tags", "a|b"));
        let other = placed("other", Some(Location::Query)).unwrap();
        assert!(other.declared.is_none());
        assert_eq!(other.encoded(&json!("x y")), Ok(pair("other", "x%20y")));
        assert_eq!(placed("X-Mode", None).unwrap().encoded(&json!("fast")), Ok(Wire::Header("fast".to_owned())));
        assert_eq!(placed("other", None).unwrap_err(), "list declares no parameter `other`");
    }
}
