//! `hearth status`: whether the host is well, for its owner and for whoever watches over it.

use anyhow::bail;
use serde_json::Value;

use super::{Common, config, desk, logging, print, print_json};

/// The options of `status`.
#[derive(clap::Args)]
pub struct StatusOptions {
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Prints how the host is. Fails when there is none, and when it is degraded.
pub fn run(common: &Common, options: &StatusOptions) -> anyhow::Result<()> {
    let data_dir = config::data_dir(common)?;
    let Some((url, mut status)) = desk::status(&data_dir)? else {
        bail!(
            "No Hearth runs on the data directory {}. Start it with `hearth serve`.",
            data_dir.path().display()
        );
    };
    let is_degraded = status["degraded"]
        .as_array()
        .is_some_and(|degraded| !degraded.is_empty());
    if options.json {
        status["url"] = url.into();
        print_json(&status)?;
    } else {
        print(&told(&url, &status))?;
    }
    // What is wrong has been printed.
    if is_degraded { Err(logging::Told.into()) } else { Ok(()) }
}

fn told(url: &str, status: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let component = &status["component"];
    let mut lines = vec![
        format!(
            "Hearth {} serves {url}/api/mcp, process {}.",
            text(&status["version"]),
            status["pid"]
        ),
        format!(
            "Generation {}: {} {}, sha256 {:.12}.",
            status["generation"],
            text(&component["name"]),
            text(&component["version"]),
            text(&component["digest"])
        ),
        format!("Sessions: {}. Calls under way: {}.", status["sessions"], status["work"]),
    ];
    match status["degraded"].as_array().map(Vec::as_slice) {
        None | Some([]) => lines.push("All is well.".to_owned()),
        Some(degraded) => {
            lines.push("Degraded:".to_owned());
            lines.extend(degraded.iter().map(|reason| format!("- {}", text(reason))));
        }
    }
    lines.join("\n")
}
