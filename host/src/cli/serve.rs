//! `hearth serve`

use super::config::{self, ServeOptions};
use super::{Common, logging};

pub fn run(common: &Common, options: &ServeOptions) -> anyhow::Result<()> {
    let (_data_dir, settings) = config::settings(common, options)?;
    logging::start(settings.log_format, settings.log_level);
    anyhow::bail!("Serving is not there yet.")
}
