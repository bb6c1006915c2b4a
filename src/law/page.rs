//! Pages of a list, as laws see them, and the walk from one to the next.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Law;
use super::declared::{Collection, CollectionObject};
use super::ground::{Ground, of, success, unanswered};
use super::series::{Series, WHOLE, spelled};
use super::window::WINDOW;
use crate::case::expression::{Expression, Template};
use crate::case::ruling::{Judgement, Observed};
use crate::case::{CaseId, Step};
use crate::document::{Place, Pointer};

/// So many elements are asked for in each page of a walk.
pub(super) const LIMIT: usize = 2;

/// So many pages are asked for at most.
const PAGES: usize = 6;

/// The step that looks after the pages whether others changed the list.
const AGAIN: &str = "again";

/// One answer that lists.
#[derive(Debug)]
pub(super) struct Page<'o> {
    /// Its place among what was observed.
    pub(super) at: usize,
    /// The elements.
    pub(super) elements: &'o [Value],
    /// The cursor of the next page, where there is one.
    pub(super) next: Option<&'o Value>,
    /// How many elements there are in all, where it says so.
    pub(super) total: Option<u64>,
    /// Whether it surely is the last: it says so, or holds fewer elements than it may.
    last: bool,
    /// Whether it says so.
    told: bool,
    /// Whether it has a cursor that its schema refuses.
    strange: bool,
    id: &'o Pointer,
}

impl<'o> Page<'o> {
    /// The answer to `step`.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn read(object: &'o CollectionObject, observed: &'o [Observed], step: &str) -> Result<Self, String> {
        let (at, seen) = success(observed, step)?;
        let elements = seen.value(&object.items).and_then(Value::as_array).ok_or("the answer holds no list")?;
        let next = object.cursor.as_ref().and_then(|cursor| seen.value(&cursor.next));
        let total = object.total.as_ref().and_then(|total| seen.value(total));
        let number = |total: &Value| total.as_u64().or_else(|| total.as_str()?.parse().ok());
        // No token is empty: some say so that there is none.
        let next = next.filter(|next| *next != "");
        let told = object.cursor.as_ref().is_some_and(|cursor| {
            next.is_none() && seen.body.as_ref().is_some_and(|body| cursor.next.resolve(body).is_some())
        });
        let most = object.limit.as_ref().map(|limit| {
            let asked = seen.query(&limit.parameter).and_then(|asked| asked.parse().ok());
            asked.or(limit.default).unwrap_or(usize::MAX)
        });
        Ok(Self {
            at,
            elements,
            next,
            told,
            strange: object.cursor.as_ref().is_some_and(|cursor| seen.refused.contains(&cursor.next)),
            last: told || next.is_none() && most.is_none_or(|most| elements.len() < most),
            total: total.and_then(number),
            id: &object.id,
        })
    }

    /// The ids that it shows, each with the place of its element.
    pub(super) fn ids(&self) -> impl Iterator<Item = (usize, String)> {
        let id = |element: &Value| self.id.resolve(element).filter(|id| !id.is_null()).map(spelled);
        self.elements.iter().enumerate().filter_map(move |(index, element)| Some((index, id(element)?)))
    }

    /// The element with this id.
    pub(super) fn find(&self, id: &str) -> Option<(usize, &'o Value)> {
        let (index, _) = self.ids().find(|(_, known)| known == id)?;
        Some((index, self.elements.get(index)?))
    }

    /// Whether it says that nothing follows.
    pub(super) fn says_last(&self) -> bool {
        self.told
    }

    /// Whether surely nothing follows.
    pub(super) fn is_all(&self) -> bool {
        self.last
    }

    /// Whether all its elements show their ids: only then is one missing that it does not show.
    pub(super) fn names_all(&self) -> bool {
        self.ids().count() == self.elements.len()
    }
}

/// A walk through all pages of a list that others do not change.
pub(super) struct Walk<'o> {
    pub(super) object: &'o CollectionObject,
    /// Its pages, up to the first that leads nowhere new.
    pub(super) pages: Vec<Page<'o>>,
    /// The page among them whose cursor an earlier page gave as well, where nothing new came after it.
    pub(super) turned: Option<usize>,
    /// Whether the list surely was the same all the time: alone, or seen to be so before and after.
    pub(super) still: bool,
    /// Whether the last page says that it is the last.
    pub(super) ended: bool,
    /// Every id that was seen, on a page or where all was asked for at once.
    pub(super) known: BTreeSet<String>,
    /// What was asked for at once, where that was answered.
    pub(super) whole: Option<Page<'o>>,
    /// What the documents say of the list and of each part.
    pub(super) places: &'o Places,
}

/// What the documents say of a list and of its pages.
pub(super) struct Places {
    pub(super) limit: Place,
    pub(super) cursor: Place,
    pub(super) next: Place,
    pub(super) total: Place,
}

impl<'o> Walk<'o> {
    fn read(
        (object, series): (&'o CollectionObject, &Series),
        places: &'o Places,
        observed: &'o [Observed],
    ) -> Result<Self, String> {
        let mut pages: Vec<Page<'o>> = Vec::new();
        for number in 1..=PAGES {
            if number > 1
                && (pages.last().is_some_and(|page| page.next.is_none()) || of(observed, &step(number)).is_none())
            {
                break;
            }
            let page = Page::read(object, observed, &step(number))?;
            if page.strange {
                return Err("the cursor is not what its schema promises".to_owned());
            }
            pages.push(page);
        }
        let whole = match of(observed, WHOLE).or_else(|| of(observed, WINDOW)) {
            Some((_, seen)) if !seen.is_success() => return Err(unanswered(seen)),
            None => return Err("nothing pins the list".to_owned()),
            _ => series.whole(object, observed).ok(),
        };
        let still = !series.is_shared(observed)
            || whole.as_ref().zip(Page::read(object, observed, AGAIN).ok()).is_some_and(|(whole, again)| {
                let all = |page: &Page<'_>| page.is_all() && page.names_all();
                let ids = |page: &Page<'_>| page.ids().map(|(_, id)| id).collect::<BTreeSet<_>>();
                all(whole) && all(&again) && ids(whole) == ids(&again)
            });
        let known = pages.iter().chain(&whole).flat_map(Page::ids).map(|(_, id)| id).collect();
        let turned = turned(&pages);
        if let Some(turned) = turned {
            pages.truncate(turned + 1);
        }
        let ended = turned.is_none() && pages.last().is_some_and(|page| page.next.is_none());
        if pages.iter().all(|page| page.elements.is_empty()) {
            return Err("no page shows anything".to_owned());
        }
        Ok(Self { object, pages, turned, still, ended, known, whole, places })
    }

    /// Nothing where the list surely was the same on every page.
    ///
    /// # Errors
    /// Where others may have changed it in between.
    pub(super) fn stood_still(&self) -> Result<(), String> {
        if self.still { Ok(()) } else { Err("others may have changed what the list shows".to_owned()) }
    }

    /// The first id that is shown a second time: its page, its place there.
    pub(super) fn repeated(&self) -> Option<(&Page<'o>, usize)> {
        let mut seen = BTreeSet::new();
        self.pages.iter().find_map(|page| {
            let again = page.ids().find(|(_, id)| !seen.insert(id.clone()));
            again.map(|(index, _)| (page, index))
        })
    }
}

/// The page whose cursor came before and after which nothing new comes.
fn turned(pages: &[Page<'_>]) -> Option<usize> {
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for (index, page) in pages.iter().enumerate() {
        let before = pages.get(..index).unwrap_or_default();
        shown.extend(page.ids().map(|(_, id)| id));
        let came_before = page.next.is_some() && before.iter().any(|earlier| earlier.next == page.next);
        let following = pages.get(index + 1);
        if came_before && following.is_some_and(|following| following.ids().all(|(_, id)| shown.contains(&id))) {
            return Some(index);
        }
    }
    None
}

/// Adds a case of `law` for each list that has pages and that `applies` names, judged by a walk that all such laws share.
pub(super) fn walked(
    law: &Law,
    ground: &mut Ground<'_, '_>,
    applies: fn(&CollectionObject) -> bool,
    judge: fn(&Walk<'_>) -> Judgement,
) {
    for collection in ground.declared.collections.iter().filter(|collection| applies(&collection.object)) {
        let id = &collection.operation.id;
        let walk = ground.series(collection).and_then(|series| Ok((ground.walk(collection, &series)?, series)));
        let (case, series) = match walk {
            Ok(walk) => walk,
            Err(reason) => {
                ground.note(law, &id.0, &reason);
                continue;
            }
        };
        let (object, places) = (collection.object.clone(), places(ground, collection));
        ground.look(law, (id, ""), (Vec::new(), &[case]), move |observed| {
            judge(&Walk::read((&object, &series), &places, observed)?)
        });
    }
}

fn places(ground: &Ground<'_, '_>, collection: &Collection<'_>) -> Places {
    let (operation, object) = (collection.operation, &collection.object);
    let list = ground.promise(operation);
    let parameter = |name: Option<&String>| match name {
        Some(name) => ground.parameter_promise(operation, name),
        None => list.clone(),
    };
    let member = |pointer: Option<&Pointer>| match pointer {
        Some(pointer) => ground.answer_promise(operation, pointer),
        None => list.clone(),
    };
    Places {
        limit: parameter(object.limit.as_ref().map(|limit| &limit.parameter)),
        cursor: parameter(object.cursor.as_ref().map(|cursor| &cursor.parameter)),
        next: member(object.cursor.as_ref().map(|cursor| &cursor.next)),
        total: member(object.total.as_ref()),
    }
}

impl<'c> Ground<'c, '_> {
    /// The case that asks for one page of `series` after the other.
    fn walk(&mut self, collection: &Collection<'c>, series: &Series) -> Result<CaseId, String> {
        let id = &collection.operation.id;
        let name = format!("law: pages of {id}");
        if let Some(walk) = self.supported(&name) {
            return Ok(walk);
        }
        let mut steps = Vec::new();
        let pages = if collection.object.cursor.is_some() { PAGES } else { 1 };
        for number in 1..=pages {
            let mut query = Vec::new();
            if let Some(limit) = &collection.object.limit {
                query.push((&*limit.parameter, Template::Literal(json!(LIMIT))));
            }
            if let (Some(cursor), true) = (&collection.object.cursor, number > 1) {
                let next = Expression::StepOutput(step(number - 1), "next".to_owned(), Pointer::root());
                query.push((&cursor.parameter, Template::Expression(next)));
            }
            let mut page = self.pinned(&step(number), collection, series, query)?;
            if let Some(cursor) = &collection.object.cursor {
                page.outputs.push(("next".to_owned(), Expression::ResponseBody(cursor.next.clone())));
            }
            steps.push(page);
        }
        if let Some(again) = self.window_again(AGAIN, collection, series)? {
            // Wherever the pages end.
            steps.push(Step { always: true, ..again });
        }
        Ok(self.support(&name, (steps, vec![series.case.clone()]), Vec::new()))
    }
}

fn step(number: usize) -> String {
    format!("page-{number}")
}
