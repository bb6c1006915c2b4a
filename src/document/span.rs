//! Where each part of a document stands in its text.

use std::ops::Range;

use super::Pointer;

/// A byte range; documents are smaller than 4 GiB.
type Bytes = (u32, u32);

/// Byte ranges of every node, as a tree.
#[derive(Debug, Default)]
pub(super) struct Spans {
    nodes: Vec<Node>,
    /// The children of each node lie side by side: elements in order, members by name.
    children: Vec<u32>,
    /// Names that do not stand in the text letter by letter; they are addressed from the end of the text on.
    names: String,
}

/// One value with its member name.
#[derive(Debug, Clone, Copy)]
struct Node {
    name: Bytes,
    key: Option<Bytes>,
    value: Bytes,
    children: Bytes,
    is_object: bool,
}

/// A member name that appears twice in one object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Duplicate {
    pub(super) name: String,
    pub(super) first: Range<usize>,
    pub(super) second: Range<usize>,
}

impl Spans {
    /// The ranges of the member name, where there is one, and of the value at `pointer` or its nearest existing ancestor.
    pub(super) fn find(&self, text: &str, pointer: &Pointer) -> (Option<Range<usize>>, Range<usize>) {
        let Some(mut node) = self.nodes.first() else { return (None, 0..text.len()) };
        for token in pointer.tokens() {
            match self.child(text, node, &token) {
                Some(child) => node = child,
                None => break,
            }
        }
        (node.key.map(range), range(node.value))
    }

    fn child(&self, text: &str, parent: &Node, token: &str) -> Option<&Node> {
        let children = self.children.get(range(parent.children))?;
        let id = if parent.is_object {
            let name_of = |id: &u32| self.node(*id).map_or("", |node| self.name(text, node));
            let found = children.binary_search_by(|id| name_of(id).cmp(token)).ok()?;
            children.get(found)?
        } else {
            children.get(token.parse::<usize>().ok()?)?
        };
        self.node(*id)
    }

    fn node(&self, id: u32) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    fn name<'a>(&'a self, text: &'a str, node: &Node) -> &'a str {
        let bytes = range(node.name);
        match bytes.start.checked_sub(text.len()) {
            Some(start) if !bytes.is_empty() => self.names.get(start..bytes.end - text.len()).unwrap_or_default(),
            _ => text.get(bytes).unwrap_or_default(),
        }
    }
}

/// Puts the table together from a reader's events; on its own stack, so that no nesting can exhaust the thread's.
pub(super) struct Builder<'t> {
    text: &'t str,
    spans: Spans,
    open: Vec<Open>,
    /// Finished children of the open containers, the innermost last.
    waiting: Vec<u32>,
    key: Option<(Bytes, Bytes)>,
}

struct Open {
    node: u32,
    first_child: usize,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, spans: Spans::default(), open: Vec::new(), waiting: Vec::new(), key: None }
    }

    /// Whether the next scalar names a member.
    pub(super) fn expects_key(&self) -> bool {
        self.key.is_none()
            && self.open.last().and_then(|open| self.spans.node(open.node)).is_some_and(|node| node.is_object)
    }

    /// Whether the next value belongs to a name.
    pub(super) fn awaits_member(&self) -> bool {
        self.key.is_some()
    }

    /// A member name that stands in `key` (with its quotes) and reads `name`.
    pub(super) fn key(&mut self, key: Range<usize>, name: &str) {
        let unquoted = self.text.get(key.start + 1..key.end.saturating_sub(1));
        let place = if self.text.get(key.clone()) == Some(name) {
            key.clone()
        } else if unquoted == Some(name) {
            key.start + 1..key.end - 1
        } else {
            let start = self.text.len() + self.spans.names.len();
            self.spans.names.push_str(name);
            start..start + name.len()
        };
        self.key = Some((bytes(&place), bytes(&key)));
    }

    /// A scalar.
    pub(super) fn leaf(&mut self, value: Range<usize>) -> u32 {
        self.add(&value, false)
    }

    /// The beginning of an array or object.
    pub(super) fn open(&mut self, start: usize, is_object: bool) -> u32 {
        let node = self.add(&(start..start), is_object);
        self.open.push(Open { node, first_child: self.waiting.len() });
        node
    }

    /// The end of the innermost array or object.
    pub(super) fn close(&mut self, end: usize) -> Result<(), Duplicate> {
        let Some(Open { node, first_child }) = self.open.pop() else { return Ok(()) };
        self.key = None;
        let Spans { nodes, children, .. } = &mut self.spans;
        let start = children.len();
        children.extend(self.waiting.drain(first_child.min(self.waiting.len())..));
        let Some(closed) = nodes.get_mut(node as usize) else { return Ok(()) };
        closed.value.1 = narrow(end);
        closed.children = (narrow(start), narrow(children.len()));
        if closed.is_object { self.sort_members(start) } else { Ok(()) }
    }

    /// The innermost array or object that is still open and everything around it, ended at `end`.
    pub(super) fn finish(mut self, end: usize) -> Result<Spans, Duplicate> {
        while !self.open.is_empty() {
            self.close(end)?;
        }
        Ok(self.spans)
    }

    /// Lets `node` have the children of `other`, as an alias has those of its anchor.
    pub(super) fn share_children(&mut self, node: u32, other: u32) {
        let Some(Node { children, is_object, .. }) = self.spans.node(other).copied() else { return };
        if let Some(node) = self.spans.nodes.get_mut(node as usize) {
            node.children = children;
            node.is_object = is_object;
        }
    }

    fn add(&mut self, value: &Range<usize>, is_object: bool) -> u32 {
        let key = self.key.take();
        let id = narrow(self.spans.nodes.len());
        self.spans.nodes.push(Node {
            name: key.map_or((0, 0), |(name, _)| name),
            key: key.map(|(_, key)| key),
            value: bytes(value),
            children: (0, 0),
            is_object,
        });
        if !self.open.is_empty() {
            self.waiting.push(id);
        }
        id
    }

    fn sort_members(&mut self, start: usize) -> Result<(), Duplicate> {
        let mut members = self.spans.children.split_off(start);
        let name_of = |id: u32| self.spans.node(id).map_or("", |node| self.spans.name(self.text, node));
        members.sort_by(|a, b| name_of(*a).cmp(name_of(*b)));
        let twice = members.windows(2).find_map(|pair| match pair {
            [first, second] if name_of(*first) == name_of(*second) => Some((*first, *second)),
            _ => None,
        });
        if let Some((first, second)) = twice {
            let key_of = |id| self.spans.node(id).and_then(|node| node.key).map_or(0..0, range);
            return Err(Duplicate { name: name_of(first).to_owned(), first: key_of(first), second: key_of(second) });
        }
        self.spans.children.append(&mut members);
        Ok(())
    }
}

fn range(bytes: Bytes) -> Range<usize> {
    bytes.0 as usize..bytes.1 as usize
}

fn bytes(range: &Range<usize>) -> Bytes {
    (narrow(range.start), narrow(range.end))
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
