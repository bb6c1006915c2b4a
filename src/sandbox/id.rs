//! Identifiers: version 4 UUIDs in their shape, a counter in their making, so that two runs give the same ones.

use std::fmt;

/// A UUID, written in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(u128);

impl Id {
    /// Reads 8-4-4-4-12 hexadecimal digits, in either case as RFC 9562 asks of readers.
    pub(super) fn parse(text: &str) -> Option<Id> {
        let hyphens = text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        if text.len() != 36 || !hyphens {
            return None;
        }
        u128::from_str_radix(&text.replace('-', ""), 16).ok().map(Id)
    }

    /// The opaque token that stands for this item in a page.
    pub(super) fn to_token(self) -> String {
        format!("{TOKEN}{:032x}", self.0)
    }

    /// The item that a token stands for.
    pub(super) fn from_token(token: &str) -> Option<Id> {
        let hex = token.strip_prefix(TOKEN)?;
        let canonical = hex.len() == 32 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        canonical.then(|| u128::from_str_radix(hex, 16).ok().map(Id))?
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.to_be_bytes().iter().enumerate() {
            let hyphen = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(formatter, "{hyphen}{byte:02x}")?;
        }
        Ok(())
    }
}

/// Gives one identifier after the other, the same ones in every run.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    given: u64,
    version: Version,
}

/// Versions of UUIDs (RFC 9562), by how they look; none is more than a counter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Version {
    /// By a clock and a node.
    One,
    /// At random.
    #[default]
    Four,
    /// By a clock, in the order of creation.
    Seven,
    /// All but the last digits are zero: no version, but the format knows none either.
    Bare,
}

impl Ids {
    /// An identifier that was not given before.
    pub(super) fn next(&mut self) -> Id {
        self.given += 1;
        let (high, low) = (mix(self.given), mix(!self.given));
        let bits = (u128::from(high) << 64) | u128::from(low);
        let given = u128::from(self.given);
        // A clock that has gone on by one tick for each identifier.
        let (version, bits) = match self.version {
            Version::One => (1, ((0x8000_0000 + given) << 96) | NODE),
            Version::Four => (4, bits),
            Version::Seven => (7, ((0x018d_0000_0000 + given) << 80) | (bits & ((1 << 80) - 1))),
            Version::Bare => return Id(given),
        };
        Id(bits & !VERSION_AND_VARIANT_MASK | (version << 76) | VARIANT_1)
    }

    /// Gives identifiers of this version.
    pub(super) fn new(version: Version) -> Ids {
        Ids { given: 0, version }
    }
}

const TOKEN: &str = "item_";
const VERSION_AND_VARIANT_MASK: u128 = (0xF << 76) | (0b11 << 62);
const VARIANT_1: u128 = 0b10 << 62;
/// The middle of a clock, a clock sequence and a node, the same in every identifier of version 1.
const NODE: u128 = (0x1ef0_11ee << 64) | 0x1234_0242_ac12_0002;

/// `SplitMix64`: every counter gives another number, and neighbours look unrelated.
fn mix(counter: u64) -> u64 {
    let mut z = counter.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_uuids_of_version_4_and_never_repeat() {
        let mut ids = Ids::default();
        let given: BTreeSet<_> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(given.len(), 10_000);
        for id in given {
            let text = id.to_string();
            assert_eq!(Id::parse(&text), Some(id));
            assert_eq!(Id::parse(&text.to_uppercase()), Some(id));
            assert_eq!(text.as_bytes()[14], b'4', "{text}");
            assert!(b"89ab".contains(&text.as_bytes()[19]), "{text}");
            assert_eq!(Id::from_token(&id.to_token()), Some(id));
        }
    }

    #[test]
    fn the_same_ids_in_every_run() {
        assert_eq!(Ids::default().next(), Ids::default().next());
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        for text in [
            "",
            "abc",
            "00000000-0000-4000-8000-00000000000",
            "00000000-0000-4000-8000-0000000000000",
            "00000000000040008000000000000000",
            "g0000000-0000-4000-8000-000000000000",
            "00000000-0000-4000-80000-00000000000",
            "{00000000-0000-4000-8000-000000000000}",
            "é0000000-0000-4000-8000-0000000000",
        ] {
            assert_eq!(Id::parse(text), None, "{text}");
        }
        assert_eq!(Id::from_token("item_"), None);
        assert_eq!(Id::from_token("item_+0000000000000000000000000000001"), None);
        assert_eq!(Id::from_token("00000000-0000-4000-8000-000000000000"), None);
    }
}
