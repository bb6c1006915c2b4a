//! Which credentials an operation asks for.

use std::collections::BTreeMap;

use openapiv3::{APIKeyLocation, SecurityScheme};

use super::at::{At, kind_of};
use super::reader::{Reader, typed};
use super::{Location, Scheme, SchemeUse};
use crate::document::Place;

/// The security schemes of a document, by name; those that cannot be read with the reason.
pub(super) fn schemes<'a>(reader: &mut Reader<'a>, root: &At<'a>) -> BTreeMap<String, Result<Scheme, String>> {
    let given = root.get("components").and_then(|components| components.get("securitySchemes"));
    let schemes = given.iter().flat_map(At::members);
    schemes.map(|(name, at)| (name.to_owned(), reader.follow(at).and_then(|at| scheme(&at)))).collect()
}

fn scheme(at: &At<'_>) -> Result<Scheme, String> {
    let mut members = vec!["type", "scheme", "in", "name", "openIdConnectUrl"];
    if at.text("type") == Some("oauth2") {
        if at.get("flows").is_none() {
            // Which flow hands out the token matters to nobody here.
            return Ok(Scheme::Bearer);
        }
        members.push("flows");
    }
    Ok(match typed(at, &members)? {
        SecurityScheme::OAuth2 { .. } | SecurityScheme::OpenIDConnect { .. } => Scheme::Bearer,
        SecurityScheme::HTTP { scheme, .. } if scheme.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
        SecurityScheme::HTTP { scheme, .. } if scheme.eq_ignore_ascii_case("basic") => Scheme::Basic,
        SecurityScheme::HTTP { scheme, .. } => Scheme::Http(scheme),
        SecurityScheme::APIKey { location, name, .. } => {
            let location = match location {
                APIKeyLocation::Query => Location::Query,
                APIKeyLocation::Header => Location::Header,
                APIKeyLocation::Cookie => Location::Cookie,
            };
            Scheme::ApiKey { location, name }
        }
    })
}

/// The alternatives of an operation and the member that states them: its own `security`, else the document's.
pub(super) fn security<'a>(
    reader: &mut Reader<'a>,
    root: &At<'a>,
    operation: &At<'a>,
    schemes: &BTreeMap<String, Result<Scheme, String>>,
) -> (Vec<Vec<SchemeUse>>, Place) {
    let Some(stated) = operation.get("security").or_else(|| root.get("security")) else {
        return (Vec::new(), operation.place.clone());
    };
    let place = stated.place.clone();
    if !stated.value.is_array() {
        reader
            .remark(&place, format!("`security` is {}, not an array, so nothing is asked for", kind_of(stated.value)));
        return (Vec::new(), place);
    }
    let mut alternatives = Vec::new();
    let mut stated_any = false;
    for requirement in stated.elements() {
        stated_any = true;
        match alternative(&requirement, schemes) {
            Ok(alternative) => alternatives.push(alternative),
            Err(reason) => {
                let message = format!("this alternative of `security` cannot be used: {reason}");
                let help = "define it under `components/securitySchemes`";
                reader.remark_with_help(&requirement.place, message, help);
            }
        }
    }
    if !stated_any {
        // An empty list takes back what the document asks for: anonymous requests are welcome.
        alternatives.push(Vec::new());
    }
    (alternatives, place)
}

fn alternative(
    requirement: &At<'_>,
    schemes: &BTreeMap<String, Result<Scheme, String>>,
) -> Result<Vec<SchemeUse>, String> {
    if requirement.object().is_none() {
        return Err(format!("it is {}, not an object", kind_of(requirement.value)));
    }
    let mut uses = Vec::new();
    for (name, scopes) in requirement.members() {
        let scheme = match schemes.get(name) {
            Some(Ok(scheme)) => scheme.clone(),
            Some(Err(reason)) => return Err(format!("security scheme `{name}` cannot be read: {reason}")),
            None => return Err(format!("no security scheme is called `{name}`")),
        };
        let scopes = scopes.elements().filter_map(|scope| scope.value.as_str().map(str::to_owned)).collect();
        uses.push(SchemeUse { name: name.to_owned(), scheme, scopes });
    }
    Ok(uses)
}
