//! Which ids an entry accepts: its very own, or all that a pattern covers.
//!
//! In the first three segments of an id (rule, operation, status) `*` is any one segment. Behind them it stands for an
//! index, as it does in the ids themselves, so that an accepted id never accepts a second place. `**` is any number of
//! segments anywhere; `*` beside other characters is any text without `/`. A backslash takes the meaning from `*` and `\`.

/// Segments in which `*` alone is any text: the rule, the operation and the status.
const OPEN: usize = 3;

/// An id, or a pattern of ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// `**`
    Any,
    /// `*`
    Star,
    /// Everything else.
    Text(Vec<Token>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `*` beside other characters.
    Star,
}

impl Pattern {
    /// What `text` accepts.
    pub fn new(text: &str) -> Self {
        let segment = |part: &str| match part {
            "**" => Segment::Any,
            "*" => Segment::Star,
            part => Segment::Text(tokens(part)),
        };
        Self { text: text.to_owned(), segments: text.split('/').map(segment).collect() }
    }

    /// The pattern that accepts the drift `id` and no other.
    pub fn of(id: &str) -> Self {
        let part = |(index, part): (usize, &str)| {
            if (part == "*" && index >= OPEN) || !part.contains(['*', '\\']) {
                part.to_owned()
            } else {
                part.replace('\\', r"\\").replace('*', r"\*")
            }
        };
        Self::new(&id.split('/').enumerate().map(part).collect::<Vec<_>>().join("/"))
    }

    /// As it is spelled.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it accepts the drift `id`.
    pub fn accepts(&self, id: &str) -> bool {
        let parts: Vec<&str> = id.split('/').collect();
        let (mut at, mut i, mut any) = (0, 0, None);
        while let Some(part) = parts.get(i) {
            match self.segments.get(at) {
                Some(Segment::Any) => {
                    any = Some((at, i));
                    at += 1;
                }
                Some(segment) if segment.covers(i, part) => {
                    at += 1;
                    i += 1;
                }
                _ => {
                    let Some((back, begun)) = any else { return false };
                    any = Some((back, begun + 1));
                    (at, i) = (back + 1, begun + 1);
                }
            }
        }
        self.segments.iter().skip(at).all(|segment| *segment == Segment::Any)
    }

    /// Whether it can accept more than one id.
    pub fn is_glob(&self) -> bool {
        self.segments.iter().enumerate().any(|(index, segment)| match segment {
            Segment::Any => true,
            Segment::Star => index < OPEN,
            Segment::Text(tokens) => tokens.contains(&Token::Star),
        })
    }

    /// Whether it accepts so much that it is likely to accept what nobody has seen: it names no rule, no operation, or
    /// nothing behind the status.
    pub fn is_broad(&self) -> bool {
        let names = |segment: Option<&Segment>| segment.is_some_and(Segment::is_concrete);
        let behind = self.segments.iter().skip(OPEN).any(|segment| match segment {
            Segment::Star => !self.segments.contains(&Segment::Any),
            segment => segment.is_concrete(),
        });
        self.is_glob() && !(names(self.segments.first()) && names(self.segments.get(1)) && behind)
    }

    /// Whether an id that it accepts may have `part` for its segment `index`, one of the first three.
    pub fn may_name(&self, index: usize, part: &str) -> bool {
        let before = self.segments.iter().take(index + 1);
        if before.clone().any(|segment| *segment == Segment::Any) {
            return true;
        }
        self.segments.get(index).is_some_and(|segment| segment.covers(index, part))
    }

    /// The one status that its ids have, where it names one.
    pub fn status(&self) -> Option<u16> {
        if self.segments.iter().take(OPEN).any(|segment| *segment == Segment::Any) {
            return None;
        }
        self.text.split('/').nth(2)?.parse().ok()
    }

    /// The one id that it accepts; nothing where it accepts several.
    pub fn id(&self) -> Option<String> {
        if self.is_glob() {
            return None;
        }
        let part = |segment: &Segment| match segment {
            Segment::Any | Segment::Star => "*".to_owned(),
            Segment::Text(tokens) => tokens
                .iter()
                .map(|token| match token {
                    Token::Char(c) => *c,
                    Token::Star => '*',
                })
                .collect(),
        };
        Some(self.segments.iter().map(part).collect::<Vec<_>>().join("/"))
    }
}

impl Segment {
    fn covers(&self, index: usize, part: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Star => index < OPEN || part == "*",
            Self::Text(tokens) => covers(tokens, part),
        }
    }

    /// Whether it says anything of what it covers.
    fn is_concrete(&self) -> bool {
        matches!(self, Self::Text(tokens) if tokens.iter().any(|token| *token != Token::Star))
    }
}

fn tokens(part: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = part.chars().peekable();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '\\' => Token::Char(chars.next_if(|next| matches!(next, '*' | '\\')).unwrap_or('\\')),
            '*' => Token::Star,
            c => Token::Char(c),
        });
    }
    tokens
}

/// Whether `tokens` cover `text` as a whole, in time proportional to both.
fn covers(tokens: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut i, mut star) = (0, 0, None);
    while let Some(c) = text.get(i) {
        match tokens.get(at) {
            Some(Token::Star) => {
                star = Some((at, i));
                at += 1;
            }
            Some(Token::Char(wanted)) if wanted == c => {
                at += 1;
                i += 1;
            }
            _ => {
                let Some((back, begun)) = star else { return false };
                star = Some((back, begun + 1));
                (at, i) = (back + 1, begun + 1);
            }
        }
    }
    tokens.iter().skip(at).all(|token| *token == Token::Star)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ENUM: &str = "wrong-body/GetAll/200/items/*/status/enum";

    #[test]
    fn an_id_accepts_its_very_drift_and_no_second_field_or_class() {
        let pattern = Pattern::new(ENUM);
        assert!(pattern.accepts(ENUM) && !pattern.is_glob());
        for other in [
            "wrong-body/GetAll/200/items/*/status/type",
            "wrong-body/GetAll/200/items/*/kind/enum",
            "wrong-body/GetAll/200/items/first/status/enum",
            "wrong-body/GetAll/201/items/*/status/enum",
            "wrong-body/GetAll/200/items/*/status/enum/more",
            "wrong-body/GetAll/200",
        ] {
            assert!(!pattern.accepts(other), "{other}");
        }
    }

    #[test]
    fn a_pattern_covers_what_its_segments_say() {
        for (pattern, accepted, refused) in [
            ("wrong-body/*/200/items/*/status/enum", ENUM, "wrong-body/GetAll/201/items/*/status/enum"),
            ("*/GetAll/*/items/*/status/enum", ENUM, "x/GetAll/200/items/1/status/enum"),
            ("wrong-body/Get*/200/items/*/status/enum", ENUM, "wrong-body/Forget/200/items/*/status/enum"),
            ("wrong-body/GetAll/**", ENUM, "wrong-body/GetOne/200/id/type"),
            ("wrong-body/**/enum", ENUM, "wrong-body/GetAll/200/items/*/status/type"),
            ("**/status/enum", ENUM, "wrong-body/GetAll/200/items/*/status/enum/x"),
            ("**/items/*/status/*um", ENUM, "wrong-body/GetAll/200/items/first/status/enum"),
            ("wrong-body/GetAll/**/200/items/**/enum", ENUM, "wrong-body/GetAll/enum"),
            ("**", ENUM, ""),
        ] {
            assert!(Pattern::new(pattern).accepts(accepted), "{pattern}");
            if !refused.is_empty() {
                assert!(!Pattern::new(pattern).accepts(refused), "{pattern} takes {refused}");
            }
        }
        // `**` is no segment at all, too.
        assert!(Pattern::new("undocumented-status/GetAll/418/**").accepts("undocumented-status/GetAll/418"));
    }

    #[test]
    fn broad_is_what_names_no_rule_no_operation_or_nothing_behind_the_status() {
        for broad in [
            "**",
            "**/enum",
            "*/GetAll/200/id/type",
            "wrong-body/*/200/id/type",
            "wrong-body/GetAll/**",
            "wrong-body/GetAll/200/**",
            "undocumented-status/GetAll/*",
            "wrong-body/Get*/200/**",
        ] {
            assert!(Pattern::new(broad).is_broad(), "{broad}");
        }
        for narrow in
            [ENUM, "undocumented-status/GetAll/418", "wrong-body/Get*/200/id/type", "wrong-body/GetAll/**/enum"]
        {
            assert!(!Pattern::new(narrow).is_broad(), "{narrow}");
        }
    }

    #[test]
    fn a_pattern_says_which_names_it_leaves_possible() {
        let pattern = Pattern::new("wrong-*/GetAll/200/id/type");
        assert!(pattern.may_name(0, "wrong-body") && !pattern.may_name(0, "server-error"));
        assert!(pattern.may_name(1, "GetAll") && !pattern.may_name(1, "GetOne"));
        assert!(Pattern::new("**/enum").may_name(1, "anything"));
        assert!(!Pattern::new("wrong-body").may_name(1, "GetAll"));
        assert_eq!((pattern.status(), Pattern::new("**/200").status()), (Some(200), None));
    }

    #[test]
    fn a_long_pattern_takes_no_long_time() {
        let pattern = Pattern::new(&format!("{}x", "a*".repeat(500)));
        assert!(!pattern.accepts(&"a".repeat(20_000)));
        let pattern = Pattern::new(&format!("{}x", "**/a/".repeat(300)));
        assert!(!pattern.accepts(&"a/".repeat(5_000)));
    }

    proptest! {
        #[test]
        fn the_pattern_of_an_id_accepts_just_that_id(id in r"[a\\*/~]{1,12}", other in r"[a\\*/~]{1,12}") {
            let pattern = Pattern::of(&id);
            prop_assert!(pattern.accepts(&id), "{:?}", pattern);
            prop_assert!(!pattern.is_glob());
            prop_assert_eq!(pattern.accepts(&other), id == other, "{:?} {:?}", pattern, other);
            prop_assert_eq!(pattern.id(), Some(id));
        }
    }
}
