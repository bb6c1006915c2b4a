//! A path template, cut into its parts.

use super::{PathPart, PathTemplate};

impl PathTemplate {
    /// Cuts `text` at its `{name}`s. A fragment (`#…`) never reaches a server, so it is part of the text, but of no part.
    ///
    /// ```
    /// use conform::contract::{PathPart, PathTemplate};
    ///
    /// let template = PathTemplate::parse("/files/{name}.{type}");
    /// assert_eq!(template.names().collect::<Vec<_>>(), ["name", "type"]);
    /// assert_eq!(template.parts.first(), Some(&PathPart::Literal("/files/".to_owned())));
    /// ```
    pub fn parse(text: &str) -> Self {
        let wire = text.split_once('#').map_or(text, |(path, _)| path);
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = wire;
        while let Some((before, after)) = rest.split_once('{') {
            literal.push_str(before);
            match after.split_once('}') {
                Some((name, tail)) if !name.is_empty() && !name.contains('{') => {
                    if !literal.is_empty() {
                        parts.push(PathPart::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(PathPart::Parameter(name.to_owned()));
                    rest = tail;
                }
                // A brace without a name is text.
                _ => {
                    literal.push('{');
                    rest = after;
                }
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(PathPart::Literal(literal));
        }
        Self { text: text.to_owned(), parts }
    }

    /// The names of its parameters, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            PathPart::Parameter(name) => Some(name.as_str()),
            PathPart::Literal(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        let parts = PathTemplate::parse(text).parts.into_iter().map(|part| match part {
            PathPart::Literal(text) => text,
            PathPart::Parameter(name) => format!("<{name}>"),
        });
        parts.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn parameters_may_be_part_of_a_segment() {
        for (text, expected) in [
            ("/", "/"),
            ("/a/{id}", "/a/|<id>"),
            ("/a/{id}/", "/a/|<id>|/"),
            ("/{a}{b}.{c}/x", "/|<a>|<b>|.|<c>|/x"),
            ("/people({id})", "/people(|<id>|)"),
            ("/a?b={c}", "/a?b=|<c>"),
            ("", ""),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn braces_without_a_name_are_text() {
        for (text, expected) in
            [("/a{}", "/a{}"), ("/a{b", "/a{b"), ("/a}b", "/a}b"), ("/{{a}}", "/{|<a>|}"), ("/{", "/{")]
        {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn a_fragment_never_travels() {
        let template = PathTemplate::parse("/x/{id}#Action={y}");
        assert_eq!(template.text, "/x/{id}#Action={y}");
        assert_eq!(template.names().collect::<Vec<_>>(), ["id"]);
    }
}
