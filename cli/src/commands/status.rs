//! `atomic status`: which chain this is, how far it is, and what the signer has.

use crate::commands::table::pairs;
use crate::{
    client::{
        moments,
        signer::{address, hex},
    },
    commands::options::Options,
};
use anyhow::Result;
use chain::amounts::show_amount;
use clap::Args;
use interfaces::{Balance, Timestamp};
use serde::Serialize;
use std::io::Write;

/// Says which chain this is, how far it is, and what the signer has
///
/// Example: atomic status --as alice
#[derive(Args, Debug)]
pub struct Status {
    #[command(flatten)]
    options: Options,
}

#[derive(Serialize)]
struct Report {
    chain: String,
    genesis: String,
    block: u32,
    block_hash: String,
    time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<Holder>,
}

/// Who signs.
#[derive(Serialize)]
struct Holder {
    account: String,
    /// In plancks, as text: JSON's numbers are not exact.
    balance: String,
    #[serde(skip)]
    plancks: Balance,
}

impl Status {
    /// Asks the chain, and prints the answer.
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        let signer = self.options.known_signer()?;
        let backend = self.options.connect()?;
        let tip = backend.tip()?;
        let signer = match signer.map(|signer| signer.account()) {
            Some(account) => {
                let plancks = backend.balance(&account)?;
                Some(Holder { account: address(&account), balance: plancks.to_string(), plancks })
            }
            None => None,
        };
        let report = Report {
            chain: backend.network().name.clone(),
            genesis: hex(&backend.network().genesis),
            block: tip.number,
            block_hash: hex(&tip.hash),
            time: tip.time,
            signer,
        };
        if self.options.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
            return Ok(());
        }
        let mut lines = vec![
            ("chain", format!("{} {}", report.chain, self.options.location()?)),
            ("genesis", report.genesis),
            ("block", format!("{} {}", report.block, report.block_hash)),
            ("time", moments::moment(report.time)),
        ];
        if let Some(signer) = report.signer {
            lines.push(("signer", signer.account));
            lines.push(("balance", show_amount(signer.plancks)));
        }
        write!(out, "{}", pairs(lines))?;
        Ok(())
    }
}
