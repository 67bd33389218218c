//! The contract has two Rust forms, generated from the same WIT: the host's and the guest's. This is the bridge between
//! them, for the native reducer alone; what the component model does for the wasm one.

use hearth_component::contract::exports::hearth::mcp::server as guest_server;
use hearth_component::contract::hearth::mcp::{config_entries as guest_entries, home as guest_home, types as guest};
use hearth_host::contract::exports::hearth::mcp::server as host_server;
use hearth_host::contract::hearth::mcp::{config_entries as host_entries, home as host_home, types as host};

/// From the host's form to the guest's.
pub trait ToGuest {
    /// The guest's form.
    type Guest;
    /// Converts.
    fn to_guest(self) -> Self::Guest;
}

/// From the guest's form to the host's.
pub trait ToHost {
    /// The host's form.
    type Host;
    /// Converts.
    fn to_host(self) -> Self::Host;
}

macro_rules! same {
    ($($type:ty),*) => {$(
        impl ToGuest for $type {
            type Guest = Self;
            fn to_guest(self) -> Self { self }
        }
        impl ToHost for $type {
            type Host = Self;
            fn to_host(self) -> Self { self }
        }
    )*};
}

same!(String, u64, u32, i32, bool, f64, u8);

impl<T: ToGuest> ToGuest for Option<T> {
    type Guest = Option<T::Guest>;
    fn to_guest(self) -> Self::Guest {
        self.map(ToGuest::to_guest)
    }
}

impl<T: ToHost> ToHost for Option<T> {
    type Host = Option<T::Host>;
    fn to_host(self) -> Self::Host {
        self.map(ToHost::to_host)
    }
}

// In place where the two forms are of one size, as all bytes are.
impl<T: ToGuest> ToGuest for Vec<T> {
    type Guest = Vec<T::Guest>;
    fn to_guest(self) -> Self::Guest {
        self.into_iter().map(ToGuest::to_guest).collect()
    }
}

impl<T: ToHost> ToHost for Vec<T> {
    type Host = Vec<T::Host>;
    fn to_host(self) -> Self::Host {
        self.into_iter().map(ToHost::to_host).collect()
    }
}

macro_rules! record_to_guest {
    ($host:path => $guest:path { $($field:ident),* $(,)? }) => {
        impl ToGuest for $host {
            type Guest = $guest;
            fn to_guest(self) -> $guest {
                $guest { $($field: self.$field.to_guest()),* }
            }
        }
    };
}

macro_rules! record_to_host {
    ($guest:path => $host:path { $($field:ident),* $(,)? }) => {
        impl ToHost for $guest {
            type Host = $host;
            fn to_host(self) -> $host {
                $host { $($field: self.$field.to_host()),* }
            }
        }
    };
}

macro_rules! enum_to_host {
    ($guest:ident => $host:ident { $($case:ident),* $(,)? }) => {
        impl ToHost for guest::$guest {
            type Host = host::$host;
            fn to_host(self) -> host::$host {
                match self { $(guest::$guest::$case => host::$host::$case),* }
            }
        }
    };
}

macro_rules! enum_to_guest {
    ($name:ident { $($case:ident),* $(,)? }) => {
        impl ToGuest for host::$name {
            type Guest = guest::$name;
            fn to_guest(self) -> guest::$name {
                match self { $(host::$name::$case => guest::$name::$case),* }
            }
        }
    };
}

// Events.
record_to_guest!(host::Principal => guest::Principal { id, admin });
record_to_guest!(host::Header => guest::Header { name, value });
record_to_guest!(host::Nonce => guest::Nonce { high, low });
record_to_guest!(host::Change => guest::Change { kind, id, data });
record_to_guest!(host::Progress => guest::Progress { done, total, text });
record_to_guest!(host::Outcome => guest::Outcome { kind, data });
record_to_guest!(host_server::OpenWork => guest_server::OpenWork { key, ticket });
record_to_guest!(host_server::Origin => guest_server::Origin { outlet, principal, headers, entry_revision });
record_to_guest!(host_server::Delivery => guest_server::Delivery {
    route, session, exchange, principal, headers, body, entry_revision, moment, nonce, fault,
});
record_to_guest!(host_server::Attachment => guest_server::Attachment {
    route, session, outlet, resumes, principal, headers, entry_revision, moment,
});
record_to_guest!(host_server::Dismissal => guest_server::Dismissal {
    route, session, principal, headers, entry_revision, moment,
});
record_to_guest!(host::Checkpoint => guest::Checkpoint {
    key, kind, principal, transport, protocol_version, client, tools_digest, expiry, format, body,
});
enum_to_guest!(CheckpointKind {
    Session,
    Exchange,
    Shared
});
enum_to_guest!(Transport { Sse, Streamable, None });
enum_to_guest!(OutcomeKind {
    Ok,
    Failed,
    Refused,
    TimedOut,
    Running
});

impl ToGuest for host::Route {
    type Guest = guest::Route;
    fn to_guest(self) -> guest::Route {
        match self {
            host::Route::Sse => guest::Route::Sse,
            host::Route::Streamable(api) => guest::Route::Streamable(api),
        }
    }
}

impl ToGuest for host::News {
    type Guest = guest::News;
    fn to_guest(self) -> guest::News {
        match self {
            host::News::Progress(progress) => guest::News::Progress(progress.to_guest()),
            host::News::Outcomes(outcomes) => guest::News::Outcomes(outcomes.to_guest()),
            host::News::Fault => guest::News::Fault,
        }
    }
}

// What it may ask.
record_to_guest!(host_entries::ConfigEntry => guest_entries::ConfigEntry {
    id, title, all_llm_apis, llm_apis, require_admin, read_only,
});
record_to_guest!(host_home::Floor => guest_home::Floor { id, name, aliases, level });
record_to_guest!(host_home::Area => guest_home::Area { id, name, aliases, floor });
record_to_guest!(host_home::Device => guest_home::Device { id, name, area, timers });
record_to_guest!(host_home::Service => guest_home::Service { domain, name });
record_to_guest!(host_home::Script => guest_home::Script { entity, action, description, fields });
record_to_guest!(host_home::Entity => guest_home::Entity {
    id, name, aliases, area, device, domain, device_class, features, state, precision, attributes,
});
record_to_guest!(host_home::Home => guest_home::Home {
    revision, time_zone, floors, areas, devices, services, scripts, entities,
});

impl ToGuest for host_entries::LookupError {
    type Guest = guest_entries::LookupError;
    fn to_guest(self) -> guest_entries::LookupError {
        match self {
            host_entries::LookupError::NotConfigured => guest_entries::LookupError::NotConfigured,
            host_entries::LookupError::SeveralConfigured => guest_entries::LookupError::SeveralConfigured,
        }
    }
}

// Effects.
record_to_host!(guest::Send => host::Send { outlet, body, last, status, replaces });
record_to_host!(guest::Resumable => host::Resumable { outlet, session, prime });
record_to_host!(guest::Detach => host::Detach { outlet, retry });
record_to_host!(guest::Action => host::Action { name, target, data });
record_to_host!(guest::Perform => host::Perform {
    ticket, key, principal, client, tool, arguments, actions, patience, deadline, trace,
});
record_to_host!(guest::Trace => host::Trace { traceparent, tracestate });
record_to_host!(guest::Served => host::Served { method, ending, since, trace });
record_to_host!(guest::Checkpoint => host::Checkpoint {
    key, kind, principal, transport, protocol_version, client, tools_digest, expiry, format, body,
});
record_to_host!(guest::Log => host::Log { level, text });
record_to_host!(guest::Refusal => host::Refusal { reason, detail });
record_to_host!(guest_server::Tool => host_server::Tool { name, definition });
record_to_host!(guest_server::OwnLlmApi => host_server::OwnLlmApi { id, name, requires_admin });
record_to_host!(guest_server::Description => host_server::Description {
    name, version, protocol_versions, level, actions, llm_apis, writes, reads,
});
enum_to_host!(CheckpointKind => CheckpointKind { Session, Exchange, Shared });
enum_to_host!(Transport => Transport { Sse, Streamable, None });
enum_to_host!(Status => Status { Ok, Accepted, BadRequest, NotFound, MethodNotAllowed });
enum_to_host!(Ending => Ending { Ok, Error, ToolError, Cancelled });
enum_to_host!(Level => Level { Debug, Info, Warning, Error });
enum_to_host!(RefusalReason => RefusalReason {
    NotConfigured, SeveralConfigured, AdminRequired, UnknownSession, SessionRequired, NotInThisVersion,
    UnknownLlmApi, Malformed, TooManySessions, Unsupported,
});

impl ToHost for guest_server::ConformanceLevel {
    type Host = host_server::ConformanceLevel;
    fn to_host(self) -> host_server::ConformanceLevel {
        match self {
            guest_server::ConformanceLevel::Core => host_server::ConformanceLevel::Core,
            guest_server::ConformanceLevel::Tools => host_server::ConformanceLevel::Tools,
            guest_server::ConformanceLevel::Assist => host_server::ConformanceLevel::Assist,
        }
    }
}

impl ToHost for guest::Effect {
    type Host = host::Effect;
    fn to_host(self) -> host::Effect {
        match self {
            guest::Effect::Send(send) => host::Effect::Send(send.to_host()),
            guest::Effect::Resumable(resumable) => host::Effect::Resumable(resumable.to_host()),
            guest::Effect::Detach(detach) => host::Effect::Detach(detach.to_host()),
            guest::Effect::End(outlet) => host::Effect::End(outlet),
            guest::Effect::Perform(perform) => host::Effect::Perform(perform.to_host()),
            guest::Effect::Abandon(key) => host::Effect::Abandon(key),
            guest::Effect::Keep(checkpoint) => host::Effect::Keep(checkpoint.to_host()),
            guest::Effect::Forget(key) => host::Effect::Forget(key),
            guest::Effect::Wake(moment) => host::Effect::Wake(moment),
            guest::Effect::Log(log) => host::Effect::Log(log.to_host()),
            guest::Effect::Served(served) => host::Effect::Served(served.to_host()),
        }
    }
}
