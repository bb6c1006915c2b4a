//! `pages-complete`: the pages together show the whole list.

use serde_json::json;

use super::Law;
use super::ground::Ground;
use super::page::{Page, Walk, walked};
use crate::case::ruling::{Broken, Judgement};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "pages-complete",
    title: "the pages together show the whole list",
    compose,
    page: include_str!("../../docs/law/pages-complete.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    walked(law, ground, |object| object.cursor.is_some(), judge);
}

fn judge(walk: &Walk<'_>) -> Judgement {
    if !walk.ended {
        return Err("the pages did not end".to_owned());
    }
    if !walk.pages.iter().all(Page::names_all) {
        return Err("not every element shows its id".to_owned());
    }
    walk.stood_still()?;
    let Some((whole, last)) = walk.whole.as_ref().zip(walk.pages.last()) else {
        return Err("the list was not shown at once".to_owned());
    };
    let missing = whole.ids().filter(|(_, id)| walk.pages.iter().all(|page| page.find(id).is_none())).count();
    if missing == 0 {
        return if walk.pages.len() > 1 { Ok(Vec::new()) } else { Err("all is on one page".to_owned()) };
    }
    let shown = walk.pages.iter().map(|page| page.elements.len() as u64).sum();
    Ok(vec![Broken {
        at: last.at,
        place: walk.places.cursor.clone(),
        part: None,
        class: String::new(),
        message: "no page shows an element that the list shows when it is asked for at once, and it did not change"
            .to_owned(),
        promised: "every element, on one of the pages".to_owned(),
        came: json!({ "missing": missing }),
        remedy: "begin each page after the last element of the page before, in an order that is the same each time"
            .to_owned(),
        // A page without a cursor and a total may be all that a server has to give.
        compared: None,
        certain: walk.pages.len() > 1 || last.says_last() || last.total.is_some_and(|total| total > shown),
    }])
}
