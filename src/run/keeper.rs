//! Tells the checks what no answer may show, without giving it to them.

use crate::check::Keeper;

use super::redact::Redactor;

/// Shorter credentials may be in a text by chance.
const TELLING: usize = 16;

/// Names that are redacted because they hold credentials, and say nothing of a person.
const CREDENTIALS: &[&str] = &["authorization", "cookie", "password", "secret", "token", "key", "credential"];

/// What one exchange may not show.
pub(super) struct Watch<'a> {
    pub(super) redactor: &'a Redactor,
    /// The credentials of the environment.
    pub(super) secrets: &'a [String],
    /// Begins the mark of everything that this run made.
    pub(super) mark: &'a str,
    /// The marks of what the request itself is about.
    pub(super) own: Vec<String>,
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("mark", &self.mark).field("own", &self.own).finish_non_exhaustive()
    }
}

impl Keeper for Watch<'_> {
    fn holds_secret(&self, text: &str) -> bool {
        self.secrets.iter().any(|secret| text.contains(secret.as_str()))
    }

    fn is_personal(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        self.redactor.is_key(name) && !CREDENTIALS.iter().any(|credential| lower.contains(credential))
    }

    fn names_another(&self, text: &str, sent: &dyn Fn(&str) -> bool) -> bool {
        let mut marks = text.match_indices(self.mark).filter_map(|(at, _)| {
            let rest = text.get(at + self.mark.len()..)?.strip_prefix('-')?;
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            text.get(at..at + self.mark.len() + 1 + digits).filter(|_| digits > 0)
        });
        marks.any(|mark| !self.own.iter().any(|own| own == mark) && !sent(mark))
    }
}

/// The credentials that are long enough to be looked for.
pub(super) fn telling<'s>(secrets: impl Iterator<Item = &'s crate::environment::Secret>) -> Vec<String> {
    let mut telling = Vec::new();
    for secret in secrets {
        let value = secret.reveal().trim();
        let password = value.split_once(':').map(|(_, password)| password);
        telling.extend(
            [Some(value), password].into_iter().flatten().filter(|text| text.len() >= TELLING).map(str::to_owned),
        );
    }
    telling
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{REDACTED_BY_DEFAULT, Secret};

    #[test]
    fn only_long_credentials_only_personal_names_and_only_other_marks_count() {
        let keys: Vec<String> = REDACTED_BY_DEFAULT.iter().map(|key| (*key).to_owned()).collect();
        let redactor = Redactor::new(std::iter::empty(), &keys);
        let secrets = telling([Secret::new("short"), Secret::new("user:0123456789abcdef")].iter());
        let watch =
            Watch { redactor: &redactor, secrets: &secrets, mark: "conform-1a", own: vec!["conform-1a-4".into()] };
        assert!(watch.holds_secret("got 0123456789abcdef") && !watch.holds_secret("short of 0123456789"));
        for name in ["fullName", "FULLNAME", "iban", "dateOfBirth", "emiratesId"] {
            assert!(watch.is_personal(name), "{name}");
        }
        for name in ["accessToken", "password", "apiKey", "authorization", "city"] {
            assert!(!watch.is_personal(name), "{name}");
        }
        let sent = |text: &str| text == "conform-1a-7";
        let another = |text: &str| watch.names_another(text, &sent);
        assert!(another("see conform-1a-5") && another("conform-1a-4 and conform-1a-44"));
        assert!(!another("conform-1a-4, conform-1a-7") && !another("conform-1a") && !another("conform-2b-5"));
    }
}
