//! Keywords whose schemas judge the parts of a value, and those that only JSON Schema 2020-12 has.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::schema::flag::is_flagged;
use crate::schema::reference::Dialect;
use crate::schema::{Direction, SchemaError};

use super::{Context, Stated, Translator, noun, refuse};

impl Translator<'_> {
    pub(super) fn parts(&mut self, out: &mut Map<String, Value>, stated: &Stated<'_>) -> Result<(), SchemaError> {
        let Stated { keyword, operand, at, context, .. } = *stated;
        let translated = match (keyword, operand) {
            ("additionalProperties", Value::Bool(_)) => operand.clone(),
            ("items" | "additionalProperties", _) => self.schema(operand, at, context.part())?,
            (_, Value::Object(members)) => {
                let mut all = Map::new();
                for (name, member) in members {
                    let at = at.child(name);
                    let inner = if keyword == "patternProperties" && self.dialect == Dialect::OpenApi30 {
                        // No keyword of OpenAPI 3.0: at most it keeps `additionalProperties` away.
                        Value::Bool(true)
                    } else if !context.negated
                        && self.direction == Direction::Request
                        && is_flagged(self.sources, member, &at, "readOnly")
                    {
                        Value::Bool(true)
                    } else {
                        self.schema(member, &at, context.part())?
                    };
                    all.insert(name.clone(), inner);
                }
                if keyword == "patternProperties" && all.keys().any(|pattern| !self.is_linear(pattern)) {
                    return refuse(at, "a pattern here cannot be compiled");
                }
                Value::Object(all)
            }
            _ => return refuse(at, format!("`{keyword}` has to be an object, but this is {}", noun(operand))),
        };
        out.insert(keyword.into(), translated);
        Ok(())
    }

    fn is_linear(&self, pattern: &str) -> bool {
        self.patterns.get(pattern).is_linear()
    }

    /// The keywords that only JSON Schema 2020-12 has.
    pub(super) fn later(&mut self, out: &mut Map<String, Value>, stated: &Stated<'_>) -> Result<(), SchemaError> {
        let Stated { keyword, operand, at, context, .. } = *stated;
        let translated = match (keyword, operand) {
            ("const" | "minContains" | "maxContains" | "dependentRequired", _) => operand.clone(),
            ("if" | "then" | "else", _) => {
                let negated = context.negated || keyword == "if";
                self.schema(operand, at, Context { negated, ..context.same(&BTreeSet::new()) })?
            }
            ("contains" | "propertyNames", _) => self.schema(operand, at, context.part())?,
            ("prefixItems", Value::Array(items)) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.schema(item, &at.index(index), context.part()))
                    .collect::<Result<Vec<_>, _>>()?
                    .into()
            }
            ("dependentSchemas", Value::Object(members)) => {
                let mut all = Map::new();
                for (name, member) in members {
                    let inner = self.schema(member, &at.child(name), context.same(&BTreeSet::new()))?;
                    all.insert(name.clone(), inner);
                }
                Value::Object(all)
            }
            _ => return Ok(()),
        };
        out.insert(keyword.into(), translated);
        Ok(())
    }
}
