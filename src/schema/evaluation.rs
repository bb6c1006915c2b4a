//! What one validation run remembers on its thread: depth, steps, and what could not be decided.
//!
//! Schemas may refer to each other in circles and fan out without bound, and patterns may be undecidable within reason.
//! Whatever stays open is assumed once to hold and once not; a verdict counts only if both agree.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Nested references and choices at most; beyond, the answer is open.
const DEEPEST: usize = 400;
/// From this many steps on answers are remembered, so that a fan-out of references stays linear.
const REMEMBER_FROM: usize = 1 << 14;
/// Steps at most; beyond, the answer is open.
const MOST_STEPS: usize = 1 << 22;

/// A schema and a value, by address: both outlive the run.
pub(super) type Pair = (usize, usize);

#[derive(Default)]
struct Evaluation {
    active: Vec<Pair>,
    depth: usize,
    steps: usize,
    answers: HashMap<Pair, bool>,
    assume: bool,
    assumed: usize,
    circles: usize,
}

thread_local! {
    static EVALUATION: RefCell<Evaluation> = RefCell::default();
    static WORK: Cell<usize> = const { Cell::new(0) };
}

/// Steps of all runs that ended on this thread so far: a measure of work that is the same on every machine.
pub(super) fn work() -> usize {
    WORK.get()
}

/// Counts steps that are taken outside of a run.
pub(super) fn count(steps: usize) {
    WORK.set(WORK.get().wrapping_add(steps));
}

/// Runs `work` as a validation of its own in which what is open counts as `assume`; says whether anything was.
pub(super) fn run<T>(assume: bool, work: impl FnOnce() -> T) -> (T, bool) {
    let before = EVALUATION.replace(Evaluation { assume, ..Evaluation::default() });
    let result = work();
    let after = EVALUATION.replace(before);
    count(after.steps);
    (result, after.assumed > 0)
}

/// The answer to an open question.
pub(super) fn open() -> bool {
    EVALUATION.with_borrow_mut(|evaluation| {
        evaluation.assumed += 1;
        evaluation.assume
    })
}

/// The answer of `work` for `pair`, unless it is known or must not be asked: it was asked already further up
/// (`circular` schemas alone), or too deep, or too often.
pub(super) fn guarded(pair: Pair, circular: bool, work: impl FnOnce() -> bool) -> bool {
    let entered = EVALUATION.with_borrow_mut(|evaluation| {
        evaluation.steps += 1;
        if evaluation.steps > REMEMBER_FROM
            && let Some(known) = evaluation.answers.get(&pair)
        {
            return Err(*known);
        }
        if evaluation.depth >= DEEPEST || evaluation.steps > MOST_STEPS {
            evaluation.assumed += 1;
            return Err(evaluation.assume);
        }
        if circular {
            // Asked again while it is being answered: nothing in the schema itself speaks against the value.
            if evaluation.active.contains(&pair) {
                evaluation.circles += 1;
                return Err(true);
            }
            evaluation.active.push(pair);
        }
        evaluation.depth += 1;
        Ok(evaluation.assumed + evaluation.circles)
    });
    let conditions = match entered {
        Ok(conditions) => conditions,
        Err(answer) => return answer,
    };
    let answer = work();
    EVALUATION.with_borrow_mut(|evaluation| {
        evaluation.depth -= 1;
        if circular {
            evaluation.active.pop();
        }
        // An answer that rests on an assumption is good for this question alone.
        if evaluation.steps > REMEMBER_FROM && evaluation.assumed + evaluation.circles == conditions {
            evaluation.answers.insert(pair, answer);
        }
    });
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_ends_and_open_questions_are_told() {
        fn circle() -> bool {
            guarded((1, 1), true, circle)
        }
        assert_eq!(run(false, circle), (true, false));
        assert_eq!(run(true, open), (true, true));
        assert_eq!(run(false, open), (false, true));
        assert_eq!(run(true, || ()), ((), false));
    }

    #[test]
    fn a_fan_out_is_answered_in_bounded_time() {
        fn fan(level: usize) -> bool {
            guarded((level, 1), false, || level == 0 || (fan(level - 1) && fan(level - 1)))
        }
        assert_eq!(run(false, || fan(60)), (true, false));
    }
}
