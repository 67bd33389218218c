//! The tokens over HTTP.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::{Answer, Failure, Shared, at_leisure};
use crate::store::{CreatedToken, NewToken, TokenError, TokenView};

pub async fn list(State(administration): Shared) -> Json<Vec<TokenView>> {
    Json(administration.tokens.list())
}

pub async fn create(State(administration): Shared, Json(new): Json<NewToken>) -> Answer<CreatedToken> {
    at_leisure(move || Ok(administration.tokens.create(new)?)).await
}

pub async fn revoke(State(administration): Shared, Path(name): Path<String>) -> Answer<TokenView> {
    at_leisure(move || Ok(administration.tokens.revoke(&name)?)).await
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        let status = match &error {
            TokenError::Name(_) => StatusCode::BAD_REQUEST,
            TokenError::Unknown(_) => StatusCode::NOT_FOUND,
            TokenError::Exists(_) | TokenError::PrincipalExists(_) | TokenError::NotAdmin(_) => StatusCode::CONFLICT,
            TokenError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}
