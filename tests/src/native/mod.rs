//! The native build of the reducer behind the seam of the engine, as the component's other half of every ratio.

mod convert;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hearth_component::contract::hearth::mcp::{config_entries, home, llm_apis};
use hearth_component::server::Server;
use hearth_host::contract::exports::hearth::mcp::server::{Description, OpenWork, Tool};
use hearth_host::contract::hearth::mcp::types::{Checkpoint, Principal, Route};
use hearth_host::engine::{Answer, Answered, Event, Imports, Program, Reducer, Trap};

use self::convert::{ToGuest, ToHost};

/// The program of native instances.
pub struct Native {
    description: Description,
}

impl Default for Native {
    /// Asks the reducer what it is.
    fn default() -> Self {
        let description = Server::new(Host(None)).describe().to_host();
        Self { description }
    }
}

impl Program for Native {
    fn digest(&self) -> &str {
        "native"
    }

    fn description(&self) -> &Description {
        &self.description
    }

    fn instantiate(&self, imports: Arc<Imports>) -> BoxFuture<'_, Result<Box<dyn Reducer>, Trap>> {
        async move { Ok(Box::new(Instance(Server::new(Host(Some(imports))))) as Box<dyn Reducer>) }.boxed()
    }
}

/// The imports of the contract, answered by the host without a boundary between. None: nothing is asked of it.
struct Host(Option<Arc<Imports>>);

impl Host {
    fn imports(&self) -> &Imports {
        self.0
            .as_deref()
            .expect("a reducer that only describes itself asks nothing")
    }
}

impl hearth_component::imports::Imports for Host {
    fn lookup(&self) -> Result<config_entries::ConfigEntry, config_entries::LookupError> {
        self.imports()
            .lookup()
            .map(ToGuest::to_guest)
            .map_err(ToGuest::to_guest)
    }

    fn snapshot(&self) -> home::Home {
        self.imports().snapshot().to_guest()
    }

    fn llm_apis(&self) -> Vec<llm_apis::LlmApi> {
        Vec::new()
    }

    fn secret(&self) -> Vec<u8> {
        self.imports().secret()
    }

    fn limit(&self, name: &str) -> Option<u64> {
        self.imports().limit(name)
    }
}

struct Instance(Server<Host>);

impl Instance {
    fn take(&mut self, event: Event) -> Answered {
        let server = &mut self.0;
        let effects = match event {
            Event::Start { moment, nonce } => server.start(moment, nonce.to_guest()),
            Event::Open { origin, moment, nonce } => {
                let opened = server.open(origin.to_guest(), moment, nonce.to_guest());
                return Ok(match opened {
                    Ok(opened) => Ok(Answer {
                        effects: opened.effects.to_host(),
                        session: Some(opened.session),
                    }),
                    Err(refusal) => Err(refusal.to_host()),
                });
            }
            Event::Receive(delivery) => {
                return Ok(match server.receive(delivery.to_guest()) {
                    Ok(received) => Ok(Answer {
                        effects: received.effects.to_host(),
                        session: received.session,
                    }),
                    Err(refusal) => Err(refusal.to_host()),
                });
            }
            Event::Attach(attachment) => match server.attach(attachment.to_guest()) {
                Ok(effects) => effects,
                Err(refusal) => return Ok(Err(refusal.to_host())),
            },
            Event::Dismiss(dismissal) => match server.dismiss(dismissal.to_guest()) {
                Ok(effects) => effects,
                Err(refusal) => return Ok(Err(refusal.to_host())),
            },
            Event::Resume {
                ticket,
                news,
                moment,
                nonce,
            } => server.resume(ticket, news.to_guest(), moment, nonce.to_guest()),
            Event::HomeChanged { changes, moment } => server.home_changed(changes.to_guest(), moment),
            Event::Closed { outlet, moment } => server.closed(outlet, moment),
            Event::Wake { moment } => server.wake(moment),
        };
        Ok(Ok(Answer {
            effects: effects.to_host(),
            session: None,
        }))
    }
}

impl Reducer for Instance {
    fn restore<'a>(
        &'a mut self,
        checkpoints: &'a [Checkpoint],
        work: &'a [OpenWork],
        write_format: u32,
    ) -> BoxFuture<'a, Result<Vec<String>, Trap>> {
        let (checkpoints, work) = (checkpoints.to_vec().to_guest(), work.to_vec().to_guest());
        async move { Ok(self.0.restore(checkpoints, work, write_format)) }.boxed()
    }

    fn handle<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Answered> {
        async move { self.take(event.clone()) }.boxed()
    }

    fn offers<'a>(&'a mut self, principal: &'a Principal, route: &'a Route) -> BoxFuture<'a, Result<Vec<Tool>, Trap>> {
        async move {
            Ok(self
                .0
                .offers(principal.clone().to_guest(), route.clone().to_guest())
                .to_host())
        }
        .boxed()
    }
}
