//! What is told of a request when it is finished, for those who watch over the host: its method, since when it waits, the
//! trace that it is part of. It lies in tickets, so that whichever instance answers can tell it.

use serde::{Deserialize, Serialize};

use crate::contract::hearth::mcp::types::{Effect, Ending, Moment, Served, Trace};
use crate::features::methods;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    /// The method, one of [`methods::named`].
    pub method: &'static str,
    /// The moment of the event that it came in with.
    pub since: Moment,
    /// The trace that it is part of.
    pub trace: Option<Trace>,
}

impl Watched {
    /// It ended so.
    pub fn ended(self, ending: Ending) -> Effect {
        Effect::Served(Served {
            method: self.method.to_owned(),
            ending,
            since: self.since,
            trace: self.trace,
        })
    }
}

/// [`Watched`] as it is written. Requests that were written before there was one are of no known method.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Written {
    method: String,
    since: Moment,
    #[serde(skip_serializing_if = "String::is_empty")]
    traceparent: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    tracestate: String,
}

impl Written {
    pub fn of(watched: &Watched) -> Self {
        let (traceparent, tracestate) = match &watched.trace {
            Some(trace) => (trace.traceparent.clone(), trace.tracestate.clone()),
            None => Default::default(),
        };
        Self {
            method: watched.method.to_owned(),
            since: watched.since,
            traceparent,
            tracestate,
        }
    }

    pub fn read(self) -> Watched {
        let Self {
            method,
            since,
            traceparent,
            tracestate,
        } = self;
        Watched {
            method: methods::named(&method),
            since,
            trace: (!traceparent.is_empty()).then_some(Trace {
                traceparent,
                tracestate,
            }),
        }
    }
}
