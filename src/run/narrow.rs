//! Of many differences the one that makes the difference, in few questions.

use super::probe::Answer;

/// Of `count` differences, none of which is accepted and all of which are refused together, two sets that differ in one:
/// the smaller is accepted, the larger refused (delta debugging, Zeller and Hildebrandt 2002, `dd`). Nothing where the
/// answers do not allow that, or nobody answers any more.
pub(super) async fn narrowed(
    count: usize,
    mut ask: impl AsyncFnMut(&[bool]) -> Option<Answer>,
) -> Option<(Vec<bool>, Vec<bool>)> {
    let (mut low, mut high) = (vec![false; count], vec![true; count]);
    if ask(&low).await? != Answer::Accepted || ask(&high).await? != Answer::Refused {
        return None;
    }
    let mut pieces = 2;
    loop {
        let delta: Vec<usize> =
            low.iter().zip(&high).enumerate().filter(|(_, (low, high))| low != high).map(|(at, _)| at).collect();
        if delta.len() < 2 {
            return Some((low, high));
        }
        let mut progress = false;
        'pieces: for piece in delta.chunks(delta.len().div_ceil(pieces)) {
            for adds in [true, false] {
                let mut candidate = if adds { low.clone() } else { high.clone() };
                for at in piece {
                    if let Some(taken) = candidate.get_mut(*at) {
                        *taken = adds;
                    }
                }
                match ask(&candidate).await? {
                    Answer::Accepted => low = candidate,
                    Answer::Refused => high = candidate,
                    Answer::Unclear => continue,
                }
                progress = true;
                break 'pieces;
            }
        }
        if progress {
            pieces = 2;
        } else if pieces >= delta.len() {
            return None;
        } else {
            pieces = (pieces * 2).min(delta.len());
        }
    }
}

#[cfg(test)]
#[path = "narrow_tests.rs"]
mod tests;
