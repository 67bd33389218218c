//! The targets find what they are there to find: each fault that is planted here makes an input that is kept fail.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hearth_component::contract::exports::hearth::mcp::server::{News, OpenWork, Principal, Route, Tool};
use hearth_component::contract::hearth::mcp::types::{
    Change, Checkpoint, Effect, Level, Log, Refusal, RefusalReason, Send, Status,
};
use hearth_fuzz::corpus::entries;
use hearth_fuzz::installation::Installation;
use hearth_fuzz::reducer::{Answered, Event, Make, Reducer, sound};
#[cfg(feature = "hostile")]
use hearth_fuzz::{Planted, hostile_with};

/// A fault: what it does to what an instance is given and to what it gives.
struct Fault {
    name: &'static str,
    given: fn(&mut Vec<Checkpoint>, &mut Vec<OpenWork>),
    unread: fn(&mut Vec<String>),
    /// With the number of events that this instance has taken.
    before: fn(&mut Event, u64),
    after: fn(&Event, &mut Answered, u64),
}

const SOUND: Fault = Fault {
    name: "",
    given: |_, _| {},
    unread: |_| {},
    before: |_, _| {},
    after: |_, _, _| {},
};

struct Broken {
    inner: Box<dyn Reducer>,
    fault: &'static Fault,
    events: u64,
}

impl Reducer for Broken {
    fn restore(&mut self, mut checkpoints: Vec<Checkpoint>, mut work: Vec<OpenWork>) -> Vec<String> {
        (self.fault.given)(&mut checkpoints, &mut work);
        let mut unread = self.inner.restore(checkpoints, work);
        (self.fault.unread)(&mut unread);
        unread
    }

    fn handle(&mut self, mut event: Event) -> Answered {
        self.events += 1;
        (self.fault.before)(&mut event, self.events);
        let mut answered = self.inner.handle(event.clone());
        (self.fault.after)(&event, &mut answered, self.events);
        answered
    }

    fn offers(&mut self, principal: Principal, route: Route) -> Vec<Tool> {
        self.inner.offers(principal, route)
    }
}

/// Whether a run of some input that is kept fails.
fn found(target: &str, run: impl Fn(&[u8])) -> bool {
    let fails = |data: &[u8]| catch_unwind(AssertUnwindSafe(|| run(data))).is_err();
    entries(target).iter().any(|entry| fails(&entry.data))
}

fn finds(target: &str, run: fn(Make, &[u8]), faults: &'static [Fault]) {
    for fault in faults {
        let make = |installation: Installation| {
            Box::new(Broken {
                inner: sound(installation),
                fault,
                events: 0,
            }) as Box<dyn Reducer>
        };
        assert!(
            found(target, |data| run(&make, data)),
            "{target} does not find: {}",
            fault.name
        );
    }
}

fn sends(answered: &mut Answered) -> impl Iterator<Item = &mut Send> {
    let effects = answered.as_mut().map(|answer| answer.effects.as_mut_slice());
    effects
        .unwrap_or_default()
        .iter_mut()
        .filter_map(|effect| match effect {
            Effect::Send(send) => Some(send),
            _ => None,
        })
}

/// The message that went out, once more.
fn twice(_: &Event, answered: &mut Answered, _: u64) {
    let again: Vec<Effect> = sends(answered).map(|send| Effect::Send(send.clone())).collect();
    if let Ok(answer) = answered {
        answer.effects.extend(again);
    }
}

fn never(_: &Event, answered: &mut Answered, _: u64) {
    if let Ok(answer) = answered {
        answer.effects.retain(|effect| !matches!(effect, Effect::Send(_)));
    }
}

fn is_about(event: &Event, word: &str) -> bool {
    matches!(event, Event::Receive(delivery) if String::from_utf8_lossy(&delivery.body).contains(word))
}

/// Takes somebody for somebody else.
fn mistake(event: &mut Event, one: &str, other: &str) {
    if let Event::Receive(delivery) = event
        && delivery.principal.id == one
    {
        delivery.principal.id = other.to_owned();
    }
}

#[test]
fn message_finds_answers_that_go_wrong() {
    const FAULTS: &[Fault] = &[
        Fault {
            name: "no answer",
            after: never,
            ..SOUND
        },
        Fault {
            name: "two answers",
            after: twice,
            ..SOUND
        },
        Fault {
            name: "an answer to somebody else",
            after: |_, answered, _| sends(answered).for_each(|send| send.outlet += 1),
            ..SOUND
        },
        Fault {
            name: "an answer that is not JSON",
            after: |event, answered, _| {
                if is_about(event, "server/discover") {
                    sends(answered).for_each(|send| send.body.push(b'}'));
                }
            },
            ..SOUND
        },
        Fault {
            name: "an answer on two lines",
            after: |event, answered, _| {
                if is_about(event, "resources/list") {
                    sends(answered).for_each(|send| send.body.insert(1, b'\n'));
                }
            },
            ..SOUND
        },
        Fault {
            name: "a request that is refused",
            after: |event, answered, _| {
                if is_about(event, "prompts/list") {
                    *answered = Err(Refusal {
                        reason: RefusalReason::Malformed,
                        detail: String::new(),
                    });
                }
            },
            ..SOUND
        },
        Fault {
            name: "a panic",
            before: |event, _| assert!(!is_about(event, "notifications/cancelled"), "planted"),
            ..SOUND
        },
    ];
    finds("message", hearth_fuzz::message_on, FAULTS);
}

#[test]
fn checkpoint_finds_sessions_that_go_wrong() {
    const FAULTS: &[Fault] = &[
        Fault {
            name: "a key that it was not given",
            unread: |unread| unread.push("planted".to_owned()),
            ..SOUND
        },
        Fault {
            name: "a session that is lost beside others",
            given: |checkpoints, _| {
                if checkpoints.len() > 2 {
                    checkpoints.remove(0);
                }
            },
            ..SOUND
        },
        Fault {
            name: "somebody else who is heard",
            before: |event, _| mistake(event, "somebody else", "ann"),
            ..SOUND
        },
        Fault {
            name: "a panic",
            given: |checkpoints, _| assert!(checkpoints.iter().all(|kept| kept.format < 2), "planted"),
            ..SOUND
        },
    ];
    finds("checkpoint", hearth_fuzz::checkpoint_on, FAULTS);
}

#[test]
fn ticket_finds_news_that_go_wrong() {
    fn is_news(event: &Event, progress: bool) -> bool {
        matches!(event, Event::Resume { news, .. } if matches!(news, News::Progress(_)) == progress)
    }
    const FAULTS: &[Fault] = &[
        Fault {
            name: "no answer",
            after: |event, answered, events| {
                if is_news(event, false) {
                    never(event, answered, events);
                }
            },
            ..SOUND
        },
        Fault {
            name: "two answers",
            after: |event, answered, events| {
                if is_news(event, false) {
                    twice(event, answered, events);
                }
            },
            ..SOUND
        },
        Fault {
            name: "progress that is half a message",
            after: |event, answered, _| {
                if is_news(event, true) {
                    sends(answered).for_each(|send| send.body.truncate(9));
                }
            },
            ..SOUND
        },
        Fault {
            name: "work that it wrote and cannot read",
            unread: |unread| unread.push("planted".to_owned()),
            ..SOUND
        },
    ];
    finds("ticket", hearth_fuzz::ticket_on, FAULTS);
}

#[test]
fn home_change_finds_changes_that_go_wrong() {
    fn changes(event: &Event) -> &[Change] {
        match event {
            Event::HomeChanged { changes, .. } => changes,
            _ => &[],
        }
    }
    const FAULTS: &[Fault] = &[
        Fault {
            name: "a notification out of nowhere",
            after: |event, answered, _| {
                if let (Ok(answer), [_, _, ..]) = (answered, changes(event)) {
                    answer.effects.push(Effect::Send(Send {
                        outlet: 1,
                        body: br#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#.to_vec(),
                        last: false,
                        status: Status::Ok,
                        replaces: None,
                    }));
                }
            },
            ..SOUND
        },
        Fault {
            name: "a session that is not told of its end",
            after: |event, answered, _| {
                if let (Ok(answer), [_, ..]) = (answered, changes(event)) {
                    answer.effects.retain(|effect| !matches!(effect, Effect::Forget(_)));
                }
            },
            ..SOUND
        },
        Fault {
            name: "a log without a text",
            after: |event, answered, _| {
                if let (Ok(answer), [_, ..]) = (answered, changes(event)) {
                    let text = String::new();
                    answer.effects.push(Effect::Log(Log {
                        level: Level::Info,
                        text,
                    }));
                }
            },
            ..SOUND
        },
        Fault {
            name: "a panic",
            before: |event, _| assert!(changes(event).iter().all(|change| change.kind != "weather"), "planted"),
            ..SOUND
        },
    ];
    finds("home_change", hearth_fuzz::home_change_on, FAULTS);
}

#[test]
fn script_finds_instances_that_differ() {
    const FAULTS: &[Fault] = &[
        Fault {
            name: "an instance that tires",
            after: |_, answered, events| {
                if events > 4 {
                    sends(answered).for_each(|send| send.body.extend(b" "));
                }
            },
            ..SOUND
        },
        Fault {
            name: "work that a new instance forgets",
            given: |_, work| work.clear(),
            ..SOUND
        },
        Fault {
            name: "somebody else who is heard",
            before: |event, _| {
                for owner in ["ann", "bob", "cem"] {
                    mistake(event, "mallory", owner);
                }
            },
            ..SOUND
        },
        Fault {
            name: "work for somebody else",
            after: |_, answered, _| {
                for effect in answered
                    .as_mut()
                    .map(|answer| answer.effects.as_mut_slice())
                    .unwrap_or_default()
                {
                    if let Effect::Perform(perform) = effect {
                        perform.principal = "ann".to_owned();
                    }
                }
            },
            ..SOUND
        },
        Fault {
            name: "a checkpoint that is not kept",
            after: |event, answered, _| {
                if let (Ok(answer), Event::Open { .. }) = (answered, event) {
                    answer.effects.clear();
                }
            },
            ..SOUND
        },
        Fault {
            name: "a checkpoint that grows",
            after: |_, answered, _| {
                for effect in answered
                    .as_mut()
                    .map(|answer| answer.effects.as_mut_slice())
                    .unwrap_or_default()
                {
                    if let Effect::Keep(kept) = effect {
                        kept.body.resize(5_000, b' ');
                    }
                }
            },
            ..SOUND
        },
    ];
    finds("script", hearth_fuzz::script_on, FAULTS);
}

#[cfg(feature = "hostile")]
#[test]
fn hostile_finds_a_host_that_breaks_a_promise() {
    for planted in [
        Planted::Unbounded,
        Planted::IgnoresReadOnly,
        Planted::IgnoresLostRights,
        Planted::ExposesAll,
        Planted::Misdelivers,
        Planted::TellsTwice,
        Planted::KeepsTooMuch,
        Planted::Crosses,
    ] {
        let found = found("hostile", |data| hostile_with(data, planted));
        assert!(found, "hostile does not find: {planted:?}");
    }
}
