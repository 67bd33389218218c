//! Who asks: the bearer token of a request, and the challenge to a request without a good one.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use tokio::sync::watch;

use crate::contract::hearth::mcp::types::Principal;

/// What a good token gives.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Id of the principal that the token belongs to.
    pub principal: String,
    /// May use what is reserved to administrators, as of this request.
    pub admin: bool,
    /// Number of the token, for logs.
    pub token: u64,
    /// Becomes true when the token is revoked. Open streams end at that, and also when the sender is dropped: nobody is
    /// left then who could revoke it.
    pub revoked: watch::Receiver<bool>,
}

impl Grant {
    /// The principal as the contract names it.
    pub fn principal(&self) -> Principal {
        Principal {
            id: self.principal.clone(),
            admin: self.admin,
        }
    }
}

/// Knows the tokens.
pub trait Authenticate: Send + Sync {
    /// What this token gives now; `None` when there is no such token, or no more.
    fn authenticate(&self, bearer: &str) -> Option<Grant>;

    /// What a request gets that brings no token: nothing, except in a program that serves whoever can connect to it.
    fn without_token(&self) -> Option<Grant> {
        None
    }
}

/// Why a request has no grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unauthenticated {
    /// It brought no bearer token.
    Missing,
    /// It brought one that is not good.
    Invalid,
}

impl Unauthenticated {
    /// The challenge. It names no metadata: there is no authorization server, so clients ask the user for a token.
    pub fn challenge(self) -> HeaderValue {
        // RFC 6750, 3: no error code to a request that brought no authentication.
        HeaderValue::from_static(match self {
            Self::Missing => "Bearer",
            Self::Invalid => "Bearer error=\"invalid_token\"",
        })
    }
}

/// Finds the grant of a request. The token comes in the `Authorization` header and nowhere else: addresses end up in
/// logs and histories.
///
/// # Errors
/// When there is no token, or not a good one.
pub fn authenticate(tokens: &dyn Authenticate, headers: &HeaderMap) -> Result<Grant, Unauthenticated> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return tokens.without_token().ok_or(Unauthenticated::Missing);
    };
    if values.next().is_some() {
        return Err(Unauthenticated::Invalid);
    }
    let value = value.to_str().map_err(|_| Unauthenticated::Invalid)?;
    let (scheme, token) = value.split_once(' ').ok_or(Unauthenticated::Missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Unauthenticated::Missing);
    }
    let token = token.trim_matches(' ');
    if token.is_empty() {
        return Err(Unauthenticated::Missing);
    }
    tokens.authenticate(token).ok_or(Unauthenticated::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct One(watch::Receiver<bool>);

    impl Authenticate for One {
        fn authenticate(&self, bearer: &str) -> Option<Grant> {
            (bearer == "good").then(|| Grant {
                principal: "ada".to_owned(),
                admin: false,
                token: 1,
                revoked: self.0.clone(),
            })
        }
    }

    fn outcome(value: Option<&'static str>) -> Result<String, Unauthenticated> {
        let (_sender, revoked) = watch::channel(false);
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
        }
        authenticate(&One(revoked), &headers).map(|grant| grant.principal)
    }

    #[test]
    fn a_bearer_token_is_found_whatever_the_case_of_the_scheme() {
        assert_eq!(outcome(Some("Bearer good")).as_deref(), Ok("ada"));
        assert_eq!(outcome(Some("bearer good")).as_deref(), Ok("ada"));
        assert_eq!(outcome(Some("BEARER  good ")).as_deref(), Ok("ada"));
    }

    #[test]
    fn whoever_is_let_in_without_a_token_still_needs_a_good_one_if_it_brings_one() {
        struct All(One);
        impl Authenticate for All {
            fn authenticate(&self, bearer: &str) -> Option<Grant> {
                self.0.authenticate(bearer)
            }
            fn without_token(&self) -> Option<Grant> {
                self.authenticate("good")
            }
        }
        let (_sender, revoked) = watch::channel(false);
        let all = All(One(revoked));
        let mut headers = HeaderMap::new();
        assert!(authenticate(&all, &headers).is_ok());
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer bad"));
        assert_eq!(authenticate(&all, &headers).err(), Some(Unauthenticated::Invalid));
    }

    #[test]
    fn only_a_token_that_was_sent_is_called_invalid() {
        for none in [
            None,
            Some("Basic Z29vZDpnb29k"),
            Some("Bearer"),
            Some("Bearer "),
            Some("good"),
        ] {
            assert_eq!(outcome(none), Err(Unauthenticated::Missing), "{none:?}");
        }
        for bad in ["Bearer bad", "Bearer good,", "Bearer good good"] {
            assert_eq!(outcome(Some(bad)), Err(Unauthenticated::Invalid), "{bad}");
        }
    }
}
