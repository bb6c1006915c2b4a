//! `default-page-size`: a page has its documented size where none is asked for.

use serde_json::json;

use super::Law;
use super::declared::{CollectionObject, Limit};
use super::ground::Ground;
use super::page::Page;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::Place;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "default-page-size",
    title: "a page has its documented size where none is asked for",
    compose,
    page: include_str!("../../docs/law/default-page-size.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    for collection in &ground.declared.collections {
        let Some((limit, size)) =
            collection.object.limit.clone().and_then(|limit| Some((limit.clone(), limit.default?)))
        else {
            continue;
        };
        let id = &collection.operation.id;
        // Below a parent nothing is known to stand but what a law would have to create.
        if collection.operation.path.names().next().is_some() {
            ground.note(law, &id.0, "it would take too many requests to fill a page");
            continue;
        }
        match ground.list("list", collection, &[], Vec::new()) {
            Ok(list) => {
                let place = ground.parameter_promise(collection.operation, &limit.parameter);
                let object = collection.object.clone();
                ground.look(law, (id, ""), (vec![list], &[]), move |observed| {
                    judge(&object, (&limit, size), observed, &place)
                });
            }
            Err(reason) => ground.note(law, &id.0, &reason),
        }
    }
}

fn judge(object: &CollectionObject, (limit, size): (&Limit, usize), observed: &[Observed], place: &Place) -> Judgement {
    let page = Page::read(object, observed, "list")?;
    let shown = page.elements.len();
    // Others delete while the page is made: so many that half of it is gone are not to be expected.
    let many = page.total.and_then(|total| usize::try_from(total).ok()).is_some_and(|total| total >= 2 * size);
    let few = shown < size && limit.exact && page.next.is_some() && many;
    if shown <= size && !few {
        let full = shown == size;
        return if full { Ok(Vec::new()) } else { Err("there are too few elements to fill a page".to_owned()) };
    }
    let class = if few { "fewer" } else { "more" };
    Ok(vec![Broken {
        at: page.at,
        place: place.clone(),
        part: Some(object.items.clone()),
        class: class.to_owned(),
        message: format!("a page holds {class} elements than it should where `{}` is left out", limit.parameter),
        promised: format!("{size} elements"),
        came: json!(shown),
        remedy: format!("put {size} elements into a page where `{}` is left out", limit.parameter),
        compared: None,
        certain: true,
    }])
}
