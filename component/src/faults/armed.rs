//! Traps on demand.
//!
//! A home change of kind `test-trap` arms the instance: the next event of the name in its id panics, after the server
//! has done all of it, so that whatever it had changed is lost. It is gone with the instance: a second attempt succeeds.

use std::cell::RefCell;

use crate::contract::hearth::mcp::types::Change;

thread_local! {
    static ARMED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The answer to an event of this name, unless the instance is armed for it.
pub fn at<T>(event: &str, answer: T) -> T {
    let armed = ARMED.with_borrow(|armed| armed.as_deref() == Some(event));
    assert!(!armed, "armed to trap at {event}");
    answer
}

/// Arms the instance if one of these changes says so.
pub fn arm(changes: Vec<Change>) {
    for change in changes {
        if change.kind == "test-trap" {
            ARMED.set(Some(change.id));
        }
    }
}
