//! A criterion: a condition with what it applies to.

use regex::Regex;
use serde_json::Value;

use crate::document::Position;

use super::compare::Strictness;
use super::condition::{self, Condition};
use super::template::as_text;
use super::{BodySchema, Evaluated, Expression, ParseError, Query, Scope, Template, judge};

/// A condition (Arazzo 1.0.1, Criterion Object).
///
/// The standard speaks of "loose comparisons" and leaves most of them open; here is what they mean:
///
/// - Strings are compared without case, as the standard demands. `x-conform: { exact: true }` compares them as they are.
/// - Numbers are compared by value, so that `1` equals `1.0`. A string that is a JSON number or boolean as a whole is
///   compared as such with a number or boolean, since headers and parameters are always text. Other types are never
///   equal. `exact` compares different types as different.
/// - Two strings that are RFC 3339 date-times are compared as instants, whatever their offsets and fractions; `exact`
///   compares them as strings.
/// - What is absent equals `null`, and nothing else; `exact` tells them apart. `<`, `<=`, `>` and `>=` hold between two
///   numbers or two strings only, so never for something absent.
/// - A value alone holds when it is there and neither `null` nor `false`.
/// - A regular expression (ECMA-262, without look-around and back-references) matches anywhere in the text; a number or
///   boolean is its JSON text, `$response.body` the body as it came. What is absent or null matches nothing.
/// - A `JSONPath` query holds when it selects something: see [`Query`].
#[derive(Debug, Clone)]
pub struct Criterion {
    /// As written.
    pub text: String,
    /// The file.
    pub file: Option<String>,
    /// Where it stands.
    pub position: Option<Position>,
    /// What it says.
    pub kind: CriterionKind,
    /// Whether strings are compared with case, and types never mixed.
    pub exact: bool,
}

/// What a criterion says.
#[derive(Debug, Clone)]
pub enum CriterionKind {
    /// Literals, operators, expressions.
    Simple(Condition),
    /// A pattern that the text of `context` matches somewhere.
    Regex {
        /// The text.
        context: Expression,
        /// The pattern.
        pattern: Regex,
    },
    /// A pattern or a query with embedded expressions, which is read when their values are there (Arazzo 1.1).
    Embedded {
        /// The text or value.
        context: Expression,
        /// The pattern or query.
        condition: Template,
        /// Whether it is a `JSONPath` query.
        is_query: bool,
    },
    /// A query that selects something from `context`.
    JsonPath {
        /// The value.
        context: Expression,
        /// The query.
        query: Query,
    },
    /// A JSON Schema that the body of the answer satisfies.
    Body(BodySchema),
}

impl Criterion {
    /// A simple condition.
    ///
    /// ```
    /// use conform::case::expression::{Criterion, Scope};
    /// use serde_json::json;
    ///
    /// let inputs = json!({ "tag": "Red" });
    /// let said = Criterion::simple("$inputs.tag == 'red' && $inputs.age >= 3").unwrap().evaluate(&Scope::new(&inputs, "run"));
    /// assert_eq!(said.holds, Ok(false));
    /// assert_eq!((said.actual, said.expected.as_str()), (None, "$inputs.age at least 3"));
    /// ```
    ///
    /// # Errors
    /// The wrong bytes of `condition`.
    pub fn simple(condition: &str) -> Result<Self, ParseError> {
        Ok(Self::new(condition, CriterionKind::Simple(Condition::parse(condition)?)))
    }

    /// A regular expression (ECMA-262).
    ///
    /// # Errors
    /// When `pattern` is none, or uses what cannot be matched in linear time.
    pub fn regex(context: Expression, pattern: &str) -> Result<Self, ParseError> {
        if let Some(condition) = embedded(pattern)? {
            return Ok(Self::new(pattern, CriterionKind::Embedded { context, condition, is_query: false }));
        }
        let whole = |message: String| {
            ParseError::new(0..pattern.len(), message)
                .help("look-around and back-references are not supported, everything else of ECMA-262 is")
        };
        let rust = jsonschema_regex::to_rust_regex(pattern)
            .map_err(|()| whole("not a regular expression that can be used".to_owned()))?;
        let compiled = regex::RegexBuilder::new(&rust)
            .size_limit(1 << 20)
            .build()
            .map_err(|error| whole(format!("not a regular expression: {}", last_line(&error.to_string()))))?;
        Ok(Self::new(pattern, CriterionKind::Regex { context, pattern: compiled }))
    }

    /// A `JSONPath` query; `exact` takes it as RFC 9535 does.
    ///
    /// # Errors
    /// Where and why it is no query.
    pub fn jsonpath(context: Expression, query: &str, exact: bool) -> Result<Self, ParseError> {
        if let Some(condition) = embedded(query)? {
            let kind = CriterionKind::Embedded { context, condition, is_query: true };
            return Ok(Self { exact, ..Self::new(query, kind) });
        }
        let parsed = Query::parse(query, exact)?;
        Ok(Self { exact, ..Self::new(query, CriterionKind::JsonPath { context, query: parsed }) })
    }

    /// A JSON Schema for the body.
    pub fn body(schema: BodySchema) -> Self {
        Self::new("body", CriterionKind::Body(schema))
    }

    /// Whether it says itself when a step succeeded; a schema only adds to what else says so.
    pub fn decides(&self) -> bool {
        !matches!(self.kind, CriterionKind::Body(_))
    }

    fn new(text: &str, kind: CriterionKind) -> Self {
        Self { text: text.to_owned(), file: None, position: None, kind, exact: false }
    }

    /// Everything that it says, each with the value that decided: of a schema one for each violation.
    pub fn evaluate_each(&self, scope: &Scope<'_>) -> Vec<Evaluated> {
        let CriterionKind::Body(schema) = &self.kind else { return vec![self.evaluate(scope)] };
        let breaches = schema.breaches(scope);
        if breaches.is_empty() {
            return vec![self.said(true, None, "the body to satisfy its schema".to_owned())];
        }
        let said = |breach: super::body::Breach| Evaluated {
            text: breach.text,
            position: breach.position.or(self.position),
            ..self.said(false, breach.actual, breach.expected)
        };
        breaches.into_iter().map(said).collect()
    }

    /// Whether it holds, with the value that decided and what it was compared with.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Evaluated {
        let (holds, actual, expected) = match &self.kind {
            CriterionKind::Simple(condition) => {
                let strictness = if self.exact { Strictness::Exact } else { Strictness::Loose };
                let verdict = judge::judge(&condition.root, scope, strictness);
                (verdict.holds, verdict.actual, verdict.expected)
            }
            CriterionKind::Regex { context, pattern } => {
                let value = scope.evaluate(context);
                let raw = if condition::is_whole_body(context) { scope.response_text() } else { None };
                let holds = match (raw, &value) {
                    (Some(text), _) => pattern.is_match(text),
                    (None, None | Some(Value::Null)) => false,
                    (None, Some(value)) => pattern.is_match(&as_text(value)),
                };
                (holds, value, format!("{context} to match the pattern `{}`", self.text))
            }
            CriterionKind::JsonPath { context, query } => {
                let value = scope.evaluate(context);
                let selected = query.select(value.as_ref().unwrap_or(&Value::Null));
                // "If the context evaluates to null or undefined, the condition MUST evaluate to fail" (Arazzo 1.1).
                let undefined = self.exact && value.as_ref().is_none_or(Value::is_null);
                let holds = !undefined && !selected.is_empty();
                let actual = if holds { Some(Value::Array(selected)) } else { value };
                (holds, actual, format!("`{}` to select something from {context}", self.text))
            }
            CriterionKind::Embedded { context, condition, is_query } => {
                return self.filled_in(context, condition, *is_query, scope);
            }
            CriterionKind::Body(schema) => match schema.breaches(scope).into_iter().next() {
                Some(breach) => (false, breach.actual, breach.expected),
                None => (true, None, "the body to satisfy its schema".to_owned()),
            },
        };
        self.said(holds, actual, expected)
    }

    /// What it says with the values of its expressions in their places.
    fn filled_in(&self, context: &Expression, condition: &Template, is_query: bool, scope: &Scope<'_>) -> Evaluated {
        let text = match condition.render(scope) {
            Ok(rendered) => as_text(&rendered.value.unwrap_or(Value::Null)),
            Err(missing) => return self.wrong(missing.to_string()),
        };
        let read = |text: &str| {
            if is_query {
                Self::jsonpath(context.clone(), text, self.exact)
            } else {
                Self::regex(context.clone(), text)
            }
        };
        match read(&text) {
            // A value that looks like an expression is none.
            Ok(Self { kind: CriterionKind::Embedded { .. }, .. }) => {
                self.wrong(format!("`{text}` holds a brace and `$`"))
            }
            Ok(criterion) => Evaluated {
                text: self.text.clone(),
                file: self.file.clone(),
                position: self.position,
                ..criterion.evaluate(scope)
            },
            Err(error) => self.wrong(format!("`{text}`: {error}")),
        }
    }

    fn wrong(&self, reason: String) -> Evaluated {
        Evaluated { holds: Err(reason), ..self.said(false, None, format!("`{}` to be a condition", self.text)) }
    }

    fn said(&self, holds: bool, actual: Option<Value>, expected: String) -> Evaluated {
        Evaluated {
            text: self.text.clone(),
            file: self.file.clone(),
            position: self.position,
            holds: Ok(holds),
            actual,
            expected,
        }
    }

    /// Lets `change` see and replace every expression inside.
    pub fn visit(&mut self, change: &mut dyn FnMut(&mut Expression)) {
        match &mut self.kind {
            CriterionKind::Simple(condition) => condition.visit(change),
            CriterionKind::Regex { context, .. } | CriterionKind::JsonPath { context, .. } => change(context),
            CriterionKind::Embedded { context, condition, .. } => {
                change(context);
                condition.visit(change);
            }
            CriterionKind::Body(_) => {}
        }
    }
}

/// The text as a template, where it holds an expression: `{$` and a letter.
fn embedded(text: &str) -> Result<Option<Template>, ParseError> {
    let begins = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
    if !text.split("{$").skip(1).any(begins) {
        return Ok(None);
    }
    Template::of_text(text).map(Some)
}

fn last_line(text: &str) -> &str {
    text.lines().last().map_or(text, |line| line.trim_start_matches("error: "))
}
