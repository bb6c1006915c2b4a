//! Numbers within bounds, multiples included.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::Mode;

/// Bounds beyond this are as good as none: no integer of 64 bits comes near.
const FARTHEST: f64 = 1e30;
/// How far from the nearest bound random numbers stray.
const SPREAD: i128 = 10_000;
/// Decimal places of a divisor that are taken exactly.
const PLACES: u32 = 12;

/// What numbers are allowed.
#[derive(Debug, Clone, Default)]
pub(super) struct Range {
    least: Option<(f64, bool)>,
    most: Option<(f64, bool)>,
    /// Bounds that floats cannot hold.
    whole: Option<(i128, i128)>,
    divisors: Vec<f64>,
}

impl Range {
    /// Adds what `schema` says.
    pub(super) fn narrow(&mut self, schema: &Map<String, Value>) {
        for (keyword, flag) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            let inclusive = schema.get(keyword).and_then(Value::as_f64);
            let exclusive = schema.get(flag);
            let bound = inclusive.map(|bound| (bound, exclusive == Some(&Value::Bool(true))));
            let own = exclusive.and_then(Value::as_f64).map(|bound| (bound, true));
            for bound in [bound, own].into_iter().flatten() {
                if keyword == "minimum" {
                    self.least = Some(self.least.filter(|old| stricter(*old, bound, 1.0)).unwrap_or(bound));
                } else {
                    self.most = Some(self.most.filter(|old| stricter(*old, bound, -1.0)).unwrap_or(bound));
                }
            }
        }
        self.divisors.extend(schema.get("multipleOf").and_then(Value::as_f64).filter(|divisor| *divisor > 0.0));
    }

    /// Adds an inclusive range of integers.
    pub(super) fn within(&mut self, least: i128, most: i128) {
        let (low, high) = self.whole.unwrap_or((least, most));
        self.whole = Some((low.max(least), high.min(most)));
    }

    /// The least and the greatest number allowed, those excluded themselves included.
    pub(super) fn bounds(&self) -> [Option<f64>; 2] {
        [self.least.map(|(bound, _)| bound), self.most.map(|(bound, _)| bound)]
    }

    /// Decimal places that all divisors have at most.
    pub(super) fn places(&self) -> u32 {
        self.divisors.iter().map(|divisor| decimals(*divisor)).max().unwrap_or(0)
    }

    /// Whether anything is asked of the number.
    pub(super) fn is_bounded(&self) -> bool {
        self.least.is_some() || self.most.is_some() || !self.divisors.is_empty()
    }

    /// An integer; `variant` counts on from the first choice.
    pub(super) fn integer(&self, mode: Mode, variant: usize, runner: &mut TestRunner) -> Option<Value> {
        self.scaled(0, mode, variant, runner)
    }

    /// A number: whole where possible.
    pub(super) fn number(&self, mode: Mode, variant: usize, runner: &mut TestRunner) -> Option<Value> {
        let places = self.places();
        let finer = if mode == Mode::Random && self.divisors.is_empty() { 2 } else { places };
        [finer, 0, places, 1, 2, 4, 6]
            .into_iter()
            .find_map(|places| self.scaled(places, mode, variant, runner))
            .or_else(|| {
                // Between or beyond what integers hold.
                let number = match (self.least, self.most) {
                    (Some((least, _)), Some((most, _))) => least + (most - least) / 2.0,
                    (Some((least, _)), None) => least + least.abs().max(1.0),
                    (None, Some((most, _))) => most - most.abs().max(1.0),
                    (None, None) => return Some(json!(0)),
                };
                Some(json!(number))
            })
    }

    /// A number with so many decimal places, reckoned as an integer.
    fn scaled(&self, places: u32, mode: Mode, variant: usize, runner: &mut TestRunner) -> Option<Value> {
        self.picked(places, &mut |first, last| match mode {
            Mode::Random => random(first, last, runner),
            Mode::Minimal | Mode::Full => {
                let nearest = 0.clamp(first, last);
                let up = nearest + i128::try_from(variant).ok()?;
                Some(if up <= last { up } else { (nearest - i128::try_from(variant).ok()?).max(first) })
            }
        })
    }

    /// The least and the greatest number with so many decimal places.
    pub(super) fn ends(&self, places: u32) -> [Option<Value>; 2] {
        [self.picked(places, &mut |first, _| Some(first)), self.picked(places, &mut |_, last| Some(last))]
    }

    /// The multiple that `pick` takes, given the numbers of the first and the last one within the bounds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "bounded, and validated later")]
    fn picked(&self, places: u32, pick: &mut dyn FnMut(i128, i128) -> Option<i128>) -> Option<Value> {
        let scale = 10_f64.powi(i32::try_from(places).ok()?);
        let mut low = i128::from(i64::MIN);
        let mut high = i128::from(u64::MAX);
        if let Some((least, exclusive)) = self.least {
            let bound = (least * scale).ceil().clamp(-FARTHEST, FARTHEST);
            low = low.max(bound as i128 + i128::from(exclusive && near(bound, least * scale)));
        }
        if let Some((most, exclusive)) = self.most {
            let bound = (most * scale).floor().clamp(-FARTHEST, FARTHEST);
            high = high.min(bound as i128 - i128::from(exclusive && near(bound, most * scale)));
        }
        if let Some((least, most)) = self.whole.filter(|_| places == 0) {
            (low, high) = (low.max(least), high.min(most));
        }
        let mut step: i128 = 1;
        for divisor in &self.divisors {
            let places_of_divisor = decimals(*divisor);
            let common = places_of_divisor.max(places);
            let unit = 10_i128.checked_pow(common - places)?;
            let divisor = (divisor * 10_f64.powi(i32::try_from(common).ok()?)).round() as i128;
            if divisor == 0 {
                // Finer than can be reckoned; whether it matters is for the validator to say.
                continue;
            }
            // The multiples of the divisor that have no more than `places` decimals.
            let fitting = lcm(divisor, unit)?.checked_div(unit)?;
            step = lcm(step, fitting)?;
        }
        let first = low.div_euclid(step) + i128::from(low.rem_euclid(step) != 0);
        let last = high.div_euclid(step);
        if first > last {
            return None;
        }
        let value = pick(first, last)?.checked_mul(step)?;
        if places == 0 {
            return i64::try_from(value).map(Value::from).or_else(|_| u64::try_from(value).map(Value::from)).ok();
        }
        // Through text: the nearest float to a decimal is the one that the text of the decimal gives.
        format!("{value}e-{places}").parse::<f64>().ok().or(Some(value as f64 / scale)).map(|number| json!(number))
    }
}

/// Between the bounds: an end of the range now and then, else near the end that is nearer to 0.
fn random(first: i128, last: i128, runner: &mut TestRunner) -> Option<i128> {
    let nearest = 0.clamp(first, last);
    let (low, high) = ((nearest - SPREAD).max(first), (nearest + SPREAD).min(last));
    let dice = (0..8_u8).new_tree(runner).ok()?.current();
    match dice {
        0 => Some(first.max(-(1 << 53))),
        1 => Some(last.min(1 << 53)),
        2 => Some(nearest),
        _ => Some((low..=high).new_tree(runner).ok()?.current()),
    }
}

fn stricter(old: (f64, bool), new: (f64, bool), sign: f64) -> bool {
    let difference = (old.0 - new.0) * sign;
    difference > 0.0 || (difference >= 0.0 && old.1)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= f64::EPSILON * a.abs().max(1.0)
}

/// Decimal places of `number`, as its shortest text has them.
pub(super) fn decimals(number: f64) -> u32 {
    let text = format!("{number}");
    text.split_once('.').map_or(0, |(_, places)| u32::try_from(places.len()).unwrap_or(PLACES)).min(PLACES)
}

fn lcm(a: i128, b: i128) -> Option<i128> {
    let (mut x, mut y) = (a.abs(), b.abs());
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a.checked_div(x)?.checked_mul(b)
}
