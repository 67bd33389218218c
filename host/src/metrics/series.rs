//! What is counted of one series, and how it is written: the text format of Prometheus, 0.0.4.

use std::fmt::{Display, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

/// Rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn inc(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long things took, by upper bounds.
#[derive(Debug)]
pub struct Histogram {
    /// Upper bounds in microseconds, rising.
    bounds: &'static [u64],
    /// How many were within each bound and above the one before, and at the end those above all.
    counts: Box<[AtomicU64]>,
    sum_us: AtomicU64,
}

impl Histogram {
    /// Nothing took any time yet.
    pub fn new(bounds: &'static [u64]) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum_us: AtomicU64::new(0),
        }
    }

    /// Something took so many microseconds.
    pub fn observe(&self, us: u64) {
        let place = self.bounds.partition_point(|bound| *bound < us);
        self.counts[place].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }
}

/// The text as far as it is written.
#[derive(Default)]
pub struct Text(String);

impl Text {
    /// The metric that the samples after this are of. Its name ends with `_total` if it is a counter.
    pub fn metric(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    /// A sample. Labels are pairs of a name and a value.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels = written(labels, None);
        self.line(format_args!("{name}{labels} {value}"));
    }

    /// The samples of a histogram, in seconds.
    pub fn histogram(&mut self, name: &str, labels: &[(&str, &str)], histogram: &Histogram) {
        let mut count = 0;
        for (place, within) in histogram.counts.iter().enumerate() {
            count += within.load(Ordering::Relaxed);
            let bound = histogram.bounds.get(place).map(|us| seconds(*us).to_string());
            let labels = written(labels, Some(bound.as_deref().unwrap_or("+Inf")));
            self.line(format_args!("{name}_bucket{labels} {count}"));
        }
        let sum = seconds(histogram.sum_us.load(Ordering::Relaxed));
        let labels = written(labels, None);
        self.line(format_args!("{name}_sum{labels} {sum}\n{name}_count{labels} {count}"));
    }

    /// All of it.
    pub fn end(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a string takes all that is written");
    }
}

fn written(labels: &[(&str, &str)], bound: Option<&str>) -> String {
    let bound = bound.map(|bound| ("le", bound));
    let pairs: Vec<String> = labels
        .iter()
        .copied()
        .chain(bound)
        .map(|(name, value)| {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{name}=\"{value}\"")
        })
        .collect();
    match pairs.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", pairs.join(",")),
    }
}

/// Microseconds as seconds.
pub fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}
