//! Tokens and the principals they belong to: hashes in SQLite, and a copy in memory that every request asks.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rusqlite::params;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::writer::lock;
use super::{Store, StoreError};
use crate::clock::Moment;
use crate::http::auth::{Authenticate, Grant};
use crate::principals::{Principals, Rights};

/// What every token begins with, so that a leaked one is recognised for what it is.
const PREFIX: &str = crate::audit::redact::TOKEN_PREFIX;

/// Characters of a token's or principal's name.
const NAME_LENGTH: usize = 64;

/// A token to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What the owner calls it.
    pub name: String,
    /// Its principal is an administrator.
    #[serde(default)]
    pub admin: bool,
    /// The principal it belongs to; without one it gets a principal of its own, called like the token.
    #[serde(default)]
    pub principal: Option<String>,
}

/// A token that was just made: the only time that it is seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedToken {
    /// What clients send.
    pub token: String,
    /// What is known of it from now on.
    #[serde(flatten)]
    pub view: TokenView,
}

/// What is known of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// What the owner calls it.
    pub name: String,
    /// The principal it belongs to.
    pub principal: String,
    /// Whether that is an administrator.
    pub admin: bool,
    /// When it was made.
    pub created: Moment,
}

/// Why a token was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The name cannot be one.
    #[error(
        "`{0}` cannot be a name: it takes 1 to {NAME_LENGTH} letters, digits, and `.`, `_`, `-`, `@` between them."
    )]
    Name(String),
    /// There is one of this name.
    #[error("There is already a token `{0}`. Choose another name, or revoke it first.")]
    Exists(String),
    /// The name is that of a principal.
    #[error("There is already a principal `{0}`. Choose another name, or give it one more token with --principal {0}.")]
    PrincipalExists(String),
    /// An administrator's token was wanted for one who is none.
    #[error(
        "`{0}` is not an administrator, and its tokens have the rights it has. Leave --admin out, or choose another --principal."
    )]
    NotAdmin(String),
    /// There is none of this name.
    #[error("There is no token `{0}`. `hearth token list` shows those there are.")]
    Unknown(String),
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type OnRights = Box<dyn Fn(&str) + Send + Sync>;

/// The tokens of this installation.
pub struct Tokens {
    store: Store,
    live: RwLock<Live>,
    /// Held while a change is written, so that changes come one after the other and no request waits for the disk.
    changing: Mutex<()>,
    /// Hears of every principal whose rights changed.
    on_rights: OnceLock<OnRights>,
}

#[derive(Default)]
struct Live {
    /// By the SHA-256 of the token: an attacker who measures the lookup learns about hashes, not about tokens.
    tokens: HashMap<[u8; 32], Token>,
    /// Those with a token, and whether they are administrators.
    principals: BTreeMap<String, bool>,
}

struct Token {
    id: u64,
    name: String,
    principal: String,
    created: Moment,
    /// Turns true when the token is revoked; what it opened ends with that.
    revoked: watch::Sender<bool>,
}

impl Tokens {
    /// Reads the tokens of the store.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn open(store: Store) -> Result<Self, StoreError> {
        let live = store.call(|connection| {
            let mut live = Live::default();
            let mut select = connection.prepare(
                "SELECT tokens.id, name, hash, principal, created, admin
                 FROM tokens JOIN principals ON principals.id = tokens.principal",
            )?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let token = Token::new(
                    row.get::<_, i64>(0)? as u64,
                    row.get(1)?,
                    row.get(3)?,
                    row.get::<_, i64>(4)? as u64,
                );
                live.principals.insert(token.principal.clone(), row.get(5)?);
                live.tokens.insert(row.get(2)?, token);
            }
            Ok(live)
        })?;
        Ok(Self {
            store,
            live: RwLock::new(live),
            changing: Mutex::new(()),
            on_rights: OnceLock::new(),
        })
    }

    /// Calls this with every principal whose rights change from now on. Only the first listener counts.
    pub fn listen(&self, on_rights: impl Fn(&str) + Send + Sync + 'static) {
        let _ = self.on_rights.set(Box::new(on_rights));
    }

    /// All tokens, by name.
    pub fn list(&self) -> Vec<TokenView> {
        let live = self.read();
        let mut views: Vec<_> = live.tokens.values().map(|token| live.view(token)).collect();
        views.sort_by(|one, other| one.name.cmp(&other.name));
        views
    }

    /// Makes a token. Waits for the disk.
    ///
    /// # Errors
    /// When the name cannot be used, the principal has other rights, or the database does not take it.
    pub fn create(&self, new: NewToken) -> Result<CreatedToken, TokenError> {
        let _changing = lock(&self.changing);
        let (principal, admin) = self.read().principal_for(&new)?;
        let token = random_token();
        let hash = hash(&token);
        let created = self.store.now();
        let id = {
            let (name, principal) = (new.name.clone(), principal.clone());
            self.store.call(move |connection| {
                let transaction = connection.transaction()?;
                transaction.execute(
                    "INSERT INTO principals (id, admin) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    params![principal, admin],
                )?;
                transaction.execute(
                    "INSERT INTO tokens (name, hash, principal, created) VALUES (?1, ?2, ?3, ?4)",
                    params![name, hash, principal, created as i64],
                )?;
                let id = transaction.last_insert_rowid();
                transaction.commit()?;
                Ok(id as u64)
            })?
        };
        let kept = Token::new(id, new.name, principal.clone(), created);
        let mut live = self.write();
        live.principals.insert(principal, admin);
        let view = live.view(&kept);
        live.tokens.insert(hash, kept);
        Ok(CreatedToken { token, view })
    }

    /// Revokes a token: what it opened ends, and its principal goes with its last token. Waits for the disk.
    ///
    /// # Errors
    /// When there is none of this name, or the database does not take it.
    pub fn revoke(&self, name: &str) -> Result<TokenView, TokenError> {
        let _changing = lock(&self.changing);
        let (hash, id, view, last) = self.read().named(name)?;
        let principal = view.principal.clone();
        {
            let principal = principal.clone();
            self.store.call(move |connection| {
                let transaction = connection.transaction()?;
                transaction.execute("DELETE FROM tokens WHERE id = ?1", [id as i64])?;
                if last {
                    transaction.execute("DELETE FROM principals WHERE id = ?1", [principal])?;
                }
                transaction.commit()
            })?;
        }
        let mut live = self.write();
        if let Some(token) = live.tokens.remove(&hash) {
            token.revoked.send_replace(true);
        }
        if last {
            live.principals.remove(&principal);
        }
        drop(live);
        if last && let Some(on_rights) = self.on_rights.get() {
            on_rights(&principal);
        }
        Ok(view)
    }

    fn read(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authenticate for Tokens {
    fn authenticate(&self, bearer: &str) -> Option<Grant> {
        let hash = hash(bearer);
        let live = self.read();
        let token = live.tokens.get(&hash)?;
        Some(Grant {
            principal: token.principal.clone(),
            admin: live.principals.get(&token.principal).copied().unwrap_or(false),
            token: token.id,
            revoked: token.revoked.subscribe(),
        })
    }
}

impl Principals for Tokens {
    fn rights(&self, principal: &str) -> Option<Rights> {
        self.read()
            .principals
            .get(principal)
            .map(|admin| Rights { admin: *admin })
    }
}

impl Live {
    /// The principal that a new token belongs to, and whether that is an administrator.
    fn principal_for(&self, new: &NewToken) -> Result<(String, bool), TokenError> {
        check_name(&new.name)?;
        if self.tokens.values().any(|token| token.name == new.name) {
            return Err(TokenError::Exists(new.name.clone()));
        }
        let Some(principal) = &new.principal else {
            if self.principals.contains_key(&new.name) {
                return Err(TokenError::PrincipalExists(new.name.clone()));
            }
            return Ok((new.name.clone(), new.admin));
        };
        check_name(principal)?;
        match self.principals.get(principal) {
            Some(false) if new.admin => Err(TokenError::NotAdmin(principal.clone())),
            Some(admin) => Ok((principal.clone(), *admin)),
            None => Ok((principal.clone(), new.admin)),
        }
    }

    /// The token of this name: its hash, its id, what is known of it, and whether it is the last of its principal.
    fn named(&self, name: &str) -> Result<([u8; 32], u64, TokenView, bool), TokenError> {
        let found = self.tokens.iter().find(|(_, token)| token.name == name);
        let (hash, token) = found.ok_or_else(|| TokenError::Unknown(name.to_owned()))?;
        let of_the_same = self.tokens.values().filter(|other| other.principal == token.principal);
        Ok((*hash, token.id, self.view(token), of_the_same.count() == 1))
    }

    fn view(&self, token: &Token) -> TokenView {
        TokenView {
            name: token.name.clone(),
            principal: token.principal.clone(),
            admin: self.principals.get(&token.principal).copied().unwrap_or(false),
            created: token.created,
        }
    }
}

impl Token {
    fn new(id: u64, name: String, principal: String, created: Moment) -> Self {
        Self {
            id,
            name,
            principal,
            created,
            revoked: watch::channel(false).0,
        }
    }
}

fn check_name(name: &str) -> Result<(), TokenError> {
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    let ends = name.starts_with(char::is_alphanumeric) && name.ends_with(char::is_alphanumeric);
    if ends && name.chars().all(inner) && name.chars().count() <= NAME_LENGTH {
        Ok(())
    } else {
        Err(TokenError::Name(name.to_owned()))
    }
}

/// 256 random bits in hex: nothing in it needs quoting in a shell, a header or JSON.
fn random_token() -> String {
    let mut bits = [0_u8; 32];
    getrandom::fill(&mut bits).expect("the system has randomness: nothing can be secret without");
    let mut token = String::from(PREFIX);
    for byte in bits {
        write!(token, "{byte:02x}").expect("a string takes all that is written");
    }
    token
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
