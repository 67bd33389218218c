//! The puppet's state and its events.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::contract::exports::hearth::mcp::server::{
    Attachment, Delivery, Dismissal, OpenWork, Opened, Origin, Received,
};
use crate::contract::hearth::mcp::types::{
    Change, Checkpoint, CheckpointKind, Effect, Header, News, Outcome, OutcomeKind, Refusal, RefusalReason, Transport,
};
use crate::contract::hearth::mcp::{config_entries, home, installation};
use crate::effects::{Asker, checkpoint, message, read};

/// The key under which what it is armed with is kept.
const ARMED: &str = "armed";

#[derive(Default)]
pub struct Puppet {
    /// Outlet and the bodies received, by session.
    sessions: BTreeMap<String, (u64, u64)>,
    /// Principal and the bodies received, by session of Streamable HTTP.
    streamable: BTreeMap<String, (String, u64)>,
    /// How it traps, by the event.
    armed: BTreeMap<String, String>,
}

impl Puppet {
    /// Answers what an event answers, or traps if it is armed for it.
    pub fn at<T>(&mut self, event: &str, answer: T) -> T {
        if let Some(how) = self.armed.get(event) {
            trap(how);
        }
        answer
    }

    pub fn restore(&mut self, checkpoints: Vec<Checkpoint>, work: Vec<OpenWork>) -> Vec<String> {
        let mut unreadable = Vec::new();
        for kept in checkpoints {
            let body: Value = serde_json::from_slice(&kept.body).unwrap_or_default();
            if body["poison"] == true {
                trap("panic");
            }
            if body["unreadable"] == true {
                unreadable.push(kept.key);
            } else if kept.key == ARMED {
                self.arm(&body);
            } else if let (Some(outlet), Some(count)) = (body["outlet"].as_u64(), body["count"].as_u64()) {
                self.sessions.insert(kept.key, (outlet, count));
            } else if let (Some(principal), Some(count)) = (kept.principal, body["streamable"].as_u64()) {
                self.streamable.insert(kept.key, (principal, count));
            }
        }
        for open in work {
            let ticket: Value = serde_json::from_slice(&open.ticket).unwrap_or_default();
            if ticket["unreadable"] == true {
                unreadable.push(open.key);
            }
        }
        self.at("restore", unreadable)
    }

    pub fn open(&mut self, origin: Origin) -> Result<Opened, Refusal> {
        let session = format!("s{}", origin.outlet);
        if origin.headers.iter().any(|header| header.name == "mcp-refuse") {
            return Err(malformed("as you wish"));
        }
        self.sessions.insert(session.clone(), (origin.outlet, 0));
        let effects = self.kept(&session, &origin.principal.id).into_iter().collect();
        self.at("open", Ok(Opened { session, effects }))
    }

    pub fn receive(&mut self, delivery: Delivery) -> Result<Received, Refusal> {
        let body: Value = serde_json::from_slice(&delivery.body).map_err(|error| malformed(&error.to_string()))?;
        refused(&body)?;
        let principal = delivery.principal.id;
        let begun = (body["begin"] == true).then(|| format!("z{}", delivery.exchange.unwrap_or_default()));
        if let Some(begun) = &begun {
            self.streamable.insert(begun.clone(), (principal.clone(), 0));
        }
        let session = begun.clone().or(delivery.session);
        let (outlet, count) = self.addressed(session.as_deref(), delivery.exchange, &principal)?;
        let session = session.unwrap_or_default();
        let asker = Asker {
            session: &session,
            principal: &principal,
            outlet,
        };
        let mut effects = Vec::new();
        if delivery.fault {
            let mut said = message(outlet, &json!({"fault": true, "count": count}));
            if let (Effect::Send(send), true) = (&mut said, delivery.exchange.is_some()) {
                send.last = true;
            }
            effects.push(said);
        } else {
            effects.extend(list(&body["do"]).iter().map(|effect| read(effect, &asker)));
        }
        if let (Some(how), true) = (body["trap"].as_str(), !delivery.fault || body["always"] == true) {
            trap(how);
        }
        if let Some(what) = body["ask"].as_str() {
            let answer = json!({"asked": [ask(what), ask(what)]});
            effects.push(message(asker.outlet, &answer));
        }
        effects.extend(self.kept(&session, &principal));
        if body["arm"]["for_good"] == true {
            let armed = body["arm"].to_string().into_bytes();
            effects.push(Effect::Keep(checkpoint(ARMED, CheckpointKind::Shared, None, armed)));
        }
        let received = Received {
            effects,
            session: begun,
        };
        let received = self.at("receive", received);
        self.arm(&body["arm"]);
        Ok(received)
    }

    /// The outlet for the answers to a body, and how many bodies its session has had with it.
    fn addressed(
        &mut self,
        session: Option<&str>,
        exchange: Option<u64>,
        principal: &str,
    ) -> Result<(u64, u64), Refusal> {
        let Some(exchange) = exchange else {
            let session = session.unwrap_or_default();
            let (outlet, count) = self
                .sessions
                .get_mut(session)
                .ok_or_else(|| malformed("no such session"))?;
            *count += 1;
            return Ok((*outlet, *count));
        };
        let Some(session) = session else {
            return Ok((exchange, 0));
        };
        let (owner, count) = self.streamable.get_mut(session).ok_or_else(|| unknown(session))?;
        if owner != principal {
            return Err(unknown(session));
        }
        *count += 1;
        Ok((exchange, *count))
    }

    pub fn attach(&mut self, attachment: Attachment) -> Result<Vec<Effect>, Refusal> {
        let told = told(&attachment.headers);
        refused(&told)?;
        let session = self.own(attachment.session, &attachment.principal.id)?;
        let asker = Asker {
            session: &session,
            principal: &attachment.principal.id,
            outlet: attachment.resumes.unwrap_or(attachment.outlet),
        };
        let mut effects = self.tell(&json!({"attached": attachment.outlet, "resumes": attachment.resumes}));
        effects.extend(list(&told["do"]).iter().map(|effect| read(effect, &asker)));
        Ok(self.at("attach", effects))
    }

    pub fn dismiss(&mut self, dismissal: Dismissal) -> Result<Vec<Effect>, Refusal> {
        let told = told(&dismissal.headers);
        refused(&told)?;
        let session = self.own(dismissal.session, &dismissal.principal.id)?;
        let asker = Asker {
            session: &session,
            principal: &dismissal.principal.id,
            outlet: 0,
        };
        let mut effects = self.tell(&json!({ "dismissed": session }));
        effects.extend(list(&told["do"]).iter().map(|effect| read(effect, &asker)));
        self.streamable.remove(&session);
        effects.push(Effect::Forget(session));
        Ok(self.at("dismiss", effects))
    }

    /// A session of Streamable HTTP of this principal.
    fn own(&self, session: Option<String>, principal: &str) -> Result<String, Refusal> {
        let session = session.ok_or_else(|| Refusal {
            reason: RefusalReason::SessionRequired,
            detail: String::new(),
        })?;
        match self.streamable.get(&session) {
            Some((owner, _)) if owner == principal => Ok(session),
            _ => Err(unknown(&session)),
        }
    }

    pub fn resume(&mut self, ticket: &[u8], news: News) -> Vec<Effect> {
        let ticket: Value = serde_json::from_slice(ticket).unwrap_or_default();
        let first = !matches!(news, News::Fault);
        if let (Some(how), true) = (ticket["trap"].as_str(), first || ticket["always"] == true) {
            trap(how);
        }
        let news = match news {
            News::Progress(progress) => json!({"progress": progress.done}),
            News::Outcomes(outcomes) => json!({"outcomes": outcomes.iter().map(outcome).collect::<Vec<_>>()}),
            News::Fault => json!("fault"),
        };
        let outlet = ticket["outlet"].as_u64().unwrap_or_default();
        let asker = Asker {
            session: "",
            principal: ticket["principal"].as_str().unwrap_or_default(),
            outlet,
        };
        let mut effects = vec![message(outlet, &json!({ "news": news }))];
        effects.extend(list(&ticket["do"]).iter().map(|effect| read(effect, &asker)));
        self.at("resume", effects)
    }

    pub fn home_changed(&mut self, changes: &[Change]) -> Vec<Effect> {
        let changed: Vec<String> = changes
            .iter()
            .map(|change| {
                format!(
                    "{} {} {}",
                    change.kind,
                    change.id,
                    String::from_utf8_lossy(&change.data)
                )
            })
            .collect();
        let effects = self.tell(&json!({ "changed": changed }));
        self.at("home-changed", effects)
    }

    pub fn closed(&mut self, outlet: u64) -> Vec<Effect> {
        let gone: Vec<String> = self
            .sessions
            .iter()
            .filter(|(_, (own, _))| *own == outlet)
            .map(|(session, _)| session.clone())
            .collect();
        self.sessions.retain(|_, (own, _)| *own != outlet);
        let mut effects = self.tell(&json!({ "closed": outlet }));
        effects.extend(gone.into_iter().map(Effect::Forget));
        self.at("closed", effects)
    }

    pub fn wake(&mut self, moment: u64) -> Vec<Effect> {
        let effects = self.tell(&json!({ "woken": moment }));
        self.at("wake", effects)
    }

    fn tell(&self, body: &Value) -> Vec<Effect> {
        self.sessions
            .values()
            .map(|(outlet, _)| message(*outlet, body))
            .collect()
    }

    fn kept(&self, session: &str, principal: &str) -> Option<Effect> {
        if let Some((_, count)) = self.streamable.get(session) {
            let body = json!({ "streamable": count }).to_string().into_bytes();
            let mut kept = checkpoint(session, CheckpointKind::Session, Some(principal), body);
            kept.transport = Transport::Streamable;
            return Some(Effect::Keep(kept));
        }
        let (outlet, count) = self.sessions.get(session)?;
        let body = json!({"outlet": outlet, "count": count}).to_string().into_bytes();
        let kept = checkpoint(session, CheckpointKind::Session, Some(principal), body);
        Some(Effect::Keep(kept))
    }

    fn arm(&mut self, body: &Value) {
        if let (Some(event), Some(how)) = (body["event"].as_str(), body["how"].as_str()) {
            self.armed.insert(event.to_owned(), how.to_owned());
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn malformed(detail: &str) -> Refusal {
    Refusal {
        reason: RefusalReason::Malformed,
        detail: detail.to_owned(),
    }
}

fn unknown(session: &str) -> Refusal {
    Refusal {
        reason: RefusalReason::UnknownSession,
        detail: session.to_owned(),
    }
}

/// Refuses what is to be refused.
fn refused(body: &Value) -> Result<(), Refusal> {
    match body["refuse"].as_str() {
        None => Ok(()),
        Some(text) => Err(Refusal {
            reason: reason(body["reason"].as_str().unwrap_or("malformed")),
            detail: text.to_owned(),
        }),
    }
}

/// What a request without a body is told to do.
fn told(headers: &[Header]) -> Value {
    let header = headers.iter().find(|header| header.name == "mcp-puppet");
    header.map_or(Value::Null, |header| {
        serde_json::from_str(&header.value).expect("a test says what it means")
    })
}

/// The reason of this name in the contract.
fn reason(name: &str) -> RefusalReason {
    match name {
        "not-configured" => RefusalReason::NotConfigured,
        "several-configured" => RefusalReason::SeveralConfigured,
        "admin-required" => RefusalReason::AdminRequired,
        "unknown-session" => RefusalReason::UnknownSession,
        "unknown-llm-api" => RefusalReason::UnknownLlmApi,
        "malformed" => RefusalReason::Malformed,
        "too-many-sessions" => RefusalReason::TooManySessions,
        "session-required" => RefusalReason::SessionRequired,
        "not-in-this-version" => RefusalReason::NotInThisVersion,
        "unsupported" => RefusalReason::Unsupported,
        other => panic!("no such reason: {other}"),
    }
}

fn outcome(outcome: &Outcome) -> Value {
    let kind = match outcome.kind {
        OutcomeKind::Ok => "ok",
        OutcomeKind::Failed => "failed",
        OutcomeKind::Refused => "refused",
        OutcomeKind::TimedOut => "timed-out",
        OutcomeKind::Running => "running",
    };
    let data: Value = serde_json::from_slice(&outcome.data).unwrap_or_default();
    json!([kind, data])
}

/// What an import says.
fn ask(what: &str) -> Value {
    match what {
        "lookup" => match config_entries::lookup() {
            Ok(entry) => json!(entry.title),
            Err(error) => json!(format!("{error:?}")),
        },
        "snapshot" => {
            let snapshot = home::snapshot();
            let entities: Vec<String> = snapshot.entities.into_iter().map(|entity| entity.id).collect();
            json!([snapshot.revision, entities])
        }
        "limits" => json!(["sessions", "nothing"].map(installation::limit)),
        other => panic!("nobody can ask for {other}"),
    }
}

/// Does not come back.
fn trap(how: &str) {
    match how {
        "panic" => panic!("the puppet was told to"),
        "loop" => {
            let mut turns = 0_u64;
            loop {
                turns = std::hint::black_box(turns.wrapping_add(1));
            }
        }
        "memory" => {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            loop {
                hoard.push(vec![1; 1 << 20]);
                std::hint::black_box(&hoard);
            }
        }
        "wait" => std::thread::sleep(std::time::Duration::from_secs(3_600)),
        "chatter" => {
            for _ in 0..100_000 {
                eprintln!("{}", "chatter ".repeat(100));
            }
        }
        other => panic!("nobody can trap by {other}"),
    }
}
