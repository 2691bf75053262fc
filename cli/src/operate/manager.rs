//! Commands of the manager.

use super::{session::Session, Command};
use crate::{config::Config, signer::account, world::Settings};
use anyhow::Result;
use clap::Args;
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, AssetPolicy},
    Market as _, Obligation as _,
};
use std::path::PathBuf;

/// A proposal takes effect later.
#[derive(Args, Debug)]
pub struct ProposeTerms {
    /// The file with what is to change
    file: PathBuf,
}

impl Command for ProposeTerms {
    fn run(&self, session: &Session) -> Result<()> {
        let (mut obligation, pool) = (session.deployment.obligation(), session.deployment.pool);
        let (terms, schedule) = session.read(obligation.terms(pool))?;
        let settings = Config::load_onto(&self.file, Settings { terms, schedule, ..Settings::default() })?.settings;
        let message = obligation.propose_terms(pool, settings.terms, settings.schedule);
        session.send(&format!("terms of pool {pool} proposed"), message)?;
        session.hint("`atomic terms` says when they take effect");
        Ok(())
    }
}

/// A proposal takes effect later.
#[derive(Args, Debug)]
pub struct ProposePolicy {
    /// The file with what is to change; tokens it lists are then all that there are
    file: PathBuf,
}

impl Command for ProposePolicy {
    fn run(&self, session: &Session) -> Result<()> {
        let mut market = session.deployment.market();
        let mut present = session.read(market.policy())?;
        let treasury = present.treasury;
        // The file's `min_review_fee` is that of the chain's currency.
        let (native, tokens): (Vec<AssetPolicy>, Vec<AssetPolicy>) =
            present.assets.into_iter().partition(|asset| asset.asset == Asset::Native);
        present.assets = native;
        let config = Config::load_onto(&self.file, Settings { policy: present, ..Settings::default() })?;
        let mut policy = config.settings_for(treasury).policy;
        if policy.assets.iter().all(|asset| asset.asset == Asset::Native) {
            policy.assets.extend(tokens);
        }
        session.send("policy proposed", market.propose_policy(policy))?;
        session.hint("`atomic terms` says when it takes effect");
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct Reinstate {
    /// Whose ban is lifted
    #[arg(value_parser = account)]
    who: AccountId,
}

impl Command for Reinstate {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("ban of {} lifted", session.name(&self.who));
        session.send(&deed, session.deployment.obligation().reinstate(session.deployment.pool, self.who))
    }
}
