//! Request bodies, media types and their examples.

use serde_json::Value;

use super::at::{At, kind_of};
use super::reader::{Reader, typed};
use super::{Body, Media};

/// The request body of an operation.
pub(super) fn request_body<'a>(reader: &mut Reader<'a>, operation: &At<'a>) -> Result<Option<Body>, String> {
    let Some(given) = operation.get("requestBody") else { return Ok(None) };
    let pointer = given.place.pointer.clone();
    let fault = |reason: String| format!("request body ({pointer}): {reason}");
    let at = reader.follow(given).map_err(fault)?;
    let body: openapiv3::RequestBody = typed(&at, &["required", "content"]).map_err(fault)?;
    let Some(content) = at.get("content") else { return Err(fault("missing field `content`".to_owned())) };
    if body.content.is_empty() {
        reader.remark(&content.place, "the request body has no media type, so it is never sent");
        return Ok(None);
    }
    Ok(Some(Body { required: body.required, content: media(reader, &content), place: at.place }))
}

/// The media types under `content`, in document order.
pub(super) fn media<'a>(reader: &mut Reader<'a>, content: &At<'a>) -> Vec<Media> {
    let mut all = Vec::new();
    for (name, given) in content.members() {
        if name.starts_with("x-") {
            continue;
        }
        let place = given.place.clone();
        // OpenAPI 3.0 knows no reference here, but documents have them, and their meaning is plain.
        let at = reader.follow(given).and_then(|at| match at.object() {
            Some(_) => Ok(at),
            None => Err(format!("it is {}, not an object", kind_of(at.value))),
        });
        match at {
            Ok(at) => all.push(Media {
                name: name.to_owned(),
                schema: at.get("schema").map(|schema| schema.place),
                examples: examples(reader, &at),
                place: at.place,
            }),
            Err(reason) => {
                reader.remark(
                    &place,
                    format!("media type `{name}` cannot be read, so its content is not judged: {reason}"),
                );
                all.push(Media { name: name.to_owned(), schema: None, examples: Vec::new(), place });
            }
        }
    }
    all
}

/// `example`, then the values of `examples`. A null is a value here.
pub(super) fn examples<'a>(reader: &mut Reader<'a>, at: &At<'a>) -> Vec<Value> {
    let mut values: Vec<Value> = at.value.get("example").cloned().into_iter().collect();
    for (_, example) in at.get("examples").iter().flat_map(At::members) {
        let place = example.place.clone();
        match reader.follow(example) {
            Ok(example) => values.extend(example.value.get("value").cloned()),
            Err(reason) => reader.remark(&place, format!("the example cannot be read: {reason}")),
        }
    }
    values
}
