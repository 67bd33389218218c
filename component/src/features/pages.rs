//! Pages of lists (MCP, pagination): a cursor says which list it is of, in which state, and where to go on.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::protocol::error::{Code, RpcError};
use crate::protocol::params::Params;

/// Part of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Which items.
    pub items: Range<usize>,
    /// Where the next page begins; None: this is the last.
    pub next: Option<String>,
}

/// The page that a request asks for. `list` names the list, `state` is what it holds now in some form: a cursor of a list
/// that has changed since is no good any more.
///
/// # Errors
/// When the cursor is of another list, of another state, or none at all.
pub fn page(params: &Params, list: &str, state: &str, count: usize, limit: u64) -> Result<Page, RpcError> {
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let mark = mark(list, state);
    let begin = match params.cursor()? {
        None => 0,
        Some(cursor) => begin(&cursor, &mark, count, size).ok_or_else(|| {
            RpcError::new(
                Code::InvalidParams,
                format!("This cursor is not one of {list}, or the list has changed since; ask without a cursor"),
            )
        })?,
    };
    let end = count.min(begin.saturating_add(size));
    Ok(Page {
        items: begin..end,
        next: (end < count).then(|| format!("{mark}-{end}")),
    })
}

fn begin(cursor: &str, mark: &str, count: usize, size: usize) -> Option<usize> {
    let begin: usize = cursor.strip_prefix(mark)?.strip_prefix('-')?.parse().ok()?;
    (begin > 0 && begin < count && begin.is_multiple_of(size)).then_some(begin)
}

fn mark(list: &str, state: &str) -> String {
    let digest = Sha256::new()
        .chain_update(list)
        .chain_update([0])
        .chain_update(state)
        .finalize();
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The members of a result that hold a page: `items` is a JSON array.
pub fn members(member: &str, items: &str, next: Option<&str>) -> String {
    let cursor = next
        .map(|cursor| format!(r#","nextCursor":"{cursor}""#))
        .unwrap_or_default();
    format!(r#""{member}":{items}{cursor}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(cursor: Option<&str>, list: &str, state: &str) -> Result<Page, RpcError> {
        let json = cursor.map_or("{}".to_owned(), |cursor| format!(r#"{{"cursor":"{cursor}"}}"#));
        let raw: &serde_json::value::RawValue = serde_json::from_str(&json).expect("JSON");
        page(&Params::parse(Some(raw)).expect("params"), list, state, 5, 2)
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let mut cursor = None;
        let mut seen = Vec::new();
        loop {
            let page = ask(cursor.as_deref(), "tools", "a").expect("a page");
            seen.push(page.items);
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, [0..2, 2..4, 4..5]);
    }

    #[test]
    fn a_cursor_of_another_list_or_of_another_state_is_refused() {
        let next = ask(None, "tools", "a").expect("a page").next.expect("there is more");
        assert!(ask(Some(&next), "tools", "a").is_ok());
        for (cursor, list, state) in [
            (next.as_str(), "prompts", "a"),
            (&next, "tools", "b"),
            ("x", "tools", "a"),
        ] {
            assert!(ask(Some(cursor), list, state).is_err());
        }
        let (mark, _) = next.rsplit_once('-').expect("a place");
        for place in ["0", "1", "5", "6", "-2", ""] {
            assert!(ask(Some(&format!("{mark}-{place}")), "tools", "a").is_err(), "{place}");
        }
    }
}
