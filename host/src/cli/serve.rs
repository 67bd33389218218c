//! `hearth serve`: puts the rooms of the host together and lets them run until a signal.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use anyhow::anyhow;
use hearth_host::backup::staged;
use hearth_host::clock::{SharedClock, SystemClock};
use hearth_host::data_dir::{DataDir, DataDirError, Held, Run};
use hearth_host::engine::Surroundings;
use hearth_host::home::embedded::EmbeddedHome;
use hearth_host::http::admin::{self, Administration};
use hearth_host::http::forwarded::PathPrefix;
use hearth_host::http::tls::Tls;
use hearth_host::http::{self, Http};
use hearth_host::install::{Installer, Wanted, watching};
use hearth_host::limits::Limits;
use hearth_host::metrics::Metrics;
use hearth_host::store::{AuditLog, HomeStates, StoreError};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::config::{self, ServeOptions, Settings};
use super::kept::Kept;
use super::signals::Signals;
use super::{Common, component, first_start, home, logging, said};

/// No command that works on the database takes longer.
const COMMAND_TIME: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_millis(20);

/// Serves until a signal.
pub fn run(common: &Common, options: &ServeOptions) -> anyhow::Result<()> {
    let (data_dir, settings) = config::settings(common, options)?;
    let json = logging::start(settings.log_format, settings.log_level);
    run_with(common, options, data_dir, settings).map_err(|error| {
        if !json {
            return error;
        }
        tracing::error!("{}", said(&error));
        logging::Told.into()
    })
}

fn run_with(common: &Common, options: &ServeOptions, data_dir: DataDir, mut settings: Settings) -> anyhow::Result<()> {
    let mut held = hold(&data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut stopping = pin!(Signals::catch()?.asked_to_stop());
        let mut address = settings.listen;
        loop {
            if staged::take(&data_dir, &held)? {
                tracing::info!("a backup was restored");
                let wanted = settings.listen;
                settings = config::settings(common, options)?.1;
                // The port that was free stays, where the backup does not want another.
                if settings.listen != wanted {
                    address = settings.listen;
                }
            }
            let listener = listen(address).await?;
            address = listener.local_addr()?;
            match serve(&data_dir, &mut held, settings.clone(), listener, stopping.as_mut()).await? {
                Ending::Stopped => return Ok(()),
                Ending::Anew => {}
            }
        }
    })
}

/// Why a host has ended.
enum Ending {
    /// It was asked to stop.
    Stopped,
    /// It begins anew, with what was restored.
    Anew,
}

async fn serve(
    data_dir: &DataDir,
    held: &mut Held,
    settings: Settings,
    listener: TcpListener,
    stopping: impl Future<Output = ()>,
) -> anyhow::Result<Ending> {
    let tls = settings.tls.clone().map(Tls::read).transpose()?.map(Arc::new);
    let url = url_of(listener.local_addr()?, tls.is_some(), &settings.before.prefix);
    let clock: SharedClock = Arc::new(SystemClock);
    let kept = Kept::open(data_dir, &clock, &settings.limits)?;
    let limits = Arc::new(settings.limits);

    let states = Arc::new(HomeStates::new(kept.store.clone()));
    let home = home::open(&settings.home, states, &clock)?;
    let rooms = (&kept.store, &kept.entries);
    let grounds = component::grounds(data_dir, &limits, rooms, settings.probation, clock.clone())?;
    let installer = Arc::new(Installer::new(grounds));
    let named = settings.watch.clone().or(settings.component);
    let wanted = named.map_or(Wanted::Chosen, Wanted::File);
    let metrics = Arc::new(Metrics::new(clock.now()));
    let around = || surroundings(&kept, &clock, &limits, &home, &installer, &metrics);
    let engine = installer.start(&wanted, &around).await?;
    kept.tell(&engine);

    let secret = random_secret();
    let begin_anew = Arc::new(Notify::new());
    let administration = Administration {
        metrics: metrics.clone(),
        entries: kept.entries.clone(),
        tokens: kept.tokens.clone(),
        home: home.clone(),
        engine: engine.clone(),
        secret: secret.clone(),
        data_dir: data_dir.clone(),
        store: kept.store.clone(),
        begin_anew: begin_anew.clone(),
        installer: installer.clone(),
        limits: limits.clone(),
        clock: clock.clone(),
        status: kept.status(&engine, &installer),
    };
    let http = Http {
        observe: metrics,
        health: kept.health(&engine, &installer),
        engine: engine.clone(),
        tokens: kept.tokens.clone(),
        limits,
        clock: clock.clone(),
        allowed_hosts: settings.allow_hosts,
        allowed_origins: settings.allow_origins,
        before: settings.before,
        tls: tls.clone(),
        admin: admin::router(administration),
    };
    let run = Run {
        url: url.clone(),
        pid: std::process::id(),
        secret,
        certificate: tls.as_ref().map(|tls| tls.fingerprint()),
    };
    data_dir.announce(held, &run)?;
    let greeting = first_start::greeting(&kept, &url, data_dir)?;
    tracing::info!(url, data_dir = %data_dir.path().display(), generation = engine.generation(), "serving");
    if tls.is_none() {
        warn_of_width(settings.listen);
    }
    greeting.show();
    let mut ending = Ending::Stopped;
    let over = async {
        tokio::select! {
            () = stopping => {}
            () = begin_anew.notified() => ending = Ending::Anew,
        }
    };
    let serving = http::serve(listener, Arc::new(http), over);
    tokio::select! {
        () = serving => {}
        () = watch(&installer, settings.watch.as_deref(), &clock) => {}
        () = renew(tls.as_deref(), data_dir, run, &clock) => {}
    }
    installer.settle();
    kept.store.close();
    tracing::info!("stopped");
    Ok(ending)
}

/// Reads the certificate again when it changes, and has the commands of the owner know the new one. Never ends.
async fn renew(tls: Option<&Tls>, data_dir: &DataDir, run: Run, clock: &SharedClock) {
    let Some(tls) = tls else {
        return std::future::pending().await;
    };
    let announce = || {
        let certificate = Some(tls.fingerprint());
        let run = Run {
            certificate,
            ..run.clone()
        };
        if let Err(error) = data_dir.announce_again(&run) {
            tracing::error!("the commands of the owner do not know the new certificate: {error}");
        }
    };
    tls.watch(&**clock, announce).await;
}

/// Installs the file that an author works on whenever it changes, if there is one. Never ends.
async fn watch(installer: &Installer, file: Option<&Path>, clock: &SharedClock) {
    match file {
        Some(file) => watching::watch(installer, file, &**clock).await,
        None => std::future::pending().await,
    }
}

fn surroundings(
    kept: &Kept,
    clock: &SharedClock,
    limits: &Arc<Limits>,
    home: &Arc<EmbeddedHome>,
    installer: &Installer,
    metrics: &Arc<Metrics>,
) -> Result<Surroundings, StoreError> {
    Ok(Surroundings {
        clock: clock.clone(),
        limits: limits.clone(),
        principals: kept.tokens.clone(),
        audit: Arc::new(AuditLog::new(kept.store.clone())),
        generations: installer.succession(),
        observe: metrics.clone(),
        durable: kept.sessions.clone(),
        secret: kept.store.secret("component")?,
        ..Surroundings::new(home.clone(), kept.entries.clone())
    })
}

/// Takes the data directory. A command of the owner has it for a moment only, so that is waited for; a host that runs
/// is not.
fn hold(data_dir: &DataDir) -> Result<Held, DataDirError> {
    let end = Instant::now() + COMMAND_TIME;
    loop {
        match data_dir.hold() {
            Err(DataDirError::InUse { .. }) if data_dir.running().is_none() && Instant::now() < end => {
                thread::sleep(RETRY);
            }
            held => return held,
        }
    }
}

/// Listens, or says which option to change.
async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => anyhow!(
            "{address} is taken by another program. Choose another port with --listen {}:PORT (0 takes a free one), or \
             stop that program.",
            in_brackets(address.ip())
        ),
        _ => anyhow!("{address} cannot be listened on: {error}. Choose another address with --listen ADDRESS:PORT."),
    })
}

/// Where a client on this machine finds the listener.
fn url_of(address: SocketAddr, encrypted: bool, prefix: &PathPrefix) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let scheme = if encrypted { "https" } else { "http" };
    format!("{scheme}://{}:{}{}", in_brackets(ip), address.port(), prefix.as_str())
}

fn in_brackets(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

fn warn_of_width(address: SocketAddr) {
    if !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "others on the network can reach this server, over plain HTTP: whoever can read the traffic reads the tokens \
             in it and can then control the home. Serve TLS (--tls-cert and --tls-key), put a reverse proxy with TLS before it, or \
             listen on 127.0.0.1"
        );
    }
}

/// Proves the owner's commands to this run.
fn random_secret() -> String {
    let mut bits = [0_u8; 32];
    getrandom::fill(&mut bits).expect("the system has randomness: nothing can be secret without");
    bits.iter().map(|byte| format!("{byte:02x}")).collect()
}
