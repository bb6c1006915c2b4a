//! One page of customers: filter, order, cursor and size.

use super::clock::Moment;
use super::id::Id;
use super::reply::Problem;
use super::store::Customer;
use std::borrow::Cow;
use std::cmp::Ordering;

/// What the query of `GetAllCustomers` asks for.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) status: Option<String>,
    pub(super) reference_id: Option<String>,
    /// "lower bound, exclusive"
    pub(super) created_after: Option<Moment>,
    /// "upper bound, inclusive"
    pub(super) created_until: Option<Moment>,
    /// "the last item returned in previous page"
    pub(super) after: Option<Id>,
    pub(super) limit: usize,
    pub(super) sort: Sort,
    pub(super) descending: bool,
    /// What belongs to the range; it is as documented unless a fault has it otherwise.
    pub(super) bounds: Bounds,
    /// How what it asks for is understood.
    pub(super) reading: Reading,
}

/// What the documents do not say of filters and orders.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Whether a reference that is asked for is that of a customer.
    pub(super) finds: fn(&str, &str) -> bool,
    /// In which order statuses stand.
    pub(super) statuses: fn(&str, &str) -> Ordering,
    /// In which order references stand.
    pub(super) references: fn(&str, &str) -> Ordering,
    /// Whether of two with equal sort keys the later one comes first, whatever the direction.
    pub(super) latest_first: bool,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading { finds: |asked, has| asked == has, statuses: str::cmp, references: str::cmp, latest_first: false }
    }
}

/// Which ends belong to a range of dates of creation, against what is documented.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bounds {
    pub(super) start_inclusive: bool,
    pub(super) end_exclusive: bool,
}

/// A part of the filtered customers.
#[derive(Debug)]
pub(super) struct Page<'a> {
    /// The customers of this page.
    pub(super) items: Vec<&'a Customer>,
    /// "The total number of items in the entire filtered data set"
    pub(super) total: usize,
    /// "The token of the last item in the response", if more follow.
    pub(super) after: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    CustomerStatus,
    CreatedDate,
    ReferenceId,
}

/// "Uses default page size of 10 when omitted."
const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 1000;
const CUSTOMER_STATUS: [&str; 4] = ["ONBOARDING", "ACTIVE", "INACTIVE", "ONBOARDING_FAILED"];

impl Query {
    /// Reads a query string, and what is wrong with it. Parameters that the document does not name are ignored.
    pub(super) fn parse(raw: &str) -> (Query, Vec<Problem>) {
        let mut reader = Reader { pairs: url::form_urlencoded::parse(raw.as_bytes()).collect(), problems: Vec::new() };
        let query = Query {
            status: reader.read("customerStatus", "must be a customer status", |text| {
                CUSTOMER_STATUS.contains(&text).then(|| text.to_owned())
            }),
            reference_id: reader.read("referenceId", "", |text| Some(text.to_owned())),
            created_after: reader.read("createDateStart", "must be a date-time", Moment::parse),
            created_until: reader.read("createDateEnd", "must be a date-time", Moment::parse),
            after: reader.read("after", UNKNOWN_TOKEN, Id::from_token),
            limit: reader.read("limit", "must be an integer from 1 to 1000", limit).unwrap_or(DEFAULT_LIMIT),
            sort: reader
                .read("sortField", "must be customerStatus, createdDate or referenceId", sort)
                .unwrap_or(Sort::CreatedDate),
            descending: reader.read("sortDirection", "must be ASC or DESC", descending).unwrap_or(false),
            bounds: Bounds::default(),
            reading: Reading::default(),
        };
        (query, reader.problems)
    }

    /// The page that starts after a customer, or the first one.
    ///
    /// The cursor is that customer's place in the order and not a count, so what others add before it moves nothing.
    pub(super) fn page<'a>(&self, all: impl Iterator<Item = &'a Customer>, after: Option<&Customer>) -> Page<'a> {
        let mut items: Vec<_> = all.filter(|customer| self.selects(customer)).collect();
        let total = items.len();
        items.sort_unstable_by(|left, right| self.compare(left, right));
        if let Some(last) = after {
            let start = items.partition_point(|customer| self.compare(customer, last) != Ordering::Greater);
            items.drain(..start);
        }
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let after = items.last().filter(|_| more).map(|last| last.id.to_token());
        Page { items, total, after }
    }

    fn selects(&self, customer: &Customer) -> bool {
        let created = customer.created.utc();
        self.status.as_deref().is_none_or(|status| status == customer.status)
            && self
                .reference_id
                .as_deref()
                .is_none_or(|reference| (self.reading.finds)(reference, &customer.reference_id))
            && self
                .created_after
                .as_ref()
                .is_none_or(|start| created > start.utc() || self.bounds.start_inclusive && created == start.utc())
            && self
                .created_until
                .as_ref()
                .is_none_or(|end| created < end.utc() || !self.bounds.end_exclusive && created == end.utc())
    }

    /// The order: the sort field, then creation, then the identifier, so that no two customers are equal. DESC is the
    /// exact reverse of ASC.
    fn compare(&self, left: &Customer, right: &Customer) -> Ordering {
        let first = match self.sort {
            Sort::CustomerStatus => (self.reading.statuses)(left.status, right.status),
            Sort::CreatedDate => Ordering::Equal,
            Sort::ReferenceId => (self.reading.references)(&left.reference_id, &right.reference_id),
        };
        let second = left.created.utc().cmp(&right.created.utc());
        if self.reading.latest_first && self.sort != Sort::CreatedDate {
            let directed = if self.descending { first.reverse() } else { first };
            return directed.then(second.reverse()).then(right.id.cmp(&left.id));
        }
        let ascending = first.then(second).then(left.id.cmp(&right.id));
        if self.descending { ascending.reverse() } else { ascending }
    }
}

/// Said of a token that no page gave.
pub(super) const UNKNOWN_TOKEN: &str = "must be a token that a page gave";

struct Reader<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// The value of a parameter, if it is given once and can be read.
    fn read<T>(&mut self, name: &'static str, said: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let mut given = self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        let (value, more) = (given.next()?, given.next());
        let parsed = parse(value);
        if more.is_some() {
            self.problems.push(Problem::new(name, "must be given once"));
        } else if parsed.is_none() {
            self.problems.push(Problem::new(name, said));
        }
        parsed
    }
}

fn limit(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?.filter(|limit| (1..=MAX_LIMIT).contains(limit))
}

fn sort(text: &str) -> Option<Sort> {
    match text {
        "customerStatus" => Some(Sort::CustomerStatus),
        "createdDate" => Some(Sort::CreatedDate),
        "referenceId" => Some(Sort::ReferenceId),
        _ => None,
    }
}

/// Without `sortField` the direction is that of the default order.
fn descending(text: &str) -> Option<bool> {
    match text {
        "ASC" => Some(false),
        "DESC" => Some(true),
        _ => None,
    }
}
