//! `hostile`: arbitrary effects of a guest that wishes its host ill, and what happens meanwhile. The engine is the real
//! one, around it is what the harness simulates, and in the guest's place is a [`Program`](hearth_host::engine::Program)
//! that answers what the input says.
//!
//! Lines that begin with a small letter are what the guest answers, an effect a line, its words divided by tabs; `.` ends
//! an answer and the next event gets the next one. When there are none left, it answers nothing. Lines that begin with a
//! capital are what happens, one after the other.
//!
//! | line | effect |
//! |---|---|
//! | `s` outlet, tag, text; `b` outlet, tag, bytes | a message of this text, or of so many bytes |
//! | `z` outlet, tag, text | a message that is the last |
//! | `e`, `d` outlet; `u` outlet, session | the outlet is ended, detached, made resumable in that session |
//! | `p` key, principal, copies, patience, deadline, action, target, data | work of so many such actions |
//! | `a` key | work is abandoned |
//! | `k` key, format, bytes; `f` key | a checkpoint of so many bytes is kept, forgotten |
//! | `w` ms; `l` bytes | the timer, that far from the beginning; a log of so many bytes |
//! | `i` id | no effect: the id of the session that begins |
//! | `t`, `r` | instead of all this: it traps, it refuses |
//! | `x` keys; `y` | not an answer: the next restore cannot read these keys, or traps at `!`; no instance can be made |
//!
//! | line | what happens |
//! |---|---|
//! | `O` p | principal p connects: `0` is `ada`, an administrator, `1` is `ben` |
//! | `B` c body, `X` c other | client c posts to its session, to that of another client |
//! | `D` c, `C` c | client c reads all there is, hangs up |
//! | `I` p s body | principal p posts to Streamable HTTP, in session s or with `-` in none |
//! | `L` p s event | principal p wants a stream of session s; after an event: `@x` is the last that exchange x has read |
//! | `J` x, `K` x | exchange or stream x reads all there is, hangs up |
//! | `M` p s | principal p ends session s |
//! | `R`, `P` n | actions that wait go on, say how far they are |
//! | `A` ms | time passes |
//! | `H` e, `S` e | entity e is exposed or hidden, changes |
//! | `E` flags | the config entry, as in `script` |
//! | `G` p, `+`, `-` or `0` | rights, as in `script` |
//! | `N`, `V`, `F` | a new instance; changes are delivered; what it offers |

mod exchanges;
mod guest;
mod lanes;
mod model;
mod planned;
mod world;

use std::cell::Cell;
use std::panic;
use std::sync::Once;

use hearth_host::limits::Limits;

use self::world::World;
use crate::input::lines;

/// Runs an input: the host does not panic, keeps to what it promises, and comes to its end.
pub fn hostile(data: &[u8]) {
    hostile_with(data, Planted::Nothing);
}

/// A fault of the host that is simulated around it, to see that it would be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Planted {
    /// None: the host as it is.
    #[default]
    Nothing,
    /// It keeps more for a client than the limits allow.
    Unbounded,
    /// It does not know when a config entry is read-only.
    IgnoresReadOnly,
    /// It does not know when somebody has lost rights.
    IgnoresLostRights,
    /// It exposes what is hidden.
    ExposesAll,
    /// It lets the first two clients read each other's streams.
    Misdelivers,
    /// It tells news twice.
    TellsTwice,
    /// It keeps checkpoints that are too large.
    KeepsTooMuch,
    /// It lets the first two exchanges read each other's messages.
    Crosses,
}

/// Runs an input against a host with a fault.
pub fn hostile_with(data: &[u8], planted: Planted) {
    // Tasks of the engine that panic are caught by the runtime; whoever drives it has to hear of them.
    count_panics();
    let before = PANICS.get();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .start_paused(true)
        .enable_time()
        .build()
        .expect("a runtime of one thread");
    runtime.block_on(async {
        let mut world = World::new(data, planted).await;
        for line in lines(data) {
            world.step(line).await;
        }
        world.end().await;
    });
    drop(runtime);
    assert_eq!(PANICS.get(), before, "a task of the host panicked");
}

/// Limits that short inputs reach.
fn limits() -> Limits {
    Limits {
        unread_messages: 8,
        unread_bytes: 4_096,
        ..Limits::default()
    }
}

thread_local! {
    static PANICS: Cell<u64> = const { Cell::new(0) };
}

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICS.set(PANICS.get() + 1);
            before(info);
        }));
    });
}
