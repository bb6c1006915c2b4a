//! Which of many path templates a path may be one of, found without comparing it with each.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::PathTemplate;

use super::path::{Segment, given, matches_segment, wanted};

/// Path templates by their segments; they are named by their place in what they were gathered from.
#[derive(Debug)]
pub struct Routes {
    /// The first one is where every path begins.
    nodes: Vec<Node>,
}

/// What may follow after some segments.
#[derive(Debug, Default)]
struct Node {
    /// Segments of text alone, and where they lead.
    literal: BTreeMap<Vec<u8>, usize>,
    /// Segments that hold a parameter, and where they lead.
    patterns: BTreeMap<Segment, usize>,
    /// The templates that end here.
    ends: Vec<usize>,
}

impl Routes {
    /// Over `templates`.
    pub fn new<'t>(templates: impl IntoIterator<Item = &'t PathTemplate>) -> Self {
        let mut routes = Self { nodes: vec![Node::default()] };
        for (place, template) in templates.into_iter().enumerate() {
            routes.add(place, template);
        }
        routes
    }

    fn add(&mut self, place: usize, template: &PathTemplate) {
        let mut here = 0;
        for segment in wanted(template) {
            let fresh = self.nodes.len();
            let Some(node) = self.nodes.get_mut(here) else { return };
            let literal: Option<Vec<u8>> = segment.iter().copied().collect();
            here = *match literal {
                Some(literal) => node.literal.entry(literal).or_insert(fresh),
                None => node.patterns.entry(segment).or_insert(fresh),
            };
            if here == fresh {
                self.nodes.push(Node::default());
            }
        }
        self.nodes.get_mut(here).into_iter().for_each(|node| node.ends.push(place));
    }

    /// The places of the templates that [`matches_path`](super::matches_path) has `path` (percent-encoded) fit, in order.
    pub fn matching(&self, path: &str) -> BTreeSet<usize> {
        let mut here = vec![0];
        for segment in given(path) {
            let nodes = here.iter().filter_map(|node| self.nodes.get(*node));
            let next = nodes.flat_map(|node| {
                let fitting = node.patterns.iter().filter(|(pattern, _)| matches_segment(pattern, &segment));
                node.literal.get(&segment).into_iter().chain(fitting.map(|(_, next)| next))
            });
            here = next.copied().collect();
        }
        here.iter().filter_map(|node| self.nodes.get(*node)).flat_map(|node| node.ends.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::matches_path;
    use super::super::path::tests::template;
    use super::*;

    #[test]
    fn every_template_that_fits_is_found() {
        let templates = ["/users/{id}", "/Users/me", "/users/{id}.json", "/users", "/{any}/me", "//users//{id}/"];
        let templates: Vec<PathTemplate> = templates.into_iter().map(template).collect();
        let routes = Routes::new(&templates);
        let found = |path: &str| routes.matching(path).into_iter().collect::<Vec<_>>();
        assert_eq!(found("/users/me"), [0, 1, 4, 5]);
        assert_eq!(found("/users/7.json"), [0, 2, 5]);
        assert_eq!(found("/u%73ers/"), [3]);
        assert_eq!(found("/"), [0_usize; 0]);
    }

    proptest! {
        #[test]
        fn they_find_what_comparing_with_each_finds(
            templates in prop::collection::vec("(/(a|B|\\{x\\}|a\\{x\\}|\\{x\\}b|%61)?){0,4}", 1..12),
            path in "(/(a|b|ab|%62|A)?){0,4}",
        ) {
            let templates: Vec<PathTemplate> = templates.iter().map(|text| template(text)).collect();
            let each = templates.iter().enumerate().filter(|(_, template)| matches_path(template, &path));
            let each: BTreeSet<usize> = each.map(|(place, _)| place).collect();
            prop_assert_eq!(Routes::new(&templates).matching(&path), each);
        }
    }
}
