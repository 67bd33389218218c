//! `hearth audit`

mod lines;

use clap::{Args, ValueEnum};
use hearth_host::clock::{Clock as _, SystemClock};
use hearth_host::store::AuditQuery;

pub use self::lines::Lines;
use super::when::{self, Edge};
use super::{Common, config, desk};

/// Records that are shown where it is not said how many, nor since when.
const SHOWN: u64 = 100;

/// What of the audit is read, and how.
#[derive(Args)]
pub struct AuditOptions {
    /// Not before this moment: an age (90s, 15m, 2h, 3d, 1w), `today`, `yesterday`, a time of today (07:30), a date, a date
    /// with a time, or a timestamp.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Not after this moment; a day means its end.
    #[arg(long, value_name = "WHEN", conflicts_with = "follow")]
    until: Option<String>,
    /// What this principal did.
    #[arg(long, value_name = "PRINCIPAL")]
    who: Option<String>,
    /// What was to be done to this entity: its id.
    #[arg(long, value_name = "ENTITY")]
    entity: Option<String>,
    /// What was asked for with this tool.
    #[arg(long, value_name = "TOOL")]
    tool: Option<String>,
    /// What came to this.
    #[arg(long, value_enum, value_name = "OUTCOME")]
    outcome: Option<Outcome>,
    /// Of all that, the newest so many. Default: 100, or all with --since or --until.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Go on with what comes, until Ctrl-C or until the host has ended. Over a restart of the host it goes on.
    #[arg(long)]
    follow: bool,
    /// One JSON object a line, with all that is known.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Outcome {
    /// Done.
    Ok,
    /// The home refused it, or it went wrong.
    Failed,
    /// The host refused it: rights, exposure, read-only.
    Refused,
    /// It took too long.
    TimedOut,
    /// It goes on, and nobody waits for it.
    Running,
    /// Nobody wanted it any more.
    Cancelled,
}

impl AuditOptions {
    fn query(&self) -> anyhow::Result<AuditQuery> {
        let now = when::zoned(SystemClock.now());
        let moment = |option: &str, text: &Option<String>, edge| {
            let parsed = text.as_ref().map(|text| when::parse(text, edge, &now));
            let parsed = parsed.transpose();
            parsed.map_err(|reason| anyhow::anyhow!("--{option}: {reason}."))
        };
        let (since, until) = (
            moment("since", &self.since, Edge::Start)?,
            moment("until", &self.until, Edge::End)?,
        );
        let limit = self.limit.or((since.is_none() && until.is_none()).then_some(SHOWN));
        let outcome = self.outcome.and_then(|outcome| outcome.to_possible_value());
        Ok(AuditQuery {
            since,
            until,
            who: self.who.clone(),
            entity: self.entity.clone(),
            tool: self.tool.clone(),
            outcome: outcome.map(|outcome| outcome.get_name().to_owned()),
            limit,
            follow: self.follow,
            ..AuditQuery::default()
        })
    }
}

/// Shows the audit.
pub fn run(common: &Common, options: &AuditOptions) -> anyhow::Result<()> {
    let mut query = options.query()?;
    let data_dir = config::data_dir(common)?;
    let mut lines = Lines::new(options.json, options.follow)?;
    desk::at(&data_dir)?.audit(&query, &mut lines)?;
    if !options.follow {
        return lines.end();
    }
    // The host has ended; what it wrote last is told by the next one, or by the database.
    while !lines.is_over() {
        (query.after, query.after_gap) = lines.seen(query.after, query.after_gap);
        query.limit = None;
        let Some(next) = desk::after_a_restart(&data_dir) else {
            break;
        };
        next.audit(&query, &mut lines)?;
    }
    if !lines.is_over() {
        query.follow = false;
        desk::at(&data_dir)?.audit(&query, &mut lines)?;
        eprintln!("hearth: the host has ended, and so does this. `hearth audit` reads on without one.");
    }
    Ok(())
}
