//! The commands by which people use a market: each sends a message or a few, or reads.
//!
//! A command says what it did line by line, or with `--json` as one document at the end: `transactions`, each with what
//! was done, its block, weight, storage deposit, fee, result and events; and, if a contract refused, `refused`.

mod data;
mod due;
mod enforcer;
mod manager;
mod provider;
mod reads;
mod refusal;
mod request;
mod request_view;
mod requester;
mod secrets;
mod session;
mod upkeep;

pub use refusal::Refusal;

use crate::commands::options::Options;
use anyhow::Result;
use clap::{Args, Subcommand};
use session::Session;
use std::io::Write;

/// What a command takes beside the chain and the signer.
trait Command: Args {
    /// Whether it only reads.
    const READS: bool = false;

    fn run(&self, session: &Session) -> Result<()>;
}

/// A command with its options.
#[derive(Args, Debug)]
pub struct On<C: Args> {
    #[command(flatten)]
    command: C,
    #[command(flatten)]
    options: Options,
}

fn run<C: Command>(on: &On<C>, out: &mut dyn Write) -> Result<()> {
    if !C::READS {
        // This fails before anything that takes long.
        on.options.signer()?;
    }
    let session = Session::open(&on.options, out)?;
    let done = if C::READS { Ok(()) } else { session.wake() };
    session.end(done.and_then(|()| on.command.run(&session)))
}

/// The commands by which people use a market.
// What they take differs in size, and there is only ever one.
#[allow(clippy::large_enum_variant)]
#[derive(Subcommand, Debug)]
pub enum Operate {
    /// Posts a request, or an engagement, and puts its price in escrow
    ///
    /// The conditions are those of a request in a scenario (docs/scenarios.md), from a file, from options, or both;
    /// options override the file.
    #[command(after_help = "Examples:\n  atomic post request.toml --as alice\n  \
        atomic post --spec brief.md --reward '30 UNIT' --review-fee '1 UNIT' --limit 3 \\\n    \
        --curve '40=50%, 80=100%' --as alice")]
    Post(On<requester::Post>),
    /// Says what posting a request costs now
    #[command(after_help = "Example:\n  atomic quote request.toml --reward '50 UNIT'")]
    Quote(On<requester::Quote>),
    /// Accepts an offer, which gives its provider a place
    #[command(after_help = "Example:\n  atomic accept 0 bob --as alice")]
    Accept(On<requester::Accept>),
    /// Accepts an offer for the rest of an engagement whose provider has lost its place
    #[command(after_help = "Example:\n  atomic takeover 3 dave --as alice")]
    Takeover(On<requester::Takeover>),
    /// Leaves an engagement with notice: the requester ends it, the provider its own part in it
    ///
    /// It holds until the running period and the full ones of its notice are over; bond and deposit then return. A provider
    /// that gives notice loses its place by the next period that is missed or refused.
    #[command(after_help = "Example:\n  atomic give-notice 3 --as dave")]
    GiveNotice(On<requester::GiveNotice>),
    /// Takes back what a request did not need
    #[command(after_help = "Example:\n  atomic reclaim 0 --as alice")]
    Reclaim(On<requester::Reclaim>),
    /// Withdraws a request in which nobody has a place
    #[command(after_help = "Example:\n  atomic withdraw-request 0 --as alice")]
    WithdrawRequest(On<requester::WithdrawRequest>),
    /// Allows the market to take a token
    #[command(after_help = "Example:\n  atomic approve 5F… '5_000 plancks' --as alice")]
    Approve(On<requester::Approve>),

    /// Takes places of a request, for their deposit
    #[command(after_help = "Example:\n  atomic signal 0 --places 2 --as bob")]
    Signal(On<provider::Signal>),
    /// Offers to deliver at a price, or changes the offer
    #[command(after_help = "Examples:\n  atomic offer 0 '9.5 UNIT' --deliver-by '2030-01-04 06:30' --as bob\n  \
        atomic offer 0 '9 UNIT' --until '2030-01-02 18:00' --as bob")]
    Offer(On<provider::Offer>),
    /// Takes an offer back, and its deposit, even if it has ended
    #[command(after_help = "Example:\n  atomic retract-offer 0 --as bob")]
    RetractOffer(On<provider::RetractOffer>),
    /// Delivers files, each on a place of its own: their hashes go to the chain, sealed if the request asks for it
    ///
    /// Up to sixteen are delivered in one transaction.
    #[command(after_help = "Examples:\n  atomic submit 0 report.pdf --uri ipfs://bafy… --as bob\n  \
        atomic submit 0 first.md second.md --as bob")]
    Submit(On<provider::Submit>),
    /// Replaces a delivery
    #[command(after_help = "Example:\n  atomic revise 0 1 report.pdf --uri ipfs://bafy… --as bob")]
    Revise(On<provider::Revise>),
    /// Opens every seal on the signer's deliveries that can be opened now, up to sixteen in one transaction
    #[command(after_help = "Example:\n  atomic unseal 0 --as bob")]
    Unseal(On<provider::Unseal>),

    /// Reviews submissions: commits to scores, keeps them in a private file, and reveals them when they are due
    ///
    /// The private file is beside the deployment file, and only its owner can read it. Up to sixteen reviews in one
    /// request are committed, or revealed, in one transaction. Of several, those are skipped that have no room for the
    /// signer or that it is not drawn for, and the command says why.
    #[command(
        after_help = "Examples:\n  atomic review 0 1 85 --as eve\n  atomic review 0 1=85 3=40 4=85:1 --as eve\n  \
        atomic review 0 2 85 --duplicate-of 1 --wait --as eve\n  atomic review --due --as eve"
    )]
    Review(On<enforcer::Review>),
    /// Takes a seat among the enforcers, or a place in the line
    #[command(after_help = "Example:\n  atomic enlist --as eve")]
    Enlist(On<enforcer::Enlist>),
    /// Leaves the enforcers, or the line
    #[command(after_help = "Example:\n  atomic resign --as eve")]
    Resign(On<enforcer::Resign>),
    /// Declares this epoch's presence, as the first review of an epoch does by itself
    #[command(after_help = "Example:\n  atomic check-in --as eve")]
    CheckIn(On<enforcer::CheckIn>),
    /// Makes up for missing operations by spending reputation
    #[command(after_help = "Example:\n  atomic restore 2 --as eve")]
    Restore(On<enforcer::Restore>),
    /// Lifts the signer's own ban, after the cooldown, by burning reputation
    ///
    /// It burns the pool's bond, or the price of what is missing if that is more, and the ledger begins anew. Before,
    /// somebody has to latch the ban, with `atomic evaluate`.
    #[command(after_help = "Example:\n  atomic redeem --as eve")]
    Redeem(On<enforcer::Redeem>),
    /// Begins a rest: the signer's reputation and all its memberships stand still
    #[command(after_help = "Example:\n  atomic freeze --as eve")]
    Freeze(On<enforcer::Freeze>),
    /// Ends the rest
    #[command(after_help = "Example:\n  atomic unfreeze --as eve")]
    Unfreeze(On<enforcer::Unfreeze>),

    /// Opens what was delivered for review: the time for commitments begins
    #[command(after_help = "Example:\n  atomic open-reviews 0 --as alice")]
    OpenReviews(On<upkeep::OpenReviews>),
    /// Gives the verdict on a submission, or on all that are ready for one; extends windows in which too few committed
    ///
    /// Up to sixteen submissions are finalized in one transaction.
    #[command(after_help = "Examples:\n  atomic finalize 0 --as alice\n  atomic finalize 0 2 --as alice")]
    Finalize(On<upkeep::Finalize>),
    /// Settles a request once its submissions have their verdicts
    #[command(after_help = "Example:\n  atomic settle 0 --as alice")]
    Settle(On<upkeep::Settle>),
    /// Closes the periods of an engagement that are over
    #[command(after_help = "Example:\n  atomic close-period 3 --as alice")]
    ClosePeriod(On<upkeep::ClosePeriod>),
    /// Reports a provider that did not deliver on its places
    #[command(after_help = "Example:\n  atomic report-no-show 0 bob --as alice")]
    ReportNoShow(On<upkeep::ReportNoShow>),
    /// Credits what a submission earned, or what all submissions of a request earned, up to sixteen in one transaction
    #[command(after_help = "Examples:\n  atomic claim 0 --as bob\n  atomic claim 0 2 --as bob")]
    Claim(On<upkeep::Claim>),
    /// Pays out the signer's credit
    #[command(after_help = "Example:\n  atomic withdraw --as bob")]
    Withdraw(On<upkeep::Withdraw>),
    /// Frees the storage of a request that is over, which returns its deposits
    #[command(after_help = "Example:\n  atomic prune 0 --as alice")]
    Prune(On<upkeep::Prune>),
    /// Has a member judged by the work it has seen and declared
    #[command(after_help = "Example:\n  atomic evaluate eve --as bob")]
    Evaluate(On<upkeep::Evaluate>),
    /// Gives free seats to the first in line
    #[command(after_help = "Example:\n  atomic fill-seats --as bob")]
    FillSeats(On<upkeep::FillSeats>),
    /// Writes down proposed terms whose notice is over; they are in force even without this
    #[command(after_help = "Example:\n  atomic apply-terms --as bob")]
    ApplyTerms(On<upkeep::ApplyTerms>),
    /// Writes down a proposed policy whose notice is over; it is in force even without this
    #[command(after_help = "Example:\n  atomic apply-policy --as bob")]
    ApplyPolicy(On<upkeep::ApplyPolicy>),
    /// Mints the reputation that an account has earned
    #[command(after_help = "Example:\n  atomic claim-reputation eve --as bob")]
    ClaimReputation(On<upkeep::ClaimReputation>),

    /// Proposes other terms for the pool; they are in force after the notice
    ///
    /// The file is like that of `atomic deploy --config` (docs/deployment.toml). Only [terms] and [schedule] count, and
    /// what they do not say stays as it is.
    #[command(after_help = "Example:\n  atomic propose-terms terms.toml --as alice")]
    ProposeTerms(On<manager::ProposeTerms>),
    /// Proposes another policy for the market; it is in force after the notice
    ///
    /// The file is like that of `atomic deploy --config` (docs/deployment.toml). Only [policy], [[tokens]] and treasury
    /// count, and what they do not say stays as it is.
    #[command(after_help = "Example:\n  atomic propose-policy policy.toml --as alice")]
    ProposePolicy(On<manager::ProposePolicy>),
    /// Stops new requests, places and offers, and enlisting; work, reviews, payments and exits go on
    ///
    /// You may repeat it: a contract that is paused already stays as it is.
    #[command(after_help = "Examples:\n  atomic pause --as alice\n  atomic pause market --as alice")]
    Pause(On<manager::Pausing<true>>),
    /// Ends the pause
    #[command(after_help = "Examples:\n  atomic unpause --as alice\n  atomic unpause obligation --as alice")]
    Unpause(On<manager::Pausing<false>>),
    /// Lifts a ban, after the cooldown
    #[command(after_help = "Example:\n  atomic reinstate eve --as alice")]
    Reinstate(On<manager::Reinstate>),

    /// Shows the pool's terms and the market's policy, and those that are proposed
    #[command(after_help = "Example:\n  atomic terms")]
    Terms(On<reads::Terms>),
    /// Shows how much work the enforcers can take, and how much they have
    #[command(after_help = "Example:\n  atomic capacity")]
    Capacity(On<reads::Capacity>),
    /// Shows a member's standing, and the numbers behind it
    #[command(after_help = "Example:\n  atomic member eve")]
    Member(On<reads::Member>),
    /// Shows an account's reputation
    #[command(after_help = "Example:\n  atomic reputation eve")]
    Reputation(On<reads::Reputation>),
    /// Lists the requests that are not over, with their phases: those first whose reviews are nearest to a quorum
    #[command(after_help = "Examples:\n  atomic requests\n  atomic requests --all")]
    Requests(On<reads::Requests>),
    /// Shows a request: its conditions, submissions, reviews and offers, and who has to do what by when
    #[command(after_help = "Example:\n  atomic request 0")]
    Request(On<request_view::Request>),
}

impl Operate {
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        match self {
            Self::Post(on) => run(on, out),
            Self::Quote(on) => run(on, out),
            Self::Accept(on) => run(on, out),
            Self::Takeover(on) => run(on, out),
            Self::GiveNotice(on) => run(on, out),
            Self::Reclaim(on) => run(on, out),
            Self::WithdrawRequest(on) => run(on, out),
            Self::Approve(on) => run(on, out),
            Self::Signal(on) => run(on, out),
            Self::Offer(on) => run(on, out),
            Self::RetractOffer(on) => run(on, out),
            Self::Submit(on) => run(on, out),
            Self::Revise(on) => run(on, out),
            Self::Unseal(on) => run(on, out),
            Self::Review(on) => run(on, out),
            Self::Enlist(on) => run(on, out),
            Self::Resign(on) => run(on, out),
            Self::CheckIn(on) => run(on, out),
            Self::Restore(on) => run(on, out),
            Self::Redeem(on) => run(on, out),
            Self::Freeze(on) => run(on, out),
            Self::Unfreeze(on) => run(on, out),
            Self::OpenReviews(on) => run(on, out),
            Self::Finalize(on) => run(on, out),
            Self::Settle(on) => run(on, out),
            Self::ClosePeriod(on) => run(on, out),
            Self::ReportNoShow(on) => run(on, out),
            Self::Claim(on) => run(on, out),
            Self::Withdraw(on) => run(on, out),
            Self::Prune(on) => run(on, out),
            Self::Evaluate(on) => run(on, out),
            Self::FillSeats(on) => run(on, out),
            Self::ApplyTerms(on) => run(on, out),
            Self::ApplyPolicy(on) => run(on, out),
            Self::ClaimReputation(on) => run(on, out),
            Self::ProposeTerms(on) => run(on, out),
            Self::ProposePolicy(on) => run(on, out),
            Self::Pause(on) => run(on, out),
            Self::Unpause(on) => run(on, out),
            Self::Reinstate(on) => run(on, out),
            Self::Terms(on) => run(on, out),
            Self::Capacity(on) => run(on, out),
            Self::Member(on) => run(on, out),
            Self::Reputation(on) => run(on, out),
            Self::Requests(on) => run(on, out),
            Self::Request(on) => run(on, out),
        }
    }
}
