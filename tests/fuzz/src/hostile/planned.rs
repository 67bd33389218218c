//! What the guest of an input answers, line by line.

use std::collections::VecDeque;

use hearth_harness::stage::BEGIN;
use hearth_host::contract::hearth::mcp::types::{
    Action, Checkpoint, CheckpointKind, Detach, Effect, Ending, Level, Log, Perform, Resumable, Send, Served, Status,
    Trace, Transport,
};

use crate::input::{lines, number, owned, parts};

/// Bytes that one line may make of a number: beyond every limit that is tried, and far from what a machine has.
const MOST_BYTES: usize = 16 << 10;
/// Actions that one line may ask for: more than one call may have.
const MOST_ACTIONS: usize = 1_100;

/// All answers of an input.
#[derive(Default)]
pub struct Planned {
    answers: VecDeque<Vec<Vec<u8>>>,
    restores: VecDeque<Vec<u8>>,
    /// Instances that cannot be made.
    missing: u64,
}

/// One answer.
#[derive(Default)]
pub struct Plan {
    /// The effects.
    pub effects: Vec<Effect>,
    /// The session that begins.
    pub session: Option<String>,
    /// It traps.
    pub trap: bool,
    /// It refuses.
    pub refuse: bool,
}

impl Planned {
    /// Reads an input.
    pub fn read(data: &[u8]) -> Self {
        let mut planned = Self::default();
        let mut answer = Vec::new();
        for line in lines(data) {
            match line[0] {
                b'.' => planned.answers.push_back(std::mem::take(&mut answer)),
                b'x' => planned.restores.push_back(line[1..].trim_ascii().to_vec()),
                b'y' => planned.missing += 1,
                b'a'..=b'z' => answer.push(line.to_vec()),
                _ => {}
            }
        }
        planned.answers.push_back(answer);
        planned
    }

    /// The next answer. `serial` numbers messages and work, so that each can be told from all others.
    pub fn next(&mut self, serial: &mut u64) -> Plan {
        let mut plan = Plan::default();
        for line in self.answers.pop_front().unwrap_or_default() {
            *serial += 1;
            match line[0] {
                b't' => plan.trap = true,
                b'r' => plan.refuse = true,
                b'i' => plan.session = Some(owned(line[1..].trim_ascii())),
                _ => plan.effects.extend(effect(&line, *serial)),
            }
        }
        plan
    }

    /// The keys that the next restore cannot read; None: it traps.
    pub fn unread(&mut self) -> Option<Vec<String>> {
        let keys = self.restores.pop_front().unwrap_or_default();
        let read = |key: &[u8]| (!key.is_empty()).then(|| owned(key));
        (keys != b"!").then(|| keys.split(|byte| *byte == b'\t').filter_map(read).collect())
    }

    /// Whether the next instance can be made.
    pub fn makes(&mut self) -> bool {
        let makes = self.missing == 0;
        self.missing = self.missing.saturating_sub(1);
        makes
    }
}

fn effect(line: &[u8], serial: u64) -> Option<Effect> {
    let [_, rest] = parts(line);
    Some(match line[0] {
        b's' | b'b' | b'z' => {
            let [outlet, tag, content] = parts(rest);
            let outlet = number(outlet);
            let mut body = format!("{serial} {outlet} ").into_bytes();
            match line[0] {
                b's' | b'z' => body.extend(content),
                _ => body.resize(bytes(content).max(body.len()), b'.'),
            }
            Effect::Send(Send {
                outlet,
                body,
                last: line[0] == b'z',
                status: Status::Ok,
                replaces: (!tag.is_empty()).then(|| owned(tag)),
            })
        }
        b'e' => Effect::End(number(rest)),
        b'u' => {
            let [outlet, session] = parts(rest);
            Effect::Resumable(Resumable {
                outlet: number(outlet),
                session: owned(session),
                prime: true,
            })
        }
        b'd' => Effect::Detach(Detach {
            outlet: number(rest),
            retry: 0,
        }),
        b'p' => Effect::Perform(perform(rest, serial)),
        b'a' => Effect::Abandon(owned(rest)),
        b'k' => Effect::Keep(checkpoint(rest)),
        b'f' => Effect::Forget(owned(rest)),
        b'w' => Effect::Wake(BEGIN.wrapping_add_signed(number(rest))),
        b'l' => Effect::Log(Log {
            level: Level::Info,
            text: "ä".repeat(bytes(rest)),
        }),
        b'v' => Effect::Served(Served {
            method: owned(rest),
            ending: Ending::Cancelled,
            since: number(rest),
            trace: Some(Trace {
                traceparent: owned(rest),
                tracestate: owned(rest),
            }),
        }),
        _ => return None,
    })
}

fn bytes(part: &[u8]) -> usize {
    number::<usize>(part).min(MOST_BYTES)
}

fn perform(rest: &[u8], serial: u64) -> Perform {
    let [key, principal, copies, patience, deadline, name, target, data] = parts(rest);
    let action = Action {
        name: owned(name),
        target: target.to_vec(),
        data: data.to_vec(),
    };
    Perform {
        ticket: serial.to_string().into_bytes(),
        key: owned(key),
        principal: owned(principal),
        client: owned(principal),
        tool: serial.to_string(),
        arguments: Vec::new(),
        actions: vec![action; number::<usize>(copies).min(MOST_ACTIONS)],
        patience: number(patience),
        deadline: number(deadline),
        trace: None,
    }
}

fn checkpoint(rest: &[u8]) -> Checkpoint {
    let [key, format, size] = parts(rest);
    Checkpoint {
        key: owned(key),
        kind: CheckpointKind::Session,
        principal: None,
        transport: Transport::Sse,
        protocol_version: String::new(),
        client: String::new(),
        tools_digest: String::new(),
        expiry: None,
        format: number(format),
        body: vec![b'.'; bytes(size)],
    }
}
