//! Values of formats that are rare and right: those that ordinary records may have, and those that only an attacker sends.

/// Ordinary values of `format` that careless programs stumble over, each with its name.
pub(super) fn ordinary(format: &str) -> &'static [(&'static str, &'static str)] {
    match format {
        "date" => &[("leap day", "2000-02-29"), ("end of year", "2024-12-31")],
        "date-time" => &[
            ("leap day", "2000-02-29T12:00:00Z"),
            ("fraction", "2024-05-17T09:30:00.123456Z"),
            ("offset +14:00", "2024-05-17T09:30:00+14:00"),
            ("offset -12:00", "2024-05-17T09:30:00-12:00"),
            ("offset Z", "2024-05-17T09:30:00Z"),
        ],
        "time" => &[("end of day", "23:59:59Z"), ("fraction", "09:30:00.5Z"), ("offset +14:00", "09:30:00+14:00")],
        "duration" => &[("all parts", "P1Y2M3DT4H5M6S"), ("weeks", "P2W")],
        "uuid" => &[
            ("version 4", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
            ("upper case", "7C9E6679-7425-40DE-944B-E07FC1F90AE7"),
        ],
        "email" => &[("plus tag", "someone+tag@example.com"), ("subdomain", "someone@mail.example.co.uk")],
        "hostname" => &[
            ("one label", "localhost"),
            ("hyphen and digits", "node-1.example.com"),
            ("label of 63", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg.example.com"),
        ],
        "ipv4" => &[("private", "10.0.0.1"), ("high", "223.255.255.254")],
        "ipv6" => &[("compressed", "::1"), ("full", "2001:0db8:0000:0000:0000:0000:0000:0001")],
        "uri" | "iri" => &[
            ("query and fragment", "https://example.com/a/b?c=d&e=f#g"),
            ("port", "https://example.com:8443/"),
            ("percent", "https://example.com/a%20b"),
        ],
        "uri-reference" | "uriref" | "iri-reference" => {
            &[("relative", "a/b?c=d"), ("absolute", "https://example.com/a?b=c#d")]
        }
        "uri-template" => &[("expression", "/a/{b}{?c}")],
        "json-pointer" => &[("escapes", "/a~1b/~0")],
        "byte" | "base64" => &[("no padding", "dGV4"), ("two pads", "dA==")],
        _ => &[],
    }
}

/// Values of `format` that nobody means and its definition allows, each with its name.
pub(super) fn hostile(format: &str) -> &'static [(&'static str, &'static str)] {
    match format {
        "date" => &[("year 1", "0001-01-01"), ("year 9999", "9999-12-31"), ("before 1970", "1969-12-31")],
        "date-time" => &[
            ("year 1", "0001-01-01T00:00:00Z"),
            ("year 9999", "9999-12-31T23:59:59Z"),
            ("before year 1", "0001-01-01T00:00:00+23:59"),
            ("after year 9999", "9999-12-31T23:59:59-23:59"),
            ("offset +23:59", "2024-05-17T09:30:00+23:59"),
            ("offset -23:59", "2024-05-17T09:30:00-23:59"),
            ("leap second", "2016-12-31T23:59:60Z"),
            ("nanoseconds", "2024-05-17T09:30:00.999999999Z"),
            ("lower case", "2024-05-17t09:30:00z"),
        ],
        "time" => &[("leap second", "23:59:60Z"), ("offset +23:59", "09:30:00+23:59")],
        "uuid" => &[("nil", "00000000-0000-0000-0000-000000000000"), ("max", "ffffffff-ffff-ffff-ffff-ffffffffffff")],
        "email" => &[("quoted", "\"some one\"@example.com"), ("apostrophe", "o'brien@example.com")],
        "hostname" => &[("digits only", "127.1")],
        "ipv4" => &[("zero", "0.0.0.0"), ("loopback", "127.0.0.1"), ("broadcast", "255.255.255.255")],
        "ipv6" => &[("zero", "::"), ("mapped", "::ffff:127.0.0.1")],
        "uri" | "iri" | "uri-reference" | "uriref" | "iri-reference" => &[
            ("script", "javascript:alert(1)"),
            ("file", "file:///etc/passwd"),
            ("loopback", "http://127.0.0.1:22/"),
            ("user", "https://example.com@example.org/"),
        ],
        "duration" => &[("long", "P9999Y"), ("zero", "PT0S")],
        "byte" | "base64" => &[("nothing", ""), ("bytes that are no text", "AP/+gA==")],
        _ => &[],
    }
}
