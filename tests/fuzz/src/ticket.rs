//! `ticket`: arbitrary tickets, restored as open work and given back with news. The first letter of a line says how it
//! comes: `w` as open work (key, ticket), `p` with progress (done, total, text, ticket), `o` with outcomes (their kinds by
//! the letters of `ofrtu`, the data of all of them, ticket), `f` with a fault (ticket).

use hearth_component::contract::exports::hearth::mcp::server::{News, OpenWork};
use hearth_component::contract::hearth::mcp::types::{Effect, Ending, Outcome, OutcomeKind, Progress};

use crate::host::Host;
use crate::input::{choice, lines, number, owned, parts};
use crate::jsonrpc::Said;
use crate::probe::{done, initialize, light_on, ping, result, session, user};
use crate::reducer::{Make, sound};

/// Runs an input against the component.
pub fn ticket(data: &[u8]) {
    ticket_on(&sound, data);
}

/// Runs an input: what cannot be read is named, news of it lead to nothing but a log, and the work of our own is answered
/// once.
pub fn ticket_on(make: Make, data: &[u8]) {
    let mut host = Host::new(make);
    let client = user("ann");
    let opened = host.open(&client);
    let session = session(opened);
    result(&mut host, &session, &client, &initialize("2025-11-25"));
    host.post(&session, &client, light_on("open").as_bytes(), false)
        .expect("a call is taken");

    let work: Vec<OpenWork> = lines(data).filter_map(open_work).collect();
    let keys: Vec<String> = work.iter().map(|work| work.key.clone()).collect();
    if !work.is_empty() {
        let (unread, effects) = host.restart_with(Vec::new(), work);
        assert!(
            unread.iter().all(|key| keys.contains(key)),
            "it names what it was given"
        );
        // What nobody waits for is given up, and told as finished.
        let of_given = |effect: &Effect| match effect {
            Effect::Abandon(key) => keys.contains(key),
            Effect::Served(served) => served.ending == Ending::Cancelled,
            _ => false,
        };
        assert!(effects.iter().all(of_given), "no session has changed: {effects:?}");
    }

    let own = host.work.keys().next().cloned().expect("a call is worked on");
    let outlet = host.sessions[&session].outlet;
    let mut answered = 0;
    for (news, ticket) in lines(data).filter_map(news) {
        let most = usize::from(!matches!(news, News::Progress(_)));
        let answer = host.news(ticket, news).expect("news are not refused");
        let answers = answer.effects.iter().filter(|effect| answers(effect, outlet)).count();
        assert!(answers <= most, "work is answered when it is over, and once");
        answered += answers;
    }
    // An input may have said that our own work is over, or said what became of it.
    if answered == 0 && !keys.contains(&own) {
        let actions = host.work[&own].actions;
        host.resume(&own, News::Outcomes(vec![done(); actions]))
            .expect("news are not refused");
    }
    ping(&mut host, &session, &client);
}

fn open_work(line: &[u8]) -> Option<OpenWork> {
    let [letter, key, ticket] = parts(line);
    (letter == b"w").then(|| OpenWork {
        key: owned(key),
        ticket: ticket.to_vec(),
    })
}

fn news(line: &[u8]) -> Option<(News, Vec<u8>)> {
    let [letter, rest] = parts(line);
    match letter {
        b"p" => {
            let [done, total, text, ticket] = parts(rest);
            let progress = Progress {
                done: number(done),
                total: (!total.is_empty()).then(|| number(total)),
                text: (!text.is_empty()).then(|| owned(text)),
            };
            Some((News::Progress(progress), ticket.to_vec()))
        }
        b"o" => {
            let [kinds, data, ticket] = parts(rest);
            Some((News::Outcomes(outcomes(kinds, data)), ticket.to_vec()))
        }
        b"f" => Some((News::Fault, rest.to_vec())),
        _ => None,
    }
}

/// Outcomes of the kinds that the letters name, all with this data.
pub fn outcomes(kinds: &[u8], data: &[u8]) -> Vec<Outcome> {
    let known = [
        OutcomeKind::Ok,
        OutcomeKind::Failed,
        OutcomeKind::Refused,
        OutcomeKind::TimedOut,
        OutcomeKind::Running,
    ];
    let kinds = kinds.iter().filter_map(|letter| choice(*letter, "ofrtu"));
    kinds
        .map(|kind| Outcome {
            kind: known[kind],
            data: data.to_vec(),
        })
        .collect()
}

/// Whether an effect answers a request.
///
/// # Panics
/// When it is none that news may lead to.
fn answers(effect: &Effect, outlet: u64) -> bool {
    match effect {
        Effect::Send(send) => {
            assert_eq!(send.outlet, outlet, "nobody else is there");
            matches!(Said::read(&send.body), Said::Answer { .. })
        }
        Effect::Log(_) | Effect::Served(_) => false,
        other => panic!("news of work led to {other:?}"),
    }
}
