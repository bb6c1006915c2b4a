//! The nearest number beyond a bound.

use serde_json::{Number, Value};

/// Which way is beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Below,
    Above,
}

/// The number nearest to `bound` that lies beyond it, a multiple of `multiple` and an `integer` where that is asked for.
pub(super) fn beyond(bound: &Number, side: Side, integer: bool, multiple: Option<&Number>) -> Option<Value> {
    let whole_multiple = multiple.is_none_or(|multiple| whole(multiple).is_some());
    if whole_multiple && (integer || (whole(bound).is_some() && multiple.is_some())) {
        let step = multiple.and_then(whole).filter(|step| *step > 0).unwrap_or(1);
        let next = match side {
            Side::Below => (rounded(bound, f64::ceil)? - 1).div_euclid(step) * step,
            Side::Above => -(-(rounded(bound, f64::floor)? + 1)).div_euclid(step) * step,
        };
        return value(next);
    }
    let bound = bound.as_f64()?;
    let next = match (multiple.and_then(Number::as_f64).filter(|step| *step > 0.0), side) {
        (Some(step), Side::Below) => {
            let next = (bound / step).floor() * step;
            if next < bound { next } else { ((bound / step).floor() - 1.0) * step }
        }
        (Some(step), Side::Above) => {
            let next = (bound / step).ceil() * step;
            if next > bound { next } else { ((bound / step).ceil() + 1.0) * step }
        }
        (None, Side::Below) => {
            Some((bound * 100.0 - 1.0) / 100.0).filter(|next| *next < bound).unwrap_or(bound.next_down())
        }
        (None, Side::Above) => {
            Some((bound * 100.0 + 1.0) / 100.0).filter(|next| *next > bound).unwrap_or(bound.next_up())
        }
    };
    Number::from_f64(next).map(Value::Number)
}

/// The number, where it is whole.
pub(super) fn whole(number: &Number) -> Option<i128> {
    rounded(number, |float| if float.fract() == 0.0 { float } else { f64::NAN })
}

#[expect(clippy::cast_possible_truncation, reason = "far less than what 128 bits hold")]
fn rounded(number: &Number, round: fn(f64) -> f64) -> Option<i128> {
    let exact = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    exact.or_else(|| number.as_f64().map(round).filter(|float| float.abs() < 1e30).map(|float| float as i128))
}

/// A whole number as JSON has it, where 64 bits hold it.
pub(super) fn value(number: i128) -> Option<Value> {
    i64::try_from(number).map(Value::from).or_else(|_| u64::try_from(number).map(Value::from)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_number_keeps_type_and_multiple() {
        for (bound, integer, multiple, below, above) in [
            (json!(1), true, None, json!(0), json!(2)),
            (json!(0.5), true, None, json!(0), json!(1)),
            (json!(-1.5), true, None, json!(-2), json!(-1)),
            (json!(10), true, Some(json!(5)), json!(5), json!(15)),
            (json!(12), false, Some(json!(5)), json!(10), json!(15)),
            (json!(-12), false, Some(json!(5)), json!(-15), json!(-10)),
            (json!(1), false, Some(json!(0.25)), json!(0.75), json!(1.25)),
            (json!(1), false, None, json!(0.99), json!(1.01)),
            (json!(0), false, None, json!(-0.01), json!(0.01)),
        ] {
            let number = |value: &Value| value.as_number().cloned().unwrap();
            let multiple = multiple.as_ref().map(number);
            assert_eq!(beyond(&number(&bound), Side::Below, integer, multiple.as_ref()), Some(below), "{bound}");
            assert_eq!(beyond(&number(&bound), Side::Above, integer, multiple.as_ref()), Some(above), "{bound}");
        }
    }

    #[test]
    fn what_has_no_next_number_has_none() {
        let most = Number::from(u64::MAX);
        assert_eq!(beyond(&most, Side::Above, true, None), None);
        let huge = Number::from_f64(1e300).unwrap();
        assert!(beyond(&huge, Side::Above, false, None).unwrap().as_f64() > Some(1e300));
        assert_eq!(beyond(&Number::from_f64(f64::MAX).unwrap(), Side::Above, false, None), None);
    }
}
