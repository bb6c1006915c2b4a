//! Content as it is written down: redacted, bounded, and marked where it is not what was sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Content of a request or a response.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Content {
    /// The text, or Base64 (RFC 4648 §4) where the bytes are no UTF-8.
    pub text: String,
    /// Whether `text` is Base64.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub base64: bool,
    /// How many bytes it had.
    pub bytes: usize,
    /// Only its beginning is here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// Something was redacted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

/// Bytes of one body that are written down.
pub(super) const MOST: usize = 256 * 1024;

/// Bytes of one body that are looked at: redaction makes text shorter, but not by this much in any body that matters.
const LOOKED_AT: usize = 2 * MOST;

/// No secret is longer.
const MARGIN: usize = 64 * 1024;

impl Content {
    /// The content `bytes`, of which `redacted` says how its text may be shown.
    pub fn new(bytes: &[u8], redacted: impl Fn(&[u8]) -> String) -> Self {
        let cut = bytes.len() > MOST;
        let all = bytes.len();
        let bytes = bytes.get(..all.min(LOOKED_AT)).unwrap_or_default();
        let text = match std::str::from_utf8(bytes) {
            Err(error) if cut && error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or_default(),
            _ => bytes,
        };
        let (bytes, whole) = (text, std::str::from_utf8(text));
        let Ok(whole) = whole else {
            // No secret is looked for in what is no text, so nothing that could hold one is kept.
            let shown = redacted(bytes);
            let clean = shown == String::from_utf8_lossy(bytes);
            let kept = if clean { bytes.get(..bytes.len().min(MOST)).unwrap_or_default() } else { &[] };
            return Self {
                text: STANDARD.encode(kept),
                base64: true,
                bytes: all,
                cut: cut || !clean,
                redacted: !clean,
            };
        };
        let mut text = redacted(bytes);
        let redacted = text != whole;
        // Where the text breaks off there may be the beginning of a secret.
        let most = if all > bytes.len() { MOST.min(text.len().saturating_sub(MARGIN)) } else { MOST };
        if text.len() > most {
            let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            text.truncate(end);
        }
        Self { text, base64: false, bytes: all, cut, redacted }
    }

    /// The bytes, as far as they were written down.
    pub fn decoded(&self) -> Vec<u8> {
        if self.base64 {
            // What is no Base64 was written by somebody else, and is taken as it stands.
            STANDARD.decode(&self.text).unwrap_or_else(|_| self.text.clone().into_bytes())
        } else {
            self.text.clone().into_bytes()
        }
    }

    /// Whether it is what was sent, byte for byte.
    pub fn is_faithful(&self) -> bool {
        !self.cut && !self.redacted
    }
}
