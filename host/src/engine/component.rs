//! Loading a component: what is checked before any of its code runs.

use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use wasmtime::component::Component as Compiled;

use super::compiled;
use super::imports::Imports;
use super::instance::{Guest, Instance};
use super::reducer::{Program, Reducer, Trap};
use super::runtime::Runtime;
use crate::contract::McpServerPre;
use crate::contract::exports::hearth::mcp::server::Description;

/// Bytes that a component may have.
pub const SIZE_LIMIT: usize = 64 << 20;
/// The interface that makes a component one of ours.
const SERVER: &str = "hearth:mcp/server@0.1.0";
/// How WebAssembly begins.
const MAGIC: &[u8] = b"\0asm";
/// What follows it in a component, and in a core module.
const COMPONENT_LAYER: [u8; 4] = [0x0d, 0x00, 0x01, 0x00];
const MODULE_LAYER: [u8; 4] = [0x01, 0x00, 0x00, 0x00];

/// A component that was checked and compiled. Cheap to clone.
#[derive(Clone)]
pub struct Component {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Runtime,
    program: McpServerPre<Guest>,
    digest: String,
    description: Description,
    imports: Vec<String>,
}

/// Why a file is not a component that this host can run. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is larger than any component has reason to be.
    #[error(
        "the component has {size} bytes, and {limit} are allowed; build it with optimizations and without debug information"
    )]
    TooLarge {
        /// Its bytes.
        size: usize,
        /// The bytes allowed.
        limit: usize,
    },
    /// It does not begin as WebAssembly does.
    #[error("this is not a WebAssembly file (it begins with {start}); give the path of a component, `….wasm`")]
    NotWebAssembly {
        /// Its first bytes.
        start: String,
    },
    /// It is WebAssembly without the component model.
    #[error(
        "this is a core WebAssembly module, not a component; build it for the target wasm32-wasip2, or wrap it with `wasm-tools component new`"
    )]
    CoreModule,
    /// It ends before it should.
    #[error("the component is cut off after {size} bytes ({reason}); copy or build it again")]
    Truncated {
        /// The bytes there are.
        size: usize,
        /// What is missing.
        reason: String,
    },
    /// It is damaged, or uses what this host does not know.
    #[error("the component cannot be compiled: {0}; copy or build it again")]
    Invalid(String),
    /// It is made for another host.
    #[error(
        "the component does not export `{SERVER}` but {exports}; build it for the world `hearth:mcp/mcp-server` in `wit/`"
    )]
    WrongWorld {
        /// What it exports.
        exports: String,
    },
    /// It wants something that is not in the contract.
    #[error(
        "the component imports `{import}`; a component gets `hearth:mcp/*` and WASI 0.2 (cli, clocks, filesystem, io, random, sockets), nothing else"
    )]
    ForeignImport {
        /// What it wants.
        import: String,
    },
    /// Its imports or exports have the right names and other types.
    #[error("the component does not fit this host's contract: {0}; build it against the `wit/` of this version")]
    Mismatch(String),
    /// It trapped when it was asked what it is.
    #[error("the component cannot say what it is: {0}")]
    Describe(Trap),
    /// It cannot write any state format.
    #[error("the component `{0}` names no state format that it can write; `describe` must give at least one")]
    NoFormat(String),
}

impl Component {
    /// Checks and compiles a component and asks it what it is. With a directory, compiled code is kept there and used
    /// the next time if it still fits.
    ///
    /// # Errors
    /// When this is not a component that this host can run.
    pub async fn load(runtime: &Runtime, bytes: &[u8], cache: Option<&Path>) -> Result<Self, LoadError> {
        check_layer(bytes)?;
        let digest = digest_of(bytes);
        let compiled = compiled::load(runtime, bytes, &digest, cache).map_err(|error| refused(bytes, &error))?;
        let imports = check_world(runtime, &compiled)?;
        let mismatch = |error: wasmtime::Error| LoadError::Mismatch(format!("{error:#}"));
        let program = runtime.inner.linker.instantiate_pre(&compiled).map_err(mismatch)?;
        let program = McpServerPre::new(program).map_err(mismatch)?;
        let mut instance = Instance::new(runtime, &program, Arc::new(Imports::nothing()))
            .await
            .map_err(LoadError::Describe)?;
        let description = instance.describe().await.map_err(LoadError::Describe)?;
        if description.writes.is_empty() {
            return Err(LoadError::NoFormat(description.name));
        }
        let inner = Inner {
            runtime: runtime.clone(),
            program,
            digest,
            description,
            imports,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Checks and compiles a component into a directory for [`Component::load`], without running any of it.
    ///
    /// # Errors
    /// When this is not a component that this host can run.
    pub fn compile(runtime: &Runtime, bytes: &[u8], cache: &Path) -> Result<(), LoadError> {
        check_layer(bytes)?;
        let compiled = compiled::load(runtime, bytes, &digest_of(bytes), Some(cache));
        check_world(runtime, &compiled.map_err(|error| refused(bytes, &error))?).map(drop)
    }

    /// What can be seen of a component without compiling it: its size, and that it begins as one.
    ///
    /// # Errors
    /// When it cannot be a component.
    pub fn check(bytes: &[u8]) -> Result<(), LoadError> {
        check_layer(bytes)
    }

    /// Whether compiled code of the component of this digest lies in the directory, made by this very compiler with these
    /// settings. What is in it is looked at when it is loaded.
    pub fn is_compiled(runtime: &Runtime, digest: &str, cache: &Path) -> bool {
        compiled::is_there(runtime, digest, cache)
    }

    /// SHA-256 of its bytes, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// What it says of itself.
    pub fn describe(&self) -> &Description {
        &self.inner.description
    }

    /// The interfaces that it imports, in order.
    pub fn imports(&self) -> &[String] {
        &self.inner.imports
    }
}

impl Program for Component {
    fn digest(&self) -> &str {
        &self.inner.digest
    }

    fn description(&self) -> &Description {
        &self.inner.description
    }

    fn imports(&self) -> &[String] {
        &self.inner.imports
    }

    fn instantiate(&self, imports: Arc<Imports>) -> BoxFuture<'_, Result<Box<dyn Reducer>, Trap>> {
        async move {
            let instance = Instance::new(&self.inner.runtime, &self.inner.program, imports).await?;
            Ok(Box::new(instance) as Box<dyn Reducer>)
        }
        .boxed()
    }
}

fn check_layer(bytes: &[u8]) -> Result<(), LoadError> {
    if bytes.len() > SIZE_LIMIT {
        return Err(LoadError::TooLarge {
            size: bytes.len(),
            limit: SIZE_LIMIT,
        });
    }
    let layer = MAGIC.len()..MAGIC.len() + COMPONENT_LAYER.len();
    if bytes.len() < layer.end && MAGIC.starts_with(&bytes[..bytes.len().min(MAGIC.len())]) {
        return Err(LoadError::Truncated {
            size: bytes.len(),
            reason: "even its header is not whole".to_owned(),
        });
    }
    if !bytes.starts_with(MAGIC) {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(16)]);
        return Err(LoadError::NotWebAssembly {
            start: format!("{start:?}"),
        });
    }
    if bytes[layer.clone()] == MODULE_LAYER {
        return Err(LoadError::CoreModule);
    }
    if bytes[layer.clone()] != COMPONENT_LAYER {
        let version = format!("version {:02x?} of the format is not known here", &bytes[layer]);
        return Err(LoadError::Invalid(version));
    }
    Ok(())
}

/// A compiler's error in the words of who gave the file.
fn refused(bytes: &[u8], error: &wasmtime::Error) -> LoadError {
    let reason = error.root_cause().to_string();
    // A section that is longer than the file is what a cut looks like when it does not fall between two bytes of one.
    if reason.contains("unexpected end") || reason.contains("is out of bounds (bound") {
        return LoadError::Truncated {
            size: bytes.len(),
            reason,
        };
    }
    LoadError::Invalid(reason)
}

/// The right exports and none but the right imports. Answers the imports.
fn check_world(runtime: &Runtime, compiled: &Compiled) -> Result<Vec<String>, LoadError> {
    let world = compiled.component_type();
    let engine = &runtime.inner.engine;
    if world.get_export(engine, SERVER).is_none() {
        let exports: Vec<_> = world.exports(engine).map(|(name, _)| format!("`{name}`")).collect();
        let exports = if exports.is_empty() {
            "nothing".to_owned()
        } else {
            exports.join(", ")
        };
        return Err(LoadError::WrongWorld { exports });
    }
    let imports: Vec<String> = world.imports(engine).map(|(name, _)| name.to_owned()).collect();
    if let Some(foreign) = imports.iter().find(|name| !may_import(name)) {
        return Err(LoadError::ForeignImport {
            import: foreign.clone(),
        });
    }
    Ok(imports)
}

fn may_import(name: &str) -> bool {
    const WASI: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];
    if name.starts_with("hearth:mcp/") {
        return true;
    }
    let Some((package, version)) = name.split_once('@') else {
        return false;
    };
    let Some(package) = package.strip_prefix("wasi:") else {
        return false;
    };
    let package = package.split('/').next().unwrap_or_default();
    version.starts_with("0.2.") && WASI.contains(&package)
}

/// The name of a component: SHA-256 of its bytes, in hexadecimal.
pub fn digest_of(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
