//! Media types of responses: what they are called, and what they say about the form of a body.

use crate::contract::Media;
use crate::contract::style::{Match, MediaType, media_matches, parse_media_type};

/// What is known about the grammar of a media type's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON text (RFC 8259), and `+json` types (RFC 6839 §3.1).
    Json,
    /// XML, which has no empty document; not taken apart here.
    Xml,
    /// Text of no further grammar.
    Text,
    /// An unbounded series of messages: it has no end that could be waited for.
    Stream,
    /// Anything else.
    Octets,
}

/// Reads a `Content-Type`. A type whose parameters are garbled is still that type, without parameters.
pub fn parse(label: &str) -> Option<MediaType> {
    let essence = || label.split(';').next().and_then(parse_media_type);
    parse_media_type(label).or_else(essence)
}

/// What is known about the content of `media_type`.
pub fn form(media_type: &MediaType) -> Form {
    match (media_type.kind.as_str(), media_type.subtype.as_str()) {
        ("text", "event-stream")
        | ("multipart", "x-mixed-replace")
        | ("application", "json-seq" | "x-ndjson" | "ndjson" | "jsonl" | "x-jsonlines" | "stream+json") => Form::Stream,
        _ if media_type.is_json() => Form::Json,
        (_, subtype) if subtype == "xml" || subtype.ends_with("+xml") => Form::Xml,
        ("text", _) => Form::Text,
        _ => Form::Octets,
    }
}

/// Whether this is the type of problem details in JSON (RFC 9457).
pub fn is_problem(media_type: &MediaType) -> bool {
    media_type.kind == "application" && media_type.subtype == "problem+json"
}

/// The documented media type that describes `actual` most closely, the first of several.
pub fn find<'m>(documented: &'m [Media], actual: &MediaType) -> Option<&'m Media> {
    let label = write(actual, |_| true);
    let mut best: Option<(usize, &Media)> = None;
    for media in documented {
        let rank = parse(&media.name).and_then(|wanted| rank(&wanted, actual, &label));
        if let Some(rank) = rank.filter(|rank| best.is_none_or(|(least, _)| *rank > least)) {
            best = Some((rank, media));
        }
    }
    best.map(|(_, media)| media)
}

/// How closely `wanted` describes `actual`: nothing where it does not. The charset of JSON says nothing (RFC 8259 §11).
fn rank(wanted: &MediaType, actual: &MediaType, label: &str) -> Option<usize> {
    let telling = |name: &str| !(name == "charset" && form(actual) == Form::Json);
    match media_matches(&write(wanted, telling), label) {
        Match::Exact => Some(100 + agreed(wanted, actual)),
        Match::Range if wanted.kind == "*" => Some(1),
        Match::Range if wanted.subtype == "*" => Some(2),
        Match::Range => Some(3),
        Match::SuffixJson | Match::No => None,
    }
}

/// More for each parameter that is the same, so that of two spellings of JSON the one that was sent comes first.
fn agreed(wanted: &MediaType, actual: &MediaType) -> usize {
    let same =
        |(name, value): &&(String, String)| actual.parameter(name).is_some_and(|sent| sent.eq_ignore_ascii_case(value));
    10 + 2 * wanted.parameters.iter().filter(same).count() - wanted.parameters.len().min(10)
}

/// `media_type` as a header field writes it, with the parameters that `keep` names.
fn write(media_type: &MediaType, keep: impl Fn(&str) -> bool) -> String {
    let mut text = media_type.essence();
    for (name, value) in media_type.parameters.iter().filter(|(name, _)| keep(name)) {
        let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
        text.extend(["; ", name, "=\"", &quoted, "\""]);
    }
    text
}

/// The one documented media type that is JSON, where there is exactly one.
pub fn only_json(documented: &[Media]) -> Option<&Media> {
    let mut json = documented.iter().filter(|media| parse(&media.name).is_some_and(|t| form(&t) == Form::Json));
    json.next().filter(|_| json.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentId, Place, Pointer};

    fn documented(names: &[&str]) -> Vec<Media> {
        let place = || Place::new(DocumentId(0), Pointer::root());
        let media =
            |name: &&str| Media { name: (*name).to_owned(), schema: None, examples: Vec::new(), place: place() };
        names.iter().map(media).collect()
    }

    #[test]
    fn the_spellings_of_one_type_that_rfc_9110_section_8_3_1_lists_are_one() {
        let content = documented(&["text/html"]);
        for spelling in [
            "text/html;charset=utf-8",
            "Text/HTML;Charset=\"utf-8\"",
            "text/html; charset=\"utf-8\"",
            "text/html;charset=UTF-8",
        ] {
            let actual = parse(spelling).unwrap();
            assert_eq!(actual.parameter("charset").unwrap().to_ascii_lowercase(), "utf-8", "{spelling}");
            assert!(find(&content, &actual).is_some(), "{spelling}");
        }
    }

    #[test]
    fn the_most_specific_key_is_applied() {
        // OpenAPI 3.0.3, Response Object: "only the most specific key is applicable. e.g. text/plain overrides text/*".
        let content = documented(&["*/*", "text/*", "text/plain", "text/plain; format=flowed"]);
        let of = |actual: &str| find(&content, &parse(actual).unwrap()).unwrap().name.clone();
        assert_eq!(of("text/plain"), "text/plain");
        assert_eq!(of("text/plain;format=flowed"), "text/plain; format=flowed");
        assert_eq!(of("text/csv"), "text/*");
        assert_eq!(of("image/png"), "*/*");
    }

    #[test]
    fn documented_parameters_are_asked_for_but_not_the_charset_of_json() {
        let fits = |wanted: &str, actual: &str| find(&documented(&[wanted]), &parse(actual).unwrap()).is_some();
        assert!(fits("application/json; charset=utf-8", "application/json"));
        assert!(fits("application/json", "application/json; charset=UTF-8; x=1"));
        assert!(fits(
            "application/json;odata.metadata=minimal",
            "application/json; odata.metadata=minimal; charset=utf-8"
        ));
        assert!(!fits("application/json;odata.metadata=minimal", "application/json; odata.metadata=full"));
        assert!(!fits("text/plain; charset=utf-8", "text/plain; charset=iso-8859-1"));
        assert!(!fits("application/json", "application/problem+json"));
        assert!(!fits("application/json", "text/json"));
    }

    #[test]
    fn of_two_spellings_of_one_type_the_one_that_was_sent_comes_first() {
        let content = documented(&["application/json; charset=utf-8", "application/json"]);
        let of = |actual: &str| find(&content, &parse(actual).unwrap()).unwrap().name.clone();
        assert_eq!(of("application/json"), "application/json");
        assert_eq!(of("application/json;charset=UTF-8"), "application/json; charset=utf-8");
        assert_eq!(of("application/json; charset=latin1"), "application/json");
    }

    #[test]
    fn what_is_no_media_type_is_refused() {
        for text in ["", "json", "/json", "application/", "application json", "a/b/c", "; charset=utf-8"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse("application/json; charset").unwrap().essence(), "application/json");
    }

    #[test]
    fn forms_follow_the_structured_suffix() {
        let of = |text: &str| form(&parse(text).unwrap());
        assert_eq!(of("application/vnd.api+json"), Form::Json);
        assert_eq!(of("text/json"), Form::Json);
        assert_eq!(of("application/atom+xml"), Form::Xml);
        assert_eq!(of("text/csv"), Form::Text);
        assert_eq!(of("text/event-stream"), Form::Stream);
        assert_eq!(of("application/octet-stream"), Form::Octets);
    }
}
