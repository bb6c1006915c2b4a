//! A value written as a request body, by its media type.

use serde_json::{Map, Value};

use crate::digest::sha256;

use super::parse_media_type;

/// The bytes of `value` in `media_type`, and the media type as it is sent: a range is sent as a type that it covers, a
/// multipart type with its boundary.
///
/// # Errors
/// Why the value cannot be written in the media type.
pub fn written(value: &Value, media_type: &str) -> Result<(Vec<u8>, String), String> {
    let media_type = match media_type {
        "*/*" | "application/*" => "application/json",
        "application/*+json" => "application/vnd.conform+json",
        "multipart/*" => "multipart/form-data",
        "text/*" => "text/plain",
        other => other,
    };
    let parsed = parse_media_type(media_type);
    let essence = parsed.map_or_else(|| media_type.to_ascii_lowercase(), |parsed| parsed.essence());
    let bytes = match (essence.as_str(), value) {
        ("application/x-www-form-urlencoded", Value::Object(members)) => form(members),
        ("multipart/form-data", Value::Object(members)) => {
            let boundary = boundary(value);
            return Ok((parts(members, &boundary), format!("multipart/form-data; boundary={boundary}")));
        }
        ("application/x-www-form-urlencoded" | "multipart/form-data", _) => {
            return Err("a form needs an object".to_owned());
        }
        (json, value) if json.ends_with("/json") || json.ends_with("+json") => {
            serde_json::to_vec(value).map_err(|error| error.to_string())?
        }
        (_, Value::String(text)) => text.clone().into_bytes(),
        ("text/plain", value) => value.to_string().into_bytes(),
        _ => return Err(format!("nothing but text can be written as `{media_type}`")),
    };
    Ok((bytes, media_type.to_owned()))
}

/// Fields by name, elements of an array one by one; what is neither is written as JSON (OpenAPI 3.0.3, "Support for
/// x-www-form-urlencoded Request Bodies").
fn fields(members: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    members.iter().flat_map(|(name, member)| {
        let items = member.as_array().map_or(std::slice::from_ref(member), Vec::as_slice);
        items.iter().map(move |item| (name.as_str(), item))
    })
}

fn form(members: &Map<String, Value>) -> Vec<u8> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields(members) {
        form.append_pair(name, &text_of(value));
    }
    form.finish().into_bytes()
}

/// A boundary that occurs in no part, for it is made of all of them.
fn boundary(value: &Value) -> String {
    format!("conform-{}", sha256(value.to_string()).get(..24).unwrap_or_default())
}

/// RFC 7578.
fn parts(members: &Map<String, Value>, boundary: &str) -> Vec<u8> {
    let mut out = String::new();
    for (name, value) in fields(members) {
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        out.extend([format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n")]);
        if value.is_object() || value.is_array() {
            out += "Content-Type: application/json\r\n";
        }
        out.extend([format!("\r\n{}\r\n", text_of(value))]);
    }
    out.extend([format!("--{boundary}--\r\n")]);
    out.into_bytes()
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: &Value, media_type: &str) -> Result<(String, String), String> {
        written(value, media_type).map(|(bytes, sent)| (String::from_utf8(bytes).unwrap(), sent))
    }

    #[test]
    fn each_media_type_has_its_writing() {
        let object = json!({"a": 1, "b": ["x y", true], "c": {"d": null}});
        for (media_type, expected, sent) in [
            ("application/json", object.to_string(), "application/json"),
            ("Application/Vnd.API+json; v=1", object.to_string(), "Application/Vnd.API+json; v=1"),
            ("text/json", object.to_string(), "text/json"),
            ("*/*", object.to_string(), "application/json"),
            ("application/*+json", object.to_string(), "application/vnd.conform+json"),
            (
                "application/x-www-form-urlencoded",
                "a=1&b=x+y&b=true&c=%7B%22d%22%3Anull%7D".into(),
                "application/x-www-form-urlencoded",
            ),
        ] {
            assert_eq!(text(&object, media_type), Ok((expected, sent.to_owned())), "{media_type}");
        }
        assert_eq!(text(&json!("<a/>"), "application/xml"), Ok(("<a/>".to_owned(), "application/xml".to_owned())));
        for (value, media_type) in
            [(&object, "application/xml"), (&object, "image/png"), (&json!([1]), "multipart/form-data")]
        {
            assert!(text(value, media_type).is_err(), "{media_type}");
        }
    }

    #[test]
    fn multipart_has_a_part_for_each_field() {
        let (body, sent) = text(&json!({"a": "x", "b\"": [1, {"c": 2}]}), "multipart/form-data").unwrap();
        let boundary = sent.strip_prefix("multipart/form-data; boundary=").unwrap();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"b%22\"\r\n\r\n1\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"b%22\"\r\nContent-Type: application/json\r\n\r\n{{\"c\":2}}\r\n\
             --{boundary}--\r\n"
        );
        assert_eq!(body, expected);
    }
}
