//! The kinds of lies: what each breaks, and which rules may claim it.

/// Kinds of promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Who may call.
    Access,
    /// What a request has to be.
    Input,
    /// Which status answers.
    Status,
    /// What an answer holds.
    Body,
    /// What a list shows.
    List,
    /// What becomes of what is written.
    Write,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 6] = [Self::Access, Self::Input, Self::Status, Self::Body, Self::List, Self::Write];

    /// As command lines and tables spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Input => "input",
            Self::Status => "status",
            Self::Body => "body",
            Self::List => "list",
            Self::Write => "write",
        }
    }
}

/// A row of the table below.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) class: Class,
    pub(super) noticed_by: &'static [&'static str],
}

macro_rules! kinds {
    ($($row:ident = $name:literal, $class:ident, [$($rule:literal),+];)+) => {
        $(pub(super) const $row: Kind = Kind { name: $name, class: Class::$class, noticed_by: &[$($rule),+] };)+
        /// Every kind.
        #[cfg(test)]
        pub(super) const ALL: &[Kind] = &[$($row),+];
    };
}

kinds! {
    SKIPPED_AUTHENTICATION = "skipped-authentication", Access, ["open-access"];
    OTHER_REFUSAL = "other-refusal", Access, ["wrong-refusal", "undocumented-status"];
    LOST_CHALLENGE = "lost-challenge", Access, ["missing-www-authenticate", "wrong-header"];

    VALIDATION_SKIPPED = "validation-skipped", Input, ["accepted-invalid"];
    VALID_REFUSED = "valid-refused", Input, ["rejected-valid", "undocumented-status"];

    SERVER_ERROR = "server-error", Status, ["server-error"];
    OTHER_STATUS = "undocumented-status", Status, ["undocumented-status"];
    REFUSAL_SUCCEEDS = "refusal-succeeds", Status, ["accepted-invalid", "maximum-holds", "failed-criterion"];
    ABSENCE_SUCCEEDS = "absence-succeeds", Status,
        ["unknown-is-404", "deleted-is-gone", "delete-again", "child-belongs-to-parent", "maximum-holds", "accepted-invalid", "failed-criterion"];
    UNDECLARED_SERVED = "undeclared-served", Status, ["undeclared-method"];
    LOST_ALLOW = "lost-allow", Status, ["missing-allow"];

    DROPPED_FIELD = "dropped-field", Body, ["wrong-body"];
    RETYPED = "retyped", Body, ["wrong-body"];
    NULLED = "nulled", Body, ["wrong-body"];
    NEW_ENUM_VALUE = "new-enum-value", Body, ["wrong-body"];
    BROKEN_FORMAT = "broken-format", Body, ["wrong-body"];
    UNKNOWN_PROPERTY = "unknown-property", Body, ["undocumented-property", "wrong-body"];
    TRUNCATED = "truncated", Body, ["unreadable-body"];
    NOT_JSON = "not-json", Body, ["unreadable-body"];
    NOT_UTF8 = "not-utf8", Body, ["unreadable-body"];
    EMPTY = "empty", Body, ["unreadable-body"];
    WRONG_MEDIA_TYPE = "wrong-media-type", Body, ["wrong-media-type"];
    NO_MEDIA_TYPE = "no-media-type", Body, ["wrong-media-type"];
    LOST_HEADER = "lost-header", Body, ["wrong-header"];

    SWAPPED_PAGE = "swapped-page", List, ["pages-disjoint", "pages-complete", "cursor-ends"];
    FILTER_IGNORED = "filter-ignored", List,
        ["filter-sound", "filter-complete", "bound-exclusive", "bound-inclusive", "total-is-filtered-count", "failed-criterion"];
    LIMIT_IGNORED = "limit-ignored", List, ["limit-honoured", "failed-criterion"];
    SORT_IGNORED = "sort-ignored", List, ["sort-order", "failed-criterion"];
    WRONG_TOTAL = "wrong-total", List, ["total-is-filtered-count", "failed-criterion"];
    LOST_ELEMENT = "lost-element", List,
        ["created-is-listed", "filter-complete", "pages-complete", "total-is-filtered-count", "limit-honoured",
         "default-page-size", "list-agrees-with-read", "cursor-ends", "failed-criterion"];

    STALE_READ = "stale-read", Write,
        ["update-is-visible", "update-is-partial", "replace-is-whole", "replace-is-idempotent", "deleted-is-gone", "written-is-read",
         "list-agrees-with-read", "failed-criterion"];
    LOST_UPDATE = "lost-update", Write,
        ["update-is-visible", "update-is-partial", "replace-is-whole", "replace-is-idempotent", "written-is-read",
         "list-agrees-with-read", "failed-criterion"];
    LOST_DELETION = "lost-deletion", Write, ["deleted-is-gone", "delete-again", "failed-criterion"];
    LOST_CREATION = "lost-creation", Write,
        ["created-is-readable", "created-is-listed", "id-unique", "written-is-read", "location-resolves", "maximum-holds",
         "update-hits-its-target", "delete-hits-its-target", "failed-criterion"];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;
    use crate::{check, law};

    #[test]
    fn each_kind_has_a_name_of_its_own_and_names_rules_that_there_are() {
        let checks = check::registry::CHECKS.iter().map(|check| check.id);
        let rules: BTreeSet<&str> = checks.chain(law::registry::LAWS.iter().map(|law| law.id)).collect();
        let mut names = BTreeSet::new();
        for kind in ALL {
            assert!(names.insert(kind.name), "{} is there twice", kind.name);
            for rule in kind.noticed_by {
                assert!(rules.contains(rule), "{}: there is no rule `{rule}`", kind.name);
            }
        }
    }
}
