//! Figures for Prometheus: what is counted as it happens, and what is looked up when somebody asks.
//!
//! Counting takes atomics alone. Label values are bounded, whatever clients and components say: see `bounded`.

mod bounded;
mod figures;
mod series;

use self::bounded::{Bounded, OTHER};
pub use self::figures::Figures;
use self::series::{Counter, Histogram, Text};
use crate::clock::Moment;
use crate::observe::Observe;

/// The media type of what [`Metrics::text`] writes.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds in microseconds of how long requests and actions take: from an answer at once to the deadline of an action.
const DURATIONS: &[u64] = &[
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000, 30_000_000, 60_000_000,
];

/// Upper bounds in microseconds of how long the component takes for an event, and of the pause of a swap.
const CALLS: &[u64] = &[
    2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
];

/// How requests end.
const ENDINGS: [&str; 4] = ["ok", "error", "tool-error", "cancelled"];
/// What actions come to.
const OUTCOMES: [&str; 5] = ["ok", "failed", "refused", "timed-out", "running"];
/// Statuses that are counted each on its own.
const STATUSES: [&str; 20] = [
    "200", "202", "204", "400", "401", "403", "404", "405", "406", "408", "409", "413", "415", "421", "422", "429",
    "431", "500", "503", OTHER,
];

/// Methods that are told apart: more than the protocol has.
const METHODS: usize = 64;
/// Domains that are told apart: more than those whose actions the component declares.
const DOMAINS: usize = 64;
/// Routes that are told apart: more than there are.
const ROUTES: usize = 64;
/// Events that are told apart: those of the contract.
const EVENTS: usize = 16;
/// Kinds of swap that are told apart.
const KINDS: usize = 8;

/// All that is counted of one host.
pub struct Metrics {
    started: Moment,
    requests: Bounded<Timed<{ ENDINGS.len() }>, METHODS>,
    actions: Bounded<Timed<{ OUTCOMES.len() }>, DOMAINS>,
    responses: Bounded<[Counter; STATUSES.len()], ROUTES>,
    events: Bounded<Histogram, EVENTS>,
    swaps: Bounded<Counter, KINDS>,
    pauses: Histogram,
}

/// Things of one name: how many ended how, and how long they took.
struct Timed<const ENDS: usize> {
    ended: [Counter; ENDS],
    took: Histogram,
}

impl<const ENDS: usize> Timed<ENDS> {
    fn new() -> Self {
        Self {
            ended: std::array::from_fn(|_| Counter::default()),
            took: Histogram::new(DURATIONS),
        }
    }

    fn note(&self, ends: [&str; ENDS], end: &str, us: u64) {
        if let Some(at) = ends.iter().position(|one| *one == end) {
            self.ended[at].inc();
        }
        self.took.observe(us);
    }
}

impl Metrics {
    /// Nothing is counted yet. `started`: when the host did.
    pub fn new(started: Moment) -> Self {
        Self {
            started,
            requests: Bounded::new(Timed::new),
            actions: Bounded::new(Timed::new),
            responses: Bounded::new(|| std::array::from_fn(|_| Counter::default())),
            events: Bounded::new(|| Histogram::new(CALLS)),
            swaps: Bounded::new(Counter::default),
            pauses: Histogram::new(CALLS),
        }
    }

    /// All of it, and these figures, as Prometheus reads it.
    pub fn text(&self, figures: &Figures) -> String {
        let mut text = Text::default();
        timed(
            &mut text,
            (
                "hearth_requests_total",
                "Requests and notifications of MCP clients that are finished, as the component tells.",
            ),
            (
                "hearth_request_duration_seconds",
                "From the arrival of a request to its answer, the work of the home included.",
            ),
            ("method", "outcome", ENDINGS),
            &self.requests,
        );
        timed(
            &mut text,
            ("hearth_home_actions_total", "Actions that the home was asked for."),
            (
                "hearth_home_action_duration_seconds",
                "How long actions of the home took.",
            ),
            ("domain", "outcome", OUTCOMES),
            &self.actions,
        );
        text.metric("hearth_http_responses_total", "counter", "HTTP responses.");
        for (route, counters) in self.responses.all() {
            // What never happened would only be noise, twenty statuses a route.
            for (status, counter) in STATUSES.iter().zip(counters).filter(|(_, counter)| counter.get() > 0) {
                let labels = [("route", route), ("status", status)];
                text.sample("hearth_http_responses_total", &labels, counter.get());
            }
        }
        let name = "hearth_guest_duration_seconds";
        text.metric(name, "histogram", "How long the component took for one event.");
        for (event, histogram) in self.events.all() {
            text.histogram(name, &[("event", event)], histogram);
        }
        text.metric(
            "hearth_swaps_total",
            "counter",
            "How often another generation took over.",
        );
        for (kind, counter) in self.swaps.all() {
            text.sample("hearth_swaps_total", &[("kind", kind)], counter.get());
        }
        let name = "hearth_swap_pause_seconds";
        text.metric(
            name,
            "histogram",
            "For how long no event was taken while another generation took over.",
        );
        text.histogram(name, &[], &self.pauses);
        let name = "process_start_time_seconds";
        text.metric(name, "gauge", "When the host started, in seconds since 1970.");
        text.sample(name, &[], self.started as f64 / 1e3);
        figures.write(&mut text);
        text.end()
    }
}

/// What is counted by name and by how it ended, and how long it took.
fn timed<const ENDS: usize, const MOST: usize>(
    text: &mut Text,
    (total, total_help): (&str, &str),
    (duration, duration_help): (&str, &str),
    (by, ending, ends): (&str, &str, [&str; ENDS]),
    all: &Bounded<Timed<ENDS>, MOST>,
) {
    text.metric(total, "counter", total_help);
    for (name, timed) in all.all() {
        for (end, counter) in ends.iter().zip(&timed.ended) {
            text.sample(total, &[(by, name), (ending, end)], counter.get());
        }
    }
    text.metric(duration, "histogram", duration_help);
    for (name, timed) in all.all() {
        text.histogram(duration, &[(by, name)], &timed.took);
    }
}

impl Observe for Metrics {
    fn served(&self, method: &str, ending: &'static str, us: u64) {
        self.requests.of(method).note(ENDINGS, ending, us);
    }

    fn handled(&self, event: &'static str, us: u64) {
        self.events.of(event).observe(us);
    }

    fn acted(&self, domain: &str, outcome: &'static str, us: u64) {
        self.actions.of(domain).note(OUTCOMES, outcome, us);
    }

    fn swapped(&self, kind: &'static str, pause_us: Option<u64>) {
        self.swaps.of(kind).inc();
        if let Some(us) = pause_us {
            self.pauses.observe(us);
        }
    }

    fn responded(&self, route: &str, status: u16) {
        let digit = |place: u16| b'0' + (status / place % 10) as u8;
        let digits = [digit(100), digit(10), digit(1)];
        let known = STATUSES.iter().position(|known| known.as_bytes() == digits);
        self.responses.of(route)[known.unwrap_or(STATUSES.len() - 1)].inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> Metrics {
        Metrics::new(1_000)
    }

    fn text(metrics: &Metrics) -> String {
        metrics.text(&Figures::default())
    }

    #[test]
    fn what_is_counted_is_written_under_its_labels() {
        let metrics = metrics();
        metrics.served("a/b", "tool-error", 1_500);
        metrics.acted("light", "ok", 20);
        metrics.handled("receive", 3);
        metrics.responded("/healthz", 200);
        metrics.responded("/healthz", 299);
        metrics.swapped("install", Some(90));
        metrics.swapped("fallback", None);
        let text = text(&metrics);
        for line in [
            r#"hearth_requests_total{method="a/b",outcome="tool-error"} 1"#,
            r#"hearth_request_duration_seconds_sum{method="a/b"} 0.0015"#,
            r#"hearth_home_actions_total{domain="light",outcome="ok"} 1"#,
            r#"hearth_guest_duration_seconds_bucket{event="receive",le="0.000005"} 1"#,
            r#"hearth_http_responses_total{route="/healthz",status="200"} 1"#,
            r#"hearth_http_responses_total{route="/healthz",status="other"} 1"#,
            r#"hearth_swaps_total{kind="install"} 1"#,
            "hearth_swap_pause_seconds_count 1",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is not in {text}");
        }
    }

    #[test]
    fn whatever_is_said_there_are_only_so_many_labels() {
        let metrics = metrics();
        for number in 0..10_000 {
            metrics.served(&format!("made/up{number}"), "ok", 1);
            metrics.acted(&format!("domain{number}"), "ok", 1);
            metrics.responded(&format!("/route{number}"), number);
        }
        metrics.served("\" \n", "ok", 1);
        let text = text(&metrics);
        let series = |name: &str| text.lines().filter(|line| line.starts_with(name)).count();
        assert_eq!(series("hearth_requests_total{"), (METHODS + 1) * ENDINGS.len());
        assert_eq!(series("hearth_home_actions_total{"), (DOMAINS + 1) * OUTCOMES.len());
        assert!(series("hearth_http_responses_total{") <= (ROUTES + 1) * STATUSES.len());
        assert!(
            text.contains(r#"method="other",outcome="ok"} 9937"#),
            "nothing is lost: {text}"
        );
    }
}
