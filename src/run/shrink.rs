//! Drives a value tree of `proptest` by hand: each question is a request, and takes its time.

use proptest::strategy::ValueTree;

/// The simplest value that `shows` says shows it, too; nothing where none does but the first. At most `most` questions are
/// asked, and none after one that has no answer.
pub(super) async fn shrink<T: ValueTree + Send>(
    tree: &mut T,
    most: u32,
    mut shows: impl AsyncFnMut(&T::Value) -> Option<bool>,
) -> Option<T::Value> {
    let mut simplest = None;
    // That the first value shows it is known.
    let mut more = tree.simplify();
    for _ in 0..most {
        if !more {
            break;
        }
        let candidate = tree.current();
        match shows(&candidate).await {
            Some(true) => {
                simplest = Some(candidate);
                more = tree.simplify();
            }
            Some(false) => more = tree.complicate(),
            None => break,
        }
    }
    simplest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::num::u32::BinarySearch;

    async fn smallest(start: u32, most: u32, shows: impl Fn(u32) -> Option<bool>) -> (Option<u32>, u32) {
        let mut asked = 0;
        let mut tree = BinarySearch::new(start);
        let found = shrink(&mut tree, most, async |value| {
            asked += 1;
            tokio::task::yield_now().await;
            shows(*value)
        });
        (found.await, asked)
    }

    #[tokio::test]
    async fn the_boundary_is_found_in_few_questions() {
        let (found, asked) = smallest(1_000_000, 100, |value| Some(value >= 4711)).await;
        assert_eq!(found, Some(4711));
        assert!(asked < 60, "{asked}");
    }

    #[tokio::test]
    async fn questions_end_with_the_budget_and_with_the_target() {
        let (_, asked) = smallest(1_000_000, 3, |value| Some(value >= 4711)).await;
        assert_eq!(asked, 3);
        assert_eq!(smallest(1_000_000, 100, |_| None).await, (None, 1));
        assert_eq!(smallest(10, 100, |value| Some(value >= 10)).await.0.unwrap_or(10), 10);
    }
}
