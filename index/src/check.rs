//! Compares an index with the chain's own state: every number that both know has to be the same.

use crate::{
    documents::{AccountList, Document, Members, Request, Submissions, Totals, LIST_PAGE, SUBMISSION_PAGE},
    fold::{conditions, Result},
    source::{Case, Id, Source},
    store::{read_shared, Store},
    text::{account, address, hex, Amount},
};
use interfaces::{market, RequestId, SubmissionId};
use std::fmt::{Debug, Display};

/// What was compared, and what is not the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub requests: u32,
    pub submissions: u32,
    pub reviews: u32,
    pub accounts: u32,
    /// Numbers that were compared.
    pub compared: u64,
    /// What the index has otherwise than the chain, in words.
    pub differences: Vec<String>,
}

impl Report {
    fn same<T: PartialEq + Debug>(&mut self, what: impl Display, index: T, chain: T) {
        self.compared += 1;
        if index != chain {
            self.differences.push(format!("{what}: {index:?} here, {chain:?} on the chain"));
        }
    }
}

/// Compares everything, as of the last block that the index has. An index that does not begin with the contracts is compared
/// only as far as it can know.
///
/// # Errors
/// Those of the source and of the store.
pub fn check(store: &mut Store, source: &mut dyn Source) -> Result<Report> {
    let mut report = Report::default();
    let Some(at) = store.last() else { return Ok(report) };
    let manifest = store.manifest().clone();
    let root = store.root().to_owned();
    if let Some(posted) = source.posted(at)? {
        report.same("requests posted", manifest.requests, posted);
    }
    for id in 0..manifest.requests {
        let known: Option<Request> = read_shared(&root, &Request::path(&id))?;
        let Some(known) = known else { continue };
        report.requests += 1;
        let case = source.request(at, id)?;
        report.same(format!("request {id} is there"), known.pruned.is_none(), case.is_some());
        if let Some(case) = case {
            request(&mut report, id, &known, &case);
            submissions(&mut report, source, &root, at, id, &known)?;
        }
    }
    for page in 0..manifest.accounts.div_ceil(LIST_PAGE) {
        let list: AccountList = read_shared(&root, &AccountList::path(&page))?.unwrap_or_default();
        for row in list.0.into_values() {
            accounts(&mut report, source, &root, at, &row.account, manifest.complete)?;
        }
    }
    if manifest.complete {
        pool(&mut report, source, &root, at)?;
    }
    Ok(report)
}

fn request(report: &mut Report, id: RequestId, known: &Request, case: &Case) {
    let (state, spec) = (&case.state, &case.spec);
    let of = |what: &str| format!("request {id}, {what}");
    report.same(of("conditions"), known.conditions.as_ref(), Some(&conditions(spec)));
    report.same(of("requester"), known.requester.clone(), Some(address(&state.requester)));
    if known.posted.is_none() {
        // It is older than the index.
        return;
    }
    report.same(of("places"), known.places, state.places);
    report.same(of("submissions"), known.submissions, state.submissions);
    report.same(of("opened"), known.opened, state.opened);
    report.same(of("finalized"), known.finalized, state.finalized);
    report.same(of("held"), known.held, Amount(state.held));
    report.same(of("is over"), known.settled.is_some() || known.withdrawn.is_some(), state.closed);
    let deal = known.engagement.as_ref();
    report.same(of("is a long deal"), deal.is_some(), state.engagement);
    if let (Some(deal), Some(engagement)) = (deal, &case.engagement) {
        report.same(of("periods closed"), deal.closed, state.settled);
        let tenure = engagement.tenure.as_ref().map(|tenure| address(&tenure.provider));
        if !state.closed {
            report.same(of("provider"), deal.provider.clone(), tenure);
        }
    }
}

fn submissions(
    report: &mut Report,
    source: &mut dyn Source,
    root: &std::path::Path,
    at: Id,
    id: RequestId,
    request: &Request,
) -> Result<()> {
    if request.posted.is_none() {
        return Ok(());
    }
    for page in 0..request.submissions.div_ceil(SUBMISSION_PAGE) {
        let found: Submissions = read_shared(root, &Submissions::path(&(id, page)))?.unwrap_or_default();
        for (number, known) in &found.0 {
            // Claimed periods, and what was pruned, are gone.
            let Some(there) = source.submission(at, id, *number)? else {
                report.same(format!("submission {number} of request {id} was freed"), known.finalized.is_some(), true);
                continue;
            };
            report.submissions += 1;
            submission(report, id, *number, known, &there);
            let reviews = source.reviews(at, id, *number)?.unwrap_or_default();
            review(report, id, *number, known, &reviews);
        }
    }
    Ok(())
}

fn submission(
    report: &mut Report,
    id: RequestId,
    number: SubmissionId,
    known: &crate::documents::Submission,
    there: &market::Submission,
) {
    let of = |what: &str| format!("submission {number} of request {id}, {what}");
    let judged = there.verdict != market::Verdict::Pending;
    report.same(of("provider"), known.provider.clone(), Some(address(&there.provider)));
    report.same(of("delivered"), known.content.is_some(), there.delivered);
    if there.delivered {
        report.same(of("content"), known.content.clone(), Some(hex(there.content.as_ref())));
    }
    report.same(of("verdict"), known.verdict.clone(), judged.then(|| format!("{:?}", there.verdict)));
    report.same(of("median"), known.median.unwrap_or_default(), there.median);
    report.same(of("weight"), known.weight_bps.unwrap_or_default(), there.weight_bps);
    report.same(of("original"), known.duplicate_of, there.duplicate_of);
    report.same(of("extended"), known.extended.is_some(), there.extended);
    report.same(of("claimed"), known.claimed.is_some(), there.claimed);
    report.same(of("pay"), known.pay.unwrap_or_default(), Amount(if there.claimed { there.pay } else { 0 }));
    report.same(of("submitted"), known.changed_or_made(), there.submitted);
}

fn review(
    report: &mut Report,
    id: RequestId,
    number: SubmissionId,
    known: &crate::documents::Submission,
    there: &[market::Review],
) {
    let here: Vec<_> =
        known.reviews.iter().map(|review| (review.enforcer.clone(), review.score, review.duplicate_of)).collect();
    let chain: Vec<_> =
        there.iter().map(|review| (address(&review.enforcer), review.score, review.duplicate_of)).collect();
    report.reviews += u32::try_from(chain.len()).unwrap_or(u32::MAX);
    report.same(format!("reviews of submission {number} of request {id}"), here, chain);
    if let Some(coherent) = known.coherent {
        let agreed = known.reviews.iter().filter(|review| review.coherent == Some(true)).count();
        report.same(format!("coherent reviews of submission {number} of request {id}"), agreed, coherent.into());
    }
}

fn accounts(
    report: &mut Report,
    source: &mut dyn Source,
    root: &std::path::Path,
    at: Id,
    name: &str,
    complete: bool,
) -> Result<()> {
    let path = crate::documents::Account::path(&name.to_owned());
    let known: Option<crate::documents::Account> = read_shared(root, &path)?;
    let (Some(known), Some(who)) = (known, account(name)) else { return Ok(()) };
    if !complete {
        return Ok(());
    }
    report.accounts += 1;
    let of = |what: &str| format!("{name}, {what}");
    if let Some(profile) = source.profile(at, who)? {
        let reputation = &known.reputation;
        let locked = reputation.locked.values().fold(0, |sum: u128, locked| sum.saturating_add(locked.0));
        report.same(of("reputation"), reputation.balance, Amount(profile.balance));
        report.same(of("locked"), locked, profile.locked);
        report.same(of("owed"), reputation.owed, Amount(profile.owed));
        report.same(of("earned"), reputation.earned, Amount(profile.earned));
        report.same(of("spent"), reputation.spent, Amount(profile.spent));
        report.same(of("slashed"), reputation.slashed, Amount(profile.slashed));
        report.same(of("frozen"), reputation.frozen, profile.frozen);
    }
    let membership = source.membership(at, who)?;
    report.same(of("a member"), known.enforcer.state, membership.map(|membership| membership.state.into()));
    Ok(())
}

fn pool(report: &mut Report, source: &mut dyn Source, root: &std::path::Path, at: Id) -> Result<()> {
    let totals: Totals = read_shared(root, &Totals::path(&()))?.unwrap_or_default();
    if let Some(capacity) = source.capacity(at)? {
        let (active, throttled) = (capacity.active, capacity.throttled);
        let there = Members { active, throttled, waiting: capacity.waiting, frozen: capacity.frozen };
        report.same("members of the pool", totals.members, there);
    }
    Ok(())
}
