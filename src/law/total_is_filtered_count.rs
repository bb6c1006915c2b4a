//! `total-is-filtered-count`: the total counts what the filter leaves, on every page.

use serde_json::json;

use super::Law;
use super::ground::Ground;
use super::page::{Page, Walk, walked};
use crate::case::ruling::{Broken, Judgement};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "total-is-filtered-count",
    title: "the total counts what the filter leaves, on every page",
    compose,
    page: include_str!("../../docs/law/total-is-filtered-count.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    walked(law, ground, |object| object.total.is_some(), judge);
}

fn judge(walk: &Walk<'_>) -> Judgement {
    let told = walk.pages.iter().filter_map(|page| Some((page, page.total?)));
    let mut totals = told.clone();
    let (_, first) = totals.next().ok_or("no page tells a total")?;
    walk.stood_still()?;
    if let Some((page, total)) = totals.find(|(_, total)| *total != first) {
        let message = "pages of one list, which did not change, tell different totals";
        return Ok(vec![broken(walk, page, "pages", message, total)]);
    }
    if !walk.ended || !walk.pages.iter().chain(&walk.whole).all(Page::names_all) {
        return Err("not all of the list was seen".to_owned());
    }
    let wrong = told.take(1).find(|(_, total)| usize::try_from(*total) != Ok(walk.known.len()));
    let message = "the total is not the number of elements that the filtered list has";
    Ok(wrong.map(|(page, total)| broken(walk, page, "count", message, total)).into_iter().collect())
}

fn broken(walk: &Walk<'_>, page: &Page<'_>, class: &str, message: &str, total: u64) -> Broken {
    let promised = if class == "count" { walk.known.len().to_string() } else { "one number on every page".to_owned() };
    Broken {
        at: page.at,
        place: walk.places.total.clone(),
        part: walk.object.total.clone(),
        class: class.to_owned(),
        message: message.to_owned(),
        promised,
        came: json!(total),
        remedy: "count all that the filter leaves, and nothing else, whatever the page".to_owned(),
        compared: None,
        certain: true,
    }
}
