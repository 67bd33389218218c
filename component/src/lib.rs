//! The MCP server of a home, as a WASI component.
//!
//! A reducer: [`server::Server`] takes events and gives effects. It does **no** I/O, reads **no** clock and never waits;
//! all that it may ask is in [`imports::Imports`]. In the guest this file puts one of it behind the exported interface
//! of the contract; natively the same type is driven directly, by tests, fuzzers and benches.

#[cfg(feature = "faults")]
pub mod faults;
pub mod features;
pub mod home;
pub mod imports;
pub mod llm;
#[cfg(feature = "mutants")]
pub mod mutants;
pub mod protocol;
pub mod server;
pub mod session;

/// The contract in Rust, generated from `wit/`.
#[allow(unsafe_code, missing_docs, clippy::all)]
pub mod contract {
    wit_bindgen::generate!({
        path: "../wit",
        world: "mcp-server",
        pub_export_macro: true,
        export_macro_name: "export",
        additional_derives: [PartialEq],
    });
}

/// The component: one server over the imports of the world.
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, clippy::all)] // what `export!` expands to
mod guest {
    use std::cell::RefCell;

    use crate::contract::exports::hearth::mcp::server::*;
    use crate::contract::hearth::mcp::{config_entries, home, installation, llm_apis};
    use crate::imports::Imports;
    use crate::server::Server;

    struct World;

    impl Imports for World {
        fn lookup(&self) -> Result<config_entries::ConfigEntry, config_entries::LookupError> {
            config_entries::lookup()
        }
        fn snapshot(&self) -> home::Home {
            home::snapshot()
        }
        fn llm_apis(&self) -> Vec<llm_apis::LlmApi> {
            llm_apis::list()
        }
        fn secret(&self) -> Vec<u8> {
            installation::secret()
        }
        fn limit(&self, name: &str) -> Option<u64> {
            #[cfg(feature = "mutants")]
            return crate::mutants::limit(name, installation::limit(name));
            #[cfg(not(feature = "mutants"))]
            installation::limit(name)
        }
    }

    thread_local! {
        static SERVER: RefCell<Server<World>> = RefCell::new(Server::new(World));
    }

    /// The host calls one function at a time, so that the server is never borrowed twice.
    fn server<T>(event: impl FnOnce(&mut Server<World>) -> T) -> T {
        SERVER.with_borrow_mut(event)
    }

    struct Component;

    impl Guest for Component {
        fn describe() -> Description {
            server(|server| server.describe())
        }
        fn restore(checkpoints: Vec<Checkpoint>, work: Vec<OpenWork>, write_format: u32) -> Vec<String> {
            server(|server| server.restore(checkpoints, work, write_format))
        }
        fn start(moment: Moment, nonce: Nonce) -> Vec<Effect> {
            server(|server| server.start(moment, nonce))
        }
        fn open(origin: Origin, moment: Moment, nonce: Nonce) -> Result<Opened, Refusal> {
            server(|server| server.open(origin, moment, nonce))
        }
        fn receive(delivery: Delivery) -> Result<Received, Refusal> {
            server(|server| server.receive(delivery))
        }
        fn attach(attachment: Attachment) -> Result<Vec<Effect>, Refusal> {
            server(|server| server.attach(attachment))
        }
        fn dismiss(dismissal: Dismissal) -> Result<Vec<Effect>, Refusal> {
            server(|server| server.dismiss(dismissal))
        }
        fn resume(ticket: Ticket, news: News, moment: Moment, nonce: Nonce) -> Vec<Effect> {
            server(|server| server.resume(ticket, news, moment, nonce))
        }
        fn home_changed(changes: Vec<Change>, moment: Moment) -> Vec<Effect> {
            server(|server| server.home_changed(changes, moment))
        }
        fn closed(outlet: Outlet, moment: Moment) -> Vec<Effect> {
            server(|server| server.closed(outlet, moment))
        }
        fn wake(moment: Moment) -> Vec<Effect> {
            server(|server| server.wake(moment))
        }
        fn offers(principal: Principal, route: Route) -> Vec<Tool> {
            server(|server| server.offers(principal, route))
        }
    }

    #[cfg(not(any(feature = "faults", feature = "mutants")))]
    type Exported = Component;
    #[cfg(feature = "mutants")]
    type Exported = crate::mutants::Mutated<Component>;
    #[cfg(feature = "faults")]
    type Exported = crate::faults::Faulty<Component>;

    crate::contract::export!(Exported with_types_in crate::contract);
}
