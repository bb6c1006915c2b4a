//! One environment name with two hosts.

use std::collections::BTreeMap;

use url::Url;

use super::{Diagnosis, Lint, Subject};
use crate::contract::{Role, Server, server};
use crate::document::{DocumentId, Place, Severity};

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "host-mismatch",
    title: "one environment name stands for two hosts",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/host-mismatch.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    // By environment name the hosts, and by host where it stands, in document order.
    let mut environments: BTreeMap<String, BTreeMap<String, Vec<Place>>> = BTreeMap::new();
    for (index, source) in subject.contract.sources.iter().enumerate() {
        if source.role == Role::Api {
            for server in server::of_root(subject.schemas, DocumentId(index)) {
                let name = server.description.trim().to_owned();
                if let Some(host) = host(&server).filter(|_| !name.is_empty()) {
                    environments.entry(name).or_default().entry(host).or_default().push(server.place);
                }
            }
        }
    }
    let mut found = Vec::new();
    for (name, hosts) in environments.into_iter().filter(|(_, hosts)| hosts.len() > 1) {
        // The host that fewer documents name is the likelier slip; of equals the one that comes later.
        let rarest = hosts.iter().min_by_key(|(_, places)| (places.len(), std::cmp::Reverse(places.first())));
        let Some(place) = rarest.and_then(|(_, places)| places.first()) else { continue };
        let list: Vec<String> = hosts.iter().map(|(host, places)| describe(subject, host, places)).collect();
        let message = format!("`{name}` stands for {} hosts: {}", hosts.len(), list.join(" and "));
        let help = "agree on one host, or give the servers different descriptions";
        found.push(Diagnosis::new(place.clone(), message).help(help));
    }
    found
}

fn host(server: &Server) -> Option<String> {
    let url = Url::parse(&server.url).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// `dev.pets.example in A.json, B.json`; more than three documents are counted.
fn describe(subject: &Subject<'_>, host: &str, places: &[Place]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for place in places {
        let name = subject.contract.source(place.document).map(|source| source.published.name()).unwrap_or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > 3 {
        format!("{host} in {} documents", names.len())
    } else {
        format!("{host} in {}", names.join(", "))
    }
}
