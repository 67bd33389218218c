//! One request, from the line of the client to its answer. Every way out of here answers it.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::asking::Answer;
use super::bridge::{Bridge, Trouble, far};
use super::events::Events;
use super::message::{self, Envelope, Message, Said};
use super::session::{Current, LAST_EVENT, VERSION};

const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// Times that one request is sent, if it may be sent again.
const ATTEMPTS: u32 = 4;

/// What became of one attempt.
enum Outcome {
    Answered,
    /// The host does not know the session that it was sent in, and has not looked at it.
    SessionLost,
    /// It broke off, and nobody knows how far the host came.
    Cut(String),
    Failed(String),
}

/// A request that is not answered yet.
pub struct Request<'a> {
    bridge: &'a Bridge,
    message: Message,
    /// The ids that have no answer yet.
    open: Vec<Value>,
    /// The client has been told that what it listens to has begun.
    acknowledged: bool,
}

impl<'a> Request<'a> {
    pub fn new(bridge: &'a Bridge, message: Message) -> Self {
        Self {
            bridge,
            open: message.ids.clone(),
            message,
            acknowledged: false,
        }
    }

    /// Has it answered, or answers it with an error. Until then it waits for a host that is away.
    pub async fn answer(mut self, until: Instant, sent: impl Fn()) {
        let why = self.try_to_answer(until, sent).await;
        for id in std::mem::take(&mut self.open) {
            let why = why.as_deref().unwrap_or("Hearth ended the request without an answer");
            self.bridge.say(message::unanswered(&id, why)).await;
        }
    }

    /// Why it has no answer, if that is known.
    async fn try_to_answer(&mut self, until: Instant, sent: impl Fn()) -> Option<String> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let is_last = attempts >= ATTEMPTS && !self.message.listens();
            let current = match self.message.envelope {
                Some(_) => None,
                None => self.bridge.session.current(),
            };
            match (self.attempt(current.as_ref(), until, &sent).await, &current) {
                (Outcome::Answered, _) => {
                    self.bridge.session.note(&self.message);
                    return None;
                }
                (Outcome::SessionLost, Some(current)) if !is_last => {
                    if let Err(why) = self.bridge.session.renew(self.bridge, current.number).await {
                        return Some(why);
                    }
                }
                (Outcome::SessionLost, _) => return Some("Hearth does not know the session".to_owned()),
                (Outcome::Cut(_), _) if self.message.is_repeatable() && !is_last => {}
                (Outcome::Cut(why), _) => {
                    return Some(format!(
                        "Hearth was cut off before it answered; what was asked for may be done, or not: {why}"
                    ));
                }
                (Outcome::Failed(why), _) => return Some(why),
            }
        }
    }

    async fn attempt(&mut self, current: Option<&Current>, until: Instant, sent: &impl Fn()) -> Outcome {
        let headers = match (&self.message.envelope, current) {
            (Some(envelope), _) => match of_envelope(envelope) {
                Some(headers) => headers,
                None => {
                    return Outcome::Failed("The version or the method has characters that no header has".to_owned());
                }
            },
            (None, current) => current.map(Current::headers).unwrap_or_default(),
        };
        // Who listens, waits for as long as it takes once it has begun.
        let until = if self.acknowledged { far() } else { until };
        let body = self.message.bytes.clone();
        let answer = match self.bridge.send(Method::POST, &headers, body, until).await {
            Ok(answer) => answer,
            Err(Trouble::Broken(why)) => return Outcome::Cut(why),
            Err(Trouble::Gone(why)) => return Outcome::Failed(why),
        };
        sent();
        match answer.status {
            status if status.is_success() => self.read(answer, current).await,
            StatusCode::NOT_FOUND if current.is_some_and(|current| current.id.is_some()) => Outcome::SessionLost,
            _ => self.refused(answer).await,
        }
    }

    /// Passes on what the host says to it.
    async fn read(&mut self, answer: Answer, current: Option<&Current>) -> Outcome {
        if answer.is_stream() {
            return self.follow(answer, current).await;
        }
        match answer.whole().await {
            Ok(document) => {
                for message in message::messages(&document) {
                    self.pass_on(message).await;
                }
                Outcome::Answered
            }
            Err(error) => Outcome::Cut(error.to_string()),
        }
    }

    /// Passes on a stream until the answer, over as many connections as it takes.
    async fn follow(&mut self, mut answer: Answer, current: Option<&Current>) -> Outcome {
        let mut events = Events::default();
        loop {
            let why = loop {
                match answer.next().await {
                    Ok(Some(bytes)) => match events.take(&bytes) {
                        Ok(messages) => {
                            for message in messages {
                                self.pass_on(message).await;
                            }
                        }
                        Err(error) => return Outcome::Failed(error.to_string()),
                    },
                    Ok(None) => break "the stream ended".to_owned(),
                    Err(error) => break error.to_string(),
                }
                if self.open.is_empty() {
                    return Outcome::Answered;
                }
            };
            let last = events.last_id.clone().and_then(|last| HeaderValue::try_from(last).ok());
            let (Some(last), Some(current)) = (last, current) else {
                return Outcome::Cut(why);
            };
            sleep(events.retry.take().unwrap_or_default().min(self.bridge.wait)).await;
            answer = match self.resume(last, current).await {
                Ok(answer) => answer,
                Err(outcome) => return outcome,
            };
            // What was begun and not whole comes once more.
            events = Events::after(events.last_id);
        }
    }

    /// The rest of what was being read.
    async fn resume(&self, last: HeaderValue, current: &Current) -> Result<Answer, Outcome> {
        let mut headers = current.headers();
        headers.push((LAST_EVENT, last));
        let until = Instant::now() + self.bridge.wait;
        loop {
            match self.bridge.send(Method::GET, &headers, Bytes::new(), until).await {
                Ok(answer) if answer.status.is_success() && answer.is_stream() => return Ok(answer),
                Ok(answer) => {
                    let lost = answer.status == StatusCode::NOT_FOUND;
                    let why = match self.bridge.refusal(answer, &[]).await {
                        Ok(body) => String::from_utf8_lossy(&body).into_owned(),
                        Err(why) => why,
                    };
                    // It was looked at before the session was lost: whether it may be sent again is for the caller.
                    if lost {
                        let _ = self.bridge.session.renew(self.bridge, current.number).await;
                    }
                    return Err(Outcome::Cut(why));
                }
                Err(Trouble::Broken(_)) if Instant::now() < until => {}
                Err(trouble) => return Err(Outcome::Cut(trouble.to_string())),
            }
        }
    }

    async fn refused(&mut self, answer: Answer) -> Outcome {
        match self.bridge.refusal(answer, &self.open).await {
            Ok(body) => {
                if let Some(error) = self.open.first().and_then(|id| message::error_of_host(id, &body)) {
                    self.open.clear();
                    self.bridge.say(error).await;
                }
                Outcome::Answered
            }
            Err(why) => Outcome::Failed(why),
        }
    }

    async fn pass_on(&mut self, message: Bytes) {
        let said = Said::read(&message);
        if let Some(id) = said.answers {
            self.open.retain(|open| *open != id);
        }
        if said.acknowledges && self.message.listens() && std::mem::replace(&mut self.acknowledged, true) {
            return;
        }
        self.bridge.say(message).await;
    }
}

fn of_envelope(envelope: &Envelope) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let mut headers = vec![
        (VERSION, HeaderValue::from_str(&envelope.version).ok()?),
        (METHOD, HeaderValue::from_str(&envelope.method).ok()?),
    ];
    if let Some(name) = &envelope.name {
        headers.push((NAME, HeaderValue::from_str(name).ok()?));
    }
    Some(headers)
}
