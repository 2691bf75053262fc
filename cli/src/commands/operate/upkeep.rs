//! Upkeep, which anyone may do and somebody has to do.

use crate::client::{
    signer::account,
    words::{counted, submissions},
};
use crate::commands::operate::{due::Submissions, request::asset, session::Session, Command};
use anyhow::{bail, Result};
use chain::amounts::whole;
use clap::Args;
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, Phase, Verdict, MAX_BATCH},
    Market as _, Obligation as _, PoolId, Reputation as _, RequestId, SubmissionId,
};

#[derive(Args, Debug)]
pub struct OpenReviews {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for OpenReviews {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("reviews of request {} opened", self.request);
        in_batches(session, || session.send(&deed, session.deployment.market().open_reviews(self.request, MAX_BATCH)))
    }
}

/// Does all that is left, batch after batch.
fn in_batches(session: &Session, mut batch: impl FnMut() -> Result<u32>) -> Result<()> {
    while batch()? == MAX_BATCH && !session.options.dry_run {}
    Ok(())
}

#[derive(Args, Debug)]
pub struct Finalize {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
    /// Only this one
    #[arg(value_parser = whole::<SubmissionId>)]
    submission: Option<SubmissionId>,
}

impl Command for Finalize {
    fn run(&self, session: &Session) -> Result<()> {
        let ready = match self.submission {
            Some(submission) => vec![submission],
            None => Submissions::read(session, self.request)?.in_phase(Phase::Finalizable),
        };
        if ready.is_empty() {
            bail!("no submission of request {} can have its verdict now; `atomic request {0}` says when", self.request);
        }
        of_each(session, &ready, |list| {
            let deed = format!("{} of request {} finalized", submissions(list), self.request);
            session.send(&deed, session.deployment.market().finalize(self.request, list.to_vec()))
        })
    }
}

/// Does something with all of these submissions, list after list, and says where some had to be left for later.
fn of_each(session: &Session, all: &[SubmissionId], mut act: impl FnMut(&[SubmissionId]) -> Result<u32>) -> Result<()> {
    session.in_lists(all, &mut |list| {
        let left = list.len().saturating_sub(act(list)? as usize);
        if left > 0 {
            session.hint(format!("{} not ready yet, and left for later", counted(left as u64, "submission")));
        }
        Ok(())
    })
}

#[derive(Args, Debug)]
pub struct Settle {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for Settle {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("request {} settled", self.request);
        in_batches(session, || session.send(&deed, session.deployment.market().settle(self.request, MAX_BATCH)))
    }
}

#[derive(Args, Debug)]
pub struct ClosePeriod {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for ClosePeriod {
    fn run(&self, session: &Session) -> Result<()> {
        let mut market = session.deployment.market();
        let deed = format!("period of engagement {} closed", self.request);
        // If there is none, the first call says why.
        let mut ended = session.send(&deed, market.close_period(self.request))?;
        while !ended && !session.options.dry_run && session.would_be_accepted(market.close_period(self.request))? {
            ended = session.send(&deed, market.close_period(self.request))?;
        }
        if ended {
            session.hint(format!("engagement {} has ended", self.request));
        }
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct ReportNoShow {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
    /// The provider that did not deliver
    #[arg(value_parser = account)]
    provider: AccountId,
}

impl Command for ReportNoShow {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("{} reported for request {}", session.name(&self.provider), self.request);
        session.send(&deed, session.deployment.market().report_no_show(self.request, self.provider)).map(|_| ())
    }
}

#[derive(Args, Debug)]
pub struct Claim {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
    /// Only this one
    #[arg(value_parser = whole::<SubmissionId>)]
    submission: Option<SubmissionId>,
}

impl Command for Claim {
    fn run(&self, session: &Session) -> Result<()> {
        let claim = |list: &[SubmissionId]| {
            let deed = format!("{} of request {} claimed", submissions(list), self.request);
            session.send(&deed, session.deployment.market().claim(self.request, list.to_vec()))
        };
        if let Some(submission) = self.submission {
            return claim(&[submission]).map(|_| ());
        }
        let read = Submissions::read(session, self.request)?;
        let mut ready = read.in_phase(Phase::Settled);
        // A submission that was never unsealed earned nothing.
        ready.retain(|submission| read.get(*submission).is_some_and(|read| read.verdict != Verdict::Missed));
        if ready.is_empty() {
            bail!(
                "no submission of request {} can be claimed now; `atomic request {0}` says what is due",
                self.request
            );
        }
        of_each(session, &ready, claim)?;
        session.hint("`atomic withdraw` pays it out");
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct Withdraw {
    /// What is paid out: `native`, or a token's address
    #[arg(long, default_value = "native", value_parser = asset)]
    asset: Asset,
}

impl Command for Withdraw {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("credit of {} paid out", session.name(&session.me()?));
        session.send(&deed, session.deployment.market().withdraw(self.asset)).map(|_| ())
    }
}

#[derive(Args, Debug)]
pub struct Prune {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for Prune {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("storage of request {} freed", self.request);
        in_batches(session, || session.send(&deed, session.deployment.market().prune(self.request, MAX_BATCH)))
    }
}

#[derive(Args, Debug)]
pub struct Evaluate {
    /// The member who is judged
    #[arg(value_parser = account)]
    who: AccountId,
    /// The pool's number; by default the enforcers' pool
    #[arg(long, value_parser = whole::<PoolId>)]
    pool: Option<PoolId>,
}

impl Command for Evaluate {
    fn run(&self, session: &Session) -> Result<()> {
        let pool = self.pool.unwrap_or(session.deployment.pool);
        let name = session.name(&self.who);
        let standing =
            session.send(&format!("{name} judged"), session.deployment.obligation().evaluate(pool, self.who))?;
        session.hint(format!("{name} is {standing:?}"));
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct FillSeats {}

impl Command for FillSeats {
    fn run(&self, session: &Session) -> Result<()> {
        let Session { deployment, .. } = session;
        let fill =
            || session.send("free seats given out", deployment.obligation().fill_seats(deployment.pool, MAX_BATCH));
        in_batches(session, fill)
    }
}

#[derive(Args, Debug)]
pub struct ApplyTerms {}

impl Command for ApplyTerms {
    fn run(&self, session: &Session) -> Result<()> {
        let Session { deployment, .. } = session;
        let deed = format!("proposed terms of pool {} written down", deployment.pool);
        session.send(&deed, deployment.obligation().apply_terms(deployment.pool))
    }
}

#[derive(Args, Debug)]
pub struct ApplyPolicy {}

impl Command for ApplyPolicy {
    fn run(&self, session: &Session) -> Result<()> {
        session.send("proposed policy written down", session.deployment.market().apply_policy())
    }
}

#[derive(Args, Debug)]
pub struct ClaimReputation {
    /// The account; by default the signer
    #[arg(value_parser = account)]
    who: Option<AccountId>,
}

impl Command for ClaimReputation {
    fn run(&self, session: &Session) -> Result<()> {
        let who = session.this_or_me(self.who)?;
        let deed = format!("reputation of {} minted", session.name(&who));
        session.send(&deed, session.deployment.reputation().claim_reputation(who)).map(|_| ())
    }
}
