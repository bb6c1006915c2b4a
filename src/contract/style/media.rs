//! Media types and whether an actual one is what a document names.

/// A media type, lower case, without its parameters' quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    /// `application` in `application/problem+json`.
    pub kind: String,
    /// `problem+json` in `application/problem+json`.
    pub subtype: String,
    /// Parameters in order: name in lower case, value without quotes.
    pub parameters: Vec<(String, String)>,
}

impl MediaType {
    /// `kind/subtype`.
    pub fn essence(&self) -> String {
        format!("{}/{}", self.kind, self.subtype)
    }

    /// Whether the content is JSON: `application/json`, `text/json`, or the suffix `+json` (RFC 6839).
    pub fn is_json(&self) -> bool {
        self.subtype == "json" || self.subtype.ends_with("+json")
    }

    /// The parameter `name`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// How an actual media type fits a documented one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It does not.
    No,
    /// `application/json` is documented and `application/…+json` came: readable as JSON, but another type.
    SuffixJson,
    /// The document names a range such as `application/*`.
    Range,
    /// The same type; parameters that the document names are the same, others do not matter.
    Exact,
}

/// Reads a `Content-Type` value (RFC 9110 §8.3.1); nothing where it is none.
pub fn parse_media_type(text: &str) -> Option<MediaType> {
    let (essence, rest) = text.split_once(';').unwrap_or((text, ""));
    let (kind, subtype) = essence.trim_matches([' ', '\t']).split_once('/')?;
    if !is_token(kind) || !is_token(subtype) {
        return None;
    }
    let parameters = parameters(rest)?;
    Some(MediaType { kind: kind.to_ascii_lowercase(), subtype: subtype.to_ascii_lowercase(), parameters })
}

/// Whether `actual` is what `documented` names: a media type or a range, compared without case.
pub fn media_matches(documented: &str, actual: &str) -> Match {
    let (Some(wanted), Some(actual)) = (parse_media_type(documented), parse_media_type(actual)) else {
        return Match::No;
    };
    let same_parameter = |(name, value): &(String, String)| {
        let case_matters = name != "charset";
        actual
            .parameter(name)
            .is_some_and(|actual| if case_matters { actual == value } else { actual.eq_ignore_ascii_case(value) })
    };
    // `q` weighs a range in `Accept`; some documents carry it along.
    if !wanted.parameters.iter().filter(|(name, _)| name != "q").all(same_parameter) {
        return Match::No;
    }
    let suffix = wanted.subtype.strip_prefix("*+");
    if wanted.kind == "*" && wanted.subtype == "*" {
        Match::Range
    } else if wanted.kind != actual.kind {
        Match::No
    } else if wanted.subtype == actual.subtype {
        Match::Exact
    } else if wanted.subtype == "*" || suffix.is_some_and(|suffix| actual.subtype.ends_with(&format!("+{suffix}"))) {
        Match::Range
    } else if wanted.subtype == "json" && actual.subtype.ends_with("+json") {
        Match::SuffixJson
    } else {
        Match::No
    }
}

/// `; name=value` and `; name="quoted"`; empty parameters are skipped, as RFC 9110 §5.6.6 allows senders none but
/// readers are asked to be kind.
fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let mut rest = text;
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        if rest.is_empty() {
            return Some(found);
        }
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_matches([' ', '\t']);
        if !is_token(name) {
            return None;
        }
        let (value, left) = value(after.trim_start_matches([' ', '\t']))?;
        found.push((name.to_ascii_lowercase(), value));
        rest = left.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(';') {
            return None;
        }
    }
}

fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end)?;
        return is_token(value).then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_compared_as_rfc_9110_says() {
        for (documented, actual, expected) in [
            ("application/json", "application/json", Match::Exact),
            ("application/json", "Application/JSON; charset=utf-8", Match::Exact),
            ("application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", Match::Exact),
            ("application/json; charset=utf-8", "application/json", Match::No),
            ("application/json;version=1", "application/json;version=2", Match::No),
            ("application/*", "application/problem+json", Match::Range),
            ("*/*", "text/html", Match::Range),
            ("application/*+json", "application/problem+json", Match::Range),
            ("application/json", "application/problem+json", Match::SuffixJson),
            ("application/problem+json", "application/json", Match::No),
            ("application/json", "text/json", Match::No),
            ("application/json", "application/jsonp", Match::No),
            ("text/*", "application/json", Match::No),
            ("application/json", "", Match::No),
            ("application/json", "json", Match::No),
            ("application/json", "application/json; charset", Match::No),
        ] {
            assert_eq!(media_matches(documented, actual), expected, "{documented} against {actual}");
        }
    }

    #[test]
    fn parameters_are_read_with_quotes_and_escapes() {
        let media = parse_media_type(r#"multipart/form-data ; boundary="a;\"b" ; X=y;"#).unwrap();
        assert_eq!(media.essence(), "multipart/form-data");
        assert_eq!(media.parameter("boundary"), Some("a;\"b"));
        assert_eq!(media.parameter("x"), Some("y"));
        assert_eq!(parse_media_type("text/plain; a=\"open"), None);
        assert_eq!(parse_media_type("te xt/plain"), None);
        assert!(parse_media_type("application/vnd.x+json").unwrap().is_json());
    }
}
