//! Commands of requesters.

use crate::client::{moments, signer::account, words::counted};
use crate::commands::operate::{
    request::{Asked, Given},
    session::Session,
    Command,
};
use crate::commands::{options::warn, table::pairs};
use anyhow::Result;
use chain::{amounts::whole, TokenCalls};
use clap::Args;
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, Award, Duplicates, Offer, Quote as Price, RequestSpec},
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

/// What is unwise about a request that the market would take.
fn caution(spec: &RequestSpec) -> Option<String> {
    let copies_pay = spec.award != Award::PerSubmission && spec.duplicates == Duplicates::Independent;
    copies_pay.then(|| {
        "whoever copies a delivery takes a part of its share: have deliveries sealed and only the first paid, with \
         --duplicates first_only"
            .to_owned()
    })
}

/// Puts a request up, and its price in escrow.
#[derive(Args, Debug)]
pub struct Post {
    #[command(flatten)]
    given: Given,
    /// The highest premium to pay because enforcers are busy; by default the present one
    #[arg(long, value_name = "AMOUNT")]
    max_premium: Option<String>,
}

impl Command for Post {
    fn run(&self, session: &Session) -> Result<()> {
        let asked = self.given.request(session.now(), &|asset| session.coin(asset))?;
        let asset = asked.spec.asset;
        let max_premium = self.max_premium.as_deref().map(|text| session.read_amount(asset, text)).transpose()?;
        session.pays_in(asset);
        warn(caution(&asked.spec));
        let price = price(session, &asked)?;
        let max_premium = max_premium.unwrap_or(price.premium);
        let value = match asked.spec.asset {
            Asset::Native => (price.total - price.premium).saturating_add(max_premium),
            Asset::Psp22(_) => 0,
        };
        let mut market = session.deployment.market();
        let spec = asked.spec;
        let request = match asked.engagement {
            Some(of) => {
                let message = market.engage(spec, of.periods, of.period, of.missed, of.notice, max_premium);
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
        let asked = self.given.request(session.now(), &|asset| session.coin(asset))?;
        let price = price(session, &asked)?;
        session.answer("quote", super::data::json(&price));
        let mut lines = Vec::new();
        for (what, amount) in [
            ("reward", price.reward),
            ("review fees", price.review_fees),
            ("protocol fee", price.protocol_fee),
            ("rent", price.rent),
            ("premium", price.premium),
            ("total", price.total),
        ] {
            lines.push((what, session.amount(asked.spec.asset, amount)?));
        }
        session.say(pairs(lines).trim_end());
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
    #[arg(long, value_name = "AMOUNT")]
    price: Option<String>,
    /// Accepts only this deadline; by default any deadline
    #[arg(long, value_name = "TIME", value_parser = moments::read_moment)]
    deliver_by: Option<Timestamp>,
}

impl Accept {
    /// The price and the deadline that are accepted.
    fn terms(&self, session: &Session) -> Result<(Balance, Timestamp)> {
        let price = self.price.as_deref().map(|text| session.read_amount(session.asset_of(self.request)?, text));
        let (price, offer) = (price.transpose()?, offer(session, self.request, self.provider)?);
        Ok((price.unwrap_or(offer.price), self.deliver_by.unwrap_or(offer.deliver_by)))
    }
}

impl Command for Accept {
    fn run(&self, session: &Session) -> Result<()> {
        let (price, deliver_by) = self.terms(session)?;
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
        let (price, deliver_by) = self.accept.terms(session)?;
        let deed = format!("engagement {request} taken over by {}", session.name(&provider));
        session.send(&deed, session.deployment.market().takeover(request, provider, price, deliver_by))
    }
}

#[derive(Args, Debug)]
pub struct GiveNotice {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for GiveNotice {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("notice of engagement {} given", self.request);
        let until = session.send(&deed, session.deployment.market().give_notice(self.request))?;
        session.answer("until", until.into());
        session.hint(format!("it holds for the first {} of the deal", counted(until, "period")));
        Ok(())
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
    /// How much, with the token's symbol, such as '5 USDC', or in its smallest units, such as '5_000 plancks'
    amount: String,
}

impl Command for Approve {
    fn run(&self, session: &Session) -> Result<()> {
        let asset = Asset::Psp22(self.token);
        let amount = session.read_amount(asset, &self.amount)?;
        let shown = session.amount(asset, amount)?;
        let message = TokenCalls::from(self.token).approve(session.deployment.market, amount);
        session.send(&format!("the market may take {shown}"), message)
    }
}
