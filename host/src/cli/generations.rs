//! What the commands say of generations, to people.

use hearth_host::install::{GenerationDetail, GenerationView, Installed, Outcome, Probation, Standing};
use hearth_host::store::{Source, Swap, SwapKind};

use super::table::table;
use super::when::to_the_second;
use super::{print, print_json};

/// Characters of a digest that tell it from the others of one installation.
const DIGEST_CHARS: usize = 12;

/// What an install or a rollback came to.
pub fn print_installed(installed: &Installed, json: bool) -> anyhow::Result<()> {
    if json {
        return print_json(installed);
    }
    print(&told(installed))
}

fn told(installed: &Installed) -> String {
    let mut lines = vec![headline(installed)];
    if let Some(from) = installed.from.filter(|_| !installed.differences.is_empty()) {
        lines.push(format!("Compared with generation {from}:"));
        lines.extend(installed.differences.iter().map(|difference| format!("- {difference}")));
    }
    if let Some(Probation { until, of, .. }) = &installed.probation {
        lines.push(format!(
            "On probation until {}: at {of} faults the host goes back by itself.",
            to_the_second(*until)
        ));
    }
    lines.extend(installed.notes.iter().cloned());
    let can_go_back =
        matches!(installed.outcome, Outcome::Live | Outcome::NextStart) && installed.predecessor.is_some();
    if can_go_back {
        lines.push("To go back: hearth component rollback".to_owned());
    }
    lines.join("\n")
}

fn headline(installed: &Installed) -> String {
    let Installed {
        generation,
        name,
        version,
        digest,
        ..
    } = installed;
    let what = format!("{name} {version}, sha256 {}", short(digest));
    let place = match installed.from {
        Some(from) => format!(", in place of generation {from}"),
        None => String::new(),
    };
    match installed.outcome {
        Outcome::Live => {
            let pause = installed.pause_us.map_or_else(String::new, |pause_us| {
                format!(" Clients stayed connected; the pause was {}.", milliseconds(pause_us))
            });
            format!("Generation {generation} is live: {what}{place}.{pause}")
        }
        Outcome::Checked => {
            format!("It would be generation {generation}: {what}{place}. This was a dry run: nothing has changed.")
        }
        Outcome::Unchanged => format!("Generation {generation} is just this: {what}. Nothing has changed."),
        Outcome::NextStart => {
            format!("No host runs; the next start begins with generation {generation}: {what}{place}.")
        }
    }
}

/// The generations, as a table.
pub fn listed(generations: &[GenerationView]) -> String {
    let rows = generations.iter().map(|generation| {
        [
            generation.number.to_string(),
            format!("{} {}", generation.name, generation.version).trim().to_owned(),
            short(&generation.digest),
            to_the_second(generation.since),
            generation.faults.to_string(),
            generation.pause_us.map(milliseconds).unwrap_or_default(),
            state(generation),
        ]
    });
    table(
        ["GENERATION", "VERSION", "DIGEST", "SINCE", "FAULTS", "PAUSE", "STATE"],
        &rows.collect::<Vec<_>>(),
    )
}

/// One generation, line by line.
pub fn shown(detail: &GenerationDetail) -> String {
    let generation = &detail.generation;
    let mut lines = vec![
        ("generation", generation.number.to_string()),
        (
            "version",
            format!("{} {}", generation.name, generation.version).trim().to_owned(),
        ),
        ("digest", generation.digest.clone()),
        ("source", source(generation.source).to_owned()),
        ("since", to_the_second(generation.since)),
        ("standing", state(generation)),
        ("faults", generation.faults.to_string()),
    ];
    let optional = [
        ("pause", generation.pause_us.map(milliseconds)),
        (
            "before it",
            generation.predecessor.map(|before| format!("generation {before}")),
        ),
        ("file", generation.path.clone()),
    ];
    lines.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
    if let Some(declared) = &detail.declared {
        let formats = |formats: &[u32]| formats.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        lines.push(("LLM APIs", declared.llm_apis.join(", ")));
        lines.push(("actions", declared.actions.join(", ")));
        lines.push(("protocol", declared.protocol_versions.join(", ")));
        lines.push((
            "state",
            format!(
                "writes {}, reads {}",
                formats(&declared.writes),
                formats(&declared.reads)
            ),
        ));
    }
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text: Vec<String> = lines
        .iter()
        .map(|(name, value)| format!("{name:width$}  {value}").trim_end().to_owned())
        .collect();
    text.extend(detail.history.iter().map(happened));
    text.join("\n")
}

fn happened(swap: &Swap) -> String {
    let came = match swap.kind {
        SwapKind::Start => "a host was started with",
        SwapKind::Fallback => "a host was started, instead of another, with",
        SwapKind::Install => "installed:",
        SwapKind::Rollback => "gone back to",
        SwapKind::AutomaticRollback => "the host went back to",
    };
    let mut text = format!("{}  {came} generation {}", to_the_second(swap.moment), swap.to);
    if let Some(from) = swap.from {
        text.push_str(&format!(", in place of {from}"));
    }
    if let Some(pause_us) = swap.pause_us {
        text.push_str(&format!(", pause {}", milliseconds(pause_us)));
    }
    if !swap.reason.is_empty() {
        text.push_str(&format!(" ({})", swap.reason));
    }
    text
}

fn state(generation: &GenerationView) -> String {
    match (&generation.probation, &generation.ended) {
        (Some(Probation { until, faults, of }), _) => format!(
            "running, on probation until {} ({faults} of {of} faults)",
            to_the_second(*until)
        ),
        _ if generation.standing == Standing::Running => "running".to_owned(),
        _ if generation.standing == Standing::Latest => "latest; no host runs".to_owned(),
        (None, ended) => ended.clone().unwrap_or_default(),
    }
}

fn source(source: Source) -> &'static str {
    match source {
        Source::BuiltIn => "built in",
        Source::File => "a file that the host was started with",
        Source::Installed => "installed",
    }
}

fn short(digest: &str) -> String {
    digest.chars().take(DIGEST_CHARS).collect()
}

fn milliseconds(us: u64) -> String {
    format!("{:.2} ms", us as f64 / 1_000.0)
}
