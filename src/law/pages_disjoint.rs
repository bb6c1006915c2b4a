//! `pages-disjoint`: no element is on two pages.

use serde_json::Value;

use super::Law;
use super::ground::Ground;
use super::page::{Walk, walked};
use crate::case::ruling::{Broken, Judgement};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "pages-disjoint",
    title: "no element is on two pages",
    compose,
    page: include_str!("../../docs/law/pages-disjoint.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    walked(law, ground, |object| object.cursor.is_some(), judge);
}

fn judge(walk: &Walk<'_>) -> Judgement {
    if walk.pages.iter().all(|page| page.ids().next().is_none()) {
        return Err("no element shows its id".to_owned());
    }
    walk.stood_still()?;
    let Some((page, index)) = walk.repeated() else {
        return if walk.pages.len() > 1 { Ok(Vec::new()) } else { Err("all is on one page".to_owned()) };
    };
    let id = &walk.object.id;
    Ok(vec![Broken {
        at: page.at,
        place: walk.places.cursor.clone(),
        part: Some(walk.object.items.index(index).join(id)),
        class: String::new(),
        message: "an element is shown again that an earlier page shows, of a list that did not change".to_owned(),
        promised: "each element once, on one page".to_owned(),
        came: page.elements.get(index).and_then(|element| id.resolve(element)).cloned().unwrap_or(Value::Null),
        remedy: "begin each page after the last element of the page before, in an order that is the same each time"
            .to_owned(),
        compared: None,
        certain: true,
    }])
}
