//! Undoes the content codings of a body without ever holding more than the limit.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::exchange::{Completeness, Headers};

/// What the client asks for.
pub const ACCEPTED: &str = "gzip, deflate";

/// More codings on top of each other than this are nobody's compression.
const LAYERS: usize = 4;

/// The body with the codings that `headers` name undone, and whether it is all of it; at most `limit` bytes.
pub fn undo(headers: &Headers, body: Vec<u8>, completeness: Completeness, limit: u64) -> (Vec<u8>, Completeness) {
    let codings: Vec<String> = headers
        .all("content-encoding")
        .flat_map(|line| line.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect();
    // A response to HEAD, 204 and 304 names the coding of a body that is not there.
    if codings.is_empty() || body.is_empty() {
        return (body, completeness);
    }
    if codings.len() > LAYERS {
        return (body, Completeness::Undecodable(format!("{} content codings on top of each other", codings.len())));
    }
    let mut state = (body, completeness);
    for coding in codings.iter().rev() {
        let (bytes, completeness) = state;
        state = match undo_one(coding, &bytes, limit) {
            Err(reason) => (bytes, worse(completeness, Completeness::Undecodable(reason))),
            Ok((decoded, after)) => (decoded, worse(completeness, after)),
        };
        if matches!(state.1, Completeness::Undecodable(_)) {
            break;
        }
    }
    state
}

/// What was wrong on the wire explains what is wrong after decoding, so the former stays.
fn worse(wire: Completeness, decoded: Completeness) -> Completeness {
    if wire == Completeness::Whole { decoded } else { wire }
}

fn undo_one(coding: &str, bytes: &[u8], limit: u64) -> Result<(Vec<u8>, Completeness), String> {
    match coding {
        "gzip" | "x-gzip" => Ok(read("gzip", MultiGzDecoder::new(bytes), limit)),
        // RFC 9110 §8.4.1.2 means the zlib format; some servers send bare deflate data.
        "deflate" if is_zlib(bytes) => Ok(read("deflate", ZlibDecoder::new(bytes), limit)),
        "deflate" => Ok(read("deflate", DeflateDecoder::new(bytes), limit)),
        other => {
            let name: String = other.chars().take(40).collect();
            Err(format!("content coding `{name}` was not asked for"))
        }
    }
}

/// RFC 1950 §2.2: compression method 8, and the two bytes are a multiple of 31.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [cmf, flg, ..] if cmf & 0x0f == 8 && (u16::from(*cmf) * 256 + u16::from(*flg)).is_multiple_of(31))
}

fn read(coding: &str, source: impl Read, limit: u64) -> (Vec<u8>, Completeness) {
    let mut decoded = Vec::new();
    let outcome = source.take(limit.saturating_add(1)).read_to_end(&mut decoded);
    let kept = usize::try_from(limit).unwrap_or(usize::MAX);
    let completeness = match outcome {
        _ if decoded.len() > kept => Completeness::OverLimit(limit),
        Err(error) => Completeness::Undecodable(format!("not {coding}: {error}")),
        Ok(_) => Completeness::Whole,
    };
    decoded.truncate(kept);
    (decoded, completeness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn raw(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn named(lines: &[&str]) -> Headers {
        let mut headers = Headers::default();
        for line in lines {
            headers.push("Content-Encoding", *line);
        }
        headers
    }

    const TEXT: &[u8] = b"{\"a\": \"text that comes back\"}";

    #[test]
    fn codings_are_undone_in_reverse_order() {
        for (lines, body) in [
            (&["gzip"][..], gzip(TEXT)),
            (&["X-GZIP"], gzip(TEXT)),
            (&["deflate"], zlib(TEXT)),
            (&["deflate"], raw(TEXT)),
            (&["identity"], TEXT.to_vec()),
            (&[], TEXT.to_vec()),
            (&["deflate, gzip"], gzip(&zlib(TEXT))),
            (&["deflate", "gzip"], gzip(&zlib(TEXT))),
            (&["gzip"], [gzip(&TEXT[..5]), gzip(&TEXT[5..])].concat()),
        ] {
            let undone = undo(&named(lines), body, Completeness::Whole, 1000);
            assert_eq!(undone, (TEXT.to_vec(), Completeness::Whole), "{lines:?}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 50_000_000]);
        let (body, completeness) = undo(&named(&["gzip"]), bomb.clone(), Completeness::Whole, 10_000);
        assert_eq!((body.len(), completeness), (10_000, Completeness::OverLimit(10_000)));
        let twice = undo(&named(&["gzip, gzip"]), gzip(&bomb), Completeness::Whole, 100_000);
        assert_eq!((twice.0.len(), twice.1), (100_000, Completeness::OverLimit(100_000)));
        let exact = undo(&named(&["gzip"]), gzip(TEXT), Completeness::Whole, TEXT.len() as u64);
        assert_eq!(exact, (TEXT.to_vec(), Completeness::Whole));
    }

    #[test]
    fn what_cannot_be_undone_says_why() {
        let whole = gzip(TEXT);
        let cut = whole[..whole.len() - 9].to_vec();
        let reason = |lines: &[&str], body: Vec<u8>| match undo(&named(lines), body, Completeness::Whole, 1000).1 {
            Completeness::Undecodable(reason) => reason,
            other => panic!("{other:?}"),
        };
        assert!(reason(&["gzip"], cut.clone()).starts_with("not gzip"));
        assert!(reason(&["gzip"], TEXT.to_vec()).starts_with("not gzip"));
        assert_eq!(reason(&["br"], TEXT.to_vec()), "content coding `br` was not asked for");
        assert_eq!(reason(&["gzip, br"], TEXT.to_vec()), "content coding `br` was not asked for");
        assert!(reason(&["gzip,gzip,gzip,gzip,gzip"], TEXT.to_vec()).starts_with("5 content codings"));
        // A body that was cut on the wire stays cut, with what could be read of it.
        let reset = Completeness::Cut("reset".to_owned());
        let (body, completeness) = undo(&named(&["gzip"]), cut, reset.clone(), 1000);
        assert_eq!(completeness, reset);
        assert!(TEXT.starts_with(&body));
        // A response to HEAD names a coding and has no body.
        assert_eq!(undo(&named(&["gzip"]), Vec::new(), Completeness::Whole, 9), (Vec::new(), Completeness::Whole));
    }
}
