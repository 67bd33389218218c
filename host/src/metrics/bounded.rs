//! Label values from outside: so many are told apart, in the order in which they come, and all others are one.

use std::sync::OnceLock;

/// What all others are called.
pub const OTHER: &str = "other";

/// Bytes that a label value may have.
const LONGEST: usize = 64;

/// What is counted of each of up to `MOST` names. Never waits for another thread but at the first of a name.
pub struct Bounded<T, const MOST: usize> {
    known: [OnceLock<(Box<str>, T)>; MOST],
    other: OnceLock<T>,
    make: fn() -> T,
}

impl<T, const MOST: usize> Bounded<T, MOST> {
    /// `make`: what is counted of a name that is new.
    pub fn new(make: fn() -> T) -> Self {
        Self {
            known: [const { OnceLock::new() }; MOST],
            other: OnceLock::new(),
            make,
        }
    }

    /// What is counted of this name.
    pub fn of(&self, name: &str) -> &T {
        if is_plain(name) && name != OTHER {
            for place in &self.known {
                let (known, counted) = place.get_or_init(|| (name.into(), (self.make)()));
                if **known == *name {
                    return counted;
                }
            }
        }
        self.other.get_or_init(self.make)
    }

    /// All that were named, the others last.
    pub fn all(&self) -> impl Iterator<Item = (&str, &T)> {
        let known = self.known.iter().map_while(OnceLock::get);
        let known = known.map(|(name, counted)| (&**name, counted));
        known.chain(self.other.get().map(|counted| (OTHER, counted)))
    }
}

/// Names as methods, domains and routes have them.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-.{}".contains(&byte);
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(plain)
}
