//! `location-resolves`: where a creation says that the new thing is, it is.

use serde_json::json;
use url::Url;

use super::Law;
use super::declared::{Resource, View};
use super::ground::{Ground, Specimen, of, settled, shown, success, text, unanswered};
use crate::case::Step;
use crate::case::expression::{Expression, Template};
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::contract::{Location, Response};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "location-resolves",
    title: "where a creation says that the new thing is, it is",
    compose,
    page: include_str!("../../docs/law/location-resolves.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(place) = documented(resource).map(|header| ground.described(&header)) else { return Ok(()) };
    let Some(view) = &resource.read else {
        return Err("nothing reads it".to_owned());
    };
    let (steps, parent) = steps(ground, resource, view)?;
    let judge = Judge {
        place,
        name: resource.name.clone(),
        created: resource.id.clone(),
        items: view.items.clone(),
        id: view.id.clone(),
    };
    let parent: Vec<&Specimen> = parent.iter().collect();
    ground.add(law, (&resource.name, ""), (steps, &parent), move |observed| judge.judge(observed));
    Ok(())
}

/// Where the document says that a creation answers with `Location`.
fn documented(resource: &Resource<'_>) -> Option<Place> {
    let mut successes = resource.create.responses.iter().filter(|response| response.status.is_success());
    let location = |response: &Response| {
        let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("Location"))?;
        Some(header.place.clone())
    };
    successes.find_map(location)
}

/// It is created, read by its id where the body of the answer names one, and read where `Location` says.
fn steps<'c>(
    ground: &mut Ground<'c, '_>,
    resource: &Resource<'c>,
    view: &View<'c>,
) -> Result<(Vec<Step>, Option<Specimen>), String> {
    let (mut steps, specimen, parent) = ground.passing(resource, "create")?;
    let template = &view.operation.path;
    let named: Vec<String> = template.names().map(str::to_owned).collect();
    if let Some(create) = steps.last_mut() {
        create.outputs.extend(
            named
                .iter()
                .map(|name| (format!("located-{name}"), Expression::Located(Box::new(template.clone()), name.clone()))),
        );
    }
    if resource.id.is_some() {
        steps.push(ground.read("read", view, &specimen, resource.settles)?);
    }
    let mut follow = ground.request("follow", view.operation, &[])?;
    for name in &named {
        let located = Template::Expression(specimen.output(&format!("located-{name}")));
        super::ground::set(&mut follow, name, Location::Path, located);
    }
    steps.push(settled(follow, resource.settles, "$statusCode == 200"));
    Ok((steps, parent))
}

struct Judge {
    place: Place,
    name: String,
    /// Where the answer to the creation holds the id.
    created: Option<Pointer>,
    items: Pointer,
    id: Option<Pointer>,
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let (at, created) = success(observed, "create")?;
        let headers = created.response.as_ref().map(|response| &response.headers);
        let location = headers.and_then(|headers| headers.get("Location")).filter(|_| created.status() == 201);
        let location = location.ok_or("the answer is no 201 with `Location`")?;
        let name = &self.name;
        // RFC 9110 §10.2.2: a reference, relative to the URL that was asked for.
        let Ok(leads_to) = Url::parse(&created.url).and_then(|base| base.join(location.trim())) else {
            return Ok(vec![self.broken(
                at,
                "invalid",
                format!("`Location` of a {name} that was created is no URI reference"),
            )]);
        };
        if let Some((_, read)) = of(observed, "read")
            && !read.is_success()
        {
            return Err(unanswered(read));
        }
        let (at, follow) = of(observed, "follow").ok_or("`Location` leads to what no operation reads")?;
        if !Url::parse(&follow.url).is_ok_and(|url| same_place(&url, &leads_to)) {
            // As behind a proxy, which knows other names than the server.
            return Err("`Location` leads out of what may be asked".to_owned());
        }
        match follow.status() {
            404 | 410 => {
                Ok(vec![self.broken(at, "", format!("`Location` of a {name} that was created leads nowhere"))])
            }
            _ if !follow.is_success() => Err(unanswered(follow)),
            _ if self.is_another(created, follow) => Ok(vec![self.broken(
                at,
                "another",
                format!("`Location` of a {name} that was created leads to another"),
            )]),
            _ => Ok(Vec::new()),
        }
    }

    /// Whether both answers name an id, and not the same.
    fn is_another(&self, created: &Observed, follow: &Observed) -> bool {
        let own = self.created.as_ref().and_then(|id| created.value(id)).map(text);
        let asked = follow.path.last().map(|(_, id)| id.as_str()).unwrap_or_default();
        let thing = follow.body.as_ref().and_then(|body| shown(body, &self.items, self.id.as_ref(), asked));
        let found = thing.and_then(|(_, thing)| self.id.as_ref()?.resolve(thing)).filter(|id| !id.is_null()).map(text);
        own.zip(found).is_some_and(|(own, found)| !own.eq_ignore_ascii_case(&found))
    }

    fn broken(&self, at: usize, class: &str, message: String) -> Broken {
        let name = &self.name;
        Broken {
            at,
            place: self.place.clone(),
            part: None,
            class: class.to_owned(),
            message,
            promised: format!("the URL of the {name} that was created (RFC 9110 §15.3.2)"),
            came: json!("another one"),
            remedy: format!("name in `Location` the URL at which the {name} can be read"),
            compared: None,
            certain: true,
        }
    }
}

/// Whether both URLs name one resource, whatever the query.
fn same_place(a: &Url, b: &Url) -> bool {
    let plain = |url: &Url| {
        let path =
            percent_encoding::percent_decode_str(url.path().trim_end_matches('/')).decode_utf8_lossy().into_owned();
        (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default(), path)
    };
    plain(a) == plain(b)
}
