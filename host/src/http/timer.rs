//! The host's clock as the timer of hyper.

use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use hyper::rt::{Sleep, Timer};

use crate::clock::{Moment, SharedClock};

/// Tells hyper the time of our clock.
#[derive(Clone)]
pub struct ClockTimer {
    clock: SharedClock,
    /// Hyper counts in instants, the clock in moments: these two stand for each other.
    instant: Instant,
    moment: Moment,
}

impl ClockTimer {
    /// A timer that goes by this clock.
    pub fn new(clock: SharedClock) -> Self {
        Self {
            instant: Instant::now(),
            moment: clock.now(),
            clock,
        }
    }
}

impl Timer for ClockTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let after = deadline.saturating_duration_since(self.instant).as_millis() as Moment;
        Box::pin(ClockSleep(Mutex::new(
            self.clock.sleep_until(self.moment.saturating_add(after)),
        )))
    }

    fn now(&self) -> Instant {
        self.instant + Duration::from_millis(self.clock.now().saturating_sub(self.moment))
    }
}

/// Hyper wants its sleeps `Sync`; the lock is never contended, since polling has the sleep to itself.
struct ClockSleep(Mutex<BoxFuture<'static, ()>>);

impl Future for ClockSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self
            .get_mut()
            .0
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        sleep.as_mut().poll(context)
    }
}

impl Sleep for ClockSleep {}
