//! Commands of providers.

use crate::client::{
    moments,
    unusable::Unusable,
    words::{counted, submissions},
};
use crate::commands::operate::{
    request::file_hash,
    secrets::{KeptDelivery, Secrets},
    session::Session,
    Command,
};
use anyhow::{bail, Result};
use chain::amounts::whole;
use clap::Args;
use ink::primitives::Hash;
use interfaces::{
    market::{Asset, Delivery, RequestSpec, Unsealing, Verdict},
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
    /// Until when it can be accepted; by default until the deadline offered
    #[arg(long, value_name = "TIME", value_parser = moments::read_moment)]
    until: Option<Timestamp>,
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
        let until = self.until.unwrap_or(deliver_by);
        let message = market.offer(self.request, price, deliver_by, until, self.uri.clone().into_bytes());
        session.send(&format!("offer for request {} {what}", self.request), message.transferred_value(deposit))?;
        session.hint(format!(
            "it can be accepted until {}; `atomic retract-offer {}` takes it back, and its deposit, then as well",
            session.moment(until),
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
    /// What is delivered, each file on a place of its own
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where others find it; for several files as often as there are files, in their order
    #[arg(long)]
    uri: Vec<String>,
}

/// A file that is delivered.
struct Work {
    name: String,
    content: Hash,
    uri: String,
}

/// The names of files, as a sentence has them.
fn names(work: &[Work]) -> String {
    let names: Vec<_> = work.iter().map(|work| work.name.as_str()).collect();
    match &names[..] {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        names => names.concat(),
    }
}

impl Submit {
    /// The files with their hashes, each with where others find it.
    fn work(&self) -> Result<Vec<Work>> {
        let (files, uris) = (self.files.len(), self.uri.len());
        if uris > 0 && uris != files {
            return Err(Unusable(format!("as many --uri are needed as files, or none: {uris} for {files}")).into());
        }
        let work = self.files.iter().enumerate().map(|(index, file)| -> Result<Work> {
            let (name, content) = (file.display().to_string(), file_hash(file)?);
            Ok(Work { name, content, uri: self.uri.get(index).cloned().unwrap_or_default() })
        });
        work.collect()
    }

    fn openly(&self, session: &Session, work: &[Work]) -> Result<Vec<SubmissionId>> {
        let mut made = Vec::new();
        session.in_lists(work, &mut |list| {
            let delivery = |work: &Work| Delivery { content: work.content, uri: work.uri.clone().into_bytes() };
            let deed = format!("{} delivered for request {}", names(list), self.request);
            let message = session.deployment.market().submit(self.request, list.iter().map(delivery).collect());
            made.extend(session.send(&deed, message)?);
            Ok(())
        })?;
        Ok(made)
    }

    fn under_seals(&self, session: &Session, work: &[Work]) -> Result<Vec<SubmissionId>> {
        let (me, mut made) = (session.me()?, Vec::new());
        session.in_lists(work, &mut |list| {
            let kept = list.iter().map(|work| KeptDelivery::new(&me, self.request, work.content, &work.uri));
            let kept = kept.collect::<Result<Vec<_>>>()?;
            let seals: Vec<Hash> = kept.iter().map(|kept| kept.seal(&me)).collect();
            let mut market = session.deployment.market();
            let is_taken = session.would_be_accepted(market.submit_sealed(self.request, seals.clone()))?;
            if is_taken && !session.options.dry_run {
                Secrets::open(session)?.add_deliveries(kept)?;
            }
            let deed = format!("{} delivered under a seal for request {}", names(list), self.request);
            made.extend(session.send(&deed, market.submit_sealed(self.request, seals))?);
            Ok(())
        })?;
        Ok(made)
    }
}

impl Command for Submit {
    fn run(&self, session: &Session) -> Result<()> {
        let work = self.work()?;
        let (spec, state) = session.read(session.deployment.market().request(self.request))?;
        if state.engagement && work.len() > 1 {
            return Err(Unusable("an engagement takes one delivery in each period".into()).into());
        }
        let made = match spec.is_sealed() {
            true => self.under_seals(session, &work)?,
            false => self.openly(session, &work)?,
        };
        if let [one] = made[..] {
            session.answer("submission", one.into());
        }
        session.answer("submissions", made.into());
        if spec.is_sealed() {
            let from = session.moment(spec.deliver_by);
            session.hint(format!("unseal it from {from} on: `atomic unseal {}`", self.request));
        }
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
        let (market, me) = (session.deployment.market(), session.me()?);
        let (_, state) = session.read(market.request(self.request))?;
        let mut secrets = Secrets::open(session)?;
        let kept: Vec<_> = secrets.deliveries(&me).into_iter().filter(|kept| kept.request == self.request).collect();
        let (mut sealed, mut opened) = (0_u32, Vec::new());
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
            opened.extend(kept.map(|kept| Unsealing {
                submission,
                content: kept.content(),
                uri: kept.uri.clone().into_bytes(),
                salt: kept.salt(),
            }));
        }
        if sealed == 0 {
            bail!("{} has nothing under a seal in request {}", session.name(&me), self.request);
        }
        session.in_lists(&opened, &mut |list| {
            let numbers: Vec<_> = list.iter().map(|unsealing| unsealing.submission).collect();
            let deed = format!("{} of request {} unsealed", submissions(&numbers), self.request);
            session.send(&deed, session.deployment.market().unseal(self.request, list.to_vec()))
        })?;
        match sealed.saturating_sub(u32::try_from(opened.len()).unwrap_or(u32::MAX)) {
            0 => Ok(()),
            elsewhere => bail!(
                "{} sealed elsewhere: the private file {} does not have the content",
                counted(elsewhere, "submission"),
                Secrets::path(&session.options.deployment).display()
            ),
        }
    }
}
