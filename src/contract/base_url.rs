//! Where an operation lives: its base URL at a target, and which of its servers a base URL is.

use url::Url;

use super::{Operation, Server};
use crate::environment::Target;

/// Why an operation has no base URL at a target; it is not exercised there, with this reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// No server of the operation is described by the name that the environment asks for.
    #[error("no server that its document lists is described as `{wanted}`, but as {known}")]
    NoServer {
        /// The description.
        wanted: String,
        /// The descriptions that there are.
        known: String,
    },
    /// Servers with different URLs share the description.
    #[error("its document lists more than one server that is described as `{wanted}`: {urls}")]
    Ambiguous {
        /// The description.
        wanted: String,
        /// Their URLs.
        urls: String,
    },
    /// The server's URL is relative to where the document is published, which nothing tells.
    #[error("the server `{url}` is relative to the place of the document; the environment needs a base-url")]
    Relative {
        /// The URL.
        url: String,
    },
    /// The server's URL is none that a request can be sent to.
    #[error("requests cannot be sent to the server `{url}`: {reason}")]
    Unusable {
        /// The URL.
        url: String,
        /// Why not.
        reason: String,
    },
    /// The sandbox has no address before it is started.
    #[error("the sandbox is not started")]
    Unstarted,
}

/// The base URL of `operation` at `target`, without a slash at its end; the path template is appended to it.
///
/// A server is picked by its whole description, compared without case: `staging` is not `staging market data`.
///
/// # Errors
/// Why the operation cannot be called there.
pub fn base_url(operation: &Operation, target: &Target) -> Result<String, BaseUrlError> {
    match target {
        Target::Sandbox => Err(BaseUrlError::Unstarted),
        Target::BaseUrl(url) => usable(url),
        Target::Server(wanted) => usable(pick(&operation.servers, wanted)?),
    }
}

/// The descriptions of the servers of `operation` that `url` leads to, by host and path, or by host alone where no path fits:
/// they tell that a URL which somebody typed is the one that the documents call `production`.
pub fn described<'o>(operation: &'o Operation, url: &str) -> Vec<&'o str> {
    let origin = |url: &Url| Some((url.host_str()?.to_owned(), url.port_or_known_default()));
    let Some(wanted) = Url::parse(url).ok() else { return Vec::new() };
    let servers = operation.servers.iter().filter_map(|server| Some((server, Url::parse(&server.url).ok()?)));
    let there: Vec<(&Server, Url)> =
        servers.filter(|(_, url)| origin(url).is_some() && origin(url) == origin(&wanted)).collect();
    let below = |url: &Url| {
        let rest = wanted.path().strip_prefix(url.path().trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let exact: Vec<&str> =
        there.iter().filter(|(_, url)| below(url)).map(|(server, _)| server.description.as_str()).collect();
    if exact.is_empty() { there.iter().map(|(server, _)| server.description.as_str()).collect() } else { exact }
}

fn pick<'s>(servers: &'s [Server], wanted: &str) -> Result<&'s str, BaseUrlError> {
    let same = |server: &&Server| server.description.trim().to_lowercase() == wanted.trim().to_lowercase();
    let mut urls: Vec<&str> = servers.iter().filter(same).map(|server| server.url.as_str()).collect();
    urls.dedup();
    match urls.as_slice() {
        [url] => Ok(url),
        [] => {
            let known: Vec<String> = servers
                .iter()
                .map(|server| format!("`{}`", server.description.trim()))
                .filter(|name| name != "``")
                .collect();
            let known = if known.is_empty() { "nothing at all".to_owned() } else { known.join(", ") };
            Err(BaseUrlError::NoServer { wanted: wanted.to_owned(), known })
        }
        urls => Err(BaseUrlError::Ambiguous { wanted: wanted.to_owned(), urls: urls.join(", ") }),
    }
}

/// An absolute `http` or `https` URL to which a path can be appended.
fn usable(text: &str) -> Result<String, BaseUrlError> {
    let unusable = |reason: String| BaseUrlError::Unusable { url: text.to_owned(), reason };
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => return Err(BaseUrlError::Relative { url: text.to_owned() }),
        Err(error) => return Err(unusable(error.to_string())),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unusable(format!("its scheme is {}", url.scheme())));
    }
    if text.contains(['{', '}']) {
        return Err(unusable("a variable in it has no default".to_owned()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(unusable("a path cannot be appended to a query or a fragment".to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BaseUrlError::Unusable {
            url: url.host_str().unwrap_or_default().to_owned(),
            reason: "its URL holds credentials".to_owned(),
        });
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::Path;

    use crate::contract::{OperationId, PathTemplate};
    use crate::document::{DocumentId, Place, Pointer};

    /// An operation that has nothing but servers, each with its description.
    pub(crate) fn operation(servers: &[(&str, &str)]) -> Operation {
        let place = Place::new(DocumentId(0), Pointer::root());
        let server = |(url, description): &(&str, &str)| Server {
            url: (*url).to_owned(),
            description: (*description).to_owned(),
            variables: BTreeMap::new(),
            place: place.clone(),
        };
        Operation {
            id: OperationId("X".into()),
            method: "GET".to_owned(),
            path: PathTemplate { text: "/x".to_owned(), parts: Vec::new() },
            place: place.clone(),
            parameters: Vec::new(),
            body: None,
            responses: Vec::new(),
            security: Vec::new(),
            security_place: place.clone(),
            servers: servers.iter().map(server).collect(),
            disabled: None,
            deprecated: false,
        }
    }

    /// The servers of a published document.
    fn published(name: &str) -> Operation {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("specs/{name}.json"));
        let document: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let servers = document["servers"].as_array().unwrap().iter();
        let servers: Vec<_> =
            servers.map(|server| (server["url"].as_str().unwrap(), server["description"].as_str().unwrap())).collect();
        operation(&servers)
    }

    #[test]
    fn the_published_documents_name_the_hosts_of_each_environment() {
        let at = |name: &str, server: &str| base_url(&published(name), &Target::Server(server.to_owned()));
        assert_eq!(at("GetAllCustomers", "staging").unwrap(), "https://cams.staging.aquanow.com/api");
        assert_eq!(at("UpdateOneCustomer", "staging").unwrap(), "https://camsapi-staging.aquanow.com/api");
        for name in ["AddCustomer", "ListCustomerBankInformation", "RemoveCustomerBankAccountInformation"] {
            assert_eq!(at(name, "LOCAL").unwrap(), "http://localhost:3001/api", "{name}");
            assert_eq!(at(name, "cert").unwrap(), "https://cams.cert.aquanow.com/api", "{name}");
        }
    }

    #[test]
    fn a_document_without_that_server_says_which_it_has() {
        let error =
            base_url(&published("UpdateOneCustomer"), &Target::Server("staging market data".to_owned())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no server that its document lists is described as `staging market data`, but as `production`, `local`, `dev`, \
             `staging`, `cert`"
        );
        let error = base_url(&operation(&[("/", "")]), &Target::Server("x".to_owned())).unwrap_err();
        assert!(error.to_string().ends_with("but as nothing at all"), "{error}");
    }

    #[test]
    fn one_description_for_two_urls_is_refused_and_for_one_url_twice_is_not() {
        let target = Target::Server("test".to_owned());
        let twice = operation(&[("https://a/", "test"), ("https://a/", "Test ")]);
        assert_eq!(base_url(&twice, &target).unwrap(), "https://a");
        let two = operation(&[("https://a", "test"), ("https://b", "test")]);
        assert_eq!(
            base_url(&two, &target),
            Err(BaseUrlError::Ambiguous { wanted: "test".to_owned(), urls: "https://a, https://b".to_owned() })
        );
    }

    #[test]
    fn urls_that_nothing_can_be_sent_to_are_refused() {
        let target = Target::Server("test".to_owned());
        for relative in ["/api", "api", "/", ""] {
            let error = base_url(&operation(&[(relative, "test")]), &target).unwrap_err();
            assert_eq!(error, BaseUrlError::Relative { url: relative.to_owned() });
        }
        for url in ["ftp://h/", "https://h/?a=b", "https://h/#x", "https://h/{region}", "https://u:p@h", "https://"] {
            let error = base_url(&operation(&[(url, "test")]), &target).unwrap_err();
            assert!(matches!(error, BaseUrlError::Unusable { .. }), "{url}: {error}");
        }
    }

    #[test]
    fn a_base_url_stands_for_every_operation() {
        let target = Target::BaseUrl("http://127.0.0.1:3001/api/".to_owned());
        assert_eq!(base_url(&operation(&[]), &target).unwrap(), "http://127.0.0.1:3001/api");
        assert_eq!(base_url(&operation(&[]), &Target::Sandbox), Err(BaseUrlError::Unstarted));
    }

    #[test]
    fn a_typed_url_is_recognised_as_the_server_that_it_is() {
        let operation = published("AddCustomer");
        assert_eq!(described(&operation, "https://CAMS.aquanow.com:443/other"), ["production"]);
        assert_eq!(described(&operation, "http://localhost:3001"), ["local"]);
        for unknown in ["http://localhost:3002", "not a url", "data:x"] {
            assert!(described(&operation, unknown).is_empty(), "{unknown}");
        }
    }

    #[test]
    fn environments_that_share_a_host_are_told_apart_by_their_path() {
        let shared = operation(&[("https://h/prod", "production"), ("https://h/test", "test")]);
        assert_eq!(described(&shared, "https://h/test/"), ["test"]);
        assert_eq!(described(&shared, "https://h/prod/v2"), ["production"]);
        assert_eq!(described(&shared, "https://h/production"), ["production", "test"]);
    }
}
