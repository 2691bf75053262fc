//! A history: random people on the real contracts beside the model of them.

use crate::{
    action::{numbers, salt_of, Action, Meddling, Refusal, Said, Tampering, Who, CAST, ENFORCERS, MANAGER, PROVIDERS},
    generate::{self, Dice},
    model::{posted_at, Model},
    people::{Mint, MARKET, OBLIGATION},
    pools::WHOLE_OP,
    promises::Promises,
    verdicts::{Told, Verdicts},
};
use chain::{account, days, Message, UNIT};
use e2e_tests::{work_of, Town, ENDOWMENT, SALT, WORK_URI};
use ink::{
    primitives::AccountId,
    scale::{Decode, Encode},
};
use interfaces::market::{commitment, seal};
use interfaces::{
    market::{Asset, Commitment, Delivery, Error, Policy, Reveal, Unsealing},
    obligation::{MemberState, Outcome, Rate, Schedule, Standing, Terms, OP},
    reputation::{self, Effect, MintReason, Transfer},
    Balance, Market as _, Obligation as _, Reputation as _, SubmissionId,
};
use pendzl::contracts::psp22::{PSP22Error, PSP22 as _};
use std::collections::BTreeMap;

/// How often each message was answered how.
pub type Tally = BTreeMap<(String, String), u64>;

/// So many messages are sent between two looks at everything there is.
const AUDIT_EVERY: usize = 150;
/// So many messages are sent until all members are asked how long they are safe, whatever happened.
const ALL_ASKED_EVERY: usize = 25;
/// How many kinds of organizations there are.
const SETTINGS: u64 = 7;

/// What came of one message.
struct Sent {
    said: Said,
    /// Reputation that came into being.
    minted: Balance,
    told: Told,
}

pub struct History {
    town: Town,
    pub model: Model,
    policy: Policy,
    terms: Terms,
    pub actions: Vec<(Who, Action)>,
    pub tally: Tally,
    dice: Dice,
    /// What the counters of those who rest said when they began to.
    resting: BTreeMap<Who, (u128, u128)>,
    promises: Promises,
    verdicts: Verdicts,
}

/// The organization of histories of this kind.
fn settings(kind: u64) -> impl FnOnce(&mut chain::Settings) {
    move |settings| {
        let policy = &mut settings.policy;
        policy.assets[0].rent = if kind % 2 == 0 { 0 } else { UNIT / 500 + 3 };
        if kind % 3 == 0 {
            (policy.min_stake, policy.max_stake) = (2, 9);
        }
        let terms = &mut settings.terms;
        terms.cooldown = days(2);
        terms.freeze_interval = days(40);
        (terms.healthy_limit, terms.throttled_limit) = (6, 2);
        (terms.throttle_buffer, terms.ban_buffer) = (6, 7);
        match kind % SETTINGS {
            0 => {
                (terms.healthy_limit, terms.throttled_limit) = (12, 6);
                (terms.throttle_buffer, terms.ban_buffer) = (12, 18);
                // More than a submission takes reviews from.
                (terms.denominator, terms.seats) = (3, 8);
            }
            1 => {
                (terms.healthy_limit, terms.throttled_limit) = (3, 1);
                (terms.throttle_buffer, terms.ban_buffer) = (3, 3);
                settings.policy.reputation_per_fee = 1_000;
            }
            2 => terms.retention_ppm = 900_000,
            3 => (terms.presence, terms.retention_ppm) = (1, 990_000),
            4 => {
                terms.rate = Rate::FairShare { diligence_ppm: 700_000 };
                terms.seats = 8;
                settings.mint_cap = 40;
            }
            5 => (terms.pace, terms.credit_cap) = (3, 3),
            // Whoever stops is out after 2 + 7 + 1 days.
            _ => {
                terms.rate = Rate::FairShare { diligence_ppm: 1_000_000 };
                (terms.pace, terms.presence, terms.credit_cap) = (2, 1, 2);
            }
        }
        settings.founders = endowed().map(|(who, amount)| (account(CAST[who]), amount)).collect();
    }
}

/// The founding workforce: enforcers, and providers with a little to lock.
fn endowed() -> impl Iterator<Item = (Who, Balance)> {
    ENFORCERS.into_iter().map(|who| (who, ENDOWMENT)).chain(PROVIDERS.into_iter().map(|who| (who, 150)))
}

impl History {
    /// An organization in which nobody has done anything yet.
    pub fn new(kind: u64) -> Self {
        let (mut policy, mut terms, mut mint, mut tiers) = (None, None, None, None);
        let town = Town::unstaffed(|made| {
            settings(kind)(made);
            (policy, terms, tiers) = (Some(made.policy.clone()), Some(made.terms.clone()), Some(made.tiers.clone()));
            mint = Some(Mint { cap: made.mint_cap, epoch_length: made.mint_epoch, minted: [(0, 0); 2] });
        });
        let policy = policy.expect("the settings were made");
        let terms = terms.expect("the settings were made");
        let accounts: Vec<AccountId> = CAST.iter().map(|name| account(name)).collect();
        for who in &accounts {
            town.chain.fund(who, 10_000_000 * UNIT);
        }
        let model = Model::new(
            accounts,
            policy.clone(),
            terms.clone(),
            mint.expect("the settings were made"),
            tiers.expect("the settings were made"),
            endowed(),
            town.chain.now(),
        );
        Self {
            town,
            model,
            policy,
            terms,
            actions: Vec::new(),
            tally: Tally::new(),
            dice: Dice::new(kind),
            resting: BTreeMap::new(),
            promises: Promises::default(),
            verdicts: Verdicts::default(),
        }
    }

    /// So many random actions, and then the end: everything is wound up.
    pub fn play(&mut self, seed: u64, steps: usize) -> Result<(), String> {
        let mut dice = Dice::new(seed);
        for (who, action) in generate::staffing() {
            self.step(who, action)?;
        }
        while self.actions.len() < steps {
            let (who, action) =
                generate::next(&mut dice, &self.model, (&self.policy, &self.terms), self.actions.last());
            self.step(who, action)?;
            if self.actions.len() % AUDIT_EVERY == 0 {
                self.audit()?;
            }
        }
        self.wind_up()?;
        self.audit()
    }

    /// These actions again; then a look at everything.
    pub fn replay(&mut self, actions: &[(Who, Action)]) -> Result<(), String> {
        for (who, action) in actions {
            self.step(*who, action.clone())?;
        }
        self.audit()
    }

    /// One action: the contracts answer as the model foretold, and the market has what it owes.
    pub fn step(&mut self, who: Who, action: Action) -> Result<(), String> {
        self.actions.push((who, action.clone()));
        if let Action::Pass(time) = action {
            return self.pass(time);
        }
        self.ask_oracle(who, &action);
        let value = self.model.value(&action);
        let said = self.model.act(who, &action);
        let watched = said.is_err() && self.dice.chance(5);
        let before = watched.then(|| self.town.chain.state_hash());
        let sent = self.send(who, &action, value)?;
        let told = match &sent.said {
            Ok(_) => "accepted".to_owned(),
            Err(Refusal::Market(error)) => format!("{error:?}"),
            Err(error) => format!("{error:?}"),
        };
        *self.tally.entry((action.name(), told)).or_default() += 1;
        if sent.said != said {
            return Err(format!("the contracts say {:?}, the model {said:?}", sent.said));
        }
        if before.is_some_and(|before| before != self.town.chain.state_hash()) {
            return Err("a refused message changed something".into());
        }
        let mints = matches!(action, Action::ClaimReputation(_));
        if sent.minted > 0 && !(mints && said == Ok(sent.minted)) {
            return Err(format!("{} points of reputation came into being", sent.minted));
        }
        let has = self.town.in_market();
        if has != self.model.purse || self.model.purse != self.model.owed() {
            let (purse, owed) = (self.model.purse, self.model.owed());
            return Err(format!("the market has {has}, should have {purse}, and owes {owed}"));
        }
        if self.model.pools.rests[who].frozen != self.resting.contains_key(&who) {
            self.rest_or_return(who);
        }
        self.verdicts.look(&self.town, &sent.told)?;
        match said {
            Ok(answer) => {
                self.verdicts.can_judge(&self.town, &action, answer)?;
                self.keep_promises(who, &action)
            }
            Err(_) => Ok(()),
        }
    }

    /// What members were told of how soon or how late they are out is so, and they are told anew: all of them after
    /// time passed, or work was seen.
    fn keep_promises(&mut self, who: Who, action: &Action) -> Result<(), String> {
        let now = self.model.now;
        let Ok(pool) = self.model.pools.pool(0) else { return Ok(()) };
        if let (Action::ProposeTerms { pool: 0, .. }, Some(due)) = (action, pool.due()) {
            self.promises.end_by(due);
        }
        self.promises.look(pool, now)?;
        if !pool.is_bounded(now) {
            return Ok(());
        }
        let touches_all = matches!(
            action,
            Action::Pass(_) | Action::OpenReviews { .. } | Action::Finalize { .. } | Action::ProposeTerms { .. }
        );
        let all = touches_all || self.actions.len() % ALL_ASKED_EVERY == 0;
        let members = pool.members.iter().filter(|(member, _)| all || **member == who);
        for (member, _) in members.filter(|(_, member)| member.waits_for_work()) {
            let membership = self.town.obligation().membership(0, self.model.accounts[*member]);
            let told = self.town.chain.read(membership).map_err(|error| format!("{}: {error:?}", CAST[*member]))?;
            self.promises.hear(*member, &told, pool, now)?;
        }
        Ok(())
    }

    /// Notes the counters of whoever begins a rest.
    fn rest_or_return(&mut self, who: Who) {
        if self.resting.remove(&who).is_some() {
            return;
        }
        if let Ok(membership) = self.town.chain.read(self.town.obligation().membership(0, self.model.accounts[who])) {
            self.resting.insert(who, (membership.seen, membership.declared));
        }
    }

    /// Time alone never worsens the standing of a member of a pool without presence.
    fn pass(&mut self, time: u64) -> Result<(), String> {
        let watched = self.terms.presence == 0
            && self.dice.chance(4)
            && self.town.chain.read(self.town.obligation().pending_terms(0)).is_none();
        let before = if watched { self.standings() } else { Vec::new() };
        self.town.chain.pass(time);
        let _ = self.model.act(MANAGER, &Action::Pass(time));
        if watched {
            let after = self.standings();
            let worse = before.iter().zip(&after).any(|(before, after)| (*before as u8) < (*after as u8));
            if worse {
                return Err(format!("time alone made standings of {before:?} {after:?}"));
            }
        }
        self.keep_promises(MANAGER, &Action::Pass(time))
    }

    fn standings(&self) -> Vec<Standing> {
        let standing = |who: &Who| self.town.chain.read(self.town.obligation().standing(0, self.model.accounts[*who]));
        ENFORCERS.iter().filter_map(|who| standing(who).ok()).collect()
    }

    /// Where the model does not count what members see, the chain says what their counters amount to.
    fn ask_oracle(&mut self, who: Who, action: &Action) {
        self.model.pools.oracle.clear();
        if self.model.pools.pool(0).is_ok_and(|pool| pool.is_exact(self.model.now)) {
            return;
        }
        let whom = match action {
            Action::Evaluate { pool: 0, who } | Action::Reinstate { pool: 0, who } => vec![*who],
            Action::EvaluateMany { pool: 0, who } => who.clone(),
            Action::CommitReviews { .. }
            | Action::Enlist(_)
            | Action::Resign(_)
            | Action::CheckIn(_)
            | Action::Restore { .. }
            | Action::Redeem(_)
            | Action::Freeze => vec![who],
            _ => Vec::new(),
        };
        for who in whom {
            let membership = self.town.obligation().membership(0, self.model.accounts[who]);
            if let Ok(membership) = self.town.chain.read(membership) {
                self.model.pools.oracle.insert(who, (membership.standing, membership.deficit / OP));
            }
        }
    }

    /// Only what anyone may do, what a requester may do with a deal that lost its provider, and time: every request
    /// comes to its end, and all money to its owner.
    pub fn wind_up(&mut self) -> Result<(), String> {
        let mut patience = 0;
        while !self.model.requests.is_empty() {
            let ids: Vec<_> = self.model.requests.keys().copied().collect();
            let found = ids.into_iter().find_map(|id| generate::upkeep(&self.model, id));
            match found {
                Some((who, action)) => {
                    self.step(who, action)?;
                    patience = 0;
                }
                None => {
                    self.step(MANAGER, Action::Pass(days(1) << patience.min(8)))?;
                    patience += 1;
                }
            }
            if patience > 20 {
                return Err(format!("nothing brings these requests to an end: {:?}", self.model.requests));
            }
        }
        for who in generate::creditors(&self.model) {
            self.step(who, Action::Withdraw)?;
        }
        match self.town.in_market() {
            0 => Ok(()),
            left => Err(format!("{left} are left in the market")),
        }
    }

    /// Everything there is, beside what the model says of it.
    pub fn audit(&mut self) -> Result<(), String> {
        let (town, model) = (&self.town, &self.model);
        let chain = &town.chain;
        let mut held = 0;
        for (id, request) in &model.requests {
            let state = chain.read(town.market().request(*id)).map_err(|error| format!("request {id}: {error:?}"))?.1;
            held += state.held + state.deposits + state.offer_deposits;
            let found = (
                [state.held, state.unclaimed, state.deposits, state.offer_deposits, state.accepted],
                [state.places, state.open_places, state.submissions, state.opened, state.finalized],
                [state.settled, state.claimed, state.reserved, state.pruned],
                (state.closed, state.engagement, state.seed, state.insiders),
                (state.reputation_per_place, state.min_stake, state.max_stake, state.max_window, state.unreviewed_bps),
            );
            let kept = request.kept;
            let expected = (
                [request.held, request.unclaimed, request.deposits, request.offer_deposits, request.accepted],
                [request.places_taken, request.open_places, request.submissions, request.opened, request.finalized],
                [request.settled, request.claimed, request.reserved, request.pruned],
                (request.closed, request.deal.is_some(), request.seed, request.insiders),
                (kept.reputation_per_place, kept.min_stake, kept.max_stake, kept.max_window, kept.unreviewed_bps),
            );
            compare(&format!("request {id}"), found, expected)?;
            if request.deal.is_none() && request.pruned == 0 {
                compare(&format!("the weights of request {id}"), state.weights, request.weights())?;
            }
            for n in 0..request.submissions {
                let what = format!("submission {n} of request {id}");
                let read = chain.read(town.market().submission(*id, n));
                let Some(work) = request.works.get(&n) else {
                    compare(&what, read.err(), Some(Error::UnknownSubmission))?;
                    continue;
                };
                let made = read.map_err(|error| format!("{what}: {error:?}"))?;
                let found = (
                    (made.verdict, made.median, made.weight_bps, made.duplicate_of, made.claimed, made.delivered),
                    (made.window_start, made.active, made.extended),
                );
                let expected = (
                    (work.verdict, work.median, work.weight_bps, work.duplicate_of, work.claimed, work.delivered),
                    (work.window_start, work.active, work.extended),
                );
                compare(&what, found, expected)?;
                let read = chain.read(town.market().reviews(*id, n));
                let reviews = read.map_err(|error| format!("the reviews of {what}: {error:?}"))?;
                let found = reviews.iter().map(|review| (review.enforcer, review.score, review.short)).collect();
                let mut known: Vec<(AccountId, Option<u8>, bool)> = Vec::new();
                for review in &work.reviews {
                    let score = review.revealed.then_some(review.vote.0);
                    known.push((model.accounts[review.who], score, review.short));
                }
                compare(&format!("the reviews of {what}"), found, known)?;
            }
        }
        let mut credited = 0;
        for (who, name) in CAST.iter().enumerate() {
            let id = model.accounts[who];
            let credit = town.credit_of(id);
            credited += credit;
            compare(&format!("what {name} is credited"), credit, model.credits[who])?;
            let person = &model.people[who];
            let profile = reputation::Profile {
                balance: person.balance,
                locked: person.all_locked(),
                available: person.available(),
                owed: person.owed[MARKET] + person.owed[OBLIGATION],
                earned: person.earned,
                spent: person.spent,
                slashed: person.slashed,
                holds: person.holds,
                frozen: person.frozen,
            };
            compare(&format!("the reputation of {name}"), town.profile(name), profile)?;
            let membership = chain.read(town.obligation().membership(0, id));
            let member = model.pools.member(0, who);
            match (membership, member) {
                (Ok(found), Ok(member)) => {
                    let told = (found.state, found.open, found.bond, found.ended);
                    let known = (member.state, member.open, member.bond, member.ended);
                    compare(&format!("the membership of {name}"), told, known)?;
                    if model.pools.pool(0).is_ok_and(|pool| pool.is_exact(model.now)) {
                        let ops = [found.seen, found.declared];
                        let known = [member.seen / (WHOLE_OP / OP), member.declared * OP];
                        compare(&format!("the counters of {name}"), ops, known)?;
                    }
                    if let Some(resting) = self.resting.get(&who).filter(|_| found.state == MemberState::Frozen) {
                        compare(&format!("the rest of {name}"), (found.seen, found.declared), *resting)?;
                    }
                }
                (found, known) => {
                    compare(&format!("whether {name} is a member"), found.is_ok(), known.is_ok())?;
                }
            }
        }
        compare("what the market has, and what it holds and owes", town.in_market(), held + credited)?;
        compare(
            "all reputation",
            chain.read(town.token().total_supply()),
            model.people.iter().map(|p| p.balance).sum(),
        )?;
        let capacity = chain.read(town.obligation().capacity(0)).map_err(|error| format!("capacity: {error:?}"))?;
        let pool = model.pools.pool(0).map_err(|error| format!("the model has no pool: {error:?}"))?;
        let count = |state| pool.members.values().filter(|member| member.state == state).count() as u32;
        let throttled = pool.members.values().filter(|member| member.throttled).count() as u32;
        let found = (
            [capacity.active, capacity.throttled, capacity.waiting, capacity.frozen],
            capacity.backlog,
            capacity.hands,
        );
        let waiting = pool.line.len() as u32;
        let expected =
            ([pool.active(), throttled, waiting, count(MemberState::Frozen)], pool.backlog, pool.hands(model.now));
        compare("capacity", found, expected)?;
        let line: Vec<AccountId> = pool.line.iter().map(|who| model.accounts[*who]).collect();
        compare("the line", chain.read(town.obligation().waiting(0, None, 64)), Ok(line))
    }

    fn send(&self, who: Who, action: &Action, value: Balance) -> Result<Sent, String> {
        use Action::*;
        let (town, accounts) = (&self.town, &self.model.accounts);
        let (market, obligation, reputation) = (|| town.market(), || town.obligation(), || town.reputation());
        let uri = |length: usize| if length > 256 { vec![b'x'; length] } else { WORK_URI.to_vec() };
        let work = |work: u8| work_of(&format!("work {work}"));
        let me = accounts[who];
        let done = |()| 1;
        let number = u128::from;
        let list = |ids: Vec<SubmissionId>| numbers(&ids);
        match action.clone() {
            Pass(_) => Err("passing time sends nothing".into()),
            OpenMarket => {
                let message = market().open(self.policy.clone(), self.terms.clone(), Schedule::default());
                self.tell(who, message, |pool| pool.into())
            }
            Post { spec, max_premium, .. } => {
                let spec = posted_at(&spec, town.chain.now());
                self.tell(who, market().post(spec, max_premium).transferred_value(value), |id| id.into())
            }
            Engage { spec, periods, period, missed, notice, max_premium, .. } => {
                let spec = posted_at(&spec, town.chain.now());
                let message = market().engage(spec, periods, period, missed, notice, max_premium);
                self.tell(who, message.transferred_value(value), |id| id.into())
            }
            WithdrawRequest(request) => self.tell(who, market().withdraw_request(request), number),
            Accept { request, provider, price, deliver_by } => {
                self.tell(who, market().accept(request, accounts[provider], price, deliver_by), done)
            }
            Takeover { request, provider, price, deliver_by } => {
                self.tell(who, market().takeover(request, accounts[provider], price, deliver_by), done)
            }
            Reclaim(request) => self.tell(who, market().reclaim(request), number),
            Signal { request, places, .. } => {
                self.tell(who, market().signal(request, places).transferred_value(value), done)
            }
            Offer { request, price, deliver_by, until, uri: length, .. } => {
                let message = market().offer(request, price, deliver_by, until, uri(length));
                self.tell(who, message.transferred_value(value), done)
            }
            RetractOffer(request) => self.tell(who, market().retract_offer(request), done),
            Submit { request, works, uri: length } => {
                let made = works.into_iter().map(|made| Delivery { content: work(made), uri: uri(length) }).collect();
                self.tell(who, market().submit(request, made), list)
            }
            Revise { request, submission, work: made, uri: length } => {
                self.tell(who, market().revise(request, submission, work(made), uri(length)), done)
            }
            SubmitSealed { request, works } => {
                let seals = works.into_iter().map(|made| seal(request, me, &work(made), WORK_URI, &SALT)).collect();
                self.tell(who, market().submit_sealed(request, seals), list)
            }
            Unseal { request, seals, uri: length } => {
                let open = |(submission, made)| {
                    let (content, uri) = (work(made), uri(length));
                    Unsealing { submission, content, uri, salt: SALT }
                };
                self.tell(who, market().unseal(request, seals.into_iter().map(open).collect()), done)
            }
            ReportNoShow { request, provider } => {
                self.tell(who, market().report_no_show(request, accounts[provider]), |places| places.into())
            }
            OpenReviews { request, max } => self.tell(who, market().open_reviews(request, max), |count| count.into()),
            CommitReviews { request, votes } => {
                let hide = |(submission, (score, original))| {
                    let salt = salt_of(request, submission);
                    let commitment = commitment(request, submission, me, score, original, &salt);
                    Commitment { submission, commitment }
                };
                self.tell(who, market().commit_reviews(request, votes.into_iter().map(hide).collect()), list)
            }
            RevealReviews { request, votes } => {
                let show = |(submission, (score, duplicate_of))| {
                    let salt = salt_of(request, submission);
                    Reveal { submission, score, duplicate_of, salt }
                };
                self.tell(who, market().reveal_reviews(request, votes.into_iter().map(show).collect()), done)
            }
            Finalize { request, submissions } => {
                self.tell(who, market().finalize(request, submissions), |count| count.into())
            }
            Settle { request, max } => self.tell(who, market().settle(request, max), |count| count.into()),
            GiveNotice(request) => self.tell(who, market().give_notice(request), |periods| periods.into()),
            ClosePeriod(request) => self.tell(who, market().close_period(request), |ended| ended.into()),
            Claim { request, submissions } => {
                self.tell(who, market().claim(request, submissions), |count| count.into())
            }
            Withdraw => self.tell(who, market().withdraw(Asset::Native), number),
            Prune { request, max } => self.tell(who, market().prune(request, max), |count| count.into()),
            ProposePolicy(policy) => self.tell(who, market().propose_policy(*policy), done),
            ApplyPolicy => self.tell(who, market().apply_policy(), done),
            PauseMarket => self.tell(who, market().pause(), done),
            UnpauseMarket => self.tell(who, market().unpause(), done),

            Evaluate { pool, who: whom } => {
                self.tell(who, obligation().evaluate(pool, accounts[whom]), |standing| standing as u128 + 1)
            }
            EvaluateMany { pool, who: whom } => {
                let whom = whom.into_iter().map(|who| accounts[who]).collect();
                let digits =
                    |found: Vec<Standing>| found.iter().fold(0, |digits, standing| digits * 4 + *standing as u128 + 1);
                self.tell(who, obligation().evaluate_many(pool, whom), digits)
            }
            FillSeats { pool, max } => self.tell(who, obligation().fill_seats(pool, max), |count| count.into()),
            ApplyTerms(pool) => self.tell(who, obligation().apply_terms(pool), done),
            Enlist(pool) => self.tell(who, obligation().enlist(pool), done),
            Resign(pool) => self.tell(who, obligation().resign(pool), done),
            CheckIn(pool) => self.tell(who, obligation().check_in(pool), done),
            Restore { pool, ops } => self.tell(who, obligation().restore(pool, ops), done),
            Redeem(pool) => self.tell(who, obligation().redeem(pool), number),
            Freeze => self.tell(who, obligation().freeze(), done),
            Unfreeze => self.tell(who, obligation().unfreeze(), done),
            ProposeTerms { pool, terms } => {
                self.tell(who, obligation().propose_terms(pool, *terms, Schedule::default()), done)
            }
            Reinstate { pool, who: whom } => self.tell(who, obligation().reinstate(pool, accounts[whom]), done),
            PauseObligation => self.tell(who, obligation().pause(), done),
            UnpauseObligation => self.tell(who, obligation().unpause(), done),
            Operate { pool, what } => self.meddle(who, pool, what),

            ClaimReputation(whom) => self.tell(who, reputation().claim_reputation(accounts[whom]), number),
            Burn(amount) => self.tell(who, reputation().burn(amount), done),
            Tamper(what) => self.tamper(who, what),
        }
    }

    fn meddle(&self, who: Who, pool: u32, what: Meddling) -> Result<Sent, String> {
        let mut obligation = self.town.obligation();
        let me = self.model.accounts[who];
        let done = |()| 1;
        match what {
            Meddling::OpenPool => {
                self.tell(who, obligation.open_pool(self.terms.clone(), Schedule::default()), |pool| pool.into())
            }
            Meddling::ClosePool => self.tell(who, obligation.close_pool(pool), done),
            Meddling::Enroll => self.tell(who, obligation.enroll(pool, me), done),
            Meddling::Discharge => self.tell(who, obligation.discharge(pool, me), done),
            Meddling::RecordSeen => self.tell(who, obligation.record_seen(pool, 1_000, 3), u128::from),
            Meddling::RecordDeclared => self.tell(who, obligation.record_declared(pool, me, 1_000), done),
            Meddling::Reserve => self.tell(who, obligation.reserve(pool, u32::MAX), |_| 1),
            Meddling::RecordClosed => self.tell(who, obligation.record_closed(pool, u32::MAX), done),
            Meddling::Commit => self.tell(who, obligation.commit(pool, me, 1), u128::from),
            Meddling::Release => self.tell(who, obligation.release(pool, me), done),
            Meddling::Resolve => {
                let outcome = Outcome { who: me, declared: 9, released: 9 };
                self.tell(who, obligation.resolve(pool, vec![outcome]), done)
            }
        }
    }

    fn tamper(&self, who: Who, what: Tampering) -> Result<Sent, String> {
        let (mut reputation, mut token) = (self.town.reputation(), self.town.token());
        let (me, rita) = (self.model.accounts[who], account(CAST[2]));
        let done = |()| 1;
        match what {
            Tampering::Owe => self.tell(who, reputation.owe(me, 1_000, MintReason::Delivery), done),
            Tampering::Lock => self.tell(who, reputation.lock(rita, 1), done),
            Tampering::Unlock => self.tell(who, reputation.unlock(me, 1), u128::from),
            Tampering::Slash => self.tell(who, reputation.slash(rita, 1), u128::from),
            Tampering::Spend => self.tell(who, reputation.spend(rita, 1), done),
            Tampering::Freeze => self.tell(who, reputation.freeze(rita), done),
            Tampering::Unfreeze => self.tell(who, reputation.unfreeze(me), done),
            Tampering::Apply => {
                let effects = vec![Effect::Unlock { who: me, amount: 1 }];
                self.tell(who, reputation.apply(effects), |_| 1)
            }
            Tampering::Endow => self.tell(who, reputation.endow(vec![(me, 1_000)]), done),
            Tampering::Seal => self.tell(who, reputation.seal(), done),
            Tampering::Transfer => self.tell_soulbound(who, token.transfer(rita, 1, Vec::new())),
            Tampering::TransferFrom => self.tell_soulbound(who, token.transfer_from(rita, me, 1, Vec::new())),
            Tampering::Approve => self.tell_soulbound(who, token.approve(rita, 1)),
        }
    }

    fn tell_soulbound<Args: Encode>(
        &self,
        who: Who,
        message: Message<Args, Result<(), PSP22Error>>,
    ) -> Result<Sent, String> {
        let outcome = self.town.chain.call(&self.model.accounts[who], message);
        match outcome.result {
            Ok(Err(PSP22Error::Custom(error))) if error == "Soulbound" => {
                Ok(Sent { said: Err(Refusal::Soulbound), minted: 0, told: Told::default() })
            }
            other => Err(format!("a transfer of reputation is answered {other:?}")),
        }
    }

    /// Sends a message; a trap is always wrong.
    fn tell<Args: Encode, T: Decode, E: Decode + Into<Refusal>>(
        &self,
        who: Who,
        message: Message<Args, Result<T, E>>,
        said: impl FnOnce(T) -> u128,
    ) -> Result<Sent, String> {
        let outcome = self.town.chain.call(&self.model.accounts[who], message);
        let transfers = outcome.events::<Transfer>();
        let minted = transfers.iter().filter(|transfer| transfer.from.is_none()).map(|transfer| transfer.value).sum();
        if transfers.iter().any(|transfer| transfer.from.is_some() && transfer.to.is_some()) {
            return Err("reputation changed hands".into());
        }
        let told = Told::by(&outcome);
        match outcome.result {
            Ok(Ok(value)) => Ok(Sent { said: Ok(said(value)), minted, told }),
            Ok(Err(error)) => Ok(Sent { said: Err(error.into()), minted, told }),
            Err(trap) => Err(format!("the message trapped: {trap}")),
        }
    }
}

fn compare<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what}: found {found:?}, expected {expected:?}")),
    }
}

/// The shortest story found that goes wrong as well, and how.
pub fn shorten(kind: u64, actions: &[(Who, Action)], attempts: usize) -> (Vec<(Who, Action)>, String) {
    let fails = |story: &[(Who, Action)]| -> Option<(usize, String)> {
        let mut history = History::new(kind);
        history.replay(story).err().map(|error| (history.actions.len(), error))
    };
    let mut story = actions.to_vec();
    let mut error = match fails(&story) {
        Some((length, error)) => {
            story.truncate(length);
            error
        }
        None => return (story, "played again, it goes well".into()),
    };
    let (mut size, mut left) = (story.len().div_ceil(2), attempts);
    while size > 0 && left > 0 {
        let mut from = 0;
        while from < story.len() && left > 0 {
            left -= 1;
            let mut shorter = story.clone();
            shorter.drain(from..story.len().min(from + size));
            match fails(&shorter) {
                Some((length, found)) => {
                    shorter.truncate(length);
                    (story, error) = (shorter, found);
                }
                None => from += size,
            }
        }
        size /= 2;
    }
    // A request that nothing depends on goes with all that was done about it, and the later ones get other numbers.
    let mut id = 0;
    while let (Some(shorter), true) = (without_request(&story, id), left > 0) {
        left -= 1;
        match fails(&shorter) {
            Some((length, found)) => {
                (story, error) = (shorter, found);
                story.truncate(length);
            }
            None => id += 1,
        }
    }
    (story, error)
}

/// The story without its request of this number, if it has one. In a short story all posts are accepted.
fn without_request(story: &[(Who, Action)], id: u32) -> Option<Vec<(Who, Action)>> {
    let is_post = |action: &Action| matches!(action, Action::Post { .. } | Action::Engage { .. });
    let mut posts = (0..).zip(story).filter(|(_, (_, action))| is_post(action));
    let post = posts.nth(id as usize)?.0;
    let mut rest = Vec::new();
    for (who, action) in story[..post].iter().chain(&story[post + 1..]) {
        let mut action = action.clone();
        match action.request_mut() {
            Some(request) if *request == id => continue,
            Some(request) if *request > id => *request -= 1,
            _ => {}
        }
        rest.push((*who, action));
    }
    Some(rest)
}

/// A story as it is told.
pub fn tell_story(story: &[(Who, Action)]) -> String {
    let mut now = 0;
    let mut told = String::new();
    for (who, action) in story {
        if let Action::Pass(time) = action {
            now += time;
            continue;
        }
        let (day, minute) = (now / 86_400_000, now % 86_400_000 / 60_000);
        // Where a request is described is the same for all.
        let action = format!("{action:?}");
        let action = match (action.find("spec: Hash"), action.find("asset: ")) {
            (Some(from), Some(to)) => format!("{}{}", &action[..from], &action[to..]),
            _ => action,
        };
        told += &format!(
            "day {day:>4} {:02}:{:02} +{:<6} {:>8}: {action}\n",
            minute / 60,
            minute % 60,
            now % 60_000,
            CAST[*who]
        );
    }
    told
}
