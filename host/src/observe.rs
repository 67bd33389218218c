//! What happens in the host, for those who count it.

/// Hears of what happens, as it happens; never waits and never fails. Times are in microseconds. All does nothing unless
/// it is said otherwise.
pub trait Observe: Send + Sync {
    /// A request or notification of a client is finished: its method as the component says it, how it ended, and how long
    /// after its arrival.
    fn served(&self, _method: &str, _ending: &'static str, _us: u64) {}

    /// The component was given an event, and came back from it.
    fn handled(&self, _event: &'static str, _us: u64) {}

    /// An action of this domain came to this.
    fn acted(&self, _domain: &str, _outcome: &'static str, _us: u64) {}

    /// Another generation took over, and for so long no event was taken, if that was measured.
    fn swapped(&self, _kind: &'static str, _pause_us: Option<u64>) {}

    /// An HTTP request of this route was answered with this status.
    fn responded(&self, _route: &str, _status: u16) {}
}

/// Counts nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Observe for Nobody {}
