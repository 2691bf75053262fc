//! `web/test/vectors.json` says what the formulas that the web page has in TypeScript answer here. Run with `BLESS=1` to
//! write it anew after a change.
//!
//! Numbers that JavaScript does not hold exactly are texts; bytes are `0x…`.

use ink::primitives::{AccountId, Hash};
use interfaces::{
    fixtures,
    market::{
        commitment, draw, seal, Duplicates, Engagement, RequestSpec, RequestState, Review, Submission, Tenure, Verdict,
    },
};
use std::{fmt::Write as _, fs, path::Path};

/// One step of the requests here, in milliseconds.
const STEP: u64 = 1_000;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("0x"), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn option<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map_or("null".into(), |value| value.to_string())
}

/// The time as a text, or `null`.
fn time(value: Option<u64>) -> String {
    value.map_or("null".into(), |value| format!("\"{value}\""))
}

fn account(number: u8) -> AccountId {
    [number; 32].into()
}

/// A request for three submissions that begins at 0 and takes a step for each of its parts.
fn request(duplicates: Duplicates) -> RequestSpec {
    RequestSpec { duplicates, ..fixtures::request(0, STEP) }
}

fn commitments() -> Vec<String> {
    let mut vectors = Vec::new();
    for (request, submission, score, duplicate_of) in
        [(0, 0, 0, None), (3, 2, 80, Some(1)), (u32::MAX, 9_999, 100, Some(0))]
    {
        for (enforcer, salt) in [(1, [9_u8; 32]), (0xfe, [0; 32])] {
            let made = commitment(request, submission, account(enforcer), score, duplicate_of, &salt);
            vectors.push(format!(
                r#"{{ "request": {request}, "submission": {submission}, "enforcer": "{}", "score": {score}, "duplicateOf": {}, "salt": "{}", "is": "{}" }}"#,
                hex(&[enforcer; 32]), option(duplicate_of), hex(&salt), hex(&made),
            ));
        }
    }
    vectors
}

fn seals() -> Vec<String> {
    // The compact length of a list takes one byte up to 63, and two from 64 on.
    let uris: [Vec<u8>; 4] = [Vec::new(), b"ipfs://report".to_vec(), vec![b'a'; 63], vec![b'b'; 256]];
    uris.iter()
        .map(|uri| {
            let content = Hash::from([5; 32]);
            let made = seal(3, account(2), &content, uri, &[8; 32]);
            format!(
                r#"{{ "request": 3, "provider": "{}", "content": "{}", "uri": "{}", "salt": "{}", "is": "{}" }}"#,
                hex(&[2; 32]),
                hex(content.as_ref()),
                hex(uri),
                hex(&[8; 32]),
                hex(made.as_ref()),
            )
        })
        .collect()
}

/// Who is drawn when: for each draw, active members and time that changes the answer.
fn draws() -> Vec<String> {
    let spec = request(Duplicates::Independent);
    let mut vectors = Vec::new();
    for (number, active, extended) in
        [(1_u8, 0, false), (2, 28, false), (3, 29, false), (4, 400, false), (5, 400, true), (6, 56, true)]
    {
        let drawn = draw(&[number; 32], 7, 1, account(number));
        let submission = Submission { active, extended, ..Submission::new(account(1), 2 * STEP) };
        for after in [0, 1, 100, 250, 499, 500, 501, 900] {
            let is = submission.draws(&spec, drawn, 2 * STEP + after);
            vectors.push(format!(
                r#"{{ "seed": "{}", "request": 7, "submission": 1, "enforcer": "{}", "active": {active}, "extended": {extended}, "after": {after}, "draw": "{drawn}", "is": {is} }}"#,
                hex(&[number; 32]), hex(&[number; 32]),
            ));
        }
    }
    vectors
}

/// The moments at which something can change, and those just before.
const MOMENTS: [u64; 11] = [999, 1_000, 1_999, 2_000, 2_499, 2_500, 2_999, 3_000, 3_999, 4_000, 6_000];

fn named(duplicates: Duplicates) -> &'static str {
    match duplicates {
        Duplicates::Independent => "Independent",
        Duplicates::Shared { .. } => "Shared",
        Duplicates::FirstOnly => "FirstOnly",
    }
}

/// The phases of requests, by their counts, and of long deals, by who has the place.
fn request_phases() -> Vec<String> {
    let tenure = Tenure { provider: account(2), price: 1, first: 0, first_deliver_by: STEP };
    let deal = |pool, tenure| Engagement { period: STEP, ..fixtures::engagement(pool, tenure) };
    let deals = [None, Some(deal(None, None)), Some(deal(Some(1), Some(tenure))), Some(deal(Some(1), None))];
    let counts =
        [(0, 0, 0, false), (2, 0, 0, false), (2, 1, 1, false), (2, 2, 1, false), (2, 2, 2, false), (2, 2, 2, true)];
    let mut vectors = Vec::new();
    for duplicates in [Duplicates::Independent, Duplicates::FirstOnly] {
        let spec = request(duplicates);
        for (submissions, opened, finalized, closed) in counts {
            for deal in &deals {
                let engagement = deal.is_some();
                let state = RequestState {
                    submissions,
                    opened,
                    finalized,
                    closed,
                    engagement,
                    ..RequestState::new(account(1))
                };
                for now in MOMENTS {
                    let is = state.phase(&spec, deal.as_ref(), now);
                    let ends = state.phase_ends(&spec, deal.as_ref(), now);
                    let place = match deal {
                        None => "null",
                        Some(Engagement { tenure: Some(_), .. }) => "\"held\"",
                        Some(Engagement { pool: Some(_), .. }) => "\"vacant\"",
                        Some(_) => "\"offered\"",
                    };
                    vectors.push(format!(
                        r#"{{ "duplicates": "{}", "submissions": {submissions}, "opened": {opened}, "finalized": {finalized}, "closed": {closed}, "place": {place}, "now": "{now}", "is": "{is:?}", "ends": {} }}"#,
                        named(duplicates), time(ends),
                    ));
                }
            }
        }
    }
    vectors
}

/// The phases of a submission by how many have committed and revealed.
fn submission_phases() -> Vec<String> {
    let mut vectors = Vec::new();
    for sealed in [false, true] {
        let spec = request(if sealed { Duplicates::FirstOnly } else { Duplicates::Independent });
        let rounds = [(0, 0), (2, 0), (3, 0), (3, 3), (7, 0), (7, 7)];
        for (opened, settled, verdict, claimed) in [
            (0, 0, Verdict::Pending, false),
            (1, 0, Verdict::Pending, false),
            (1, 0, Verdict::Few, false),
            (1, 1, Verdict::Few, false),
            (1, 1, Verdict::Quorum, true),
        ] {
            for (committed, revealed) in rounds {
                for extended in [false, true] {
                    let reviews: Vec<_> = (0_u8..committed)
                        .map(|number| Review {
                            enforcer: account(number),
                            commitment: [number; 32],
                            score: (number < revealed).then_some(80),
                            duplicate_of: None,
                            short: false,
                        })
                        .collect();
                    let submission = Submission {
                        seal: sealed.then(Hash::default),
                        verdict,
                        claimed,
                        extended,
                        ..Submission::new(account(2), spec.review_from())
                    };
                    let state = RequestState { submissions: 1, opened, settled, ..RequestState::new(account(1)) };
                    for now in MOMENTS {
                        let is = submission.phase(0, &spec, &state, &reviews, now);
                        vectors.push(format!(
                            r#"{{ "sealed": {sealed}, "opened": {opened}, "settled": {settled}, "verdict": "{verdict:?}", "claimed": {claimed}, "committed": {committed}, "revealed": {revealed}, "extended": {extended}, "now": "{now}", "is": "{is:?}" }}"#,
                        ));
                    }
                }
            }
        }
    }
    vectors
}

fn list(page: &mut String, name: &str, vectors: &[String], last: bool) {
    let lines = vectors.join(",\n    ");
    writeln!(page, "  \"{name}\": [\n    {lines}\n  ]{}", if last { "" } else { "," }).unwrap();
}

#[test]
fn the_pages_formulas_are_held_to_what_is_answered_here() {
    let mut page = String::from("{\n");
    list(&mut page, "commitments", &commitments(), false);
    list(&mut page, "seals", &seals(), false);
    list(&mut page, "draws", &draws(), false);
    list(&mut page, "requestPhases", &request_phases(), false);
    list(&mut page, "submissionPhases", &submission_phases(), true);
    page.push_str("}\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/test/vectors.json");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(
        fs::read_to_string(&path).is_ok_and(|kept| kept == page),
        "web/test/vectors.json is out of date: run with BLESS=1"
    );
}
