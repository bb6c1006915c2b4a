//! Two reads of one thing: what the declared fields showed before and show after something that is not to change them.

use serde_json::Value;

use super::declared::{Resource, View};
use super::ground::{shown, success};
use super::leaves::{Difference, Missing, Spellings, differences, nested};
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::{Place, Pointer};

/// Where an answer shows a thing.
#[derive(Debug, Clone)]
pub(super) struct Sight {
    items: Pointer,
    id: Option<Pointer>,
}

/// A thing as an answer shows it.
#[derive(Debug, Clone)]
pub(super) struct Thing<'o> {
    /// The exchange.
    pub(super) at: usize,
    /// Where in its answer.
    pub(super) pointer: Pointer,
    /// The thing.
    pub(super) value: &'o Value,
    /// What the answer does not show it may show the next time.
    pub(super) unsteady: bool,
}

impl Sight {
    /// By `view`, whose path ends with the id of the thing.
    pub(super) fn of(view: &View<'_>) -> Self {
        Self { items: view.items.clone(), id: view.id.clone() }
    }

    /// What the answer to `step` shows.
    ///
    /// # Errors
    /// Why it shows nothing.
    pub(super) fn thing<'o>(&self, observed: &'o [Observed], step: &str) -> Result<Thing<'o>, String> {
        let (at, seen) = success(observed, step)?;
        let absent = || format!("step {step}: the answer does not show what was asked for");
        let own = seen.path.last().map(|(_, id)| id.as_str()).ok_or_else(absent)?;
        let body = seen.body.as_ref().ok_or_else(absent)?;
        let (pointer, value) = shown(body, &self.items, self.id.as_ref(), own).ok_or_else(absent)?;
        Ok(Thing { at, pointer, value, unsteady: seen.unsteady })
    }
}

/// What is to stay as it was, and what is said where it does not.
#[derive(Debug, Clone)]
pub(super) struct Unchanged {
    sight: Sight,
    /// Where the thing holds its declared fields.
    fields: Vec<Pointer>,
    /// Where it holds what may change.
    except: Vec<Pointer>,
    place: Place,
    /// What happened, as in "an update of one field changed others".
    message: String,
    remedy: String,
}

impl Unchanged {
    /// Of `resource`, as `view` shows it: all declared fields but those that somebody may approve in the meantime.
    pub(super) fn of(resource: &Resource<'_>, view: &View<'_>, place: Place, said: (&str, &str)) -> Self {
        let fields = resource.fields.iter().filter(|field| !field.pending).filter_map(|field| field.read.clone());
        Self {
            sight: Sight::of(view),
            fields: fields.collect(),
            except: Vec::new(),
            place,
            message: said.0.to_owned(),
            remedy: said.1.to_owned(),
        }
    }

    /// The same, where what stands at `except` may change.
    pub(super) fn except(self, except: impl IntoIterator<Item = Pointer>) -> Self {
        Self { except: except.into_iter().collect(), ..self }
    }

    /// Compares the answers to two steps.
    ///
    /// # Errors
    /// Why they say nothing.
    pub(super) fn judge(&self, observed: &[Observed], [before, after]: [&str; 2]) -> Judgement {
        let (before, after) = (self.sight.thing(observed, before)?, self.sight.thing(observed, after)?);
        let may_change = |at: &Pointer| self.except.iter().any(|except| at.starts_with(except));
        let missing = if after.unsteady { Missing::Fine } else { Missing::Lost };
        let mut found: Vec<Difference> = Vec::new();
        let mut shown = false;
        for field in self.fields.iter().filter(|field| !may_change(field)) {
            let Some(value) = field.resolve(before.value).filter(|value| !value.is_null()) else { continue };
            // Where a whole part is not shown any more, nobody knows what became of the fields in it.
            let held = |parent: Pointer| parent.resolve(after.value).is_some_and(|parent| !parent.is_null());
            if !field.parent().is_none_or(held) {
                continue;
            }
            shown = true;
            let how = (&Spellings::default(), missing);
            let different = differences(value, field.resolve(after.value), field, how);
            found.extend(different.into_iter().filter(|difference| !may_change(&difference.at)));
        }
        if !shown {
            return Err("the answers show no field that can be compared".to_owned());
        }
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<String> = found.iter().map(|difference| format!("`{}`", difference.at)).collect();
        Ok(vec![Broken {
            at: after.at,
            place: self.place.clone(),
            part: None,
            class: String::new(),
            message: self.message.clone(),
            promised: format!("what was read before at {}", names.join(", ")),
            came: Value::Null,
            compared: Some(compared(&found)),
            remedy: self.remedy.clone(),
            certain: found.iter().any(|difference| difference.certain),
        }])
    }
}

/// What differs, in two objects with the nesting of the answer, so that personal values are known by their names.
pub(super) fn compared(found: &[Difference]) -> [Value; 2] {
    let before = nested(found.iter().map(|difference| (&difference.at, &difference.before)));
    let after = nested(found.iter().map(|difference| (&difference.at, &difference.after)));
    [before, after]
}

/// That the answer shows the text `value` at `at`, as a condition of Arazzo; nothing where it cannot be said.
pub(super) fn shows(view: &View<'_>, at: &Pointer, value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| !text.chars().any(char::is_control))?;
    Some(format!("$response.body#{}{at} == '{}'", view.items, text.replace('\'', "''")))
}
