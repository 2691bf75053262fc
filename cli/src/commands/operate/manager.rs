//! Commands of the manager.

use crate::commands::operate::{session::Session, Command};
use crate::{
    client::{deployment::Deployment, signer::account},
    setup::config::Config,
};
use anyhow::Result;
use chain::{PauseCalls, Settings};
use clap::{Args, ValueEnum};
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, AssetPolicy},
    Market as _, Obligation as _,
};
use pendzl::contracts::pausable::Pausable as _;
use std::path::PathBuf;

/// Proposes terms, which take effect later.
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

/// Proposes terms, which take effect later.
#[derive(Args, Debug)]
pub struct ProposePolicy {
    /// The file with what is to change; the tokens it lists replace all others, and `tokens = []` means none
    file: PathBuf,
}

impl Command for ProposePolicy {
    fn run(&self, session: &Session) -> Result<()> {
        let mut market = session.deployment.market();
        let mut present = session.read(market.policy())?;
        let treasury = present.treasury;
        // The file's `min_review_fee` and `rent` are those of the chain's currency.
        let (native, tokens): (Vec<AssetPolicy>, Vec<AssetPolicy>) =
            present.assets.into_iter().partition(|asset| asset.asset == Asset::Native);
        present.assets = native;
        let mut config = Config::load_onto(&self.file, Settings { policy: present, ..Settings::default() })?;
        config.tokens.get_or_insert(tokens);
        session.send("policy proposed", market.propose_policy(config.settings_for(treasury).policy))?;
        session.hint("`atomic terms` says when it takes effect");
        Ok(())
    }
}

/// A contract that can be paused.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Pausable {
    /// While it is paused, nobody posts, engages, signals or offers
    Market,
    /// While it is paused, nobody enlists
    Obligation,
}

impl Pausable {
    pub const ALL: [Self; 2] = [Self::Market, Self::Obligation];

    fn address(self, deployment: &Deployment) -> AccountId {
        match self {
            Self::Market => deployment.market,
            Self::Obligation => deployment.obligation,
        }
    }

    /// Its name for people, and whether it is paused.
    pub fn read(self, session: &Session) -> Result<(String, bool)> {
        let address = self.address(&session.deployment);
        Ok((session.name(&address), session.backend.read(PauseCalls::from(address).paused())?))
    }

    /// Pauses it, or ends the pause, unless that is so already.
    fn set(self, session: &Session, pause: bool) -> Result<()> {
        let (name, paused) = self.read(session)?;
        let (deed, already) = match pause {
            true => ("is paused", "was paused already"),
            false => ("is no longer paused", "was not paused"),
        };
        if paused == pause {
            session.say(format!("{name} {already}"));
            return Ok(());
        }
        let (deed, deployment) = (format!("{name} {deed}"), &session.deployment);
        match (self, pause) {
            (Self::Market, true) => session.send(&deed, deployment.market().pause()),
            (Self::Market, false) => session.send(&deed, deployment.market().unpause()),
            (Self::Obligation, true) => session.send(&deed, deployment.obligation().pause()),
            (Self::Obligation, false) => session.send(&deed, deployment.obligation().unpause()),
        }
    }
}

/// Pauses, or ends the pause.
#[derive(Args, Debug)]
pub struct Pausing<const PAUSE: bool> {
    /// Only this contract; by default both
    #[arg(value_enum)]
    contract: Option<Pausable>,
}

impl<const PAUSE: bool> Command for Pausing<PAUSE> {
    fn run(&self, session: &Session) -> Result<()> {
        match self.contract {
            Some(contract) => contract.set(session, PAUSE),
            None => Pausable::ALL.into_iter().try_for_each(|contract| contract.set(session, PAUSE)),
        }
    }
}

#[derive(Args, Debug)]
pub struct Reinstate {
    /// The member whose ban is lifted
    #[arg(value_parser = account)]
    who: AccountId,
}

impl Command for Reinstate {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("ban of {} lifted", session.name(&self.who));
        session.send(&deed, session.deployment.obligation().reinstate(session.deployment.pool, self.who))
    }
}
