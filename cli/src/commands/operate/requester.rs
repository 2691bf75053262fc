//! Commands of requesters.

use crate::client::{moments, signer::account};
use crate::commands::operate::{
    request::{Asked, Given},
    session::Session,
    Command,
};
use crate::commands::table::pairs;
use anyhow::Result;
use chain::{
    amounts::{amount, whole},
    TokenCalls,
};
use clap::Args;
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, Offer, Quote as Price},
    Balance, Market as _, RequestId, Timestamp,
};
use pendzl::contracts::psp22::PSP22 as _;

/// What it costs now.
fn price(session: &Session, asked: &Asked) -> Result<Price> {
    let market = session.deployment.market();
    match asked.engagement {
        Some(of) => session.read(market.quote_engagement(asked.spec.clone(), of.periods, of.period)),
        None => session.read(market.quote(asked.spec.clone())),
    }
}

/// Puts a request up, and its price in escrow.
#[derive(Args, Debug)]
pub struct Post {
    #[command(flatten)]
    given: Given,
    /// The highest premium to pay because enforcers are busy; by default the present one
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    max_premium: Option<Balance>,
}

impl Command for Post {
    fn run(&self, session: &Session) -> Result<()> {
        let asked = self.given.request(session.now())?;
        let price = price(session, &asked)?;
        let max_premium = self.max_premium.unwrap_or(price.premium);
        let value = match asked.spec.asset {
            Asset::Native => (price.total - price.premium).saturating_add(max_premium),
            Asset::Psp22(_) => 0,
        };
        let mut market = session.deployment.market();
        let spec = asked.spec;
        let request = match asked.engagement {
            Some(of) => {
                let message = market.engage(spec, of.periods, of.period, of.missed, max_premium);
                session.send("engagement posted", message.transferred_value(value))?
            }
            None => session.send("request posted", market.post(spec, max_premium).transferred_value(value))?,
        };
        session.answer("request", request.into());
        session.hint(format!("it is request {request}"));
        Ok(())
    }
}

/// What a request costs now.
#[derive(Args, Debug)]
pub struct Quote {
    #[command(flatten)]
    given: Given,
}

impl Command for Quote {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let asked = self.given.request(session.now())?;
        let price = price(session, &asked)?;
        session.answer("quote", super::data::json(&price));
        let show = |amount| session.amount(asked.spec.asset, amount);
        session.say(
            pairs([
                ("reward", show(price.reward)),
                ("review fees", show(price.review_fees)),
                ("protocol fee", show(price.protocol_fee)),
                ("premium", show(price.premium)),
                ("total", show(price.total)),
            ])
            .trim_end(),
        );
        Ok(())
    }
}

/// The provider's offer as it stands, or an empty one.
fn offer(session: &Session, request: RequestId, provider: AccountId) -> Result<Offer> {
    let page = session.read(session.deployment.market().offers(request, Some(provider), 1))?;
    page.into_iter()
        .next()
        .map(|(_, offer)| offer)
        .ok_or_else(|| super::Refusal::of(&interfaces::market::Error::UnknownOffer).into())
}

#[derive(Args, Debug)]
pub struct Accept {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
    /// Whose offer it is
    #[arg(value_parser = account)]
    provider: AccountId,
    /// Accepts only this price; by default any price
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    price: Option<Balance>,
    /// Accepts only this deadline; by default any deadline
    #[arg(long, value_name = "TIME", value_parser = moments::read_moment)]
    deliver_by: Option<Timestamp>,
}

impl Command for Accept {
    fn run(&self, session: &Session) -> Result<()> {
        let offer = offer(session, self.request, self.provider)?;
        let (price, deliver_by) = (self.price.unwrap_or(offer.price), self.deliver_by.unwrap_or(offer.deliver_by));
        let deed = format!("offer of {} for request {} accepted", session.name(&self.provider), self.request);
        session.send(&deed, session.deployment.market().accept(self.request, self.provider, price, deliver_by))
    }
}

#[derive(Args, Debug)]
pub struct Takeover {
    #[command(flatten)]
    accept: Accept,
}

impl Command for Takeover {
    fn run(&self, session: &Session) -> Result<()> {
        let Accept { request, provider, .. } = self.accept;
        let offer = offer(session, request, provider)?;
        let price = self.accept.price.unwrap_or(offer.price);
        let deliver_by = self.accept.deliver_by.unwrap_or(offer.deliver_by);
        let deed = format!("engagement {request} taken over by {}", session.name(&provider));
        session.send(&deed, session.deployment.market().takeover(request, provider, price, deliver_by))
    }
}

#[derive(Args, Debug)]
pub struct Reclaim {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for Reclaim {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("rest of request {} taken back", self.request);
        session.send(&deed, session.deployment.market().reclaim(self.request))?;
        session.hint("`atomic withdraw` pays it out");
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct WithdrawRequest {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for WithdrawRequest {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("request {} withdrawn", self.request);
        session.send(&deed, session.deployment.market().withdraw_request(self.request))?;
        session.hint("`atomic withdraw` pays it out");
        Ok(())
    }
}

/// Allows the market to take a token of the signer's.
#[derive(Args, Debug)]
pub struct Approve {
    /// The token's address
    #[arg(value_parser = account)]
    token: AccountId,
    /// How much, in its smallest units, such as '5_000 plancks'
    #[arg(value_parser = amount)]
    amount: Balance,
}

impl Command for Approve {
    fn run(&self, session: &Session) -> Result<()> {
        let shown = session.amount(Asset::Psp22(self.token), self.amount);
        let message = TokenCalls::from(self.token).approve(session.deployment.market, self.amount);
        session.send(&format!("the market may take {shown}"), message)
    }
}
