//! The way to the client that waits for a request: what it is told meanwhile, and the answer.

use super::{last, progress, send, send_newest};
use crate::contract::hearth::mcp::types::{Detach, Effect, Ending, Outlet, Status};
use crate::llm::Note;
use crate::protocol::answer;
use crate::protocol::log_level::LogLevel;
use crate::protocol::version::Version;
use crate::session::work::InFlight;

/// See the module.
#[derive(Debug)]
pub struct Line<'a> {
    /// The request that waits.
    pub request: &'a InFlight,
    /// Where it is told.
    pub outlet: Outlet,
    /// The version that is spoken.
    pub version: Version,
    /// The least level of log messages that the client wants; None: it never said.
    pub log_level: Option<LogLevel>,
    /// No other request waits in the same exchange.
    pub is_last: bool,
}

impl Line<'_> {
    /// The answer.
    pub fn answer(&self, body: Vec<u8>) -> Effect {
        if self.request.exchange.is_some() && self.is_last {
            last(self.outlet, body, Status::Ok)
        } else {
            send(self.outlet, body)
        }
    }

    /// The request ended so.
    pub fn ended(&self, ending: Ending) -> Effect {
        self.request.watched.clone().ended(ending)
    }

    /// Tells something before the answer; None where the client does not want to know. A change of a list is not told
    /// here: it concerns others too.
    pub fn tell(&self, note: &Note) -> Option<Effect> {
        match note {
            Note::Log { level, logger, data } => {
                // MCP, logging: of a client that never said what it wants, the server decides. Such a client has no use
                // for any.
                let wanted = self.log_level?;
                let params = serde_json::json!({"level": level.as_str(), "logger": logger, "data": data});
                let body = answer::notification("notifications/message", &params.to_string());
                (*level >= wanted).then(|| send(self.outlet, body))
            }
            Note::Progress(news) => {
                progress::report(self.request, self.version, news).map(|body| send(self.outlet, body))
            }
            Note::Detach { retry } => Some(Effect::Detach(Detach {
                outlet: self.outlet,
                retry: *retry,
            })),
            Note::Changed(_) => None,
        }
    }

    /// Tells how far the work is, in place of what was told of it before and not read yet.
    pub fn progress(&self, news: &crate::contract::hearth::mcp::types::Progress) -> Option<Effect> {
        let body = progress::report(self.request, self.version, news)?;
        Some(send_newest(self.outlet, body, &self.request.key))
    }
}
