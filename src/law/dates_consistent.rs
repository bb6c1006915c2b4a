//! `dates-consistent`: what was created just now says so, and what is to end later ends later.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Law;
use super::declared::Resource;
use super::ground::{Ground, success};
use super::unchanged::Sight;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "dates-consistent",
    title: "what was created just now says so, and what is to end later ends later",
    compose,
    page: include_str!("../../docs/law/dates-consistent.md"),
};

/// So far the clock of a server may be from the one that writes its `Date`.
const SKEW: SignedDuration = SignedDuration::from_mins(10);
/// So far any clock may be from this one.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A time may be shown without its seconds.
const COARSE: SignedDuration = SignedDuration::from_mins(1);

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let fields = resource.fields.iter().filter(|field| field.creation_time);
    let begins = fields.clone().filter_map(|field| field.created.clone());
    let shown = fields.filter_map(|field| field.read.clone());
    let promised = |pointer: Pointer| (ground.answer_promise(resource.create, &pointer), pointer);
    let begins: Vec<(Place, Pointer)> = begins.map(promised).collect();
    let ends: Vec<(Place, Pointer)> = resource.ends_later.iter().cloned().map(promised).collect();
    let shown: Vec<Pointer> = shown.collect();
    if begins.is_empty() && ends.is_empty() && shown.is_empty() {
        return Ok(());
    }
    let specimen = ground.shared(resource, 1)?;
    let view = resource.read.as_ref().filter(|_| !shown.is_empty());
    let steps = view.map(|view| ground.read("read", view, &specimen, resource.settles)).transpose()?;
    let seen = view.map(|view| {
        let place = |pointer: Pointer| (ground.answer_promise(view.operation, &view.items.join(&pointer)), pointer);
        (Sight::of(view), shown.into_iter().map(place).collect())
    });
    let judge = Judge { create: specimen.step.clone(), begins, ends, shown: seen };
    ground.add(law, (&resource.name, ""), (steps.into_iter().collect(), &[&specimen]), move |observed| {
        judge.judge(observed)
    });
    Ok(())
}

#[derive(Debug)]
struct Judge {
    /// The step that creates.
    create: String,
    /// Times of creation in its answer, each with what promises it.
    begins: Vec<(Place, Pointer)>,
    /// Times in its answer that lie in the future.
    ends: Vec<(Place, Pointer)>,
    /// Where a later answer shows the time of creation.
    shown: Option<(Sight, Vec<(Place, Pointer)>)>,
}

/// When something was created.
struct Window {
    from: Timestamp,
    to: Timestamp,
    /// How far a time may surely be out of it.
    slack: SignedDuration,
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let (at, created) = success(observed, &self.create)?;
        let window = Window::of(created);
        let body = created.body.as_ref();
        let mut broken = Vec::new();
        let mut judged = false;
        for (place, pointer) in &self.begins {
            let Some((value, time)) = body.and_then(|body| time(body, pointer)) else { continue };
            judged = true;
            broken.extend(window.breaks(time, place, (at, pointer.clone(), value)));
        }
        if let Some((sight, pointers)) = &self.shown
            && let Ok(thing) = sight.thing(observed, "read")
        {
            for (place, pointer) in pointers {
                let Some((value, time)) = time(thing.value, pointer) else { continue };
                judged = true;
                broken.extend(window.breaks(time, place, (thing.at, thing.pointer.join(pointer), value)));
            }
        }
        let begin = self.begins.iter().filter_map(|(_, pointer)| Some(time(body?, pointer)?.1)).max();
        for (place, pointer) in &self.ends {
            let Some((value, end)) = body.and_then(|body| time(body, pointer)) else { continue };
            judged = true;
            let over = begin.is_some_and(|begin| begin.duration_since(end) > COARSE);
            if over || window.from.duration_since(end) > window.slack {
                broken.push(Broken {
                    at,
                    place: place.clone(),
                    part: Some(pointer.clone()),
                    class: String::new(),
                    message: "what is to end later has ended when it is created".to_owned(),
                    promised: "a time in the future".to_owned(),
                    came: value.clone(),
                    remedy: "answer when it ends, after it was created".to_owned(),
                    compared: None,
                    certain: true,
                });
            }
        }
        if judged { Ok(broken) } else { Err("the answers show no time".to_owned()) }
    }
}

impl Window {
    /// By the clock of the server where it tells the time (RFC 9110 §6.6.1), else by this one.
    fn of(created: &Observed) -> Self {
        let date = created.response.as_ref().and_then(|response| response.headers.get("Date"));
        let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|zoned| zoned.timestamp());
        match date {
            Some(date) => {
                let took = created.ended.duration_since(created.begun);
                Self { from: date.saturating_sub(took).unwrap_or(date), to: date, slack: SKEW }
            }
            None => Self { from: created.begun, to: created.ended, slack: DAY },
        }
    }

    /// What is broken where `time` is no time of creation in it.
    fn breaks(&self, time: Timestamp, place: &Place, (at, part, value): (usize, Pointer, &Value)) -> Option<Broken> {
        let out = self.from.duration_since(time).max(time.duration_since(self.to));
        (out > self.slack).then(|| Broken {
            at,
            place: place.clone(),
            part: Some(part),
            class: String::new(),
            message: "the time of creation is not when it was created".to_owned(),
            promised: format!("a time from {} to {}, give or take {:#}", self.from, self.to, self.slack),
            came: json!(value),
            remedy: "answer the time of creation, with the offset in which it is written".to_owned(),
            // Some hours are what a wrong offset makes, or a clock that somebody knows to be wrong.
            compared: None,
            certain: out > DAY,
        })
    }
}

fn time<'v>(body: &'v Value, pointer: &Pointer) -> Option<(&'v Value, Timestamp)> {
    let value = pointer.resolve(body)?;
    Some((value, value.as_str()?.parse().ok()?))
}
