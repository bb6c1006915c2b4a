//! The one difference, whatever is refused together.

use proptest::prelude::*;

use super::*;

/// The accepted and the refused set.
type Sets = (Vec<bool>, Vec<bool>);

/// Asks `answer` about sets of differences. Returns the pair and how many questions that took.
fn pair(count: usize, answer: impl Fn(&[usize]) -> Answer) -> (Option<Sets>, usize) {
    let mut asked = 0;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let found = runtime.block_on(narrowed(count, async |taken: &[bool]| {
        asked += 1;
        let taken: Vec<usize> = taken.iter().enumerate().filter(|(_, taken)| **taken).map(|(at, _)| at).collect();
        Some(answer(&taken))
    }));
    (found, asked)
}

fn accused(pair: &(Vec<bool>, Vec<bool>)) -> Vec<usize> {
    pair.0.iter().zip(&pair.1).enumerate().filter(|(_, (low, high))| low != high).map(|(at, _)| at).collect()
}

fn refused_if(refused: bool) -> Answer {
    if refused { Answer::Refused } else { Answer::Accepted }
}

#[test]
fn one_value_is_found_in_few_questions() {
    for count in [1, 2, 3, 17, 64] {
        for culprit in [0, count / 2, count - 1] {
            let (found, asked) = pair(count, |taken| refused_if(taken.contains(&culprit)));
            assert_eq!(accused(&found.unwrap()), [culprit], "{culprit} of {count}");
            assert!(asked <= 2 + 2 * (count.ilog2() as usize + 1), "{asked} for {count}");
        }
    }
}

#[test]
fn without_an_accepted_and_a_refused_request_nothing_is_asked() {
    assert_eq!(pair(8, |_| Answer::Refused), (None, 1));
    assert_eq!(pair(8, |_| Answer::Accepted), (None, 2));
    assert_eq!(pair(8, |taken| if taken.is_empty() { Answer::Accepted } else { Answer::Unclear }), (None, 2));
}

proptest! {
    /// Whatever sets of values are refused together, and whatever requests cannot be asked: the pair differs in one value,
    /// and its answers are as they should be.
    #[test]
    fn a_pair_is_one(
        count in 2usize..12,
        together in prop::collection::vec(0usize..12, 1..4),
        apart in (0usize..12, 0usize..12),
    ) {
        let together: Vec<usize> = together.into_iter().map(|at| at % count).collect();
        let apart = (apart.0 % count, apart.1 % count);
        let answer = |taken: &[usize]| {
            // Two values that stand together or not at all.
            if taken.contains(&apart.0) != taken.contains(&apart.1) {
                return Answer::Unclear;
            }
            refused_if(together.iter().all(|at| taken.contains(at)))
        };
        let (found, asked) = pair(count, answer);
        prop_assert!(asked < 200, "{asked}");
        if let Some(found) = found {
            prop_assert_eq!(accused(&found).len(), 1);
            let set = |taken: &[bool]| -> Vec<usize> { (0..count).filter(|at| taken[*at]).collect() };
            prop_assert_eq!(answer(&set(&found.0)), Answer::Accepted);
            prop_assert_eq!(answer(&set(&found.1)), Answer::Refused);
        } else {
            prop_assert!(apart.0 != apart.1, "only what cannot be told apart has no pair");
        }
    }
}
