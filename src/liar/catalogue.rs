//! Every lie that can be told of a contract, in document order: one or two for each kind and operation.

use crate::contract::{Contract, Location, Operation, Response, StatusMatch};
use crate::document::Place;
use crate::law::declared::{Collection, Declared};
use crate::schema::Direction;
use crate::schema::sample::Sampler;

use super::kind::{self, Kind};
use super::promise::{json, promises, subject, success};
use super::{Act, Break, Breaking, Change, Lie, Spoiling, When, same_path};

/// Filters of a collection, and refusals of an operation, that are lied about.
const MOST: usize = 6;

/// The lies that can be told of `contract` to requests whose bodies bear a mark in one of the members `mark`.
pub fn lies(contract: &Contract, mark: &[String]) -> Vec<Lie> {
    // What cannot be understood was told when the cases were composed.
    let declared = Declared::read(contract).unwrap_or_default();
    let mut lies = Vec::new();
    for operation in contract.operations.iter().filter(|operation| operation.disabled.is_none()) {
        let mut author = Author { contract, operation, mark, lies: &mut lies };
        author.access();
        author.statuses();
        author.input();
        if operation.method != "HEAD" {
            author.bodies();
        }
        author.writes();
        for collection in declared.collections.iter().filter(|one| one.operation.id == operation.id) {
            author.list(collection);
        }
    }
    lies
}

struct Author<'a> {
    contract: &'a Contract,
    operation: &'a Operation,
    mark: &'a [String],
    lies: &'a mut Vec<Lie>,
}

impl Author<'_> {
    /// Adds a lie; its title is `says` after the operation's name.
    fn add(&mut self, kind: &Kind, which: &str, says: &str, act: Act) {
        let title = format!("{} {says}", self.operation.id);
        self.lies.push(Lie::new(kind, self.operation, which, title, act));
    }

    fn answers(&mut self, kind: &Kind, which: &str, says: &str, when: When, change: Change) {
        self.add(kind, which, says, Act::Answers(when, change));
    }

    fn access(&mut self) {
        if !self.operation.needs_credentials() {
            return;
        }
        self.add(&kind::SKIPPED_AUTHENTICATION, "", "lets everybody in", Act::LetsIn);
        let unauthorized = When::Status(401);
        let says = "refuses with 403 what has no right credentials";
        self.answers(&kind::OTHER_REFUSAL, "", says, unauthorized.clone(), Change::Status(403));
        let challenge = Change::Header("www-authenticate".to_owned());
        self.answers(&kind::LOST_CHALLENGE, "", "answers 401 without a challenge", unauthorized, challenge);
    }

    fn statuses(&mut self) {
        let operation = self.operation;
        self.answers(&kind::SERVER_ERROR, "", "answers 500 to what succeeds", When::Success, Change::Status(500));
        if let Some(status) = [203, 202, 201, 200].into_iter().find(|status| operation.response(*status).is_none()) {
            let says = format!("answers {status} to what succeeds");
            self.answers(&kind::OTHER_STATUS, "", &says, When::Success, Change::Status(status));
        }
        let refusals = operation.responses.iter().filter(|response| refuses_input(response.status));
        for response in refusals.take(MOST) {
            // A range stands for absence where nothing else does.
            let absent = operation.response(404).is_some_and(|absent| absent.status == response.status);
            let absence = absent || response.status == StatusMatch::Code(410);
            let kind = if absence { &kind::ABSENCE_SUCCEEDS } else { &kind::REFUSAL_SUCCEEDS };
            let says = format!("answers as to a success what it refuses with {}", response.status);
            let when = When::Documented(response.status);
            self.answers(kind, &response.status.to_string(), &says, when, Change::EarlierSuccess);
        }
        // What a path does with other methods is no matter of one of its operations.
        let first = self.contract.operations.iter().find(|other| same_path(&other.path, &operation.path));
        if first.is_some_and(|first| first.id == operation.id) {
            let at = &operation.path.text;
            let title = format!("{at} serves methods that it does not have");
            let served = Act::Answers(When::NotAllowed, Change::Served);
            self.lies.push(Lie::new(&kind::UNDECLARED_SERVED, operation, "", title, served));
            let title = format!("{at} answers 405 without telling what is allowed");
            let lost = Act::Answers(When::NotAllowed, Change::Header("allow".to_owned()));
            self.lies.push(Lie::new(&kind::LOST_ALLOW, operation, "", title, lost));
        }
    }

    fn input(&mut self) {
        let operation = self.operation;
        let query: Vec<_> = operation.parameters.iter().filter(|one| one.location == Location::Query).collect();
        if operation.documents_rejection() && (operation.body.is_some() || !query.is_empty()) {
            let says = "takes what it should refuse";
            self.add(&kind::VALIDATION_SKIPPED, "", says, Act::Completes);
        }
        if let Some(name) = self.optional_member() {
            let says = format!("refuses what holds `{name}`");
            self.add(&kind::VALID_REFUSED, "", &says, Act::Refuses(name));
        } else if let Some(parameter) = query.iter().find(|parameter| !parameter.required) {
            let says = format!("refuses what asks with `{}`", parameter.name);
            let when = When::With(parameter.name.clone());
            self.answers(&kind::VALID_REFUSED, "", &says, when, Change::Refusal(400));
        }
    }

    /// The first member that a request body may have and that the least body does not: rules of several members may need one.
    fn optional_member(&self) -> Option<String> {
        let media = self.operation.body.as_ref()?.content.iter().find(|media| media.name.contains("json"))?;
        let schemas = &self.contract.schemas;
        let place = schemas.resolve(media.schema.as_ref()?).ok()?;
        let own = schemas.source(&place)?;
        let least = Sampler::new(schemas).minimal(&place, Direction::Request).ok()?;
        let needed = |name: &str| least.get(name).is_some();
        let read_only = |name: &str, schema: &serde_json::Value| {
            let target = schemas.resolve(&place.child("properties").child(name)).ok();
            let target = target.as_ref().and_then(|target| schemas.source(target)).unwrap_or(schema);
            target.get("readOnly") == Some(&serde_json::Value::Bool(true))
        };
        let members = own.get("properties")?.as_object()?;
        // What every request bears tells no request from another.
        let optional = |(name, schema): &(&String, &serde_json::Value)| {
            !needed(name) && !self.mark.contains(name) && !read_only(name, schema)
        };
        members.iter().find(optional).map(|(name, _)| name.clone())
    }

    fn bodies(&mut self) {
        let Some(response) = success(self.operation).filter(|response| !response.content.is_empty()) else {
            return self.headers();
        };
        let when = When::Documented(response.status);
        if let Some((_, schema)) = json(response) {
            self.schema(schema, &when, "");
            let unknown = Change::Json(Break::Unknown);
            let says = "answers with a property that no schema mentions";
            self.answers(&kind::UNKNOWN_PROPERTY, "", says, when.clone(), unknown);
            let says = "answers with text that is no JSON";
            self.answers(&kind::NOT_JSON, "", says, when.clone(), Change::Bytes(Spoiling::NotJson));
            let says = "answers with half of its text";
            self.answers(&kind::TRUNCATED, "", says, when.clone(), Change::Bytes(Spoiling::Half));
            let says = "answers with text that is not UTF-8";
            self.answers(&kind::NOT_UTF8, "", says, when.clone(), Change::Bytes(Spoiling::NotUtf8));
        }
        self.answers(&kind::EMPTY, "", "answers with nothing", when.clone(), Change::Bytes(Spoiling::Empty));
        if let Some(other) = other_media_type(response) {
            let says = format!("calls what it answers {other}");
            self.answers(&kind::WRONG_MEDIA_TYPE, "", &says, when.clone(), Change::MediaType(Some(other)));
        }
        let says = "does not say what it answers";
        self.answers(&kind::NO_MEDIA_TYPE, "", says, when, Change::MediaType(None));
        let mut refusals = self.operation.responses.iter().filter(|response| refuses_input(response.status));
        if let Some((response, (_, schema))) = refusals.find_map(|one| Some((one, json(one)?))) {
            self.schema(schema, &When::Documented(response.status), "refusal");
        }
        self.headers();
    }

    /// Lies about the promises of one schema; of a refusal's, only the first of each kind.
    fn schema(&mut self, schema: &Place, when: &When, which: &str) {
        for breaking in [Breaking::Drop, Breaking::Retype, Breaking::Null, Breaking::Enum, Breaking::Format] {
            let found = promises(&self.contract.schemas, schema, breaking);
            for (index, promise) in found.into_iter().enumerate().take(if which.is_empty() { 2 } else { 1 }) {
                let which = if index == 0 { which } else { "deep" };
                let of = subject(&self.contract.schemas, &promise, breaking);
                let (kind, says) = match breaking {
                    Breaking::Drop => (&kind::DROPPED_FIELD, format!("leaves `{of}` out")),
                    Breaking::Retype => (&kind::RETYPED, format!("answers `{of}` of another type")),
                    Breaking::Null => (&kind::NULLED, format!("answers null for `{of}`")),
                    Breaking::Enum => (&kind::NEW_ENUM_VALUE, format!("answers `{of}` that is none of the listed")),
                    Breaking::Format => (&kind::BROKEN_FORMAT, format!("answers `{of}` in another format")),
                };
                let change = Change::Json(Break::Promise(breaking, promise));
                self.answers(kind, which, &says, when.clone(), change);
            }
        }
    }

    fn headers(&mut self) {
        for response in &self.operation.responses {
            for header in response.headers.iter().filter(|header| header.required) {
                let says = format!("answers {} without `{}`", response.status, header.name);
                let which = format!("{}/{}", response.status, header.name);
                let change = Change::Header(header.name.to_ascii_lowercase());
                self.answers(&kind::LOST_HEADER, &which, &says, When::Documented(response.status), change);
            }
        }
    }

    fn writes(&mut self) {
        let operation = self.operation;
        let at_path = |method: &str| {
            let mut all = self.contract.operations.iter();
            all.find(|other| {
                other.method == method && other.disabled.is_none() && same_path(&other.path, &operation.path)
            })
        };
        let read = at_path("GET").is_some();
        let written: Vec<&Operation> = ["PUT", "PATCH", "DELETE"].into_iter().filter_map(at_path).collect();
        match operation.method.as_str() {
            "GET" => {
                for write in written {
                    let says = format!("shows what was there before {}", write.id);
                    self.add(&kind::STALE_READ, &write.id.0, &says, Act::Stale(write.id.clone()));
                }
            }
            "PUT" | "PATCH" if read && operation.body.is_some() => {
                self.add(&kind::LOST_UPDATE, "", "changes nothing and says that it did", Act::LosesUpdate);
            }
            "DELETE" if read => {
                self.add(&kind::LOST_DELETION, "", "deletes nothing and says that it did", Act::LosesDeletion);
            }
            "POST" if operation.body.is_some() => {
                let says = "creates nothing and answers with what it created before";
                self.add(&kind::LOST_CREATION, "", says, Act::LosesCreation);
            }
            _ => {}
        }
    }

    fn list(&mut self, collection: &Collection<'_>) {
        let object = &collection.object;
        let ignores = |name: &str| Act::Ignores(name.to_owned());
        if let Some(cursor) = &object.cursor {
            self.add(&kind::SWAPPED_PAGE, "", "answers the first page for every other", ignores(&cursor.parameter));
        }
        for filter in object.filters.iter().take(MOST) {
            let says = format!("looks at no `{}`", filter.parameter);
            self.add(&kind::FILTER_IGNORED, &filter.parameter, &says, ignores(&filter.parameter));
        }
        if let Some(limit) = &object.limit {
            let says = format!("looks at no `{}`", limit.parameter);
            self.add(&kind::LIMIT_IGNORED, "", &says, ignores(&limit.parameter));
        }
        if let Some(sort) = &object.sort {
            for parameter in std::iter::once(&sort.field).chain(&sort.direction) {
                let says = format!("looks at no `{parameter}`");
                self.add(&kind::SORT_IGNORED, parameter, &says, ignores(parameter));
            }
        }
        if let Some(total) = &object.total {
            let change = Change::Json(Break::Total(total.clone()));
            self.answers(&kind::WRONG_TOTAL, "", "counts one too many", When::Success, change);
        }
        let change = Change::Json(Break::Element(object.items.clone()));
        self.answers(&kind::LOST_ELEMENT, "", "leaves out the last of what it lists", When::Success, change);
    }
}

/// Whether a response refuses a request for what it asks, and not for who asks, how often, or in which form.
fn refuses_input(status: StatusMatch) -> bool {
    match status {
        StatusMatch::Code(401 | 405..=407 | 413..=415 | 429 | 431) | StatusMatch::Default => false,
        StatusMatch::Code(code) => (400..500).contains(&code),
        StatusMatch::Range(range) => range == 4,
    }
}

/// A media type that the response does not document.
fn other_media_type(response: &Response) -> Option<&'static str> {
    let documented = |name: &str| {
        response
            .content
            .iter()
            .any(|media| crate::contract::style::media_matches(&media.name, name) != crate::contract::style::Match::No)
    };
    ["text/html", "application/xml", "text/plain"].into_iter().find(|name| !documented(name))
}
