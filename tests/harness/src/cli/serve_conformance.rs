//! `hearth-harness serve-conformance`.

use std::net::SocketAddr;
use std::process::ExitCode;

use hearth_harness::conformance::Server;

/// Where.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An address of this machine's own, as whoever connects is served without a token. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

/// Prints the URL when it is ready, and serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// When the component is not built, or the address cannot be listened on.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        eprintln!("building the component with the LLM API `conformance`");
        let server = Server::start(args.listen).await?;
        let stopped = asked_to_stop()?;
        println!("{}", server.url);
        server.serve(stopped).await;
        Ok(ExitCode::SUCCESS)
    })
}

#[cfg(unix)]
fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nothing can be caught here, so the system's own handler ends the process.
            std::future::pending::<()>().await;
        }
    })
}
