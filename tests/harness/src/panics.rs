//! Panics of a behaviour, kept from the terminal: where one broke, and what it said.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use futures_util::FutureExt as _;

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked {
    /// What it said.
    pub what: String,
    /// Where: file and line.
    pub place: String,
}

thread_local! {
    /// Some while the panics of this thread are caught.
    static CAUGHT: RefCell<Option<Vec<Panicked>>> = const { RefCell::new(None) };
}

/// Awaits a future on this thread and catches its panic. Panics of other threads are shown as ever.
///
/// # Errors
/// When it panicked.
pub async fn caught(future: impl Future<Output = ()>) -> Result<(), Panicked> {
    install();
    CAUGHT.set(Some(Vec::new()));
    let result = AssertUnwindSafe(future).catch_unwind().await;
    let panics = CAUGHT.take().unwrap_or_default();
    // A task of the engine that panicked has no one who hears of it, but broke the behaviour all the same.
    match panics.into_iter().next() {
        Some(panicked) => Err(panicked),
        None if result.is_err() => Err(Panicked {
            what: "it panicked without a word".to_owned(),
            place: String::new(),
        }),
        None => Ok(()),
    }
}

fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let kept = CAUGHT.with_borrow_mut(|caught| caught.as_mut().map(|caught| caught.push(told(info))));
            if kept.is_none() {
                before(info);
            }
        }));
    });
}

fn told(info: &PanicHookInfo<'_>) -> Panicked {
    let what = info.payload_as_str().unwrap_or("it panicked without a word").to_owned();
    let place = info
        .location()
        .map(|place| format!("{}:{}", place.file(), place.line()))
        .unwrap_or_default();
    Panicked { what, place }
}
