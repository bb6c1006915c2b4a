//! What a body's bytes mean: read by the documented media types.

use serde_json::Value;

use crate::contract::style::{
    self, Field, Hints, Match, MediaType, fields_of_form, fields_of_parts, form_readings, media_matches,
    parse_media_type, read_json,
};
use crate::contract::{Body, Media};

use super::Judge;
use super::verdict::{Verdict, judge};
use super::wire::Written;

impl Judge<'_> {
    /// What can be said of the body, whose bytes have this digest.
    pub(super) fn body(&self, written: &Written, digest: Option<&str>) -> Verdict {
        match (&self.operation.body, &written.body) {
            (None, None) => Verdict::Valid,
            (None, Some(_)) => Verdict::Open,
            (Some(documented), None) => absent_body(documented),
            (Some(documented), Some(bytes)) => {
                let label = written.content_type.as_deref();
                self.once(format!("body {label:?} {digest:?}"), || {
                    let verdict = self.labelled(documented, bytes, label);
                    // A body without a byte is a body, and none to many readers.
                    if bytes.is_empty() { verdict.or(absent_body(documented)) } else { verdict }
                })
            }
        }
    }

    /// By the media type that fits the label best. Without one that does, any may be meant (RFC 9110 §8.3).
    fn labelled(&self, documented: &Body, bytes: &[u8], label: Option<&str>) -> Verdict {
        let fits = |media: &Media| label.map_or(Match::No, |label| media_matches(&media.name, label));
        let best = documented.content.iter().map(fits).max().unwrap_or(Match::No);
        let parsed = label.and_then(parse_media_type);
        let verdicts = documented.content.iter().zip(&self.body_hints).filter(|(media, _)| fits(media) == best);
        let verdicts = verdicts.map(|(media, hints)| {
            let own = parse_media_type(&media.name);
            let read_as = if best == Match::No { own } else { parsed.clone().or(own) };
            self.content(media, hints, bytes, read_as.as_ref())
        });
        let verdict = verdicts.reduce(Verdict::or).unwrap_or(Verdict::Open);
        if best >= Match::Range { verdict } else { verdict.at_best_open() }
    }

    fn content(&self, media: &Media, hints: &Hints, bytes: &[u8], read_as: Option<&MediaType>) -> Verdict {
        let broken = || Verdict::Invalid(vec![media.place.clone()]);
        let judged = |value: &Value| judge(self.contract, media.schema.as_ref(), value);
        let Some(read_as) = read_as else { return Verdict::Open };
        match kind(read_as) {
            Kind::Json => match read_json(bytes) {
                // What is JSON, but more than this reader takes, is not broken.
                Err(reason) if reason.contains("recursion limit") || reason.contains("out of range") => Verdict::Open,
                Err(_) => broken(),
                Ok(read) => match read.last {
                    Some(last) => judged(&read.first).or(judged(&last)).at_best_open(),
                    None => judged(&read.first),
                },
            },
            Kind::Form => match fields_of_form(bytes) {
                Some(fields) => self.form(media, hints, &fields, &fields_of_form),
                None => Verdict::Open,
            },
            Kind::Parts => {
                let boundary = read_as.parameter("boundary").unwrap_or_default();
                match fields_of_parts(bytes, boundary) {
                    Some(fields) => self.form(media, hints, &fields, &|bytes| {
                        let end = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
                        let boundary = String::from_utf8_lossy(end.get(2..).unwrap_or_default()).into_owned();
                        fields_of_parts(bytes, boundary.trim_end_matches("--"))
                    }),
                    // Without the label, the boundary is not known.
                    None if boundary.is_empty() => Verdict::Open,
                    None => broken(),
                }
            }
            Kind::Markup => {
                let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
                if first == Some(&b'<') || !bytes.is_ascii() { Verdict::Open } else { broken() }
            }
            Kind::Text if hints.string || media.schema.is_none() => match std::str::from_utf8(bytes) {
                Ok(text) => self.text(media, hints, text),
                Err(_) => Verdict::Open,
            },
            Kind::Plain => match std::str::from_utf8(bytes) {
                Ok(text) => self.text(media, hints, text),
                Err(_) => Verdict::Open,
            },
            Kind::Text | Kind::Other => Verdict::Open,
        }
    }

    /// The fields of a form; `again` reads what would be written for a reading.
    fn form(
        &self,
        media: &Media,
        hints: &Hints,
        fields: &[Field],
        again: &dyn Fn(&[u8]) -> Option<Vec<Field>>,
    ) -> Verdict {
        let size: usize = fields.iter().map(|field| field.name.len() + field.text.len()).sum();
        let judged = |value: &Value| {
            self.spend(size);
            judge(self.contract, media.schema.as_ref(), value)
        };
        let readings = form_readings(hints, fields, false);
        let verdict = Verdict::of(readings.values.iter().map(judged)).unwrap_or(Verdict::Open);
        if let Verdict::Invalid(places) = verdict {
            // An array that is not there may be meant to be empty, which saves what breaks otherwise, and breaks nothing.
            let more = form_readings(hints, fields, true);
            let all = std::iter::once(Verdict::Invalid(places)).chain(more.values.iter().map(judged));
            let verdict = Verdict::of(all).unwrap_or(Verdict::Open);
            let sure = readings.complete && more.complete && !self.has_encoding(media, fields);
            return if sure { verdict } else { Verdict::Open };
        }
        if self.has_encoding(media, fields) || !readings.complete {
            return Verdict::Open;
        }
        let canonical = readings.values.iter().any(|value| {
            let bytes = style::written(value, &media.name).map(|(bytes, _)| bytes);
            bytes.is_ok_and(|bytes| again(&bytes).is_some_and(|fields_again| fields_again == fields))
        });
        if canonical { verdict } else { verdict.at_best_open() }
    }

    /// Whether a field may be written in a way of its own (OpenAPI 3.0.3, Encoding Object), which is not looked into.
    fn has_encoding(&self, media: &Media, fields: &[Field]) -> bool {
        let encoding = self.contract.schemas.source(&media.place.child("encoding"));
        fields.iter().any(|field| encoding.is_some_and(|encoding| encoding.get(&field.name).is_some()))
    }

    fn text(&self, media: &Media, hints: &Hints, text: &str) -> Verdict {
        let readings = style::text_readings(hints, text);
        let judged = |value: &Value| judge(self.contract, media.schema.as_ref(), value);
        let verdict = readings.iter().map(judged).reduce(Verdict::or).unwrap_or(Verdict::Open);
        let written = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if readings.iter().any(|value| written(value) == text) { verdict } else { verdict.at_best_open() }
    }
}

fn absent_body(documented: &Body) -> Verdict {
    let required = documented.place.child("required");
    if documented.required { Verdict::Invalid(vec![required]) } else { Verdict::Valid }
}

/// How a media type is read.
enum Kind {
    Json,
    Form,
    Parts,
    /// XML and its kind: what does not begin with `<` is none.
    Markup,
    /// As text in one piece, which may be that of a number.
    Plain,
    /// As text or bytes in one piece; where they are to be more than that, nothing says how.
    Text,
    /// In a way that is not known here.
    Other,
}

fn kind(media: &MediaType) -> Kind {
    let essence = media.essence();
    let suffix = |suffix: &str| media.subtype == suffix || media.subtype.ends_with(&format!("+{suffix}"));
    if media.is_json() {
        Kind::Json
    } else if essence == "application/x-www-form-urlencoded" {
        Kind::Form
    } else if essence == "multipart/form-data" {
        Kind::Parts
    } else if suffix("xml") {
        Kind::Markup
    } else if essence == "text/plain" {
        Kind::Plain
    } else if essence.contains('*') || essence.contains("yaml") {
        Kind::Other
    } else {
        Kind::Text
    }
}
