//! The file of a format: conversations at one moment, and how they went on.

use std::fs;
use std::path::PathBuf;

use hearth_harness::stage::Stage;
use hearth_host::contract::exports::hearth::mcp::server::OpenWork;
use hearth_host::contract::hearth::mcp::types::Checkpoint;
use hearth_host::engine::Event;
use hearth_tests::guests;
use serde_json::{Value, json};

use crate::taken::Sent;
use crate::written;

/// What a component wrote in one format.
pub struct Fixture {
    pub format: u32,
    pub cases: Vec<Case>,
}

/// One conversation.
pub struct Case {
    /// What it is about.
    pub name: String,
    /// Which build of our component it was held with.
    pub build: Build,
    /// What was kept at the moment.
    pub checkpoints: Vec<Checkpoint>,
    /// The work that was open then.
    pub work: Vec<OpenWork>,
    /// What the component was told after it, and the messages that came of it.
    pub then: Vec<(Event, Vec<Sent>)>,
}

/// A build of our component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// The one that ships.
    BuiltIn,
    /// The one whose tools ask the client.
    Conformance,
}

impl Build {
    const ALL: [(Self, &str); 2] = [(Self::BuiltIn, "built-in"), (Self::Conformance, "conformance")];

    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::BuiltIn => guests::built_in(),
            Self::Conformance => guests::conformance(),
        }
    }

    /// Serves the LLM API that the build is there for.
    pub fn configure(self, stage: &Stage) {
        if self == Self::Conformance {
            stage.entries.change(|entry| {
                entry.all_llm_apis = false;
                entry.llm_apis = vec!["conformance".to_owned()];
            });
            stage.engine.notify_entries();
        }
    }

    fn name(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(build, _)| *build == self)
            .map_or("", |(_, name)| name)
    }
}

impl Case {
    /// The moment of the first event after what was kept.
    pub fn begins(&self) -> u64 {
        self.then.first().map_or(0, |(event, _)| event.moment())
    }
}

impl Fixture {
    pub fn path(format: u32) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/state_formats");
        folder.join(format!("format-{format}.json"))
    }

    /// # Panics
    /// When the file is not there, or is not one of these.
    pub fn read(format: u32) -> Self {
        let path = Self::path(format);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "{}: {error}. The component writes state format {format}, and nothing shows what that is: run this once \
                 with {}=1",
                path.display(),
                crate::TAKE
            )
        });
        let file: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(file["format"], format);
        let cases = written::list(&file["cases"]).iter().map(read_case).collect();
        Self { format, cases }
    }

    /// # Panics
    /// When it cannot be written.
    pub fn write(&self) {
        let cases: Vec<Value> = self.cases.iter().map(write_case).collect();
        let file = json!({"format": self.format, "cases": cases});
        let text = serde_json::to_string_pretty(&file).expect("it is JSON") + "\n";
        fs::write(Self::path(self.format), text).expect("it can be written");
    }
}

fn write_case(case: &Case) -> Value {
    let then = case.then.iter().map(|(event, said)| {
        let said: Vec<Value> = said
            .iter()
            .map(|(outlet, last, body)| json!([outlet, last, body]))
            .collect();
        json!({"event": written::event(event), "said": said})
    });
    json!({
        "name": case.name,
        "build": case.build.name(),
        "checkpoints": case.checkpoints.iter().map(written::checkpoint).collect::<Vec<_>>(),
        "work": case.work.iter().map(written::work).collect::<Vec<_>>(),
        "then": then.collect::<Vec<_>>(),
    })
}

fn read_case(case: &Value) -> Case {
    let name = written::text(&case["name"]);
    let build = Build::ALL.into_iter().find(|(_, name)| case["build"] == *name);
    let said = |said: &Value| {
        let last = said[1].as_bool().unwrap_or_default();
        (written::number(&said[0]), last, said[2].clone())
    };
    let then = written::list(&case["then"]).iter().map(|step| {
        let all = written::list(&step["said"]).iter().map(said).collect();
        (written::read_event(&step["event"]), all)
    });
    Case {
        build: build
            .unwrap_or_else(|| panic!("{name}: which build is {}?", case["build"]))
            .0,
        checkpoints: written::list(&case["checkpoints"])
            .iter()
            .map(written::read_checkpoint)
            .collect(),
        work: written::list(&case["work"]).iter().map(written::read_work).collect(),
        then: then.collect(),
        name,
    }
}
