//! Commands of providers.

use crate::client::{moments, words::counted};
use crate::commands::operate::{
    request::file_hash,
    secrets::{KeptDelivery, Secrets},
    session::Session,
    Command,
};
use anyhow::{bail, Result};
use chain::amounts::whole;
use clap::Args;
use interfaces::{
    market::{Asset, RequestSpec, Verdict},
    Balance, Market as _, RequestId, SubmissionId, Timestamp,
};
use std::path::PathBuf;

/// The value to send for this deposit: in a token, the market takes it from the allowance.
fn value(spec: &RequestSpec, deposit: Balance) -> Balance {
    match spec.asset {
        Asset::Native => deposit,
        Asset::Psp22(_) => 0,
    }
}

#[derive(Args, Debug)]
pub struct Signal {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
    /// How many places
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = whole::<u16>)]
    places: u16,
}

impl Command for Signal {
    fn run(&self, session: &Session) -> Result<()> {
        let mut market = session.deployment.market();
        let (spec, _) = session.read(market.request(self.request))?;
        let deposit = value(&spec, spec.place_deposit.saturating_mul(self.places.into()));
        let deed = format!("{} of request {} taken", counted(self.places, "place"), self.request);
        session.send(&deed, market.signal(self.request, self.places).transferred_value(deposit))?;
        session.hint(format!("deliver by {}", session.moment(spec.deliver_by)));
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct Offer {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
    /// The price for full weight; in an engagement, for each period
    price: String,
    /// The deadline offered, in an engagement for the first delivery; by default the request's deadline
    #[arg(long, value_name = "TIME", value_parser = moments::read_moment)]
    deliver_by: Option<Timestamp>,
    /// Where the offer is explained
    #[arg(long, default_value = "")]
    uri: String,
}

impl Command for Offer {
    fn run(&self, session: &Session) -> Result<()> {
        let (mut market, me) = (session.deployment.market(), session.me()?);
        let (spec, _) = session.read(market.request(self.request))?;
        let price = session.read_amount(spec.asset, &self.price)?;
        // Only the first offer takes a deposit: a change costs nothing.
        let made = session.backend.read(market.offers(self.request, Some(me), 1))?;
        let stands = made.is_ok_and(|page| page.first().is_some_and(|(who, offer)| *who == me && offer.open));
        let (what, deposit) = if stands { ("changed", 0) } else { ("made", value(&spec, spec.place_deposit)) };
        let deliver_by = self.deliver_by.unwrap_or(spec.deliver_by);
        let message = market.offer(self.request, price, deliver_by, self.uri.clone().into_bytes());
        session.send(&format!("offer for request {} {what}", self.request), message.transferred_value(deposit))?;
        session.hint(format!(
            "it may be accepted until {}; take it back with `atomic retract-offer {}` while you can still deliver",
            session.moment(deliver_by),
            self.request
        ));
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct RetractOffer {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for RetractOffer {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("offer for request {} taken back", self.request);
        session.send(&deed, session.deployment.market().retract_offer(self.request))
    }
}

#[derive(Args, Debug)]
pub struct Submit {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
    /// What is delivered
    file: PathBuf,
    /// Where others find it
    #[arg(long, default_value = "")]
    uri: String,
}

impl Command for Submit {
    fn run(&self, session: &Session) -> Result<()> {
        let content = file_hash(&self.file)?;
        let (mut market, me) = (session.deployment.market(), session.me()?);
        let (spec, _) = session.read(market.request(self.request))?;
        let file = self.file.display();
        if !spec.is_sealed() {
            let message = market.submit(self.request, content, self.uri.clone().into_bytes());
            let submission = session.send(&format!("{file} delivered for request {}", self.request), message)?;
            session.answer("submission", submission.into());
            return Ok(());
        }
        let delivery = KeptDelivery::new(&me, self.request, content, &self.uri)?;
        let seal = delivery.seal(&me);
        if !session.options.dry_run && session.would_be_accepted(market.submit_sealed(self.request, seal))? {
            Secrets::open(session)?.add_delivery(delivery)?;
        }
        let deed = format!("{file} delivered under a seal for request {}", self.request);
        let submission = session.send(&deed, market.submit_sealed(self.request, seal))?;
        session.answer("submission", submission.into());
        let from = session.moment(spec.deliver_by);
        session.hint(format!("unseal it from {from} on: `atomic unseal {}`", self.request));
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct Revise {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
    /// The submission's number in it
    #[arg(value_parser = whole::<SubmissionId>)]
    submission: SubmissionId,
    /// What is delivered instead
    file: PathBuf,
    /// Where others find it
    #[arg(long, default_value = "")]
    uri: String,
}

impl Command for Revise {
    fn run(&self, session: &Session) -> Result<()> {
        let content = file_hash(&self.file)?;
        let uri = self.uri.clone().into_bytes();
        let deed = format!("submission {} of request {} replaced", self.submission, self.request);
        session.send(&deed, session.deployment.market().revise(self.request, self.submission, content, uri))
    }
}

#[derive(Args, Debug)]
pub struct Unseal {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for Unseal {
    fn run(&self, session: &Session) -> Result<()> {
        let (mut market, me) = (session.deployment.market(), session.me()?);
        let (_, state) = session.read(market.request(self.request))?;
        let mut secrets = Secrets::open(session)?;
        let kept: Vec<_> = secrets.deliveries(&me).into_iter().filter(|kept| kept.request == self.request).collect();
        let (mut sealed, mut opened) = (0_u32, 0_u32);
        for submission in 0..state.submissions {
            let delivery = session.read(market.submission(self.request, submission))?;
            if delivery.provider != me {
                continue;
            }
            let kept = kept.iter().find(|kept| Some(kept.seal(&me)) == delivery.seal);
            if delivery.delivered {
                // It is kept until the verdict, because blocks may be undone.
                if let Some(kept) = kept.filter(|_| delivery.verdict != Verdict::Pending) {
                    secrets.forget_delivery(kept)?;
                }
                continue;
            }
            sealed += 1;
            let Some(kept) = kept else { continue };
            let uri = kept.uri.clone().into_bytes();
            let deed = format!("submission {submission} of request {} unsealed", self.request);
            session.send(&deed, market.unseal(self.request, submission, kept.content(), uri, kept.salt()))?;
            opened += 1;
        }
        match (sealed, opened) {
            (0, _) => bail!("{} has nothing under a seal in request {}", session.name(&me), self.request),
            (sealed, opened) if opened < sealed => bail!(
                "{} sealed elsewhere: the private file {} does not have the content",
                counted(sealed - opened, "submission"),
                Secrets::path(&session.options.deployment).display()
            ),
            _ => Ok(()),
        }
    }
}
