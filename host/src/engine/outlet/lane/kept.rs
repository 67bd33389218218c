//! Lanes over a restart of the host.

use std::sync::Mutex;

use super::{FIRST, Lane, State};
use crate::durable::Buffer;
use crate::engine::outlet::replay::Replay;

impl Lane {
    /// All that there is to read in it, if it can be resumed.
    pub fn kept(&self) -> Option<Buffer> {
        let state = self.lock();
        let (before, messages) = state.replay.kept();
        state.resumable.then_some(Buffer {
            before,
            messages,
            lost: state.lost,
            status: state.status,
            finished: state.finished,
            ended: state.ended,
            named: state.named,
            prime: state.prime,
        })
    }

    /// One as it was when the host stopped. Nobody reads it yet.
    pub fn restored(buffer: Buffer) -> Self {
        Self::left(State {
            replay: Replay::of(buffer.before, buffer.messages, buffer.finished),
            lost: buffer.lost,
            status: buffer.status,
            finished: buffer.finished,
            ended: buffer.ended,
            named: buffer.named,
            prime: buffer.prime,
            ..State::default()
        })
    }

    /// One whose messages went with the host that had them. What comes now has numbers above this one, which was never
    /// given to any.
    pub fn emptied(lost: u64) -> Self {
        Self::left(State {
            replay: Replay::of(lost, Vec::new(), false),
            lost,
            ..State::default()
        })
    }

    fn left(state: State) -> Self {
        let state = State {
            resumable: true,
            connection: FIRST,
            connected: false,
            ..state
        };
        Self {
            state: Mutex::new(state),
            ..Self::default()
        }
    }
}
