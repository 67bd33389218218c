//! Time, injected: nothing in the host reads a clock but through this trait, so that tests move it by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

/// Milliseconds since 1970-01-01T00:00:00Z, as in the contract.
pub type Moment = u64;

/// Tells the time and waits for it.
pub trait Clock: Send + Sync {
    /// The moment now.
    fn now(&self) -> Moment;

    /// Resolves at the moment, or at once when it has passed.
    fn sleep_until(&self, moment: Moment) -> BoxFuture<'static, ()>;

    /// Microseconds since some moment before: only for how long something took.
    fn stopwatch_us(&self) -> u64;

    /// Resolves after that many milliseconds.
    fn sleep_ms(&self, milliseconds: u64) -> BoxFuture<'static, ()> {
        self.sleep_until(self.now().saturating_add(milliseconds))
    }
}

/// A clock that the whole host shares.
pub type SharedClock = Arc<dyn Clock>;

/// The clock of the machine.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as Moment)
    }

    fn stopwatch_us(&self) -> u64 {
        static BEGIN: OnceLock<Instant> = OnceLock::new();
        BEGIN.get_or_init(Instant::now).elapsed().as_micros() as u64
    }

    fn sleep_until(&self, moment: Moment) -> BoxFuture<'static, ()> {
        let wait = Duration::from_millis(moment.saturating_sub(self.now()));
        Box::pin(tokio::time::sleep(wait))
    }
}

/// A clock that stands still until it is moved: for tests, and for embedders that replay.
#[derive(Debug, Default)]
pub struct ManualClock {
    state: Mutex<ManualState>,
}

#[derive(Debug, Default)]
struct ManualState {
    now: Moment,
    /// Sleepers by the moment they wait for; the number keeps those of one moment apart.
    sleepers: BTreeMap<(Moment, u64), oneshot::Sender<()>>,
    next: u64,
}

impl ManualClock {
    /// A clock that shows this moment.
    pub fn at(now: Moment) -> Arc<Self> {
        let clock = Self::default();
        clock.lock().now = now;
        Arc::new(clock)
    }

    /// Moves it on by that many milliseconds and wakes who waited for that.
    pub fn advance(&self, milliseconds: u64) {
        let due = {
            let mut state = self.lock();
            state.now += milliseconds;
            let after = (state.now + 1, 0);
            let later = state.sleepers.split_off(&after);
            std::mem::replace(&mut state.sleepers, later)
        };
        for (_, sleeper) in due {
            // A sleeper that was dropped does not mind.
            let _ = sleeper.send(());
        }
    }

    /// How many wait for a moment to come: a test that moves the clock first waits for whom it wants to wake.
    pub fn sleepers(&self) -> usize {
        let mut state = self.lock();
        state.sleepers.retain(|_, sleeper| !sleeper.is_closed());
        state.sleepers.len()
    }

    /// Whether somebody waits for just this moment.
    pub fn is_awaited(&self, moment: Moment) -> bool {
        let state = self.lock();
        let mut of_moment = state.sleepers.range((moment, 0)..=(moment, u64::MAX));
        of_moment.any(|(_, sleeper)| !sleeper.is_closed())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ManualState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        self.lock().now
    }

    fn stopwatch_us(&self) -> u64 {
        self.now().saturating_mul(1_000)
    }

    fn sleep_until(&self, moment: Moment) -> BoxFuture<'static, ()> {
        let woken = {
            let mut state = self.lock();
            if moment <= state.now {
                return Box::pin(std::future::ready(()));
            }
            let (sender, receiver) = oneshot::channel();
            let number = state.next;
            state.next += 1;
            state.sleepers.insert((moment, number), sender);
            receiver
        };
        Box::pin(async move {
            // An error means that the clock is gone: nobody waits any more.
            let _ = woken.await;
        })
    }
}
