//! Whether the published document is broken, or only what an overlay promises beside it.

use serde_json::Value;

use crate::contract::Amended;
use crate::document::Place;
use crate::drift::{Finding, Part};
use crate::schema::{Direction, Sense};

use super::{Body, Subject, ambiguous_null, undocumented_property, wrong_body};

/// The overlay action whose promise `finding` is about, where the published document does not make it: a body that the
/// published schema accepts at that place, or a place that reads otherwise in the published document.
pub fn stated_by<'c>(subject: &Subject<'c>, finding: &Finding) -> Option<&'c Amended> {
    let source = subject.contract.source(finding.place.document)?;
    let wrote = source.overlay_at(&finding.place.pointer);
    let of_schema = [wrong_body::CHECK.id, ambiguous_null::CHECK.id, undocumented_property::CHECK.id];
    if of_schema.contains(&finding.rule.as_str()) {
        // A schema is changed by an overlay as a whole, not only at the keyword that is broken now.
        Some(()).filter(|()| published_accepts(subject, finding)).and(wrote.or_else(|| source.amended.last()))
    } else {
        let before = subject.contract.published.source(&finding.place);
        wrote.filter(|_| reads_otherwise(before, subject.contract.schemas.source(&finding.place)))
    }
}

/// Whether a place says something else now, by itself: what stands deeper has places of its own.
fn reads_otherwise(before: Option<&Value>, after: Option<&Value>) -> bool {
    let (Some(Value::Object(before)), Some(Value::Object(after))) = (before, after) else { return before != after };
    let nested = |value: &Value| value.is_object() || value.is_array();
    before.len() != after.len()
        || after.iter().any(|(name, after)| {
            before.get(name).is_none_or(|before| before != after && !(nested(before) && nested(after)))
        })
}

/// Whether the published schema of the body has nothing to say about the place of `finding`.
fn published_accepts(subject: &Subject<'_>, finding: &Finding) -> bool {
    let Some(schema) = subject.media.and_then(|media| media.schema.as_ref()) else { return false };
    let (Body::Json(value), Part::Body(instance)) = (subject.body, &finding.part) else { return false };
    let published = &subject.contract.published;
    if published.source(schema).is_none() {
        return true;
    }
    let nulls = if finding.rule == ambiguous_null::CHECK.id { Sense::Strict } else { Sense::Intended };
    if finding.rule == undocumented_property::CHECK.id {
        return !published.undocumented(schema, value).iter().any(|(other, _)| other == instance);
    }
    let Ok(validator) = published.validator(schema, Direction::Response, nulls) else { return false };
    !validator.violations(value).iter().any(|other| other.instance == *instance && same(&other.place, finding))
}

/// Whether a violation of the published schema is the same promise: overlays may move a place, but not its keyword.
fn same(place: &Place, finding: &Finding) -> bool {
    place.pointer == finding.place.pointer || place.pointer.last() == finding.place.pointer.last()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::check::Subject;
    use crate::check::pages::{called, contract, exchange, intent};
    use crate::check::reading::Reading;
    use crate::check::registry::judge;
    use crate::document::Document;
    use crate::drift::fingerprint::fingerprint;

    const OVERLAY: &str = "
overlay: 1.0.0
info: {title: rules, version: '1'}
actions:
  - target: $.paths['/things'].get.responses['200'].content['application/json'].schema
    description: a thing has a name
    update: {required: [name], properties: {size: {maximum: 3}, extra: {type: string}}}
  - target: $.paths['/things'].get.responses
    description: what is not there is not found
    update: {'404': {description: Not found, content: {application/json: {schema: {type: object, required: [error]}}}}}
";

    /// The drifts of `block`, each with the overlay that states the broken promise.
    fn said(block: &Value) -> Vec<(String, Option<String>)> {
        let schema = json!({"type": "object", "properties": {"id": {"type": "integer"}, "size": {"type": "integer"}}});
        let content = json!({"application/json": {"schema": schema}});
        let responses = json!({"200": {"description": "OK", "content": content}});
        let document = json!({"paths": {"/things": {"get": {"operationId": "getThings", "responses": responses}}}});
        let contract = contract(&document, vec![Document::parse("20-rules.overlay.yaml", OVERLAY).unwrap()]);
        let exchange = exchange(block);
        let intent = intent(&block["intent"]);
        let reading = Reading::new(&contract, called(&contract, &exchange.request), &exchange);
        let subject = Subject::new(&reading, &intent, &[]);
        let id = |finding: &Finding| fingerprint(finding, "o", subject.status());
        judge(&subject)
            .iter()
            .map(|finding| (id(finding), stated_by(&subject, finding).map(|amended| amended.file.clone())))
            .collect()
    }

    fn answer(status: u16, body: &Value) -> Value {
        let headers = json!({"Content-Type": "application/json"});
        json!({"request": "GET /things", "intent": "unknown", "status": status, "headers": headers, "body": body})
    }

    fn overlay(id: &str) -> (String, Option<String>) {
        (id.to_owned(), Some("20-rules.overlay.yaml".to_owned()))
    }

    fn published(id: &str) -> (String, Option<String>) {
        (id.to_owned(), None)
    }

    #[test]
    fn what_the_published_schema_accepts_is_the_promise_of_the_overlay() {
        assert_eq!(
            said(&answer(200, &json!({"size": 7}))),
            [overlay("wrong-body/o/200/name/required"), overlay("wrong-body/o/200/size/maximum"),]
        );
    }

    #[test]
    fn what_the_published_schema_refuses_is_the_promise_of_the_document() {
        assert_eq!(
            said(&answer(200, &json!({"name": "a", "colour": "red", "size": "7", "id": "x"}))),
            [
                published("wrong-body/o/200/id/type"),
                published("wrong-body/o/200/size/type"),
                published("undocumented-property/o/200/colour"),
            ]
        );
        assert_eq!(said(&answer(202, &json!({}))), [published("undocumented-status/o/202/valid")]);
    }

    #[test]
    fn a_response_that_only_the_overlay_documents_is_its_promise_as_a_whole() {
        assert_eq!(said(&answer(404, &json!({}))), [overlay("wrong-body/o/404/error/required")]);
        let page = json!({"request": "GET /things", "intent": "absent", "status": 404, "headers": {"Content-Type": "text/html"}, "body": "no"});
        assert_eq!(said(&page), [overlay("wrong-media-type/o/404/header:content-type/undocumented")]);
        let empty = json!({"request": "GET /things", "intent": "absent", "status": 404});
        assert_eq!(said(&empty), [overlay("unreadable-body/o/404/empty")]);
    }
}
