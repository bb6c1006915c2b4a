//! JSON Pointer, RFC 6901.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// An RFC 6901 JSON Pointer; cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer(Arc<str>);

/// A text that is no JSON Pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a JSON Pointer: it is neither empty nor does it begin with `/`")]
pub struct PointerError(String);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self(Arc::from(""))
    }

    /// Reads a pointer in its string form (RFC 6901 §3).
    ///
    /// # Errors
    /// When the text is neither empty nor begins with `/`.
    pub fn parse(text: &str) -> Result<Self, PointerError> {
        if text.is_empty() || text.starts_with('/') {
            Ok(Self(Arc::from(text)))
        } else {
            Err(PointerError(text.to_owned()))
        }
    }

    /// Reads a pointer in its URI fragment form, without the `#` (RFC 6901 §6).
    ///
    /// # Errors
    /// When the decoded text is not a pointer.
    pub fn from_fragment(fragment: &str) -> Result<Self, PointerError> {
        let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        Self::parse(&decoded)
    }

    /// Builds a pointer from unescaped tokens.
    pub fn from_tokens<T: AsRef<str>>(tokens: impl IntoIterator<Item = T>) -> Self {
        let mut text = String::new();
        for token in tokens {
            text.push('/');
            push_escaped(&mut text, token.as_ref());
        }
        Self(Arc::from(text))
    }

    /// The member `token` (unescaped) of this place.
    #[must_use]
    pub fn child(&self, token: &str) -> Self {
        let mut text = String::with_capacity(self.0.len() + token.len() + 1);
        text.push_str(&self.0);
        text.push('/');
        push_escaped(&mut text, token);
        Self(Arc::from(text))
    }

    /// The element `index` of this place.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(Arc::from(format!("{}/{index}", self.0)))
    }

    /// This pointer followed by `rest`.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(Arc::from(format!("{}{}", self.0, rest.0)))
    }

    /// The place that holds this one; nothing for the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').map(|cut| Self(Arc::from(self.0.get(..cut).unwrap_or_default())))
    }

    /// The last token, unescaped; nothing for the root.
    pub fn last(&self) -> Option<Cow<'_, str>> {
        self.0.rsplit_once('/').map(|(_, token)| unescape(token))
    }

    /// The tokens, unescaped.
    pub fn tokens(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(1).map(unescape)
    }

    /// Whether this place is `other` or below it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.strip_prefix(&*other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The string form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the whole document.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The value at this place of `value`.
    pub fn resolve<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        // As `Value::pointer` does it, which copies every token.
        self.tokens().try_fold(value, |value, token| match value {
            Value::Object(members) => members.get(&*token),
            Value::Array(items) => index(&token).and_then(|index| items.get(index)),
            _ => None,
        })
    }
}

/// Why nothing could be put at a place, or taken away from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// What should hold the place, or the place that should be taken away, is not there.
    #[error("there is nothing at `{0}`")]
    Nothing(Pointer),
    /// What should hold the place is neither an object nor an array.
    #[error("the value at `{0}` has no members")]
    Scalar(Pointer),
    /// The array that should hold the place is too short, or the token is no index.
    #[error("the array at `{0}` has no element `{1}`")]
    NoElement(Pointer, String),
}

impl Pointer {
    /// Puts `new` at this place of `value`, or takes away what stands there: in an object as a member of that name, in an array
    /// as that element, or as one more at the end (`-`, or the index behind the last one). The whole cannot be taken away.
    ///
    /// # Errors
    /// Where there is no such place. Then `value` is as it was.
    ///
    /// ```
    /// use conform::document::Pointer;
    /// use serde_json::json;
    ///
    /// let mut value = json!({"tags": ["a"]});
    /// Pointer::parse("/tags/1")?.put(&mut value, Some(json!("b")))?;
    /// Pointer::parse("/tags/0")?.put(&mut value, None)?;
    /// assert_eq!(value, json!({"tags": ["b"]}));
    /// assert!(Pointer::parse("/other/name")?.put(&mut value, Some(json!(1))).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn put(&self, value: &mut Value, new: Option<Value>) -> Result<(), PutError> {
        let (Some(parent), Some(last)) = (self.parent(), self.last()) else {
            *value = new.ok_or_else(|| PutError::Nothing(self.clone()))?;
            return Ok(());
        };
        let holder = value.pointer_mut(parent.as_str()).ok_or_else(|| PutError::Nothing(parent.clone()))?;
        match (holder, new) {
            (Value::Object(members), Some(new)) => drop(members.insert(last.into_owned(), new)),
            (Value::Object(members), None) => {
                drop(members.shift_remove(last.as_ref()).ok_or_else(|| PutError::Nothing(self.clone()))?);
            }
            (Value::Array(items), new) => {
                let position = if last == "-" { Some(items.len()) } else { index(&last) };
                let position = position.ok_or_else(|| PutError::NoElement(parent.clone(), last.to_string()))?;
                let length = items.len();
                match (items.get_mut(position), new) {
                    (Some(item), Some(new)) => *item = new,
                    (Some(_), None) => drop(items.remove(position)),
                    (None, Some(new)) if position == length => items.push(new),
                    (None, _) => return Err(PutError::NoElement(parent, last.into_owned())),
                }
            }
            _ => return Err(PutError::Scalar(parent)),
        }
        Ok(())
    }
}

/// The index that a token is: digits without a leading zero (RFC 6901 §4).
fn index(token: &str) -> Option<usize> {
    let leading_zero = token.len() > 1 && token.starts_with('0');
    if leading_zero || !token.bytes().all(|byte| byte.is_ascii_digit()) { None } else { token.parse().ok() }
}

fn push_escaped(text: &mut String, token: &str) {
    for c in token.chars() {
        match c {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            c => text.push(c),
        }
    }
}

fn unescape(token: &str) -> Cow<'_, str> {
    if !token.contains('~') {
        return Cow::Borrowed(token);
    }
    let mut text = String::with_capacity(token.len());
    let mut rest = token;
    while let Some((before, after)) = rest.split_once('~') {
        text.push_str(before);
        // What is no escape stays as it is.
        (text, rest) = match after.as_bytes().first() {
            Some(b'0') => (text + "~", after.get(1..).unwrap_or_default()),
            Some(b'1') => (text + "/", after.get(1..).unwrap_or_default()),
            _ => (text + "~", after),
        };
    }
    text.push_str(rest);
    Cow::Owned(text)
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pointer({:?})", &*self.0)
    }
}

impl serde::Serialize for Pointer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_rfc_6901_section_5_resolve() {
        let document = json!({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "m~n": 8, " ": 7});
        for (text, expected) in
            [("/foo/0", json!("bar")), ("/", json!(0)), ("/a~1b", json!(1)), ("/c%d", json!(2)), ("/m~0n", json!(8))]
        {
            assert_eq!(Pointer::parse(text).unwrap().resolve(&document), Some(&expected), "{text}");
        }
        assert_eq!(Pointer::from_fragment("/c%25d").unwrap().as_str(), "/c%d");
    }

    #[test]
    fn every_text_resolves_as_serde_json_resolves_it() {
        let document = json!({"a": [1, {"0": [2]}], "": {"": 3}, "~1": {"~0": 4}, "é/~": 5, "00": 6});
        for text in [
            "",
            "/",
            "//",
            "/a",
            "/a/0",
            "/a/1/0/0",
            "/a/01",
            "/a/00",
            "/a/+0",
            "/a/-",
            "/a/2",
            "/a/",
            "/a/ 0",
            "/a/18446744073709551616",
            "/~01",
            "/~01/~00",
            "/~1",
            "/é~1~0",
            "/é~1~",
            "/00",
            "/0",
            "/a/0/0",
            "/a/١",
        ] {
            assert_eq!(Pointer::parse(text).unwrap().resolve(&document), document.pointer(text), "{text:?}");
        }
    }

    #[test]
    fn values_are_put_where_there_is_a_place_for_them() {
        let before = json!({"a": [1, 2], "b": {"c": 3}});
        for (text, new, after) in [
            ("", Some(json!(1)), Ok(json!(1))),
            ("/b/c", Some(json!(4)), Ok(json!({"a": [1, 2], "b": {"c": 4}}))),
            ("/b/d~1e", Some(json!(4)), Ok(json!({"a": [1, 2], "b": {"c": 3, "d/e": 4}}))),
            ("/b", None, Ok(json!({"a": [1, 2]}))),
            ("/a/0", Some(json!(7)), Ok(json!({"a": [7, 2], "b": {"c": 3}}))),
            ("/a/0", None, Ok(json!({"a": [2], "b": {"c": 3}}))),
            ("/a/2", Some(json!(7)), Ok(json!({"a": [1, 2, 7], "b": {"c": 3}}))),
            ("/a/-", Some(json!(7)), Ok(json!({"a": [1, 2, 7], "b": {"c": 3}}))),
            ("", None, Err("there is nothing at ``")),
            ("/b/x", None, Err("there is nothing at `/b/x`")),
            ("/x/y", Some(json!(1)), Err("there is nothing at `/x`")),
            ("/b/c/d", Some(json!(1)), Err("the value at `/b/c` has no members")),
            ("/a/3", Some(json!(1)), Err("the array at `/a` has no element `3`")),
            ("/a/2", None, Err("the array at `/a` has no element `2`")),
            ("/a/-", None, Err("the array at `/a` has no element `-`")),
            ("/a/01", Some(json!(1)), Err("the array at `/a` has no element `01`")),
            ("/a/x", Some(json!(1)), Err("the array at `/a` has no element `x`")),
        ] {
            let mut value = before.clone();
            let put = Pointer::parse(text).unwrap().put(&mut value, new).map_err(|error| error.to_string());
            match after {
                Ok(after) => assert_eq!((put, value), (Ok(()), after), "{text}"),
                Err(reason) => assert_eq!((put, value), (Err(reason.to_owned()), before.clone()), "{text}"),
            }
        }
    }

    #[test]
    fn building_and_taking_apart_are_inverse() {
        let pointer = Pointer::root().child("paths").child("/a/{b}~").index(3);
        assert_eq!(pointer.as_str(), "/paths/~1a~1{b}~0/3");
        assert_eq!(pointer.tokens().collect::<Vec<_>>(), ["paths", "/a/{b}~", "3"]);
        assert_eq!(pointer.parent().unwrap().last().unwrap(), "/a/{b}~");
        assert_eq!(Pointer::from_tokens(pointer.tokens()), pointer);
        assert!(pointer.starts_with(&Pointer::root()));
        assert!(!pointer.starts_with(&Pointer::parse("/path").unwrap()));
    }
}
