//! The scenario file. `docs/scenarios.md` documents every key.
//!
//! An error names the line, the column and what was expected there. Everything that can be known without playing is
//! checked here: unknown keys and names, types, units, and times.

use super::plan::{
    AccountAct, Action, Actor, ActorPlan, DeliveryPlan, EnforcerAct, ManagerAct, MemberAct, OfferEnd, OfferPlan, Plan,
    ProviderAct, RequestPlan, RequesterAct, Scenario, ScorePlan, Step, UpkeepAct, MANAGER, TREASURY,
};
use crate::client::{
    coins::Coin,
    conditions::read_conditions,
    jury::Opinion,
    settings::{read_policy, read_reputation, read_schedule, read_terms},
    toml::{
        amount, boolean, duration, each, expected, integer, owned, parse, points, refused, score, span, text, Fields,
        Mistake, Problem, Read,
    },
};
use chain::{
    account,
    amounts::{show_amount, LONGEST},
    Settings, EXISTENTIAL_DEPOSIT, POCKET_MONEY,
};
use interfaces::{market::Access, Balance, SubmissionId, Timestamp};
use std::ops::Range;
use toml_edit::Item;

/// The most that one actor may begin with, in plancks. However many actors there are, and however often their money
/// moves, the books can count it.
const MOST_FUNDS: Balance = 1 << 100;

/// Reads a scenario; `file` is the name that problems are reported under.
pub fn scenario(file: &str, text: &str) -> Result<Scenario, Problem> {
    parse(file, text, read_scenario)
}

fn read_scenario(file: &Fields) -> Read<Scenario> {
    let title = file.required("title", owned)?;
    let about = file.or("about", String::new(), owned)?;
    let mut settings = Settings { founders: Vec::new(), ..Settings::default() };
    file.optional("reputation", |item| read_reputation(item, &mut settings))?;
    file.optional("terms", |item| read_terms(item, &mut settings))?;
    file.optional("schedule", |item| read_schedule(item, &mut settings))?;
    file.optional("policy", |item| read_policy(item, &mut settings))?;
    settings.policy.treasury = account(TREASURY);

    let mut cast = Cast::default();
    for name in [MANAGER, TREASURY] {
        cast.actors.push(ActorPlan { name: name.into(), account: account(name), funds: POCKET_MONEY });
    }
    file.required("actors", |item| {
        each(item, read_actors)?.into_iter().flatten().try_for_each(|actor| cast.add(actor, &mut settings))
    })?;

    let mut plays = Vec::new();
    file.optional("request", |item| {
        for (plan, posts_at) in each(item, |item| read_request(item, &cast))? {
            if let Some(known) = cast.requests.iter().find(|known| known.name == plan.name) {
                return Err(refused(item, format!("there are two requests called `{}`", known.name)));
            }
            let request = cast.requests.len();
            if let Some(at) = posts_at {
                plays.push(Step {
                    at,
                    who: plan.requester,
                    action: Action::Requester(request, RequesterAct::Play),
                    expect: None,
                });
            }
            cast.requests.push(plan);
        }
        Ok(())
    })?;
    let mut steps = file.or("step", Vec::new(), |item| read_steps(item, &cast))?;
    steps.extend(plays);
    steps.sort_by_key(|step| step.at);
    Ok(Scenario { title, about, settings, actors: cast.actors, requests: cast.requests, steps })
}

/// All steps, each at its time since the beginning.
fn read_steps(item: &Item, cast: &Cast) -> Read<Vec<Step>> {
    let (mut now, mut steps) = (0, Vec::new());
    for read in each(item, |item| read_step(item, cast))? {
        now = match read.time {
            When::At(at) => at,
            // Neither is more than a thousand years.
            When::After(wait) => now + wait,
        };
        if now > LONGEST {
            let message = "`wait`: this step is more than a thousand years after the beginning".to_owned();
            return Err(Mistake { span: read.span, message });
        }
        let steps_of =
            read.actions.into_iter().map(|(who, action)| Step { at: now, who, action, expect: read.expect.clone() });
        steps.extend(steps_of);
    }
    Ok(steps)
}

/// Everybody and everything that can be named.
#[derive(Default)]
struct Cast {
    actors: Vec<ActorPlan>,
    requests: Vec<RequestPlan>,
}

/// An actor as the file has it.
struct ReadActor {
    name: String,
    span: Range<usize>,
    funds: Balance,
    reputation: Balance,
}

impl Cast {
    fn add(&mut self, actor: ReadActor, settings: &mut Settings) -> Read<()> {
        if self.actors.iter().any(|known| known.name == actor.name) {
            let message = format!("there are two actors called `{}`", actor.name);
            return Err(Mistake { span: actor.span, message });
        }
        let account = account(&actor.name);
        if actor.reputation > 0 {
            settings.founders.push((account, actor.reputation));
        }
        self.actors.push(ActorPlan { name: actor.name, account, funds: actor.funds });
        Ok(())
    }

    fn actor(&self, item: &Item) -> Read<Actor> {
        self.actor_named(text(item)?, span(item))
    }

    fn actor_named(&self, name: &str, span: Range<usize>) -> Read<Actor> {
        self.actors.iter().position(|actor| actor.name == name).ok_or_else(|| {
            let names: Vec<_> = self.actors.iter().map(|actor| actor.name.as_str()).collect();
            Mistake { span, message: format!("there is no actor `{name}`; expected one of {}", names.join(", ")) }
        })
    }

    fn request(&self, item: &Item) -> Read<Plan> {
        let name = text(item)?;
        self.requests.iter().position(|request| request.name == name).ok_or_else(|| {
            let names: Vec<_> = self.requests.iter().map(|request| request.name.as_str()).collect();
            refused(item, format!("there is no request `{name}`; expected one of {}", names.join(", ")))
        })
    }
}

fn read_actors(item: &Item) -> Read<Vec<ReadActor>> {
    let fields = Fields::of("[[actors]]", item)?;
    let names = fields.required("names", |item| each(item, |item| Ok((owned(item)?, span(item)))))?;
    let funds = fields.or("funds", POCKET_MONEY, read_funds)?;
    let reputation = fields.or("reputation", 0, points)?;
    fields.finish()?;
    Ok(names.into_iter().map(|(name, span)| ReadActor { name, span, funds, reputation }).collect())
}

/// What an actor begins with: nothing, or enough to exist.
fn read_funds(item: &Item) -> Read<Balance> {
    match amount(item)? {
        funds @ (0 | EXISTENTIAL_DEPOSIT..=MOST_FUNDS) => Ok(funds),
        _ => {
            let (least, most) = (show_amount(EXISTENTIAL_DEPOSIT), show_amount(MOST_FUNDS));
            Err(refused(item, format!("no account can have this; expected 0 UNIT, or from {least} to {most}")))
        }
    }
}

/// A request, and when it is posted if it plays itself.
fn read_request(item: &Item, cast: &Cast) -> Read<(RequestPlan, Option<Timestamp>)> {
    let fields = Fields::of("[[request]]", item)?;
    let actor = |item: &Item| cast.actor(item);
    let name = fields.required("name", owned)?;
    let posts_at = fields.optional("at", duration)?;
    let requester = fields.required("by", actor)?;
    let conditions = read_conditions(&fields, &Coin::Native)?;
    let (access, engagement) = (conditions.access, conditions.engagement.is_some());
    let plan = RequestPlan {
        name,
        requester,
        conditions,
        offers: fields.or("offer", Vec::new(), |item| {
            if access == Access::Open {
                return Err(refused(item, "only a request with `access = \"offers\"` takes offers".into()));
            }
            each(item, |item| read_offer(item, cast, engagement))
        })?,
        deliveries: fields.or("delivery", Vec::new(), |item| each(item, |item| read_delivery(item, cast)))?,
        keeper: fields.or("keeper", requester, actor)?,
        prune: fields.or("prune", false, boolean)?,
    };
    fields.finish()?;
    Ok((plan, posts_at))
}

fn read_offer(item: &Item, cast: &Cast, engagement: bool) -> Read<OfferPlan> {
    let fields = Fields::of("[[request.offer]]", item)?;
    let offer = OfferPlan {
        provider: fields.required("by", |item| cast.actor(item))?,
        prices: fields.required("price", |item| match each(item, amount)? {
            prices if prices.is_empty() => Err(expected(item, "one price or more")),
            prices => Ok(prices),
        })?,
        within: fields.optional("within", duration)?,
        ends: fields.or("ends", OfferEnd::Accepted, read_offer_end)?,
        takeover: fields.or("takeover", false, |item| match boolean(item)? {
            true if !engagement => Err(refused(item, "only an engagement can be taken over".into())),
            takeover => Ok(takeover),
        })?,
    };
    fields.finish()?;
    Ok(offer)
}

fn read_offer_end(item: &Item) -> Read<OfferEnd> {
    const EXPECTED: &str = "\"accepted\", \"retracted\" or \"left\"";
    match item.as_str() {
        Some("accepted") => Ok(OfferEnd::Accepted),
        Some("retracted") => Ok(OfferEnd::Retracted),
        Some("left") => Ok(OfferEnd::Left),
        Some(_) => Err(refused(item, format!("this is not an end of an offer; expected {EXPECTED}"))),
        None => Err(expected(item, EXPECTED)),
    }
}

fn read_delivery(item: &Item, cast: &Cast) -> Read<DeliveryPlan> {
    let fields = Fields::of("[[request.delivery]]", item)?;
    let duplicate_of = fields.optional("duplicate_of", integer)?;
    let scores = |item: &Item| read_scores(item, cast, duplicate_of);
    let delivery = DeliveryPlan {
        provider: fields.required("by", |item| cast.actor(item))?,
        delivers: fields.or("delivers", true, boolean)?,
        unseals: fields.or("unseals", true, boolean)?,
        scores: fields.or("scores", Vec::new(), scores)?,
        second_scores: fields.or("second_scores", Vec::new(), scores)?,
    };
    fields.finish()?;
    Ok(delivery)
}

/// `{ ada = 90, ben = { score = 80, reveals = false } }`; `duplicate_of` is for all reviews that do not say otherwise.
fn read_scores(item: &Item, cast: &Cast, duplicate_of: Option<SubmissionId>) -> Read<Vec<ScorePlan>> {
    let table = item.as_table_like().ok_or_else(|| expected(item, "a table such as { ada = 90 }"))?;
    let mut scores = Vec::new();
    for (name, item) in table.iter() {
        let key = table.get_key_value(name).and_then(|(key, _)| key.span());
        let enforcer = cast.actor_named(name, key.unwrap_or_else(|| span(item)))?;
        scores.push(match item.is_table_like() {
            false => ScorePlan { enforcer, score: score(item)?, reveals: true, duplicate_of },
            true => {
                let fields = Fields::of("a review", item)?;
                let review = ScorePlan {
                    enforcer,
                    score: fields.required("score", score)?,
                    reveals: fields.or("reveals", true, boolean)?,
                    duplicate_of: fields.or("duplicate_of", duplicate_of, read_vote)?,
                };
                fields.finish()?;
                review
            }
        });
    }
    Ok(scores)
}

/// The submission that a review calls the original, or `"none"`.
fn read_vote(item: &Item) -> Read<Option<SubmissionId>> {
    const EXPECTED: &str = "the number of an earlier submission, or \"none\"";
    match item.as_str() {
        Some("none") => Ok(None),
        Some(_) => Err(refused(item, format!("this names no submission; expected {EXPECTED}"))),
        None if item.is_integer() => integer(item).map(Some),
        None => Err(expected(item, EXPECTED)),
    }
}

enum When {
    At(Timestamp),
    After(Timestamp),
}

struct ReadStep {
    span: Range<usize>,
    time: When,
    actions: Vec<(Actor, Action)>,
    expect: Option<String>,
}

/// What `do` can say; the reader of each is in [`read_action`].
const DEEDS: &str = "enlist, resign, check_in, freeze, unfreeze, evaluate, fill_seats, post, \
                     withdraw_request, give_notice, signal, offer, retract_offer, accept, takeover, submit, revise, unseal, \
                     report_no_show, open_reviews, commit, reveal, finalize, settle, close_period, claim, reclaim, \
                     prune, withdraw, claim_reputation, burn, pause, unpause, wrap_up, show";

fn read_step(item: &Item, cast: &Cast) -> Read<ReadStep> {
    let fields = Fields::of("[[step]]", item)?;
    let at = fields.optional("at", duration)?;
    let wait = fields.optional("wait", duration)?;
    let time = match (at, wait) {
        (Some(_), Some(_)) => return Err(refused(item, "a step has either `at` or `wait`".into())),
        (Some(at), None) => When::At(at),
        (None, wait) => When::After(wait.unwrap_or(0)),
    };
    let expect = fields.optional("expect", owned)?;
    let (deed, deed_span) = fields.required("do", |item| Ok((text(item)?, span(item))))?;
    if deed == "show" {
        fields.finish()?;
        return Ok(ReadStep { span: span(item), time, actions: vec![(0, Action::Show)], expect });
    }
    let who = fields.required("who", |item| each(item, |item| cast.actor(item)))?;
    let done = read_action(deed, &deed_span, &fields, cast)?;
    fields.finish()?;
    let actions = who.iter().flat_map(|who| done.iter().map(|action| (*who, action.clone()))).collect();
    Ok(ReadStep { span: span(item), time, actions, expect })
}

/// What each actor of the step does, in order.
fn read_action(deed: &str, deed_span: &Range<usize>, fields: &Fields, cast: &Cast) -> Read<Vec<Action>> {
    let deeds = Deeds { fields, cast };
    let capacities = [
        Deeds::member,
        Deeds::requester,
        Deeds::provider,
        Deeds::enforcer,
        Deeds::upkeep,
        Deeds::account,
        Deeds::manager,
    ];
    for of_capacity in capacities {
        if let Some(actions) = of_capacity(&deeds, deed)? {
            return Ok(actions);
        }
    }
    let message = format!("`do`: nobody can `{deed}`; expected one of {DEEDS}");
    Err(Mistake { span: deed_span.clone(), message })
}

/// Reads the keys that a deed needs; each capacity knows only its own deeds.
struct Deeds<'a> {
    fields: &'a Fields<'a>,
    cast: &'a Cast,
}

impl Deeds<'_> {
    fn request(&self) -> Read<Plan> {
        self.fields.required("request", |item| self.cast.request(item))
    }

    fn submission(&self) -> Read<SubmissionId> {
        self.fields.or("submission", 0, integer)
    }

    /// Whom it is done to.
    fn of(&self) -> Read<Actor> {
        self.fields.required("of", |item| self.cast.actor(item))
    }

    fn member(&self, deed: &str) -> Read<Option<Vec<Action>>> {
        let act = match deed {
            "enlist" => MemberAct::Enlist,
            "resign" => MemberAct::Resign,
            "check_in" => MemberAct::CheckIn,
            "freeze" => MemberAct::Freeze,
            "unfreeze" => MemberAct::Unfreeze,
            "evaluate" => {
                let members = self.fields.required("of", |item| each(item, |item| self.cast.actor(item)))?;
                return Ok(Some(members.into_iter().map(|who| Action::Member(MemberAct::Evaluate(who))).collect()));
            }
            "fill_seats" => MemberAct::FillSeats(self.fields.or("max", 1, integer)?),
            _ => return Ok(None),
        };
        Ok(Some(vec![Action::Member(act)]))
    }

    fn requester(&self, deed: &str) -> Read<Option<Vec<Action>>> {
        let price = || self.fields.optional("price", amount);
        let act = match deed {
            "post" => RequesterAct::Post,
            "accept" => RequesterAct::Accept { provider: self.of()?, price: price()? },
            "takeover" => RequesterAct::TakeOver { provider: self.of()?, price: price()? },
            "withdraw_request" => RequesterAct::Withdraw,
            "reclaim" => RequesterAct::Reclaim,
            "give_notice" => RequesterAct::GiveNotice,
            _ => return Ok(None),
        };
        Ok(Some(vec![Action::Requester(self.request()?, act)]))
    }

    fn provider(&self, deed: &str) -> Read<Option<Vec<Action>>> {
        let act = match deed {
            "signal" => ProviderAct::Signal { places: self.fields.or("places", 1, integer)? },
            "offer" => ProviderAct::Offer {
                price: self.fields.required("price", amount)?,
                within: self.fields.optional("within", duration)?,
            },
            "retract_offer" => ProviderAct::RetractOffer,
            "submit" => ProviderAct::Submit,
            "revise" => ProviderAct::Revise(self.submission()?),
            "unseal" => ProviderAct::Unseal(vec![self.submission()?]),
            _ => return Ok(None),
        };
        Ok(Some(vec![Action::Provider(self.request()?, act)]))
    }

    fn enforcer(&self, deed: &str) -> Read<Option<Vec<Action>>> {
        let act = match deed {
            "commit" => EnforcerAct::Commit,
            "reveal" => EnforcerAct::Reveal,
            _ => return Ok(None),
        };
        let opinion = Opinion {
            submission: self.submission()?,
            score: self.fields.required("score", score)?,
            duplicate_of: self.fields.optional("duplicate_of", integer)?,
        };
        Ok(Some(vec![Action::Enforcer(self.request()?, act(vec![opinion]))]))
    }

    fn upkeep(&self, deed: &str) -> Read<Option<Vec<Action>>> {
        let act = match deed {
            "open_reviews" => UpkeepAct::OpenReviews,
            "finalize" => UpkeepAct::Finalize(vec![self.submission()?]),
            "settle" => UpkeepAct::Settle,
            "close_period" => UpkeepAct::ClosePeriod,
            "claim" => UpkeepAct::Claim(vec![self.submission()?]),
            "report_no_show" => UpkeepAct::ReportNoShow(self.of()?),
            "prune" => UpkeepAct::Prune,
            "wrap_up" => UpkeepAct::WrapUp,
            _ => return Ok(None),
        };
        Ok(Some(vec![Action::Upkeep(self.request()?, act)]))
    }

    fn account(&self, deed: &str) -> Read<Option<Vec<Action>>> {
        let act = match deed {
            "withdraw" => AccountAct::Withdraw,
            "claim_reputation" => match self.fields.optional("of", |item| each(item, |item| self.cast.actor(item)))? {
                Some(of) => {
                    let claim = |of| Action::Account(AccountAct::ClaimReputation(of));
                    return Ok(Some(of.into_iter().map(claim).collect()));
                }
                None => AccountAct::ClaimOwnReputation,
            },
            "burn" => AccountAct::Burn(self.fields.required("amount", points)?),
            _ => return Ok(None),
        };
        Ok(Some(vec![Action::Account(act)]))
    }

    fn manager(&self, deed: &str) -> Read<Option<Vec<Action>>> {
        let (of_market, of_obligation) = match deed {
            "pause" => (ManagerAct::PauseMarket, ManagerAct::PauseObligation),
            "unpause" => (ManagerAct::UnpauseMarket, ManagerAct::UnpauseObligation),
            _ => return Ok(None),
        };
        let act = self.fields.required("contract", |item| match text(item)? {
            "market" => Ok(of_market),
            "obligation" => Ok(of_obligation),
            other => Err(refused(item, format!("`{other}` cannot be paused; expected market or obligation"))),
        })?;
        Ok(Some(vec![Action::Manager(act)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::conditions::Windows;
    use chain::days;
    use chain::{default_policy, default_terms, hours, UNIT};
    use interfaces::{
        market::{Award, Duplicates},
        obligation::Rate,
    };

    const ACTORS: &str = "title = 'T'\n[[actors]]\nnames = ['ada', 'rita']\nfunds = '5 UNIT'\nreputation = 300\n";

    fn read(rest: &str) -> Scenario {
        let text = format!("{ACTORS}{rest}");
        scenario("story.toml", &text).unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// The problem with a file that begins with five good lines.
    fn problem_with(rest: &str) -> Problem {
        scenario("story.toml", &format!("{ACTORS}{rest}")).expect_err("a problem")
    }

    #[test]
    fn actors_get_funds_and_founders_reputation() {
        let scenario = read("");
        let names: Vec<_> = scenario.actors.iter().map(|actor| actor.name.as_str()).collect();
        assert_eq!(names, ["manager", "treasury", "ada", "rita"]);
        assert_eq!(scenario.actors[2].funds, 5 * UNIT);
        assert_eq!(scenario.settings.founders, [(account("ada"), 300), (account("rita"), 300)]);
    }

    #[test]
    fn what_is_not_said_is_as_documented() {
        let scenario = read("[terms]\nseats = 7\nrate = { fair_share = '50 %' }\n[policy]\nprotocol_fee = '3 %'");
        let expected = interfaces::obligation::Terms {
            seats: 7,
            rate: Rate::FairShare { diligence_ppm: 500_000 },
            ..default_terms()
        };
        assert_eq!(scenario.settings.terms, expected);
        assert_eq!(scenario.settings.policy.protocol_fee_bps, 300);
        assert_eq!(scenario.settings.policy.min_quorum, default_policy().min_quorum);
    }

    #[test]
    fn steps_follow_each_other_and_happen_in_the_order_of_their_times() {
        let scenario = read(
            "[[step]]\nat = '2h'\ndo = 'enlist'\nwho = ['ada', 'rita']\n[[step]]\nwait = '1h'\ndo = 'freeze'\nwho = 'ada'\n\
             [[step]]\nat = '1h'\ndo = 'evaluate'\nwho = 'ada'\nof = ['rita']\nexpect = 'NotAMember'\n",
        );
        let times: Vec<_> = scenario.steps.iter().map(|step| (step.at, step.who)).collect();
        assert_eq!(times, [(hours(1), 2), (hours(2), 2), (hours(2), 3), (hours(3), 2)]);
        assert!(matches!(scenario.steps[0].action, Action::Member(MemberAct::Evaluate(3))));
        assert_eq!(scenario.steps[0].expect.as_deref(), Some("NotAMember"));
    }

    #[test]
    fn a_request_with_a_time_plays_itself_and_one_without_waits_for_steps() {
        const REQUEST: &str = "by = 'rita'\nreward = '3 UNIT'\nreview_fee = '1 UNIT'\nlimit = 1\n\
                               curve = [{ from = 50, weight = '100 %' }]\n";
        let scenario = read(&format!(
            "[[request]]\nname = 'a'\nat = '1d'\n{REQUEST}[[request.delivery]]\nby = 'ada'\n\
             scores = {{ rita = 90, ada = {{ score = 10, reveals = false }} }}\n[[request]]\nname = 'b'\n{REQUEST}"
        ));
        assert_eq!(scenario.requests.len(), 2);
        assert_eq!(scenario.steps.len(), 1);
        assert!(
            matches!(scenario.steps[0], Step { at, who: 3, action: Action::Requester(0, RequesterAct::Play), .. } if at == days(1))
        );
        let scores = &scenario.requests[0].deliveries[0].scores;
        assert!(scores[0].reveals && scores[0].score == 90 && !scores[1].reveals);
        let conditions = &scenario.requests[0].conditions;
        assert_eq!((conditions.quorum, conditions.place_deposit, conditions.windows), (3, UNIT, Windows::default()));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place_and_the_keys_there_are() {
        let problem = problem_with("[terms]\nseats = 3\nbonds = 4\n");
        assert_eq!((problem.line, problem.column, problem.width), (8, 1, 5));
        assert!(
            problem.message.starts_with("`bonds` is not a key of [terms]; expected one of denominator,"),
            "{problem}"
        );
    }

    #[test]
    fn an_unknown_table_is_named_too() {
        let problem = problem_with("[term]\nseats = 3\n");
        assert_eq!((problem.line, problem.column), (6, 2));
        assert!(
            problem.message.starts_with("`term` is not a key of the file; expected one of title, about,"),
            "{problem}"
        );
    }

    #[test]
    fn a_wrong_type_says_what_it_is_and_what_was_expected() {
        let problem = problem_with("[terms]\nseats = 'three'\n");
        assert_eq!((problem.line, problem.column, problem.width), (7, 9, 7));
        assert_eq!(problem.message, "`seats`: this is a text in quotes; expected a whole number");
        assert_eq!(problem_with("[terms]\nseats = -3\n").message, "`seats`: -3 is out of range here");
    }

    #[test]
    fn bad_amounts_durations_and_fractions_say_where_and_what_was_expected() {
        for (rest, line, column, part) in [
            ("[policy]\nmin_review_fee = '5'\n", 7, 18, "an amount such as"),
            ("[terms]\nnotice = 'soon'\n", 7, 10, "a duration such as"),
            ("[terms]\nslash = '5'\n", 7, 9, "a fraction such as"),
            ("[terms]\nrate = 'fair'\n", 7, 8, "fair_share"),
        ] {
            let problem = problem_with(rest);
            assert_eq!((problem.line, problem.column), (line, column), "{problem}");
            assert!(problem.message.contains(part), "{problem}");
        }
    }

    #[test]
    fn funds_that_no_account_can_have_and_times_that_no_chain_reaches_are_told_with_their_line() {
        let with_funds = |funds: &str| {
            let text = ACTORS.replace("5 UNIT", funds);
            scenario("story.toml", &text).map(|scenario| scenario.actors[2].funds)
        };
        assert_eq!(with_funds("0 UNIT"), Ok(0));
        assert_eq!(with_funds("0.001 UNIT"), Ok(EXISTENTIAL_DEPOSIT));
        for funds in ["1 planck", "0.000999999999 UNIT", &format!("{} plancks", u128::MAX)] {
            let problem = with_funds(funds).expect_err(funds);
            assert_eq!((problem.line, problem.column), (4, 9), "{problem}");
            assert!(problem
                .message
                .starts_with("`funds`: no account can have this; expected 0 UNIT, or from 0.001 UNIT"));
        }
        let problem = problem_with("[[step]]\nat = '213503982334d'\ndo = 'show'\n");
        assert_eq!((problem.line, problem.column), (7, 6), "{problem}");
        assert!(problem.message.starts_with("`at`: this is more than a thousand years; expected"), "{problem}");
        let problem = problem_with("[[step]]\nat = '365250d'\ndo = 'show'\n[[step]]\nwait = '1ms'\ndo = 'show'\n");
        assert_eq!(problem.line, 9, "{problem}");
        assert_eq!(problem.message, "`wait`: this step is more than a thousand years after the beginning");
    }

    #[test]
    fn unknown_actors_requests_and_deeds_are_named() {
        let problem = problem_with("[[step]]\ndo = 'enlist'\nwho = ['ada', 'eve']\n");
        assert_eq!((problem.line, problem.column, problem.width), (8, 15, 5));
        assert_eq!(problem.message, "`who`: there is no actor `eve`; expected one of manager, treasury, ada, rita");
        let problem = problem_with("[[step]]\ndo = 'fly'\nwho = 'ada'\n");
        assert_eq!((problem.line, problem.column), (7, 6));
        assert!(problem.message.contains("nobody can `fly`; expected one of enlist"), "{problem}");
        let problem = problem_with("[[step]]\ndo = 'settle'\nwho = 'ada'\nrequest = 'x'\n");
        assert_eq!((problem.line, problem.column), (9, 11));
    }

    #[test]
    fn what_is_missing_is_said_where_it_belongs() {
        let problem = problem_with("[[step]]\ndo = 'enlist'\n");
        assert_eq!((problem.line, problem.message.as_str()), (6, "`who` is missing in [[step]]"));
        let problem = scenario("story.toml", "").expect_err("an empty file");
        assert_eq!((problem.line, problem.column, problem.message.as_str()), (1, 1, "`title` is missing in the file"));
    }

    #[test]
    fn a_file_that_is_no_toml_says_where() {
        let problem = problem_with("[terms\n");
        assert_eq!(problem.line, 6, "{problem}");
    }

    #[test]
    fn a_problem_shows_the_line_and_points_at_the_place() {
        let shown = problem_with("[terms]\nnotice = 'soon'\n").to_string();
        let lines: Vec<_> = shown.lines().collect();
        assert!(lines[0].starts_with("story.toml:7:10: `notice`: this is not a duration"), "{shown}");
        assert_eq!(lines[1], " 7 | notice = 'soon'");
        assert_eq!(lines[2], "   |          ^^^^^^");
    }

    /// What every request needs, posted by steps.
    const REQUEST: &str = "[[request]]\nname = 'a'\nby = 'rita'\nreward = '3 UNIT'\nreview_fee = '1 UNIT'\n\
                           curve = [{ from = 50, weight = '100 %' }]\n";

    #[test]
    fn a_request_pays_open_places_one_by_one_unless_it_says_otherwise() {
        let scenario = read(&format!("{REQUEST}limit = 3\n"));
        let (request, plain) = (&scenario.requests[0], &scenario.requests[0].conditions);
        assert_eq!((plain.access, plain.award.clone()), (Access::Open, Award::PerSubmission));
        assert!(!plain.is_sealed() && !request.prune && plain.engagement.is_none());
        let scenario = read(&format!(
            "{REQUEST}limit = 3\naward = {{ ranked = ['60 %', '25 %'] }}\nduplicates = 'first_only'\nprune = true\n"
        ));
        let (request, ranked) = (&scenario.requests[0], &scenario.requests[0].conditions);
        assert_eq!(ranked.award, Award::Ranked { places_bps: vec![6_000, 2_500] });
        assert!(ranked.is_sealed() && request.prune);
        let scenario =
            read(&format!("{REQUEST}limit = 3\naward = 'proportional'\nduplicates = {{ shared = '90 %' }}\n"));
        assert_eq!(scenario.requests[0].conditions.award, Award::Proportional);
        assert_eq!(scenario.requests[0].conditions.duplicates, Duplicates::Shared { retention_ppm: 900_000 });
    }

    #[test]
    fn an_engagement_is_one_place_by_offers_unless_it_says_otherwise() {
        let scenario = read(&format!(
            "{REQUEST}engagement = {{ periods = 6, period = '30d', missed = 1, notice = 2 }}\n\
             [[request.offer]]\nby = 'ada'\nprice = ['2 UNIT', '1 UNIT']\nwithin = '3d'\n\
             [[request.offer]]\nby = 'ada'\nprice = '3 UNIT'\nends = 'left'\ntakeover = true\n"
        ));
        let deal = &scenario.requests[0];
        assert_eq!((deal.conditions.access, deal.conditions.limit), (Access::Offers, 1));
        let of = deal.conditions.engagement.expect("an engagement");
        assert_eq!((of.periods, of.period, of.missed, of.notice), (6, days(30), 1, 2));
        assert_eq!(deal.conditions.lasts(), Some(days(180)));
        let [first, second] = &deal.offers[..] else { panic!("two offers") };
        assert_eq!(
            (&first.prices[..], first.within, first.ends),
            (&[2 * UNIT, UNIT][..], Some(days(3)), OfferEnd::Accepted)
        );
        assert_eq!((&second.prices[..], second.ends, second.takeover), (&[3 * UNIT][..], OfferEnd::Left, true));
    }

    #[test]
    fn a_delivery_says_what_it_repeats_and_a_review_may_disagree() {
        let scenario = read(&format!(
            "{REQUEST}limit = 2\n[[request.delivery]]\nby = 'ada'\nduplicate_of = 4\n\
             scores = {{ ada = 1, rita = {{ score = 2, duplicate_of = 'none' }}, \
             treasury = {{ score = 3, duplicate_of = 5 }} }}\n"
        ));
        let votes: Vec<_> =
            scenario.requests[0].deliveries[0].scores.iter().map(|score| (score.score, score.duplicate_of)).collect();
        assert_eq!(votes, [(1, Some(4)), (2, None), (3, Some(5))]);
    }

    #[test]
    fn what_a_request_cannot_say_is_told_with_what_it_can() {
        for (rest, line, column, part) in [
            ("access = 'closed'", 12, 10, "`access`: this is not a way to get a place; expected \"open\""),
            ("access = 5", 12, 10, "`access`: this is a whole number; expected \"open\" or \"offers\""),
            ("award = 'fair'", 12, 9, "`award`: this is not an award; expected \"per_submission\", \"proportional\""),
            ("award = { rank = '5 %' }", 12, 9, "`ranked` is missing in an award"),
            ("duplicates = 'split'", 12, 14, "expected \"independent\", \"first_only\" or { shared = \"90 %\" }"),
            (
                "duplicates = { shared = '90 %', more = 1 }",
                12,
                33,
                "`more` is not a key of a rule for duplicates; expected one of shared",
            ),
            ("engagement = { periods = 3 }", 12, 14, "`period` is missing in an engagement"),
            ("max_reviews = 5\nlimit = 1", 12, 15, "`max_reviews`: a submission has at most `2 * quorum + 1` reviews"),
            (
                "limit = 1\n[[request.offer]]\nby = 'ada'\nprice = '1 UNIT'",
                13,
                1,
                "`offer`: only a request with `access = \"offers\"` takes offers",
            ),
            (
                "limit = 1\naccess = 'offers'\n[[request.offer]]\nby = 'ada'\nprice = []",
                16,
                9,
                "expected one price or more",
            ),
            (
                "limit = 1\naccess = 'offers'\n[[request.offer]]\nby = 'ada'\nprice = '1 UNIT'\nends = 'badly'",
                17,
                8,
                "expected \"accepted\", \"retracted\" or \"left\"",
            ),
            (
                "limit = 1\naccess = 'offers'\n[[request.offer]]\nby = 'ada'\nprice = '1 UNIT'\ntakeover = true",
                17,
                12,
                "`takeover`: only an engagement can be taken over",
            ),
            (
                "limit = 1\n[[request.delivery]]\nby = 'ada'\nscores = { ada = { score = 1, duplicate_of = 'it' } }",
                15,
                46,
                "expected the number of an earlier submission, or \"none\"",
            ),
            (
                "periods = 3\nlimit = 1",
                12,
                1,
                "`periods` is not a key of [[request]]; expected one of name, at, by, engagement",
            ),
        ] {
            let problem = problem_with(&format!("{REQUEST}{rest}\n"));
            assert_eq!((problem.line, problem.column), (line, column), "{rest}: {problem}");
            assert!(problem.message.contains(part), "{problem}");
        }
    }

    #[test]
    fn names_are_unique() {
        let problem = problem_with("[[actors]]\nnames = ['ada']\n");
        assert_eq!((problem.line, problem.column), (7, 10));
        assert_eq!(problem.message, "`actors`: there are two actors called `ada`");
    }
}
