//! Values with expressions inside: read once, filled in for each request.

use serde_json::Value;

use crate::document::Pointer;

use super::{Expression, ParseError, Scope, Template, TextPart, parse};

/// A string inside a value that is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misplaced {
    /// The string's place in the value.
    pub pointer: Pointer,
    /// What is wrong with it.
    pub error: ParseError,
}

/// A template that was filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// The value; nothing where the template is one expression, and that is absent.
    pub value: Option<Value>,
    /// Expressions that are absent: the members and elements that they stood for were left out.
    pub absent: Vec<Expression>,
}

/// A text needs the value of an expression that is absent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{expression}` is absent")]
pub struct Missing {
    /// The expression.
    pub expression: Expression,
}

/// What an object stands for, where it stands for something.
pub type Special<'s> = &'s dyn Fn(&Value, &Pointer) -> Option<Result<Expression, Misplaced>>;

impl Template {
    /// Reads a value as a template.
    ///
    /// ```
    /// use conform::case::expression::{Scope, Template};
    /// use serde_json::json;
    ///
    /// let template = Template::parse(&json!({ "n": "$inputs.n", "text": "n is {$inputs.n}", "none": "$inputs.m" })).unwrap();
    /// let rendered = template.render(&Scope::new(&json!({ "n": 1 }), "run")).unwrap();
    /// assert_eq!(rendered.value, Some(json!({ "n": 1, "text": "n is 1" })));
    /// assert_eq!(rendered.absent[0].to_string(), "$inputs.m");
    /// ```
    ///
    /// A string that is an expression as a whole, with braces around it or without, keeps the type of its value. A
    /// string that begins with `$` and with no word that an expression begins with is text.
    ///
    /// # Errors
    /// Every string that is no template.
    pub fn parse(value: &Value) -> Result<Self, Vec<Misplaced>> {
        Self::parse_with(value, &|_, _| None)
    }

    /// The same, where `special` may say what an object at a place stands for.
    ///
    /// # Errors
    /// Every string that is no template, and what `special` finds wrong.
    pub fn parse_with(value: &Value, special: Special<'_>) -> Result<Self, Vec<Misplaced>> {
        let mut errors = Vec::new();
        let template = read(value, &Pointer::root(), special, &mut errors);
        if errors.is_empty() { Ok(template) } else { Err(errors) }
    }

    /// Reads a text in which expressions stand in braces, and which is none as a whole.
    pub(super) fn of_text(text: &str) -> Result<Self, ParseError> {
        parts_of(text)
    }

    /// Fills in the values that `scope` has. Absent members and elements are left out and named.
    ///
    /// # Errors
    /// When a text needs the value of an expression that is absent.
    pub fn render(&self, scope: &Scope<'_>) -> Result<Rendered, Missing> {
        let mut absent = Vec::new();
        let value = fill(self, scope, &mut absent)?;
        Ok(Rendered { value, absent })
    }

    /// Every expression inside, in order.
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Expression(expression) => vec![expression],
            Self::Text(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    TextPart::Expression(expression) => Some(expression),
                    TextPart::Text(_) => None,
                })
                .collect(),
            Self::Array(elements) => elements.iter().flat_map(Self::expressions).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, member)| member.expressions()).collect(),
        }
    }

    /// Lets `change` see and replace every expression inside.
    pub fn visit(&mut self, change: &mut dyn FnMut(&mut Expression)) {
        match self {
            Self::Literal(_) => {}
            Self::Expression(expression) => change(expression),
            Self::Text(parts) => {
                for part in parts {
                    if let TextPart::Expression(expression) = part {
                        change(expression);
                    }
                }
            }
            Self::Array(elements) => elements.iter_mut().for_each(|element| element.visit(change)),
            Self::Object(members) => members.iter_mut().for_each(|(_, member)| member.visit(change)),
        }
    }
}

fn read(value: &Value, at: &Pointer, special: Special<'_>, errors: &mut Vec<Misplaced>) -> Template {
    match special(value, at) {
        Some(Ok(expression)) => return Template::Expression(expression),
        Some(Err(wrong)) => {
            errors.push(wrong);
            return Template::Literal(Value::Null);
        }
        None => {}
    }
    let template = match value {
        Value::String(text) => match read_text(text) {
            Ok(template) => template,
            Err(error) => {
                errors.push(Misplaced { pointer: at.clone(), error });
                Template::Literal(Value::Null)
            }
        },
        Value::Array(elements) => {
            let read = |(index, element)| read(element, &at.index(index), special, errors);
            Template::Array(elements.iter().enumerate().map(read).collect())
        }
        Value::Object(members) => {
            let read =
                |(name, member): (&String, &Value)| (name.clone(), read(member, &at.child(name), special, errors));
            Template::Object(members.iter().map(read).collect())
        }
        other => Template::Literal(other.clone()),
    };
    let literal = match &template {
        Template::Array(elements) => elements.iter().all(|element| matches!(element, Template::Literal(_))),
        Template::Object(members) => members.iter().all(|(_, member)| matches!(member, Template::Literal(_))),
        _ => false,
    };
    if literal { Template::Literal(value.clone()) } else { template }
}

fn read_text(text: &str) -> Result<Template, ParseError> {
    if begins_expression(text) {
        return Expression::parse(text).map(Template::Expression);
    }
    parts_of(text)
}

fn parts_of(text: &str) -> Result<Template, ParseError> {
    let mut parts = Vec::new();
    let mut done = 0;
    while let Some(open) = text.get(done..).and_then(|rest| rest.find("{$")).map(|at| done + at) {
        let inner = text.get(open + 1..).unwrap_or_default();
        let Some(length) = inner.find('}') else {
            return Err(ParseError::new(open..open + 1, "this brace is never closed")
                .help("an expression inside text stands in braces: `{$inputs.name}`"));
        };
        let expression = inner.get(..length).unwrap_or_default();
        if done < open {
            parts.push(TextPart::Text(text.get(done..open).unwrap_or_default().to_owned()));
        }
        parts.push(TextPart::Expression(Expression::parse(expression).map_err(|error| error.shifted(open + 1))?));
        done = open + 1 + length + 1;
    }
    if parts.is_empty() {
        return Ok(Template::Literal(text.into()));
    }
    if done < text.len() {
        parts.push(TextPart::Text(text.get(done..).unwrap_or_default().to_owned()));
    }
    match parts.as_slice() {
        [TextPart::Expression(expression)] => Ok(Template::Expression(expression.clone())),
        _ => Ok(Template::Text(parts)),
    }
}

/// Whether `text` is, or was meant to be, an expression: it begins with a word that one begins with, or almost.
fn begins_expression(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('$') else { return false };
    let word = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let Some(root) = text.get(..=word) else { return false };
    let after = rest.get(word..).unwrap_or_default();
    parse::ROOTS.contains(&root)
        || ((after.is_empty() || after.starts_with('.')) && parse::closest_root(root).is_some())
}

fn fill(template: &Template, scope: &Scope<'_>, absent: &mut Vec<Expression>) -> Result<Option<Value>, Missing> {
    match template {
        Template::Literal(value) => Ok(Some(value.clone())),
        Template::Expression(expression) => {
            let value = scope.evaluate(expression);
            if value.is_none() {
                absent.push(expression.clone());
            }
            Ok(value)
        }
        Template::Text(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    TextPart::Text(piece) => text.push_str(piece),
                    TextPart::Expression(expression) => match scope.evaluate(expression) {
                        Some(value) => text.push_str(&as_text(&value)),
                        None => return Err(Missing { expression: expression.clone() }),
                    },
                }
            }
            Ok(Some(Value::String(text)))
        }
        Template::Array(elements) => {
            let mut values = Vec::with_capacity(elements.len());
            for element in elements {
                values.extend(fill(element, scope, absent)?);
            }
            Ok(Some(Value::Array(values)))
        }
        Template::Object(members) => {
            let mut object = serde_json::Map::with_capacity(members.len());
            for (name, member) in members {
                if let Some(value) = fill(member, scope, absent)? {
                    object.insert(name.clone(), value);
                }
            }
            Ok(Some(Value::Object(object)))
        }
    }
}

/// A value inside text: a string as it is, anything else as JSON.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
