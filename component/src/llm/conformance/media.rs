//! The smallest picture and the smallest sound that are whole.

use crate::llm::content::Content;

/// One red pixel.
pub(super) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC";

/// A thousandth of a second of silence.
const WAV: &str = "UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==";

pub(super) fn image() -> Content {
    Content::Image {
        mime_type: "image/png".to_owned(),
        data: PNG.to_owned(),
    }
}

pub(super) fn audio() -> Content {
    Content::Audio {
        mime_type: "audio/wav".to_owned(),
        data: WAV.to_owned(),
    }
}
