//! The swap under load, as tables to be read: how long no event is taken, and how long a client that asks without a pause
//! waits for its answer. Nothing here passes or fails by its time; a message that is lost or doubled, and a stream that
//! ends, ends the bench.
//!
//! ```sh
//! cargo bench --profile release --workspace --bench figures -- swaps
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hearth_host::engine::{Component, Engine, Program, Runtime, Swapped, Terms};
use tokio::task::JoinHandle;

use crate::load::{Session, Target};
use crate::parts;
use crate::quiet::{Quiet, Streamable};

/// Sessions that are there, half of each transport. Of the largest, as many have a stream as a process has descriptors for.
const SESSIONS: [usize; 4] = [10, 100, 1_000, 10_000];
/// Swaps of one row, to another build and back.
const SWAPS: usize = 200;
/// Clients that ask without a pause, half of each transport.
const BUSY: usize = 16;
/// Between two swaps.
const REST: Duration = Duration::from_millis(20);

/// A table for each number of sessions.
pub async fn tables() -> anyhow::Result<()> {
    for sessions in SESSIONS {
        row(sessions).await?;
    }
    Ok(())
}

/// One request of a busy client: when it was sent, and when its answer was there.
type Answered = (Instant, Instant);

async fn row(sessions: usize) -> anyhow::Result<()> {
    let engine = parts::engine(parts::Build::Component).await?;
    let builds = builds().await?;
    let (address, serving) = parts::served(engine.clone()).await?;
    let target = |path: &str| Target {
        address: address.to_string(),
        path: path.to_owned(),
        token: parts::TOKEN.to_owned(),
    };
    let (sse, streamable) = (target("/mcp_server/sse"), target("/api/mcp"));
    let mut quiet = Quiet::open(&sse, &streamable, sessions).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut busy: Vec<JoinHandle<anyhow::Result<Vec<Answered>>>> = Vec::new();
    for _ in 0..BUSY / 2 {
        for client in [
            Client::Sse(Session::open(&sse).await?),
            Client::Streamable(Streamable::open(&streamable).await?),
        ] {
            busy.push(tokio::spawn(talk(client, stop.clone())));
        }
    }
    let swaps = swap(&engine, &builds).await?;
    stop.store(true, Ordering::Relaxed);
    let mut answered = Vec::new();
    for client in busy {
        answered.extend(client.await??);
    }
    let closed = quiet.check()?;
    let status = engine.status();
    anyhow::ensure!(status.traps + status.faults + status.overflows == 0, "{status:?}");
    report(&quiet.described(), &swaps, &answered, closed);
    serving.abort();
    Ok(())
}

/// Two builds that do the same and are not the same bytes.
async fn builds() -> anyhow::Result<[Arc<dyn Program>; 2]> {
    let runtime = Runtime::new(&parts::limits())?;
    // A custom section of no meaning: id 0, its length, the length of its name, its name.
    let mut other = hearth_host::COMPONENT.to_vec();
    other.extend([0, 6, 5]);
    other.extend(b"bench");
    let one = Component::load(&runtime, &other, None).await?;
    let two = Component::load(&runtime, hearth_host::COMPONENT, None).await?;
    Ok([Arc::new(one), Arc::new(two)])
}

/// Swaps back and forth. Answers what each came to, and when it began and ended.
async fn swap(engine: &Engine, builds: &[Arc<dyn Program>; 2]) -> anyhow::Result<Vec<(Swapped, Instant, Instant)>> {
    let mut swaps = Vec::new();
    for (number, build) in (2..).zip(builds.iter().cycle().take(SWAPS)) {
        tokio::time::sleep(REST).await;
        let begin = Instant::now();
        let swapped = engine
            .swap(build.clone(), number, Terms::default(), Box::new(|| Ok(())))
            .await?;
        swaps.push((swapped, begin, Instant::now()));
    }
    Ok(swaps)
}

/// A client of either transport.
enum Client {
    Sse(Session),
    Streamable(Streamable),
}

/// Asks without a pause until it is told to stop; each answer has to be that of its request.
async fn talk(mut client: Client, stop: Arc<AtomicBool>) -> anyhow::Result<Vec<Answered>> {
    let mut answered = Vec::new();
    for id in 1_u64.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let sent = Instant::now();
        let answer = match &mut client {
            Client::Sse(session) => session.ask(&request(id)).await?,
            Client::Streamable(session) => session.ask(&request(id)).await?,
        };
        is_answer(id, &answer)?;
        answered.push((sent, Instant::now()));
    }
    Ok(answered)
}

/// Half of them say nothing of the home, half act on it.
fn request(id: u64) -> String {
    if id.is_multiple_of(2) {
        return format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
    }
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"intent__HassTurnOn","arguments":{{"name":"Bed Light"}}}}}}"#
    )
}

/// The answer to this request and to no other one.
fn is_answer(id: u64, answer: &str) -> anyhow::Result<()> {
    let is_it = answer.contains(&format!(r#""id":{id},"result""#)) && !answer.contains(r#""isError":true"#);
    anyhow::ensure!(is_it, "the answer to {id} is {answer:.300}");
    Ok(())
}

fn report(described: &str, swaps: &[(Swapped, Instant, Instant)], answered: &[Answered], kept: usize) {
    println!(
        "\n{described}; {BUSY} clients asking without a pause, {} answers; {SWAPS} swaps",
        answered.len()
    );
    println!("{:<44} {:>10} {:>10} {:>10}", "", "p50 ms", "p99 ms", "max ms");
    let of = |us: &dyn Fn(&Swapped) -> u64| swaps.iter().map(|(swapped, ..)| us(swapped)).collect::<Vec<_>>();
    line("pause (no event is taken)", of(&|swapped| swapped.pause_us));
    let during = |begin: Instant, end: Instant| {
        let overlapping = answered.iter().filter(|(sent, came)| *sent <= end && *came >= begin);
        overlapping
            .map(|(sent, came)| (*came - *sent).as_micros() as u64)
            .max()
            .unwrap_or_default()
    };
    line("longest wait of a client, at the commit", {
        let commits = swaps
            .iter()
            .map(|(swapped, _, end)| (*end - Duration::from_micros(swapped.pause_us), *end));
        commits.map(|(begin, end)| during(begin, end)).collect()
    });
    line(
        "longest wait of a client, whole swap",
        swaps.iter().map(|(_, begin, end)| during(*begin, *end)).collect(),
    );
    line("longest wait of a client, as long without one", {
        let before = swaps
            .iter()
            .map(|(_, begin, end)| (*begin - (*end - *begin).min(REST), *begin));
        before.map(|(begin, end)| during(begin, end)).collect()
    });
    for step in 0..swaps.first().map_or(0, |(swapped, ..)| swapped.steps_us.len()) {
        let name = swaps[0].0.steps_us[step].0;
        line(&format!("  {name}"), of(&|swapped| swapped.steps_us[step].1));
    }
    println!("{kept} streams were open all the time, and nothing was said on them");
}

fn line(what: &str, mut us: Vec<u64>) {
    us.sort_unstable();
    let at = |percent: usize| {
        us.get((us.len() * percent / 100).min(us.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    let ms = |us: u64| us as f64 / 1e3;
    println!(
        "{what:<44} {:>10.3} {:>10.3} {:>10.3}",
        ms(at(50)),
        ms(at(99)),
        ms(at(100))
    );
}
