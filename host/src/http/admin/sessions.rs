//! The sessions over HTTP. Their ids are not told, only as much of each as tells it from the others.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::{Answer, Failure, Shared};
use crate::engine::SessionView;

/// Characters of an id that are shown at least.
const SHORTEST: usize = 8;

/// Which sessions are to end: those of a principal, or all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    principal: Option<String>,
    #[serde(default)]
    all: bool,
}

pub async fn list(State(administration): Shared) -> Json<Vec<SessionView>> {
    Json(shown(&administration.engine.sessions().await))
}

/// Ends one, named by any beginning of its id that no other has.
pub async fn end(State(administration): Shared, Path(id): Path<String>) -> Answer<Vec<SessionView>> {
    let sessions = administration.engine.sessions().await;
    let meant: Vec<_> = sessions.iter().filter(|session| session.id.starts_with(&id)).collect();
    match meant.as_slice() {
        [] => Err(Failure(
            StatusCode::NOT_FOUND,
            format!("There is no session `{id}`. `hearth session list` shows those there are."),
        )),
        [session] => end_these(&administration.engine, &sessions, |one| one.id == session.id).await,
        several => Err(Failure(
            StatusCode::CONFLICT,
            format!(
                "{} sessions begin with `{id}`. Write more of the one that you mean, as `hearth session list` shows it.",
                several.len()
            ),
        )),
    }
}

/// Ends those of a principal, or all.
pub async fn end_several(State(administration): Shared, Query(which): Query<Which>) -> Answer<Vec<SessionView>> {
    let sessions = administration.engine.sessions().await;
    match which {
        Which {
            principal: None,
            all: true,
        } => end_these(&administration.engine, &sessions, |_| true).await,
        Which {
            principal: Some(principal),
            all: false,
        } => end_these(&administration.engine, &sessions, |one| one.principal == principal).await,
        _ => Err(Failure(
            StatusCode::BAD_REQUEST,
            "Say which sessions are to end: `principal=NAME` or `all=true`, one of the two.".to_owned(),
        )),
    }
}

async fn end_these(
    engine: &crate::engine::Engine,
    sessions: &[SessionView],
    which: impl Fn(&SessionView) -> bool,
) -> Answer<Vec<SessionView>> {
    let mut ended = Vec::new();
    for (session, shown) in sessions.iter().zip(shown(sessions)) {
        // One that has ended by itself meanwhile is not told.
        if which(session) && engine.end_session(&session.id).await {
            ended.push(shown);
        }
    }
    Ok(Json(ended))
}

/// The same, each with so much of its id as no other one has.
fn shown(sessions: &[SessionView]) -> Vec<SessionView> {
    let short = |id: &str| {
        let lengths = (SHORTEST..id.len()).filter(|length| id.is_char_boundary(*length));
        let alone = |beginning: &&str| sessions.iter().filter(|one| one.id.starts_with(beginning)).count() == 1;
        let beginning = lengths.map(|length| &id[..length]).find(alone);
        beginning.unwrap_or(id).to_owned()
    };
    let view = |session: &SessionView| SessionView {
        id: short(&session.id),
        ..session.clone()
    };
    sessions.iter().map(view).collect()
}
