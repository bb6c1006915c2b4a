//! Keywords that join schemas which judge the same value: all, any or one of them, or none.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::document::Place;
use crate::schema::SchemaError;
use crate::schema::keyword::{Choice, Discriminator, Joint, Link, branch_at};
use crate::schema::reference::{Dialect, reference};

use super::{ALL, ANY_OF, CERTAIN, Context, DEEPEST, ONE_OF, Stated, Translator, noun, refuse};

impl Translator<'_> {
    pub(super) fn combination(&mut self, out: &mut Map<String, Value>, stated: &Stated<'_>) -> Result<(), SchemaError> {
        let Stated { keyword, operand, at, context, exempt, .. } = *stated;
        if keyword == "not" {
            let inner = Context { negated: true, ..context.same(&BTreeSet::new()) };
            let inner = self.schema(operand, at, inner)?;
            out.insert(keyword.into(), inner);
            return Ok(());
        }
        let Some(branches) = operand.as_array() else {
            return refuse(at, format!("`{keyword}` has to be an array of schemas, but this is {}", noun(operand)));
        };
        if branches.is_empty() {
            // Not allowed by JSON Schema, and nothing that a value could break.
            return Ok(());
        }
        if keyword == "allOf" {
            let all = branches
                .iter()
                .enumerate()
                .map(|(index, branch)| self.schema(branch, &at.index(index), context.same(exempt)))
                .collect::<Result<_, _>>()?;
            out.insert(keyword.into(), Value::Array(all));
            return Ok(());
        }
        if context.depth >= DEEPEST {
            return refuse(at, format!("schemas are nested more than {DEEPEST} deep"));
        }
        let mut links = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            let at = at.index(index);
            if !(branch.is_object() || (branch.is_boolean() && self.dialect == Dialect::JsonSchema)) {
                return refuse(&at, format!("a schema has to be an object, but this is {}", noun(branch)));
            }
            let mut key = self.key_of(&at)?;
            if !context.negated {
                key.exempt.clone_from(exempt);
            }
            links.push(Link::new(key, false, context.in_place));
        }
        let exactly_one = keyword == "oneOf";
        let discriminator = self.discriminator(stated.object, branches, &links, at);
        let choice = Choice { branches: links, exactly_one, discriminator };
        self.join(out, if exactly_one { ONE_OF } else { ANY_OF }, Joint::Choice(choice));
        Ok(())
    }

    pub(super) fn certain(&mut self, out: &mut Map<String, Value>, stated: &Stated<'_>) -> Result<(), SchemaError> {
        let Stated { operand, at, context, exempt, .. } = *stated;
        let Some(schemas) = operand.as_array() else {
            return refuse(at, format!("`{CERTAIN}` has to be an array of schemas, but this is {}", noun(operand)));
        };
        let mut links = Vec::new();
        for index in 0..schemas.len() {
            let mut key = self.key_of(&at.index(index))?;
            if !context.negated {
                key.exempt.clone_from(exempt);
            }
            links.push(Link::new(key, false, context.in_place));
        }
        self.join(out, ALL, Joint::All(links));
        Ok(())
    }

    fn discriminator(
        &self,
        object: &Map<String, Value>,
        branches: &[Value],
        links: &[Link],
        at: &Place,
    ) -> Option<Discriminator> {
        let discriminator = object.get("discriminator")?;
        let property = discriminator.get("propertyName")?.as_str()?.to_owned();
        let (mut names, mut foreign) = (Vec::new(), false);
        for (name, to) in discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten() {
            let Some(to) = to.as_str() else { continue };
            let component = format!("#/components/schemas/{to}");
            let target = self.sources.target(at.document, to).ok();
            let target = target.filter(|_| to.contains(['#', '/', '.']));
            let target = target.or_else(|| self.sources.target(at.document, &component).ok());
            let branch = target.and_then(|place| self.key_of(&place).ok()).and_then(|key| branch_at(links, &key.place));
            match branch {
                Some(index) => names.push((name.clone(), index)),
                None => foreign = true,
            }
        }
        for (index, branch) in branches.iter().enumerate() {
            if let Some(name) = reference(branch).and_then(|to| to.rsplit('/').next())
                && !names.iter().any(|(known, _)| known == name)
            {
                names.push((name.to_owned(), index));
            }
        }
        Some(Discriminator { property, names, foreign })
    }
}
