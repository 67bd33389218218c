//! The home over HTTP, as its owner sees it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::{Answer, Failure, Shared, at_leisure};
use crate::contract::exports::hearth::mcp::server::Tool;
use crate::contract::hearth::mcp::types::{Principal, Route};
use crate::engine::Refused;
use crate::home::owned::{Consequence, ExposeError, Inventory, Wishes};

/// The main URL: the LLM APIs of the config entry.
const ROUTE: Route = Route::Streamable(None);

pub async fn inventory(State(administration): Shared) -> Answer<Inventory> {
    at_leisure(move || Ok(administration.home.inventory())).await
}

/// What clients would see: nothing changes.
pub async fn preview(State(administration): Shared, Json(wishes): Json<Wishes>) -> Answer<Consequence> {
    let before = administration.home.snapshot();
    let after = administration.home.supposing(&wishes)?;
    let engine = &administration.engine;
    let tools = [
        names(engine.offers(&owner(), &ROUTE).await),
        names(engine.offers_supposing(after.clone(), &owner(), &ROUTE).await),
    ];
    Ok(Json(Consequence::between(&before, &after, tools)))
}

/// When it answers, clients see what is exposed from now on.
pub async fn expose(State(administration): Shared, Json(wishes): Json<Wishes>) -> Answer<Consequence> {
    let engine = &administration.engine;
    let (home, before) = (administration.home.clone(), administration.home.snapshot());
    let tools_before = names(engine.offers(&owner(), &ROUTE).await);
    let Json(()) = at_leisure(move || Ok(home.expose(&wishes)?)).await?;
    engine.deliver_changes().await;
    let tools = [tools_before, names(engine.offers(&owner(), &ROUTE).await)];
    let after = administration.home.snapshot();
    Ok(Json(Consequence::between(&before, &after, tools)))
}

/// None when the component does not say.
fn names(offers: Result<Vec<Tool>, Refused>) -> Option<Vec<String>> {
    Some(offers.ok()?.into_iter().map(|tool| tool.name).collect())
}

/// Who is offered all that there is. Nobody has this id: it is not one that a token can have.
fn owner() -> Principal {
    Principal {
        id: "(owner)".to_owned(),
        admin: true,
    }
}

impl From<ExposeError> for Failure {
    fn from(error: ExposeError) -> Self {
        let status = match &error {
            ExposeError::Unknown(_) => StatusCode::NOT_FOUND,
            ExposeError::TooMany(_) => StatusCode::CONFLICT,
            ExposeError::NotKept(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}
