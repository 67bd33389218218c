//! What the arguments of prompts and of the template may be meant to be.

use super::{prompts, resources};

const WORDS: &[&str] = &["hello", "paris", "park", "party", "test", "testing", "world"];
const IDS: &[&str] = &["1", "12", "123"];

pub(super) fn complete(of: &str, argument: &str, begun: &str) -> Option<Vec<String>> {
    let values = match (prompts::arguments(of), argument) {
        (Some(arguments), _) if arguments.contains(&argument) => WORDS,
        (Some(_), _) => &[],
        (None, "id") if of == resources::TEMPLATE => IDS,
        (None, _) if of == resources::TEMPLATE => &[],
        (None, _) => return None,
    };
    let values = values.iter().filter(|value| value.starts_with(begun));
    Some(values.map(|value| (*value).to_owned()).collect())
}
