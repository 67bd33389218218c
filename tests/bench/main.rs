//! The figures of the budgets, as a table to be read. Nothing here passes or fails.
//!
//! ```sh
//! cargo build --release && cargo bench --profile release --workspace --bench figures
//! cargo bench --profile release --workspace --bench figures -- swaps   # the swap under load, and nothing else
//! HEARTH_BENCH_HA_URL=http://127.0.0.1:8123/mcp_server/sse HEARTH_BENCH_HA_TOKEN=… cargo bench …
//! ```
//!
//! Figures of a ratio are taken in turns in one run, and the medians are shown: the machine is never quite the same.

mod load;
mod parts;
mod process;
mod quiet;
mod swaps;

use std::env;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt as _;
use hearth_host::contract::hearth::mcp::types::Route;
use hearth_host::engine::{Engine, Incoming, Stream};
use parts::Build;

use crate::load::{Target, rate};
use crate::process::Process;

/// Turns that a ratio is measured in.
const TURNS: usize = 5;
/// How long one turn of a load lasts.
const TURN: Duration = Duration::from_secs(2);
/// Clients of a load.
const CLIENTS: usize = 16;
/// Events of one turn without HTTP.
const EVENTS: u32 = 100_000;

const PING: &str = r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#;
const LIST: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
const CALL: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"intent__HassTurnOn","arguments":{"name":"Bed Light"}}}"#;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if env::args().any(|argument| argument == "swaps") {
            return swaps::tables().await;
        }
        println!(
            "\n{:<52} {:>12} {:>12} {:>9}   budget",
            "", "component", "native", "ratio"
        );
        events().await?;
        loads().await?;
        home_assistant().await?;
        shipped().await
    })
}

/// One line: two figures and their ratio.
fn line(what: &str, component: &[f64], native: &[f64], unit: &str, budget: &str) {
    let ratios: Vec<f64> = component
        .iter()
        .zip(native)
        .map(|(ours, theirs)| ours / theirs)
        .collect();
    let (ours, theirs, ratio) = (median(component), median(native), median(&ratios));
    println!(
        "{:<52} {ours:>12.1} {theirs:>12.1} {ratio:>9.2}   {budget}",
        format!("{what}, {unit}")
    );
}

/// One line with one figure.
fn single(what: &str, figure: f64, unit: &str, budget: &str) {
    println!(
        "{:<52} {figure:>12.1} {:>12} {:>9}   {budget}",
        format!("{what}, {unit}"),
        "",
        ""
    );
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The engine without HTTP: one event after another.
async fn events() -> anyhow::Result<()> {
    let engines = [
        parts::engine(Build::Component).await?,
        parts::engine(Build::Native).await?,
    ];
    let mut streams = Vec::new();
    for engine in &engines {
        let opened = engine.open(parts::principal(), Vec::new()).await;
        streams.push(opened.map_err(|refused| anyhow::anyhow!("{refused:?}"))?);
    }
    for (what, body, events, budget) in [
        ("ping, host side", PING, EVENTS, "<= 3 µs"),
        ("tools/list, host side", LIST, EVENTS / 20, ""),
        ("tools/call, host side", CALL, EVENTS / 50, ""),
    ] {
        let mut taken = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            for ((engine, stream), taken) in engines.iter().zip(&mut streams).zip(&mut taken) {
                taken.push(microseconds(engine, stream, body, events).await?);
            }
        }
        line(what, &taken[0], &taken[1], "µs", budget);
    }
    Ok(())
}

/// Microseconds of one event, from its body to the answer in the outlet.
async fn microseconds(engine: &Engine, stream: &mut Stream, body: &'static str, events: u32) -> anyhow::Result<f64> {
    let session = stream.session().to_owned();
    let begin = Instant::now();
    for _ in 0..events {
        let incoming = Incoming {
            route: Route::Sse,
            session: Some(session.clone()),
            principal: parts::principal(),
            headers: Vec::new(),
            body: Bytes::from_static(body.as_bytes()),
            request: Default::default(),
        };
        engine
            .receive(incoming)
            .await
            .map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
        if stream.next().await.is_none() {
            anyhow::bail!("the stream ended");
        }
    }
    Ok(begin.elapsed().as_secs_f64() * 1e6 / f64::from(events))
}

/// The whole host over loopback.
async fn loads() -> anyhow::Result<()> {
    let mut targets = Vec::new();
    for build in [Build::Component, Build::Native] {
        let (address, _) = parts::served(parts::engine(build).await?).await?;
        targets.push(Target {
            address: address.to_string(),
            path: "/mcp_server/sse".to_owned(),
            token: parts::TOKEN.to_owned(),
        });
    }
    for (what, body, budget) in [
        ("SSE round trips (ping), 16 clients", PING, ">= 0.9 x native"),
        ("tools/list, 16 clients", LIST, ">= 100 x Home Assistant"),
        ("tools/call, 16 clients", CALL, ">= 50 x Home Assistant"),
    ] {
        let mut rates = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            for (target, rates) in targets.iter().zip(&mut rates) {
                rates.push(rate(target, CLIENTS, body, TURN).await?);
            }
        }
        line(what, &rates[0], &rates[1], "per second", budget);
    }
    Ok(())
}

/// A real Home Assistant, where one is at hand.
async fn home_assistant() -> anyhow::Result<()> {
    let (Ok(url), Ok(token)) = (env::var("HEARTH_BENCH_HA_URL"), env::var("HEARTH_BENCH_HA_TOKEN")) else {
        println!("(no HEARTH_BENCH_HA_URL and HEARTH_BENCH_HA_TOKEN: nothing to compare with)");
        return Ok(());
    };
    let target = Target::parse(&url, &token)?;
    for (what, body) in [("ping", PING), ("tools/list", LIST), ("tools/call", CALL)] {
        let mut rates = Vec::new();
        for _ in 0..3 {
            rates.push(rate(&target, CLIENTS, body, TURN).await?);
        }
        single(
            &format!("Home Assistant: {what}, 16 clients"),
            median(&rates),
            "per second",
            "",
        );
    }
    Ok(())
}

/// The program in a process of its own.
async fn shipped() -> anyhow::Result<()> {
    single(
        "component",
        hearth_host::COMPONENT.len() as f64 / 1024.0,
        "KiB",
        "<= 1024",
    );
    let Some(program) = process::program() else {
        println!("(no `hearth` beside this bench: `cargo build --release` first)");
        return Ok(());
    };
    let data = tempfile::tempdir()?;
    let token = process::token(&program, data.path())?;
    let first = Process::start(&program, data.path(), &token).await?.took;
    single("first start to first answer", first.as_secs_f64() * 1e3, "ms", "");
    let mut starts = Vec::new();
    for _ in 0..TURNS {
        starts.push(Process::start(&program, data.path(), &token).await?.took.as_secs_f64() * 1e3);
    }
    single(
        "start to first answer, component cached",
        median(&starts),
        "ms",
        "<= 100",
    );
    let process = Process::start(&program, data.path(), &token).await?;
    single(
        "resident memory, idle",
        process.resident()? / 1024.0 / 1024.0,
        "MiB",
        "<= 30",
    );
    single(
        "an idle SSE session",
        process.idle_session(500).await? / 1024.0,
        "KiB",
        "<= 12",
    );
    Ok(())
}
