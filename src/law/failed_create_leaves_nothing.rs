//! `failed-create-leaves-nothing`: a refused request to create something leaves nothing behind.

use serde_json::{Value, json};

use super::Law;
use super::change::refused;
use super::declared::{Collection, Relation, Resource};
use super::failed_update_changes_nothing::refusal;
use super::ground::{Ground, late, success, text};
use crate::case::Step;
use crate::case::expression::{Expression, Template};
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "failed-create-leaves-nothing",
    title: "a refused request to create something leaves nothing behind",
    compose,
    page: include_str!("../../docs/law/failed-create-leaves-nothing.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(collection) = ground.declared.collection_of(resource) else { return Ok(()) };
    let items = collection.object.items.clone();
    let whole = ground.whole(resource.create)?;
    let place = ground.promise(resource.create);
    let said = Left { name: resource.name.clone(), place, items: items.clone() };
    // A parent of its own has no children but those of this case.
    if let Some(parent) = ground.parent(resource) {
        let wrong = refused(ground, resource.create, whole, &[])?;
        let (mut steps, above) = ground.own(&parent, "parent")?;
        let id = collection.object.id.clone();
        steps.push(ground.list("before", collection, &above.ids, Vec::new())?);
        steps.push(ground.with_body("create", resource.create, &above.ids, &wrong)?);
        let list = ground.list("after", collection, &above.ids, Vec::new())?;
        steps.push(late(list, resource.settles));
        ground.add(law, (&resource.name, ""), (steps, &[]), move |observed| {
            refusal(observed, "create")?;
            let known: Vec<Value> =
                said.elements(observed, "before")?.1.iter().filter_map(|e| id.resolve(e)).cloned().collect();
            let is_new = |element: &Value| id.resolve(element).is_some_and(|id| !id.is_null() && !known.contains(id));
            said.judge(observed, "after", |element| Ok(is_new(element)))
        });
        return Ok(());
    }
    let (filter, member, pointer) =
        pin(resource, collection, &whole).ok_or("no filter is equal to a value that only this run writes")?;
    let wrong = refused(ground, resource.create, whole, std::slice::from_ref(&pointer))?;
    let mut create = ground.with_body("create", resource.create, &[], &wrong)?;
    create.outputs.push(("mark".to_owned(), Expression::RequestBody(pointer)));
    let mark = Expression::StepOutput("create".to_owned(), "mark".to_owned(), Pointer::root());
    let list = ground.list("after", collection, &[], vec![(&filter, Template::Expression(mark))])?;
    let list = late(list, resource.settles);
    ground.add(law, (&resource.name, ""), (vec![create, list], &[]), move |observed| {
        refusal(observed, "create")?;
        let (_, list) = success(observed, "after")?;
        let asked = list.query(&filter).ok_or("the filter was not sent")?;
        said.judge(observed, "after", |element| {
            let value = member.resolve(element).filter(|value| !value.is_null());
            match value.map(text) {
                Some(value) if value.eq_ignore_ascii_case(&asked) => Ok(true),
                _ => Err(format!("the list shows what `{filter}` does not ask for")),
            }
        })
    });
    Ok(())
}

/// A filter for a value that only this run writes, where an element holds it, and where the body that creates does.
fn pin(resource: &Resource<'_>, collection: &Collection<'_>, create: &Step) -> Option<(String, Pointer, Pointer)> {
    let marked = |pointer: &Pointer| {
        let mut replacements = create.payload.iter().flat_map(|payload| &payload.replacements);
        replacements.any(|(marked, _)| marked == pointer)
    };
    let filters = collection.object.filters.iter().filter(|filter| filter.relation == Relation::Equal);
    filters.into_iter().find_map(|filter| {
        let field = resource.fields.iter().find(|field| field.list.as_ref() == Some(&filter.member))?;
        let pointer = field.create.clone().filter(marked)?;
        Some((filter.parameter.clone(), filter.member.clone(), pointer))
    })
}

/// What was left behind, in words.
struct Left {
    name: String,
    place: Place,
    items: Pointer,
}

impl Left {
    fn elements<'o>(&self, observed: &'o [Observed], step: &str) -> Result<(usize, &'o [Value]), String> {
        let (at, list) = success(observed, step)?;
        let elements = list.value(&self.items).and_then(Value::as_array).ok_or("the answer holds no list")?;
        Ok((at, elements))
    }

    /// Broken where the list holds something of which `is_left` says that it was left behind.
    fn judge(&self, observed: &[Observed], step: &str, is_left: impl Fn(&Value) -> Result<bool, String>) -> Judgement {
        let (at, elements) = self.elements(observed, step)?;
        for element in elements {
            if is_left(element)? {
                let name = &self.name;
                return Ok(vec![Broken {
                    at,
                    place: self.place.clone(),
                    part: None,
                    class: String::new(),
                    message: format!("a {name} that was refused when it was to be created is listed"),
                    promised: format!("no {name}: the request that would have created it was refused"),
                    came: json!([element]),
                    remedy: "look at the whole request before anything of it is kept".to_owned(),
                    compared: None,
                    certain: true,
                }]);
            }
        }
        Ok(Vec::new())
    }
}
