//! `cursor-ends`: the last page leads to no other.

use serde_json::Value;

use super::Law;
use super::ground::Ground;
use super::page::{Walk, walked};
use crate::case::ruling::{Broken, Judgement};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "cursor-ends",
    title: "the last page leads to no other",
    compose,
    page: include_str!("../../docs/law/cursor-ends.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    walked(law, ground, |object| object.cursor.is_some(), judge);
}

fn judge(walk: &Walk<'_>) -> Judgement {
    if walk.ended {
        return if walk.pages.len() > 1 { Ok(Vec::new()) } else { Err("all is on one page".to_owned()) };
    }
    let turned = walk.turned.and_then(|turned| walk.pages.get(turned));
    let page = turned.ok_or_else(|| format!("the list had not ended after {} pages", walk.pages.len()))?;
    walk.stood_still()?;
    if walk.repeated().is_some() {
        return Err("the pages show elements again, so none of them is the last".to_owned());
    }
    Ok(vec![Broken {
        at: page.at,
        place: walk.places.next.clone(),
        part: walk.object.cursor.as_ref().map(|cursor| cursor.next.clone()),
        class: String::new(),
        message: "a page leads to one that was shown before, so that who follows never comes to an end".to_owned(),
        promised: "no cursor, or null, after the last element".to_owned(),
        came: page.next.cloned().unwrap_or(Value::Null),
        remedy: "leave the cursor out where nothing follows, or answer null".to_owned(),
        compared: None,
        certain: true,
    }])
}
