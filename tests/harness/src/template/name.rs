//! Names that a crate can have.

use super::lock;

/// Longer names make longer paths than some systems take.
const LONGEST: usize = 64;

/// What Rust keeps for itself: keywords, and the crates that every program has.
const RESERVED: &str = "\
    abstract alloc as async await become box break const continue core crate do dyn else enum extern false final \
    fn for gen if impl in let loop macro match mod move mut override priv proc-macro proc_macro pub ref return \
    self static std struct super test trait true try type typeof unsafe unsized use virtual where while yield";

/// What is wrong with a name; the lock file says which crates the project depends on.
pub(super) fn wrong_with(name: &str, lock: &str) -> Option<&'static str> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    let taken = |other: &str| other.replace('-', "_") == name.replace('-', "_");
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        Some("it must begin with a small letter")
    } else if !name.bytes().all(fits) {
        Some("it may hold small letters, digits, `-` and `_`, and nothing else")
    } else if name.len() > LONGEST {
        Some("it is longer than 64 characters")
    } else if RESERVED.split_whitespace().any(|reserved| reserved == name) {
        Some("Rust uses it itself")
    } else if lock::packages(lock).any(|(other, _)| taken(other)) {
        Some("the project depends on a crate of that name")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::template::Project;

    #[test]
    fn names_of_crates_are_taken() {
        for name in ["night-lights", "a", "my_home2"] {
            assert!(Project::named(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_cargo_would_not_take_is_refused_with_advice() {
        let long = "x".repeat(65);
        let names = [
            "",
            "-a",
            "2a",
            "Night",
            "a b",
            "../a",
            "a/b",
            "fn",
            "test",
            "küche",
            "wit_bindgen",
            &long,
        ];
        for name in names {
            let error = Project::named(name).expect_err(name).to_string();
            assert!(error.contains(name) && error.contains("choose another"), "{error}");
        }
    }
}
