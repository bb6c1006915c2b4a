//! Reads a simple condition (Arazzo 1.0.1, Criterion Object, Literals and Operators).

use std::ops::Range;

use serde_json::Value;

use crate::document::Pointer;

use super::{Expression, ParseError};

/// Nested deeper, a condition is refused.
const DEEPEST: usize = 32;

/// A simple condition.
///
/// Operators bind as in C: `!`, then comparisons, then `&&`, then `||`. A comparison compares two operands; three in a
/// row are refused. Beside the standard's literals, `4XX` stands for any status from 400 to 499. A condition, or a part
/// of it, may stand in braces, as in one of the standard's examples. What the operators mean: see
/// [`Criterion`](super::Criterion).
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub(super) root: Node,
}

/// A part of a condition that holds or does not.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Any holds.
    Or(Vec<Node>),
    /// All hold.
    And(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// Two operands compared.
    Compare(Operand, Operator, Operand),
    /// Something that is there, and neither null nor false.
    Truth(Operand),
}

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// A literal.
    Literal(Value),
    /// `4XX`.
    StatusRange(u8),
    /// An expression, and the member of its value that is meant.
    Expression(Expression, Vec<String>),
    /// A condition in parentheses: true or false.
    Group(Box<Node>),
}

/// How two operands are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// The wrong bytes of `text`, with what would be right there.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let root = parser.or()?;
        parser.space();
        if parser.at < text.len() { Err(parser.unexpected()) } else { Ok(Self { root }) }
    }

    /// Lets `change` see and replace every expression inside.
    pub fn visit(&mut self, change: &mut dyn FnMut(&mut Expression)) {
        visit(&mut self.root, change);
    }
}

fn visit(node: &mut Node, change: &mut dyn FnMut(&mut Expression)) {
    let mut operand = |operand: &mut Operand| match operand {
        Operand::Expression(expression, _) => change(expression),
        Operand::Group(node) => visit(node, change),
        Operand::Literal(_) | Operand::StatusRange(_) => {}
    };
    match node {
        Node::Compare(left, _, right) => {
            operand(left);
            operand(right);
        }
        Node::Truth(only) => operand(only),
        Node::Or(nodes) | Node::And(nodes) => nodes.iter_mut().for_each(|node| visit(node, change)),
        Node::Not(node) => visit(node, change),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn or(&mut self) -> Result<Node, ParseError> {
        self.list("||", Self::and, Node::Or)
    }

    fn and(&mut self) -> Result<Node, ParseError> {
        self.list("&&", Self::comparison, Node::And)
    }

    fn list(
        &mut self,
        separator: &str,
        part: fn(&mut Self) -> Result<Node, ParseError>,
        join: fn(Vec<Node>) -> Node,
    ) -> Result<Node, ParseError> {
        let first = part(self)?;
        let mut nodes = vec![first];
        while self.eat(separator) {
            nodes.push(part(self)?);
        }
        match nodes.pop() {
            Some(only) if nodes.is_empty() => Ok(only),
            Some(last) => {
                nodes.push(last);
                Ok(join(nodes))
            }
            None => Err(self.unexpected()),
        }
    }

    fn comparison(&mut self) -> Result<Node, ParseError> {
        let left = self.unary()?;
        let Some(operator) = self.operator()? else { return Ok(node(left)) };
        let right = self.unary()?;
        self.space();
        let next = self.at;
        if self.operator()?.is_some() {
            return Err(
                ParseError::new(next..self.at, "comparisons cannot be chained").help("join two comparisons with `&&`")
            );
        }
        let (left, right) = (quoted_range(left.clone(), &right), quoted_range(right, &left));
        Ok(Node::Compare(left, operator, right))
    }

    fn unary(&mut self) -> Result<Operand, ParseError> {
        self.space();
        let start = self.at;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ParseError::new(start..start + 1, format!("nested more than {DEEPEST} deep")));
        }
        let operand = if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            Operand::Group(Box::new(Node::Not(Box::new(node(self.unary()?)))))
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(operand)
    }

    fn primary(&mut self) -> Result<Operand, ParseError> {
        let start = self.at;
        match self.rest().chars().next() {
            None => Err(ParseError::new(start..start, "the condition ends where a value is expected")
                .help("such as `$statusCode`, `200`, `'text'`, `true` or `null`")),
            Some('(') => self.group('(', ')'),
            Some('{') => {
                let inner = self.rest().get(1..).and_then(|rest| rest.split_once('}')).map(|(inner, _)| inner.trim());
                if let Some(expression) = inner.and_then(|inner| Expression::parse(inner).ok()) {
                    self.at += self.rest().find('}').unwrap_or_default() + 1;
                    return Ok(Operand::Expression(expression, self.accessors()?));
                }
                self.group('{', '}')
            }
            Some('$') => self.expression(),
            Some('\'') => self.string().map(|text| Operand::Literal(text.into())),
            Some('"') => Err(ParseError::new(start..start + 1, "a string in double quotes")
                .help("strings stand in single quotes: `'text'`")),
            Some(_) => self.word(),
        }
    }

    fn group(&mut self, open: char, close: char) -> Result<Operand, ParseError> {
        let start = self.at;
        self.at += 1;
        let inner = self.or()?;
        self.space();
        if !self.rest().starts_with(close) {
            if self.rest().is_empty() {
                return Err(ParseError::new(start..start + 1, format!("this `{open}` is never closed")));
            }
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(Operand::Group(Box::new(inner)))
    }

    fn expression(&mut self) -> Result<Operand, ParseError> {
        let start = self.at;
        let end = |c: char| c.is_whitespace() || "()[]{}<>=!&|,;'\"".contains(c);
        let text = self.rest().find(end).and_then(|at| self.rest().get(..at)).unwrap_or_else(|| self.rest());
        // A body's member may be named by `.`: that is the operator of conditions, not part of the expression.
        let body = ["$response.body", "$request.body"]
            .into_iter()
            .find(|body| text.strip_prefix(body).is_some_and(|rest| rest.starts_with('.')));
        let text = body.unwrap_or(text);
        let expression = Expression::parse(text).map_err(|error| error.shifted(start))?;
        self.at += text.len();
        Ok(Operand::Expression(expression, self.accessors()?))
    }

    /// `[0]`, `['name']` and `.name`, as far as they go.
    fn accessors(&mut self) -> Result<Vec<String>, ParseError> {
        let mut accessors = Vec::new();
        loop {
            let start = self.at;
            if self.rest().starts_with('[') {
                self.at += 1;
                self.space();
                let key = if self.rest().starts_with('\'') {
                    self.string()?
                } else {
                    let digits = self.take(|c| c.is_ascii_digit()).to_owned();
                    if digits.is_empty() || digits.len() > 9 {
                        return Err(ParseError::new(start..self.at, "an index is a number, counted from 0")
                            .help("`[0]` is the first element, `['name']` or `.name` a member"));
                    }
                    digits
                };
                self.space();
                if !self.rest().starts_with(']') {
                    return Err(ParseError::new(start..start + 1, "this `[` is never closed"));
                }
                self.at += 1;
                accessors.push(key);
            } else if self.rest().starts_with('.') {
                self.at += 1;
                let name = self.take(|c| c.is_alphanumeric() || c == '_' || c == '-').to_owned();
                if name.is_empty() {
                    return Err(ParseError::new(start..self.at, "the name of the member is missing"));
                }
                accessors.push(name);
            } else {
                return Ok(accessors);
            }
        }
    }

    fn string(&mut self) -> Result<String, ParseError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(length) = self.rest().find('\'') else {
                return Err(ParseError::new(start..start + 1, "this quote is never closed")
                    .help("a quote inside a string is written twice: `'it''s'`"));
            };
            text.push_str(self.rest().get(..length).unwrap_or_default());
            self.at += length + 1;
            if !self.rest().starts_with('\'') {
                return Ok(text);
            }
            text.push('\'');
            self.at += 1;
        }
    }

    /// A literal that is neither a string nor an expression.
    fn word(&mut self) -> Result<Operand, ParseError> {
        let start = self.at;
        let word = self.take(|c| c.is_alphanumeric() || "_-+.".contains(c));
        let range = start..self.at;
        if word.is_empty() {
            return Err(self.unexpected());
        }
        match word {
            "true" => return Ok(Operand::Literal(true.into())),
            "false" => return Ok(Operand::Literal(false.into())),
            "null" => return Ok(Operand::Literal(Value::Null)),
            _ => {}
        }
        if let Some(range) = status_range(word) {
            return Ok(Operand::StatusRange(range));
        }
        if let Ok(number) = word.parse::<serde_json::Number>() {
            return Ok(Operand::Literal(Value::Number(number)));
        }
        Err(unknown_word(word, range))
    }

    fn operator(&mut self) -> Result<Option<Operator>, ParseError> {
        self.space();
        let start = self.at;
        for (text, operator) in [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ] {
            if self.eat(text) {
                if text.ends_with('=') && self.rest().starts_with('=') {
                    return Err(ParseError::new(start..self.at + 1, format!("`{text}=` is not an operator"))
                        .help(format!("write `{text}`")));
                }
                return Ok(Some(operator));
            }
        }
        if self.rest().starts_with('=') {
            return Err(ParseError::new(start..start + 1, "`=` is not an operator").help("write `==`"));
        }
        Ok(None)
    }

    fn unexpected(&self) -> ParseError {
        let start = self.at;
        let Some(found) = self.rest().chars().next() else {
            return ParseError::new(start..start, "the condition ends too early");
        };
        let word: String = self.rest().chars().take_while(|c| c.is_alphanumeric()).collect();
        let error = |what: &str| ParseError::new(start..start + what.len(), format!("`{what}` does not belong here"));
        match word.to_ascii_lowercase().as_str() {
            "and" => return error(&word).help("write `&&`"),
            "or" => return error(&word).help("write `||`"),
            "is" | "eq" | "equals" => return error(&word).help("write `==`"),
            _ => {}
        }
        match found {
            '&' => error("&").help("write `&&`"),
            '|' => error("|").help("write `||`"),
            ')' | '}' | ']' => error(&found.to_string()).help("it closes nothing"),
            _ if word.is_empty() => {
                error(&found.to_string()).help("known operators: `< <= > >= == != ! && || () [] .`")
            }
            _ => error(&word).help("between two values stands an operator: `< <= > >= == != && ||`"),
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = rest.find(|c| !wanted(c)).and_then(|end| rest.get(..end)).unwrap_or(rest);
        self.at += taken.len();
        taken
    }
}

fn node(operand: Operand) -> Node {
    match operand {
        Operand::Group(node) => *node,
        other => Node::Truth(other),
    }
}

/// `'4XX'` beside `$statusCode` is a range, too: a status equals no text.
fn quoted_range(operand: Operand, other: &Operand) -> Operand {
    match (&operand, other) {
        (Operand::Literal(Value::String(text)), Operand::Expression(Expression::StatusCode, _)) => {
            status_range(text).map_or(operand, Operand::StatusRange)
        }
        _ => operand,
    }
}

fn status_range(word: &str) -> Option<u8> {
    match word.as_bytes() {
        [digit @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Some(digit - b'0'),
        _ => None,
    }
}

fn unknown_word(word: &str, range: Range<usize>) -> ParseError {
    let error = ParseError::new(range, format!("`{word}` is not a value"));
    let lower = word.to_ascii_lowercase();
    match lower.as_str() {
        "true" | "false" | "null" => return error.help(format!("write `{lower}`")),
        "none" | "nil" | "undefined" => return error.help("write `null`"),
        "not" => return error.help("write `!`"),
        _ => {}
    }
    let dollar = format!("${word}");
    if let Ok(expression) = Expression::parse(&dollar) {
        return error.help(format!("did you mean the expression `{expression}`, or the string `'{word}'`?"));
    }
    error.help(format!("a string stands in single quotes: `'{word}'`"))
}

/// An operand as it may be written, for messages.
pub(super) fn spell(expression: &Expression, accessors: &[String]) -> String {
    let mut text = expression.to_string();
    for accessor in accessors {
        if accessor.bytes().all(|b| b.is_ascii_digit()) {
            text.push('[');
            text.push_str(accessor);
            text.push(']');
        } else {
            text.push('.');
            text.push_str(accessor);
        }
    }
    text
}

impl Operator {
    /// In words, before the value compared with.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Equal => "equal to",
            Self::NotEqual => "other than",
            Self::Less => "less than",
            Self::LessOrEqual => "at most",
            Self::Greater => "greater than",
            Self::GreaterOrEqual => "at least",
        }
    }
}

/// A whole body, for criteria that apply to text.
pub(super) fn is_whole_body(expression: &Expression) -> bool {
    matches!(expression, Expression::ResponseBody(pointer) if *pointer == Pointer::root())
}
