//! `limit-honoured`: a page holds as many elements as were asked for.

use serde_json::json;

use super::Law;
use super::ground::Ground;
use super::page::{LIMIT, Walk, walked};
use crate::case::ruling::{Broken, Judgement};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "limit-honoured",
    title: "a page holds as many elements as were asked for",
    compose,
    page: include_str!("../../docs/law/limit-honoured.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    walked(law, ground, |object| object.limit.is_some(), judge);
}

fn judge(walk: &Walk<'_>) -> Judgement {
    let exact = walk.object.limit.as_ref().is_some_and(|limit| limit.exact);
    let more_follows = |index: usize| {
        let mut following = walk.pages.iter().skip(index + 1);
        following.any(|page| !page.elements.is_empty())
    };
    let found = walk.pages.iter().enumerate().find_map(|(index, page)| {
        let few = page.elements.len() < LIMIT && exact && walk.still && more_follows(index);
        if page.elements.len() > LIMIT {
            return Some((page, "more", format!("a page holds more than the {LIMIT} elements that were asked for")));
        }
        few.then(|| (page, "fewer", format!("a page holds fewer than {LIMIT} elements although more follow")))
    });
    let all = walk.pages.iter().chain(&walk.whole).map(|page| page.elements.len()).sum::<usize>();
    if found.is_none() && all <= LIMIT {
        return Err("there are too few elements to fill a page".to_owned());
    }
    let broken = found.map(|(page, class, message)| Broken {
        at: page.at,
        place: walk.places.limit.clone(),
        part: Some(walk.object.items.clone()),
        class: class.to_owned(),
        message,
        promised: format!("{LIMIT} elements in each page, and no more in the last"),
        came: json!(page.elements.len()),
        remedy: "put as many elements into a page as are asked for".to_owned(),
        compared: None,
        certain: true,
    });
    Ok(broken.into_iter().collect())
}
