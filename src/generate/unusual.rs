//! Valid requests with values that careless servers stumble over: all parts of a request at once, and each part by itself.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::case::{Intent, Spot, Step};
use crate::mutation::soundness::Label;
use crate::mutation::{Subject, change};
use crate::schema::Direction;

use super::Builder;
use super::draft::{Draft, between};
use super::vary::Shown;

/// The family of these cases.
const FAMILY: &str = "hostile";

/// Kinds of values that each part gets by itself; which ones goes round, so that all parts together get all kinds.
const EACH: usize = 4;
/// Bytes that a request with unusual values everywhere may have: more is refused for its size alone.
const MOST_BYTES: usize = 200_000;
/// Bytes of a parameter: what stands between client and server refuses longer addresses and fields.
const MOST_IN_HEAD: usize = 1_000;

/// Values of one kind, as many as one request may have.
#[derive(Default)]
struct Several {
    values: Vec<(Spot, Value)>,
    bytes: usize,
}

impl Several {
    fn add(&mut self, spot: &Spot, value: &Value) {
        self.bytes += value.as_str().map_or(8, str::len);
        if self.bytes <= MOST_BYTES {
            self.values.push((spot.clone(), value.clone()));
        }
    }
}

impl Builder<'_> {
    /// The full request with unusual values.
    pub(super) fn hostile(&self, draft: &mut Draft<'_>, [_, full]: &[Subject<'_>; 2]) {
        let mut everywhere: BTreeMap<String, Several> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        let mut alone: Vec<(Spot, String, Value)> = Vec::new();
        if draft.is_full() {
            return;
        }
        for (place, site) in full.sites.iter().filter(|site| !self.is_fed(full, &site.spot)).enumerate() {
            if site.value.is_object() || site.value.is_array() {
                continue;
            }
            let values = self.sampler.hostile(&site.schemas, Direction::Request);
            let values: Vec<_> = values.into_iter().filter(|edge| travels(&site.spot, &edge.value)).collect();
            for (index, edge) in values.iter().enumerate() {
                if !everywhere.contains_key(&edge.what) {
                    order.push(edge.what.clone());
                }
                everywhere.entry(edge.what.clone()).or_default().add(&site.spot, &edge.value);
                let turn = (index + values.len() - (place * EACH) % values.len()) % values.len();
                if turn < EACH {
                    alone.push((site.spot.clone(), edge.what.clone(), edge.value.clone()));
                }
            }
        }
        for what in order {
            let Some(several) = everywhere.remove(&what) else { continue };
            if let Some(step) = Self::everywhere(draft, full, &several.values) {
                draft.single(FAMILY, &format!("everywhere {what}"), step);
            }
        }
        for (spot, what, value) in alone {
            if draft.is_full() {
                return;
            }
            let shown = Shown { family: FAMILY, label: format!("{spot} {what}"), intent: Intent::Hostile };
            Self::valid(draft, &shown, full, &spot, Some(value));
        }
    }

    /// The request with each value at its spot that keeps it valid.
    fn everywhere(draft: &mut Draft<'_>, full: &Subject<'_>, values: &[(Spot, Value)]) -> Option<Step> {
        let mut base = Step::clone(full.base);
        let mut changed = 0;
        // Most values are fine together; where some are not, they are found by halves.
        let mut open = vec![values];
        while let Some(values) = open.pop() {
            let mut step = base.clone();
            let put = values.iter().filter(|(spot, value)| change(&mut step, spot, Some(value.clone())).is_some());
            let put = put.count();
            if put == 0 || draft.is_full() {
                continue;
            }
            if draft.label(&step) == Label::Valid {
                base = step;
                changed += put;
            } else if values.len() > 1 {
                let (first, second) = values.split_at(values.len() / 2);
                open.extend([second, first]);
            }
        }
        (changed > 1).then(|| Step { intent: Intent::Hostile, ..between(full.base, base) })
    }
}

/// Whether the value reaches the server unharmed from this spot.
fn travels(spot: &Spot, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    matches!(spot, Spot::Body(_))
        || (text.len() <= MOST_IN_HEAD && !text.is_empty() && !text.chars().any(char::is_control))
}
