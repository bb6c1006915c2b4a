//! Values as several schemas ask together, `not` and rules between members aside: what such a rule may forbid.

use serde_json::Value;

use crate::document::Place;

use super::super::Direction;
use super::make::{Maker, ORDERLY};
use super::{Mode, Sampler, Seed, runner};

impl Sampler<'_> {
    /// Values of all schemas of `group` as far as merging them goes, each once: the least and the fullest, with every first
    /// branch of their choices, every second one, and so on. None was validated.
    pub fn merged(self, group: &[Place], direction: Direction) -> Vec<Value> {
        let mut made: Vec<Value> = Vec::new();
        for attempt in 0..ORDERLY {
            for mode in [Mode::Minimal, Mode::Full] {
                let mut maker = Maker::new(self.schemas, direction, mode, attempt, runner(Seed::from(0), attempt));
                made.extend(maker.value(group, &[]).ok().filter(|value| !made.contains(value)));
            }
        }
        made
    }
}
