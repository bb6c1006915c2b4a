//! The values of a step: its own, those of earlier answers, ids of what exists; and the request that they make.

use serde_json::Value;

use crate::case::expression::Scope;
use crate::case::{Step, Supply};
use crate::contract::base_url::base_url;
use crate::contract::{Location, Operation};
use crate::plan::producer::Bindings;

use super::Runner;
use super::bind::{self, Bound, Resolution, Resolved, Unbound};
use super::perform::method;
use super::pool::Need;

impl Runner<'_> {
    /// The request of `step`, with ids from the pool where neither it nor `given` names any.
    pub(super) async fn bind(
        &self,
        step: &Step,
        operation: &Operation,
        scope: &Scope<'_>,
        given: &Bindings,
    ) -> Result<Bound, Unbound> {
        let mut resolved = Vec::new();
        let mut fixed = Bindings::new();
        let mut wanting = false;
        for argument in &step.arguments {
            let declared = operation.parameter(&argument.name, argument.location);
            let location = argument.location.or(declared.map(|parameter| parameter.location));
            let in_path = location == Some(Location::Path);
            if in_path && given.iter().any(|(name, _)| *name == argument.name) {
                continue;
            }
            let value = match &argument.value {
                Supply::Existing(_) => {
                    wanting = true;
                    continue;
                }
                Supply::Listed(name, index) => {
                    Resolution::Value(self.listed_at(operation, name, &fixed, *index).await?.into())
                }
                Supply::Wire(text) => Resolution::Wire(text.clone()),
                Supply::WhereKnown(expression) => match scope.evaluate(expression).filter(|value| !value.is_null()) {
                    Some(value) => Resolution::Value(value),
                    None => continue,
                },
                Supply::Template(template) => {
                    let rendered = template.render(scope).map_err(|missing| Unbound::Absent(missing.to_string()))?;
                    match rendered.value.filter(|value| !value.is_null()) {
                        Some(value) => Resolution::Value(value),
                        None => return Err(Unbound::Absent(format!("the value for `{}` is absent", argument.name))),
                    }
                }
            };
            if in_path {
                let text = match &value {
                    Resolution::Wire(text) => text.clone(),
                    Resolution::Value(value) => bind::text_of(value),
                };
                fixed.push((argument.name.clone(), text));
            }
            resolved.push(Resolved { name: argument.name.clone(), location: argument.location, value });
        }
        let need = Need { method: method(step, operation), intent: &step.intent };
        let already: Vec<String> = fixed.iter().map(|(name, _)| name.clone()).collect();
        fixed.extend(given.iter().cloned());
        let named = |name: &str| fixed.iter().any(|(given, _)| given == name);
        let path = if wanting || !operation.path.names().all(named) {
            self.existing(operation, &need, &fixed).await?
        } else {
            fixed
        };
        resolved.extend(path.into_iter().filter(|(name, _)| !already.contains(name)).map(|(name, value)| Resolved {
            name,
            location: Some(Location::Path),
            value: Resolution::Value(Value::String(value)),
        }));
        let content = step.payload.as_ref().map(|payload| bind::content(operation, payload, scope)).transpose()?;
        let base =
            base_url(operation, &self.environment.target).map_err(|error| Unbound::Refused(error.to_string()))?;
        let mut bound = bind::request(operation, &base, &resolved, content, step.credentials, self.environment)
            .map_err(Unbound::Impossible)?;
        if let Some(method) = &step.method {
            bound.request.method.clone_from(method);
        }
        Ok(bound)
    }
}
