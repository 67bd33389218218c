//! What is looked up when somebody asks: how much there is of everything, and what others have counted.

use super::series::Text;
use crate::engine::{EngineStatus, SessionView};

/// How everything stands.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// How the engine fares.
    pub engine: Option<EngineStatus>,
    /// The sessions.
    pub sessions: Vec<SessionView>,
    /// Bytes of memory that the instance of the component has.
    pub guest_memory: usize,
    /// Records of the audit that are not on the disk yet.
    pub audit_waiting: usize,
    /// Records of the audit that were lost since the host started.
    pub audit_lost: u64,
    /// Writes to the database that failed since the host started.
    pub write_failures: u64,
}

impl Figures {
    pub(super) fn write(&self, text: &mut Text) {
        let mut one = |name: &str, kind: &str, help: &str, value: u64| {
            text.metric(name, kind, help);
            text.sample(name, &[], value);
        };
        let unread: usize = self.sessions.iter().map(|session| session.unread).sum();
        one(
            "hearth_unread_messages",
            "gauge",
            "Messages that clients of sessions have not read.",
            unread as u64,
        );
        let memory = self.guest_memory as u64;
        one(
            "hearth_guest_memory_bytes",
            "gauge",
            "Memory of the component's instance.",
            memory,
        );
        let waiting = self.audit_waiting as u64;
        one(
            "hearth_audit_records_waiting",
            "gauge",
            "Records of the audit that are not on the disk yet.",
            waiting,
        );
        one(
            "hearth_audit_records_lost_total",
            "counter",
            "Records of the audit that were lost.",
            self.audit_lost,
        );
        let failures = self.write_failures;
        one(
            "hearth_store_write_failures_total",
            "counter",
            "Writes to the database that failed.",
            failures,
        );
        if let Some(engine) = &self.engine {
            one(
                "hearth_work_open",
                "gauge",
                "Calls that the home works on.",
                engine.work as u64,
            );
            let checkpoints = engine.checkpoints as u64;
            one(
                "hearth_checkpoints",
                "gauge",
                "Checkpoints that are kept for the component.",
                checkpoints,
            );
            let aside = engine.set_aside as u64;
            let help = "Checkpoints that the running generation cannot read.";
            one("hearth_checkpoints_set_aside", "gauge", help, aside);
            one(
                "hearth_traps_total",
                "counter",
                "Events at which the component failed.",
                engine.traps,
            );
            one(
                "hearth_faults_total",
                "counter",
                "How often the component broke its contract.",
                engine.faults,
            );
            let help = "Streams that ended because their client did not read.";
            one("hearth_overflows_total", "counter", help, engine.overflows);
        }
        let by = |transport: &str| {
            self.sessions
                .iter()
                .filter(|session| session.transport == transport)
                .count()
        };
        text.metric("hearth_sessions", "gauge", "Sessions of clients.");
        for transport in ["sse", "streamable"] {
            text.sample("hearth_sessions", &[("transport", transport)], by(transport));
        }
        if let Some(engine) = &self.engine {
            write_engine(text, engine, by("sse"));
        }
    }
}

fn write_engine(text: &mut Text, engine: &EngineStatus, streams: usize) {
    text.metric(
        "hearth_outlets",
        "gauge",
        "Open streams of HTTP+SSE, and exchanges of Streamable HTTP.",
    );
    text.sample("hearth_outlets", &[("kind", "stream")], streams);
    text.sample("hearth_outlets", &[("kind", "exchange")], engine.exchanges);
    text.metric(
        "hearth_build_info",
        "gauge",
        "Which Hearth, component and generation run; always 1.",
    );
    let generation = engine.generation.to_string();
    let labels = [
        ("version", env!("CARGO_PKG_VERSION")),
        ("component", &engine.name),
        ("component_version", &engine.version),
        ("generation", &generation),
    ];
    text.sample("hearth_build_info", &labels, 1);
}
