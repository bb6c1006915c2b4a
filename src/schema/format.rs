//! The string formats that are asserted, beside those that the validator crate knows.

/// Formats that are asserted on strings. All others, `password`, `binary`, `integer` and the 285 names found in real
/// documents, promise nothing that could be checked.
pub(super) const ASSERTED: [&str; 20] = [
    "byte",
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "uriref",
    "uuid",
    "base64",
];

/// The inclusive range of an integer format of OpenAPI 3.0.
pub(super) fn integer_range(format: &str) -> Option<(i128, i128)> {
    match format {
        "int32" => Some((i128::from(i32::MIN), i128::from(i32::MAX))),
        "int64" => Some((i128::from(i64::MIN), i128::from(i64::MAX))),
        _ => None,
    }
}

/// Whether `text` is base64 (RFC 4648, either alphabet, padding optional, line breaks allowed).
pub(super) fn is_base64(text: &str) -> bool {
    let data = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n'));
    let (mut digits, mut padding) = (0_usize, 0_usize);
    for byte in data {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' if padding == 0 => digits += 1,
            _ => return false,
        }
    }
    digits % 4 != 1 && padding <= 2 && (padding == 0 || (digits + padding).is_multiple_of(4))
}

/// Whether `text` is a time of day: RFC 3339 `full-time`, or without the offset, since OpenAPI 3.0 leaves it open.
pub(super) fn is_time(text: &str) -> bool {
    is_full_time(text) || is_full_time(&format!("{text}Z"))
}

/// Whether `text` is a host name: RFC 1123, section 2.1. The hyphens that RFC 5891 reserves are nothing to OpenAPI 3.0.
pub(super) fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_full_time(text: &str) -> bool {
    let Some((clock, rest)) = text.as_bytes().split_first_chunk::<8>() else { return false };
    let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock else { return false };
    let in_range = |value: Option<u16>, most: u16| value.is_some_and(|value| value <= most);
    if !(in_range(two(h1, h2), 23) && in_range(two(m1, m2), 59) && in_range(two(s1, s2), 60)) {
        return false;
    }
    let zone = match rest.split_first() {
        Some((b'.', fraction)) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            fraction.get(digits..).unwrap_or_default()
        }
        _ => rest,
    };
    match *zone {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => in_range(two(h1, h2), 23) && in_range(two(m1, m2), 59),
        _ => false,
    }
}

fn two(tens: u8, ones: u8) -> Option<u16> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_rfc_4648_section_10() {
        for text in ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYg", "-_-_", "Zm9v\r\nYmFy"] {
            assert!(is_base64(text), "{text}");
        }
        for text in ["Z", "Zg=", "Zg===", "Zm9v!", "Zg==Zg==", "a b c d"] {
            assert!(!is_base64(text), "{text}");
        }
    }

    #[test]
    fn times_with_and_without_offset() {
        assert!(is_time("09:30:00Z") && is_time("09:30:00.5+02:00") && is_time("09:30:00"));
        assert!(!is_time("9:30") && !is_time("25:00:00") && !is_time("") && !is_time("é:é:é"));
    }
}
