//! `created-is-listed`: what was created is in the list of its kind.

use std::time::Duration;

use serde_json::json;

use super::Law;
use super::declared::{CollectionObject, Resource, View};
use super::ground::{Ground, Naming, Specimen, late, of, refused, set, settled, unanswered};
use super::page::Page;
use super::series;
use crate::case::expression::Template;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::case::{ActionKind, Intent, Step};
use crate::contract::Location;
use crate::document::Place;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "created-is-listed",
    title: "what was created is in the list of its kind",
    compose,
    page: include_str!("../../docs/law/created-is-listed.md"),
};

/// So many are created below one parent: the first of a list is lost as easily as the last.
const FEW: usize = 2;

/// The step that lists.
const LIST: &str = "list";

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(view) = &resource.list else { return Ok(()) };
    let id = view.id.clone().ok_or("nothing says where its list shows ids")?;
    let naming = Naming::of(resource).ok_or("nothing names its id")?;
    let collection = ground.declared.collection_of(resource).map(|collection| collection.object.clone());
    let narrowed = narrowed(ground, view, collection.as_ref());
    // Without a declaration it is taken for a list without pages.
    let object = collection.unwrap_or_else(|| CollectionObject::plain(view.items.clone(), id.clone()));
    let object = CollectionObject { items: view.items.clone(), id, ..object };
    let (steps, created, shared) = match ground.parent(resource) {
        Some(parent) => below(ground, resource, (&parent, view))?,
        None => alone(ground, resource, (view, &object))?,
    };
    let place = ground.promise(view.operation);
    let judge = Judge { place, name: resource.name.clone(), naming, object, created, certain: !narrowed };
    let specimens: Vec<&Specimen> = shared.iter().collect();
    ground.add(law, (&resource.name, ""), (steps, &specimens), move |observed| judge.judge(observed));
    Ok(())
}

/// The steps that list, the steps that created what is to be there, and what of it others share.
type Asked = (Vec<Step>, Vec<String>, Option<Specimen>);

/// A parent of their own has no children but those of this case.
fn below<'c>(
    ground: &Ground<'c, '_>,
    resource: &Resource<'c>,
    (parent, view): (&Resource<'c>, &View<'c>),
) -> Result<Asked, String> {
    let (mut steps, parent) = ground.own(parent, "parent")?;
    let name = |number: usize| format!("create-{number}");
    let (first, _) = ground.below(resource, &name(1), &parent.ids)?;
    steps.push(first.clone());
    let few = FEW.min(resource.maximum.unwrap_or(FEW));
    for number in 2..=few {
        let own = ground.another(resource.create, &first, number);
        let mut another = Step { id: name(number), intent: Intent::Unknown, ..own };
        // One is enough, where nothing more is taken.
        another.on_success.push(refused(ActionKind::GotoStep(LIST.to_owned()))?);
        steps.push(another);
    }
    let list = ground.request(LIST, view.operation, &parent.ids)?;
    steps.push(there(list, resource.settles, (view, few)));
    Ok((steps, (1..=few).map(name).collect(), None))
}

/// What stands below nothing is found by a filter for what only this run writes, or in a list that has no pages.
fn alone<'c>(
    ground: &mut Ground<'c, '_>,
    resource: &Resource<'c>,
    (view, object): (&View<'c>, &CollectionObject),
) -> Result<Asked, String> {
    let collection = ground.declared.collection_of(resource).ok_or("nothing says whether its list has pages")?;
    let (create, _) = ground.below(resource, "create", &[])?;
    let pin = series::pin(collection, resource, std::slice::from_ref(&create)).and_then(|(parameter, written)| {
        let at = resource.fields.iter().position(|field| field.create.as_ref() == Some(&written));
        Ok((parameter, at.ok_or("the filter is for no field")?))
    });
    let mut list = ground.request(LIST, view.operation, &[])?;
    let specimen = ground.shared(resource, 1)?;
    let list = match pin {
        Ok((parameter, field)) => {
            set(&mut list, &parameter, Location::Query, Template::Expression(specimen.field(field)));
            there(list, resource.settles, (view, 1))
        }
        Err(_) if object.cursor.is_none() && object.limit.is_none() => late(list, resource.settles),
        Err(reason) => return Err(reason),
    };
    let created = specimen.step.clone();
    Ok((vec![list], vec![created], Some(specimen)))
}

/// `list`, sent again and again until it shows `number` elements or `within` has passed.
fn there(list: Step, within: Duration, (view, number): (&View<'_>, usize)) -> Step {
    let element = view.items.index(number.saturating_sub(1));
    settled(list, within, &format!("$response.body#{element} != null"))
}

/// Whether a parameter that nobody sends may leave elements out: one of which nothing is declared, or that has a default.
fn narrowed(ground: &Ground<'_, '_>, view: &View<'_>, collection: Option<&CollectionObject>) -> bool {
    let query = view.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query);
    query.into_iter().any(|parameter| {
        let name = &parameter.name;
        let Some(object) = collection else { return true };
        let pages = object.cursor.iter().map(|cursor| &cursor.parameter);
        let pages = pages.chain(object.limit.iter().map(|limit| &limit.parameter));
        let sort = object.sort.iter().flat_map(|sort| std::iter::once(&sort.field).chain(&sort.direction));
        if pages.chain(sort).any(|known| known == name) {
            return false;
        }
        let filters = object.filters.iter().any(|filter| filter.parameter == *name);
        !filters || ground.keyword(view.operation, name, "default").is_some()
    })
}

struct Judge {
    place: Place,
    name: String,
    naming: Naming,
    object: CollectionObject,
    /// The steps that created what is to be there.
    created: Vec<String>,
    certain: bool,
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let mut own = Vec::new();
        let mut reason = "nothing was created".to_owned();
        for step in &self.created {
            let Some((_, made)) = of(observed, step) else { continue };
            match self.naming.id(made) {
                _ if !made.is_success() => reason = unanswered(made),
                _ if made.status() == 202 => "that it is created was promised for later only".clone_into(&mut reason),
                Some(id) => own.push(id.to_lowercase()),
                None => reason = format!("step {step}: the answer holds no id"),
            }
        }
        if own.is_empty() {
            return Err(reason);
        }
        let page = Page::read(&self.object, observed, LIST)?;
        let missing = own.iter().filter(|id| page.find(id).is_none()).count();
        if missing == 0 {
            return Ok(Vec::new());
        }
        if !page.names_all() {
            return Err("the list does not show all ids".to_owned());
        }
        if !page.is_all() {
            return Err("it may be on another page".to_owned());
        }
        let name = &self.name;
        Ok(vec![Broken {
            at: page.at,
            place: self.place.clone(),
            part: Some(self.object.items.clone()),
            class: String::new(),
            message: format!("a {name} that was created is not in the list"),
            promised: format!("every {name} that was created"),
            came: json!({ "missing": missing, "shown": page.elements.len() }),
            remedy: format!("list each {name} that was created"),
            compared: None,
            certain: self.certain,
        }])
    }
}
