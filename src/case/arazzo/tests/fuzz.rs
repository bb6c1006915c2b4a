//! No change to a case file makes its reader panic.

use proptest::prelude::*;

use crate::document::Document;

use super::super::read;
use super::fixture::{GOOD, contract};

/// What a hand, or a hostile one, puts into a file.
const PIECES: [&str; 24] = [
    "",
    " ",
    "\n",
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "'",
    "\"",
    "$",
    "#/",
    "null",
    "true",
    "-1",
    "1e400",
    "x-conform",
    "$inputs",
    "é😀",
    "{$",
    "stepId: find",
    "(((((((",
    "~2",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]
    #[test]
    fn no_mutation_makes_the_reader_panic(
        edits in proptest::collection::vec((0..GOOD.len(), 0..30_usize, 0..PIECES.len()), 1..4)
    ) {
        let mut text = GOOD.to_owned();
        for (at, length, piece) in edits {
            let start = at.min(text.len());
            let end = (start + length).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, PIECES[piece]);
            }
        }
        prop_assume!(text.len() < 10_000);
        thread_local!(static CONTRACT: crate::contract::Contract = contract());
        if let Ok(document) = Document::parse("pets.arazzo.yaml", text.as_str()) {
            CONTRACT.with(|contract| { match read(&document, contract) {
                Ok(cases) => prop_assert!(!cases.is_empty()),
                Err(problems) => {
                    for problem in problems {
                        prop_assert!(!problem.message.is_empty());
                        prop_assert!(!problem.render(false, 100).is_empty());
                    }
                }

            } Ok(()) })?;
        }
    }
}
