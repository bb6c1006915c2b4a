//! A part of a plan: shards are disjoint, and together they are the whole.

use std::fmt;
use std::str::FromStr;

use crate::case::CaseId;

/// The `index`th of `count` parts, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

/// What is no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a shard is written as 2/8: the second of eight; both are numbers from 1, the first not above the second")]
pub struct NoShard;

impl Shard {
    /// Whether the case of this id belongs to it. The ids of generated cases are digests, so the parts are about equal;
    /// another case moves none.
    pub fn holds(self, id: &CaseId) -> bool {
        let digest = crate::digest::sha256(id.0.as_bytes());
        let number = digest.get(..15).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default();
        number % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (index, count) = text.split_once('/').ok_or(NoShard)?;
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| NoShard);
        let (index, count) = (number(index)?, number(count)?);
        if (1..=count).contains(&index) { Ok(Self { index, count }) } else { Err(NoShard) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_in_exactly_one_shard() {
        for count in [1, 2, 4, 7] {
            let shards: Vec<Shard> = (1..=count).map(|index| format!("{index}/{count}").parse().unwrap()).collect();
            let mut sizes = vec![0; shards.len()];
            for number in 0..2_000 {
                let id = CaseId(format!("{number:012x}").into());
                let holders: Vec<usize> = (0..shards.len()).filter(|index| shards[*index].holds(&id)).collect();
                assert_eq!(holders.len(), 1, "{id} of {count}");
                sizes[holders[0]] += 1;
            }
            assert!(sizes.iter().all(|size| *size > 2_000 / shards.len() / 2), "{sizes:?}");
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "1", "0/2", "3/2", "1/0", "a/b", "-1/2", "1/2/3", "1.5/2"] {
            assert_eq!(text.parse::<Shard>(), Err(NoShard), "{text}");
        }
        assert_eq!("2/8".parse::<Shard>().unwrap().to_string(), "2/8");
    }
}
