//! What stands between the client and the host: takes the client's messages in their order, and keeps trying.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::asking::{self, Answer, Failure};
use super::lines::Line;
use super::message::{self, Kind, Message};
use super::request::Request;
use super::session::Session;
use super::whereabouts::{Lost, Whereabouts};

/// Requests that wait for their answers at a time; the next one waits to be sent.
const UNDER_WAY: usize = 256;
/// Between two attempts to reach a host that is away: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// For requests that the client left behind when it closed its end; their answers are still written.
const LEFT_BEHIND: Duration = Duration::from_secs(10);
/// Characters of an answer that are said on.
const SHOWN: usize = 400;

/// Shared by all that is under way.
#[derive(Clone)]
pub struct Bridge(Arc<Shared>);

/// See [`Bridge`].
pub struct Shared {
    whereabouts: Whereabouts,
    /// The session of a client with a handshake.
    pub session: Session,
    /// For how long a request waits for a host that is away.
    pub wait: Duration,
    out: mpsc::Sender<Option<Bytes>>,
    /// Requests by their order.
    under_way: Mutex<BTreeMap<u64, UnderWay>>,
    /// What was last said on standard error.
    told: Mutex<Option<String>>,
}

struct UnderWay {
    ids: Vec<Value>,
    /// It has no session: hanging up is what cancels it.
    is_stateless: bool,
    listens: bool,
    sent: Arc<AtomicBool>,
    task: AbortHandle,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Nothing was sent: there is no host, or none that can be asked.
    #[error("{0}")]
    Gone(String),
    /// It was sent, and then the connection broke off.
    #[error("{0}")]
    Broken(String),
}

impl Deref for Bridge {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Bridge {
    pub fn new(whereabouts: Whereabouts, wait: Duration, out: mpsc::Sender<Option<Bytes>>) -> Self {
        Self(Arc::new(Shared {
            whereabouts,
            session: Session::default(),
            wait,
            out,
            under_way: Mutex::default(),
            told: Mutex::default(),
        }))
    }

    /// Takes the client's messages until there are no more and those that were left behind are answered.
    pub async fn run(&self, mut lines: mpsc::Receiver<Line>) {
        let places = Arc::new(Semaphore::new(UNDER_WAY));
        let mut tasks = JoinSet::new();
        let mut number = 0;
        while let Some(line) = lines.recv().await {
            let until = Instant::now() + self.wait;
            while tasks.try_join_next().is_some() {}
            let Some(message) = self.read(line).await else { continue };
            match &message.kind {
                Kind::Initialize => self.session.begin(self, message, until).await,
                Kind::Cancels(id) => self.cancel(&id.clone(), message, until).await,
                Kind::Initialized => {
                    self.pass_on(&message, until).await;
                    self.session.has_begun(self, message);
                }
                Kind::Other => self.pass_on(&message, until).await,
                Kind::Request { .. } => {
                    let Ok(place) = places.clone().acquire_owned().await else {
                        return;
                    };
                    number += 1;
                    let bridge = self.clone();
                    self.start(number, message, |message, sent| {
                        tasks.spawn(async move {
                            let said = || sent.store(true, Ordering::Relaxed);
                            Request::new(&bridge, message).answer(until, said).await;
                            bridge.under_way().remove(&number);
                            drop(place);
                        })
                    });
                }
            }
        }
        for one in self.under_way().values().filter(|one| one.listens) {
            one.task.abort();
        }
        let _ = timeout(LEFT_BEHIND, async { while tasks.join_next().await.is_some() {} }).await;
    }

    fn start(&self, number: u64, message: Message, spawn: impl FnOnce(Message, Arc<AtomicBool>) -> AbortHandle) {
        let sent = Arc::new(AtomicBool::new(false));
        let (ids, is_stateless, listens) = (message.ids.clone(), message.envelope.is_some(), message.listens());
        // Under the lock: the task removes itself when it is done, which may be at once.
        let mut under_way = self.under_way();
        let task = spawn(message, sent.clone());
        let one = UnderWay {
            ids,
            is_stateless,
            listens,
            sent,
            task,
        };
        under_way.insert(number, one);
    }

    async fn read(&self, line: Line) -> Option<Message> {
        let read = match line {
            Line::Whole(bytes) => Message::read(bytes),
            Line::TooLong => Err(message::unread("This line is longer than any message may be")),
        };
        match read {
            Ok(message) => Some(message),
            Err(error) => {
                self.say(error).await;
                None
            }
        }
    }

    /// The client gives a request up. It is told nothing more of it.
    async fn cancel(&self, id: &Value, message: Message, until: Instant) {
        let found = {
            let under_way = self.under_way();
            let found = under_way.iter().rev().find(|(_, one)| one.ids.contains(id));
            found.map(|(number, one)| {
                let reached_a_session = !one.is_stateless && one.sent.load(Ordering::Relaxed);
                (*number, one.task.clone(), reached_a_session)
            })
        };
        let reached_a_session = found.as_ref().is_none_or(|(_, _, reached)| *reached);
        if reached_a_session && message.envelope.is_none() && self.session.current().is_some() {
            self.pass_on(&message, until).await;
        }
        if let Some((number, task, _)) = found {
            task.abort();
            self.under_way().remove(&number);
        }
    }

    /// Sends what is not answered.
    async fn pass_on(&self, message: &Message, until: Instant) {
        let current = self.session.current().unwrap_or_default();
        let mut headers = current.headers();
        for again in [true, false] {
            match self.send(Method::POST, &headers, message.bytes.clone(), until).await {
                Ok(answer) if answer.status.is_success() => return,
                Ok(answer) if answer.status == StatusCode::NOT_FOUND && current.id.is_some() && again => {
                    drop(answer);
                    if let Err(why) = self.session.renew(self, current.number).await {
                        return self.tell(&why);
                    }
                    headers = self.session.current().unwrap_or_default().headers();
                }
                Ok(answer) => {
                    let why = match self.refusal(answer, &[]).await {
                        Ok(body) => String::from_utf8_lossy(&body).into_owned(),
                        Err(why) => why,
                    };
                    return self.tell(&format!("a message of the client was not taken: {why}"));
                }
                Err(trouble) => return self.tell(&format!("a message of the client is lost: {trouble}")),
            }
        }
    }

    /// Sends a request to the host; while there is none, tries again until the moment given.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn send(
        &self,
        method: Method,
        headers: &[(HeaderName, HeaderValue)],
        body: Bytes,
        until: Instant,
    ) -> Result<Answer, Trouble> {
        let mut pause = FIRST_PAUSE;
        loop {
            let why = match self.whereabouts.target().await {
                Ok(target) => match asking::ask(&target, method.clone(), headers, body.clone()).await {
                    Ok(answer) => match rest_before(&answer, until) {
                        Some(rest) => {
                            sleep(rest).await;
                            continue;
                        }
                        None => {
                            self.is_back(&target.url.to_string());
                            return Ok(answer);
                        }
                    },
                    Err(Failure::Broken(why)) => return Err(Trouble::Broken(why)),
                    Err(Failure::NotSent(why)) => why,
                },
                Err(Lost::Away(why)) => why,
                Err(Lost::Wrong(error)) => {
                    let why = format!("{error:#}");
                    self.tell(&why);
                    return Err(Trouble::Gone(why));
                }
            };
            self.tell(&format!("{why}; trying again"));
            if Instant::now() + pause > until {
                return Err(Trouble::Gone(format!("Hearth is not there: {why}")));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// What an answer that is no success says: JSON-RPC for these ids, or else the reason in words.
    pub async fn refusal(&self, answer: Answer, ids: &[Value]) -> Result<Bytes, String> {
        let status = answer.status;
        if status == StatusCode::UNAUTHORIZED {
            let why = self.whereabouts.refused();
            self.tell(&why);
            return Err(format!("Hearth lets nobody in with this token: {why}"));
        }
        let body = answer.whole().await.map_err(|error| error.to_string())?;
        if let [id] = ids
            && message::error_of_host(id, &body).is_some()
        {
            return Ok(body);
        }
        let text: String = String::from_utf8_lossy(&body).chars().take(SHOWN).collect();
        Err(format!("Hearth answered {status}: {text}"))
    }

    /// Says a message to the client.
    pub async fn say(&self, message: Bytes) {
        // A client that reads no more is noticed by who waits for that.
        let _ = self.out.send(Some(message)).await;
    }

    /// Tells the owner on standard error, once.
    pub fn tell(&self, what: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_deref() != Some(what) {
            eprintln!("hearth stdio: {what}");
            *told = Some(what.to_owned());
        }
    }

    fn is_back(&self, url: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.take().is_some() {
            eprintln!("hearth stdio: connected to {url}");
        }
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeMap<u64, UnderWay>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For how long the host wants to be left alone, when that ends in time.
fn rest_before(answer: &Answer, until: Instant) -> Option<Duration> {
    if answer.status != StatusCode::SERVICE_UNAVAILABLE {
        return None;
    }
    let seconds = answer.headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    let rest = Duration::from_secs(seconds).max(FIRST_PAUSE);
    (Instant::now() + rest < until).then_some(rest)
}

/// A moment that does not come: what waits for it waits for as long as it takes.
pub fn far() -> Instant {
    const YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);
    Instant::now() + YEARS
}
