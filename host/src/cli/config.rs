//! What the owner configured: options, environment and `hearth.toml`, in that order.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fs, io};

use anyhow::{Context as _, bail};
use hearth_host::data_dir::DataDir;
use hearth_host::http::forwarded::{Before, PathPrefix, TrustedProxy};
use hearth_host::http::tls::TlsFiles;
use hearth_host::install::ProbationTerms;
use hearth_host::limits::{LimitOptions, Limits};
use serde::{Deserialize, Deserializer};

use super::Common;

/// Loopback: nobody else can connect unless the owner says so.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8124);

/// Seconds for which a new component is watched.
const PROBATION_S: u64 = 60;
/// Faults of one that is watched at which the host goes back.
const PROBATION_FAULTS: u32 = 3;

/// The options of `serve`.
#[derive(clap::Args)]
pub struct ServeOptions {
    /// The address and port to listen on; port 0 takes a free one. An address that others can reach gives them the
    /// home over plain HTTP, where a token can be read on its way: serve TLS, or put a reverse proxy with TLS before it.
    /// Default: 127.0.0.1:8124.
    #[arg(long, env = "HEARTH_LISTEN", hide_env_values = true, value_name = "ADDRESS:PORT", value_parser = address)]
    listen: Option<SocketAddr>,

    /// The home to serve: `embedded` for the one that is built in, or a TOML file that describes one. Default:
    /// embedded.
    #[arg(long, env = "HEARTH_HOME", hide_env_values = true, value_name = "embedded|FILE")]
    home: Option<HomeSource>,

    /// The component to run, a `.wasm` file. Default: the one that was installed (see `hearth component install`), or
    /// else the one that is built in.
    #[arg(long, env = "HEARTH_COMPONENT", hide_env_values = true, value_name = "FILE")]
    component: Option<PathBuf>,

    /// The component to run, a `.wasm` file, which is installed again whenever it changes: for its author. Clients stay
    /// connected; a build that cannot be installed is told in the log, and what runs goes on. What clients know of its
    /// tools holds no build back.
    #[arg(
        long,
        env = "HEARTH_WATCH",
        hide_env_values = true,
        value_name = "FILE",
        conflicts_with = "component"
    )]
    watch: Option<PathBuf>,

    /// Seconds for which a component that was installed is watched: should it do wrong, the host goes back to the one
    /// before it by itself. Default: 60.
    #[arg(long, env = "HEARTH_PROBATION_S", hide_env_values = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    probation_s: Option<u64>,

    /// Faults of a component that is watched at which the host goes back. Default: 3.
    #[arg(long, env = "HEARTH_PROBATION_FAULTS", hide_env_values = true, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    probation_faults: Option<u32>,

    /// A further name by which clients may call this host, as it stands in the `Host` header: that of the reverse
    /// proxy, for example. Can be given several times, or with commas between.
    #[arg(
        long,
        env = "HEARTH_ALLOW_HOST",
        hide_env_values = true,
        value_name = "NAME",
        value_delimiter = ','
    )]
    allow_host: Option<Vec<String>>,

    /// A web page that may connect from a browser, as it stands in the `Origin` header: `https://example.org`. Can be
    /// given several times, or with commas between.
    #[arg(
        long,
        env = "HEARTH_ALLOW_ORIGIN",
        hide_env_values = true,
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    allow_origin: Option<Vec<String>>,

    /// Serve TLS with this certificate: a PEM file, with those that lead to one that clients trust after it. It is read
    /// again when it changes, and connections go on. Together with --tls-key.
    #[arg(
        long,
        env = "HEARTH_TLS_CERT",
        hide_env_values = true,
        value_name = "FILE",
        requires = "tls_key"
    )]
    tls_cert: Option<PathBuf>,

    /// The key of the certificate, a PEM file without a passphrase.
    #[arg(
        long,
        env = "HEARTH_TLS_KEY",
        hide_env_values = true,
        value_name = "FILE",
        requires = "tls_cert"
    )]
    tls_key: Option<PathBuf>,

    /// The path that all lies under, as a reverse proxy passes it on: `/hearth`. A proxy that strips it names it in
    /// `X-Forwarded-Prefix` instead, and is trusted.
    #[arg(long, env = "HEARTH_PATH_PREFIX", hide_env_values = true, value_name = "PATH")]
    path_prefix: Option<PathPrefix>,

    /// The address of a reverse proxy, or a range of addresses (`10.0.0.0/8`), whose `X-Forwarded-For`, `-Host`,
    /// `-Proto` and `-Prefix` are believed; those of others are ignored. Can be given several times, or with commas
    /// between.
    #[arg(
        long,
        env = "HEARTH_TRUSTED_PROXY",
        hide_env_values = true,
        value_name = "CIDR",
        value_delimiter = ','
    )]
    trusted_proxy: Option<Vec<TrustedProxy>>,

    /// How the log looks, on standard error: `text` for people, `json` for programs, `auto` for text on a terminal and
    /// JSON elsewhere. Default: auto.
    #[arg(
        long,
        env = "HEARTH_LOG_FORMAT",
        hide_env_values = true,
        value_enum,
        value_name = "FORMAT"
    )]
    log_format: Option<LogFormat>,

    /// What the log tells: this and all that is more important. Default: info.
    #[arg(
        long,
        env = "HEARTH_LOG_LEVEL",
        hide_env_values = true,
        value_enum,
        value_name = "LEVEL"
    )]
    log_level: Option<LogLevel>,

    #[command(flatten)]
    limits: LimitOptions,
}

/// What `serve` goes by.
#[derive(Debug, Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    pub home: HomeSource,
    pub component: Option<PathBuf>,
    pub watch: Option<PathBuf>,
    pub probation: ProbationTerms,
    pub allow_hosts: Vec<String>,
    pub allow_origins: Vec<String>,
    pub tls: Option<TlsFiles>,
    pub before: Before,
    pub log_format: LogFormat,
    pub log_level: LogLevel,
    pub limits: Limits,
}

/// Where the home comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HomeSource {
    /// The one that is built in.
    Embedded,
    /// A file that describes one.
    File(PathBuf),
}

impl FromStr for HomeSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "embedded" => Ok(Self::Embedded),
            "" => Err("it takes `embedded` or the name of a file".to_owned()),
            _ if text.contains("://") => Err(
                "Home Assistant as the home is not there yet: for now it takes `embedded` or \
                                              the name of a file that describes a home"
                    .to_owned(),
            ),
            _ => Ok(Self::File(text.into())),
        }
    }
}

impl<'de> Deserialize<'de> for HomeSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// How the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What the log tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// `hearth.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    data_dir: Option<PathBuf>,
    #[serde(deserialize_with = "listen")]
    listen: Option<SocketAddr>,
    home: Option<HomeSource>,
    component: Option<PathBuf>,
    watch: Option<PathBuf>,
    probation_s: Option<u64>,
    probation_faults: Option<u32>,
    allow_host: Option<Vec<String>>,
    allow_origin: Option<Vec<String>>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    path_prefix: Option<String>,
    trusted_proxy: Option<Vec<String>>,
    log_format: Option<LogFormat>,
    log_level: Option<LogLevel>,
    limits: LimitOptions,
}

/// An address to listen on.
fn address(text: &str) -> Result<SocketAddr, String> {
    let wrong = |_| "it takes an address and a port, such as 127.0.0.1:8124 or [::1]:8124".to_owned();
    text.parse().map_err(wrong)
}

fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let address = address(&text).map_err(|wrong| serde::de::Error::custom(format!("`{text}`: {wrong}")));
    address.map(Some)
}

/// The data directory, for commands that need nothing else.
pub fn data_dir(common: &Common) -> anyhow::Result<DataDir> {
    Ok(read(common)?.0)
}

/// The data directory and the limits of the file, for commands that do what the host would.
pub fn data_dir_and_limits(common: &Common) -> anyhow::Result<(DataDir, Limits)> {
    let (data_dir, file) = read(common)?;
    Ok((data_dir, limits(&file, &LimitOptions::default())?))
}

/// The data directory and the home that `serve` would serve, for commands that look at it.
pub fn data_dir_and_home(common: &Common, named: Option<&HomeSource>) -> anyhow::Result<(DataDir, HomeSource)> {
    let (data_dir, file) = read(common)?;
    let home = named.cloned().or(file.home).unwrap_or(HomeSource::Embedded);
    Ok((data_dir, home))
}

fn limits(file: &File, options: &LimitOptions) -> anyhow::Result<Limits> {
    let mut limits = Limits::default();
    file.limits.apply_to(&mut limits);
    options.apply_to(&mut limits);
    if let Some(name) = limits.first_zero() {
        bail!(
            "The limit `{name}` is 0: nothing could be done. Give --limit-{name} (or the key `{name}` of [limits]) at least 1."
        );
    }
    Ok(limits)
}

/// For how long a component that was installed is watched, and how much it may do wrong.
fn probation(file: &File, options: &ServeOptions) -> anyhow::Result<ProbationTerms> {
    let seconds = options.probation_s.or(file.probation_s).unwrap_or(PROBATION_S);
    let faults = options.probation_faults.or(file.probation_faults);
    let faults = faults.unwrap_or(PROBATION_FAULTS);
    if seconds == 0 || faults == 0 {
        bail!(
            "`probation-s` and `probation-faults` are at least 1; `hearth component install --without-rollback` does without"
        );
    }
    Ok(ProbationTerms {
        ms: seconds.saturating_mul(1_000),
        faults,
    })
}

/// The component that is named, and the one that is watched. What the command line says of either counts for both.
fn components(file: &File, options: &ServeOptions) -> anyhow::Result<(Option<PathBuf>, Option<PathBuf>)> {
    if options.component.is_some() || options.watch.is_some() {
        return Ok((options.component.clone(), options.watch.clone()));
    }
    if file.component.is_some() && file.watch.is_some() {
        bail!(
            "`component` and `watch` both name the component to run: take one of them out of the configuration file."
        );
    }
    Ok((file.component.clone(), file.watch.clone()))
}

/// The certificate and its key: both or neither. The command line wins over the file, with both.
fn tls(file: &File, options: &ServeOptions) -> anyhow::Result<Option<TlsFiles>> {
    let given = match (&options.tls_cert, &options.tls_key) {
        (None, None) => (&file.tls_cert, &file.tls_key),
        given => given,
    };
    match given {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles {
            certificate: certificate.clone(),
            key: key.clone(),
        })),
        _ => bail!("`tls-cert` and `tls-key` go together: give both, or neither."),
    }
}

/// What stands before this host.
fn before(file: &File, options: &ServeOptions) -> anyhow::Result<Before> {
    let of_file = file.trusted_proxy.iter().flatten().map(|text| text.parse());
    let proxies = match &options.trusted_proxy {
        Some(proxies) => proxies.clone(),
        None => of_file
            .collect::<Result<_, _>>()
            .context("`trusted-proxy` in the configuration file")?,
    };
    let of_file = file.path_prefix.as_deref().map(str::parse).transpose();
    let prefix = match &options.path_prefix {
        Some(prefix) => prefix.clone(),
        None => of_file
            .context("`path-prefix` in the configuration file")?
            .unwrap_or_default(),
    };
    Ok(Before { proxies, prefix })
}

/// All that `serve` goes by, and the data directory.
pub fn settings(common: &Common, options: &ServeOptions) -> anyhow::Result<(DataDir, Settings)> {
    let (data_dir, file) = read(common)?;
    let limits = limits(&file, &options.limits)?;
    let probation = probation(&file, options)?;
    let (component, watch) = components(&file, options)?;
    let tls = tls(&file, options)?;
    let before = before(&file, options)?;
    let settings = Settings {
        tls,
        before,
        listen: options.listen.or(file.listen).unwrap_or(LISTEN),
        home: options.home.clone().or(file.home).unwrap_or(HomeSource::Embedded),
        component,
        watch,
        probation,
        allow_hosts: options.allow_host.clone().or(file.allow_host).unwrap_or_default(),
        allow_origins: options.allow_origin.clone().or(file.allow_origin).unwrap_or_default(),
        log_format: options.log_format.or(file.log_format).unwrap_or(LogFormat::Auto),
        log_level: options.log_level.or(file.log_level).unwrap_or(LogLevel::Info),
        limits,
    };
    Ok((data_dir, settings))
}

/// The data directory and the file: a file that is named may name the directory, otherwise the file lies in it.
fn read(common: &Common) -> anyhow::Result<(DataDir, File)> {
    if let Some(path) = &common.config {
        let text = fs::read_to_string(path);
        let text =
            text.with_context(|| format!("{} cannot be read. Name another file with --config", path.display()))?;
        let file = parse(path, &text)?;
        let named = common.data_dir.clone().or(file.data_dir.clone());
        return Ok((
            named.map_or_else(DataDir::of_the_platform, |path| Ok(DataDir::new(path)))?,
            file,
        ));
    }
    let data_dir = match &common.data_dir {
        Some(path) => DataDir::new(path.clone()),
        None => DataDir::of_the_platform()?,
    };
    let path = data_dir.config_file();
    let file = match fs::read_to_string(&path) {
        Ok(text) => parse(&path, &text)?,
        // What is not a directory at all is told when it is to be used as one.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => File::default(),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("{} cannot be read. Name another file with --config", path.display()));
        }
    };
    if file.data_dir.is_some() {
        bail!(
            "{}: `data-dir` has no meaning in a file that was found in the data directory. Take it out, or name the file \
             with --config.",
            path.display()
        );
    }
    Ok((data_dir, file))
}

fn parse(path: &Path, text: &str) -> anyhow::Result<File> {
    let file = toml::from_str(text);
    let mut file: File = file.map_err(|error| {
        let error = error.to_string();
        anyhow::anyhow!(
            "{}: {}\nMend that line, or name another file with --config.",
            path.display(),
            error.trim_end()
        )
    })?;
    // What a file names lies beside it, wherever the command was started.
    let beside = path.parent().unwrap_or(Path::new(""));
    let named = [
        &mut file.data_dir,
        &mut file.component,
        &mut file.watch,
        &mut file.tls_cert,
        &mut file.tls_key,
    ];
    for named in named.into_iter().flatten() {
        *named = beside.join(&*named);
    }
    if let Some(HomeSource::File(home)) = &mut file.home {
        *home = beside.join(&*home);
    }
    Ok(file)
}
