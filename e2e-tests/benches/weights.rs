//! Prints what each message weighs with 10, 1,000 and 100,000 members of a pool, and with 1 and 10,000 submissions in a
//! request, as tables in Markdown, and exits with 1 if any figure grows with them. `make bench` runs it; other numbers of
//! members are its arguments.

use chain::{
    build::{self, Contract, Package},
    UNIT,
};
use e2e_tests::{
    cells::{life_of_a_submission, Cells},
    contracts::PSP22,
    lists::{life_in_lists, Step, SUBMISSIONS as REVIEWED},
    market_weights::weigh_market,
    weights::{rows, weigh_all, Row, Weighed, Weight, TOLERANCE_PPM, YARDSTICK},
};
use std::{env, process::ExitCode, time::Instant};

/// Members of a pool.
const SIZES: [u32; 3] = [10, 1_000, 100_000];
/// Submissions in a request.
const SUBMISSIONS: [u32; 2] = [1, 10_000];
/// ref_time is shown in millions of picoseconds.
const MILLION: u64 = 1_000_000;

fn main() -> ExitCode {
    // cargo adds `--bench`.
    let arguments: Result<Vec<u32>, _> =
        env::args().skip(1).filter(|word| word != "--bench").map(|n| n.parse()).collect();
    let sizes = match arguments {
        Ok(sizes) if sizes.is_empty() => SIZES.to_vec(),
        Ok(sizes) if sizes.is_sorted() => sizes,
        _ => {
            eprintln!("error: the arguments are sizes of a pool, rising; without any they are {SIZES:?}");
            return ExitCode::from(2);
        }
    };
    let mut rows = weigh("members", &sizes, weigh_all);
    let transfer = rows.iter().find(|row| row.message == YARDSTICK).and_then(Row::weight).expect("the yardstick");
    let in_market = weigh("submissions", &SUBMISSIONS, weigh_market);
    print_code_sizes();
    for contract in [PSP22, Contract::Reputation.package(), Contract::Obligation.package()] {
        let of_contract = rows.iter().filter(|row| row.contract == contract);
        print_table(contract, &sizes, of_contract, &transfer);
    }
    print_table(Contract::Market.package(), &SUBMISSIONS, in_market.iter(), &transfer);
    print_cells();
    print_lists();
    rows.extend(in_market);

    let growing: Vec<_> = rows.iter().filter(|row| !row.is_flat()).collect();
    for row in &growing {
        eprintln!("{} `{}` differs by more than {TOLERANCE_PPM} ppm", row.contract.name, row.message);
    }
    println!("{} of {} messages weigh the same at all sizes.", rows.len() - growing.len(), rows.len());
    match growing.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Weighs at each size, and says how long that took.
fn weigh(what: &str, sizes: &[u32], weigh_at: fn(u32) -> Vec<Weighed>) -> Vec<Row> {
    let weigh_at = |&size: &u32| {
        let started = Instant::now();
        let weighed = weigh_at(size);
        eprintln!("{} {what}: {:.0} s", grouped(size.into()), started.elapsed().as_secs_f64());
        weighed
    };
    rows(&sizes.iter().map(weigh_at).collect::<Vec<_>>())
}

fn print_code_sizes() {
    let contracts = build::contracts().expect("the contracts build");
    let token = build::package(PSP22).expect("the token builds");
    println!("| contract | Wasm, bytes |\n| --- | ---: |");
    for artifact in contracts.all().into_iter().chain([&token]) {
        println!("| {} | {} |", artifact.package.name, grouped(artifact.wasm.len() as u128));
    }
    println!();
}

fn print_table<'a>(contract: Package, sizes: &[u32], rows: impl Iterator<Item = &'a Row>, transfer: &Weight) {
    let mut head = vec![contract.name.to_owned()];
    for figure in ["ref_time", "proof_size"] {
        head.extend(sizes.iter().map(|&size| format!("{figure} at {}", grouped(size.into()))));
    }
    head.extend(["deposit, UNIT".to_owned(), "× transfer".to_owned()]);
    print_line(&head);
    println!("| --- |{}", " ---: |".repeat(head.len() - 1));
    for row in rows {
        let Some(weight) = row.weight() else { continue };
        let mut cells = vec![row.message.clone()];
        let figures: [fn(&Weight) -> u64; 2] = [|weight| weight.ref_time / MILLION, |weight| weight.proof_size];
        for figure in figures {
            let shown = |weight: &Option<Weight>| weight.as_ref().map_or("–".into(), |w| grouped(figure(w).into()));
            cells.extend(row.weights.iter().map(shown));
        }
        cells.push(format!("{:.4}", weight.deposit as f64 / UNIT as f64));
        let times = |own: u64, yardstick: u64| format!("{:.2}", own as f64 / yardstick as f64);
        let (ref_time, proof_size) =
            (times(weight.ref_time, transfer.ref_time), times(weight.proof_size, transfer.proof_size));
        cells.push(format!("{ref_time}, {proof_size}"));
        print_line(&cells);
    }
    println!();
}

/// The cells that the life of one submission reads and writes.
fn print_cells() {
    println!("| message | cells read | cells written |\n| --- | ---: | ---: |");
    let life = life_of_a_submission();
    for (message, cells) in &life {
        println!("| {message} | {} | {} |", cells.read(), cells.written());
    }
    let sum = |count: fn(&Cells) -> usize| life.iter().map(|(_, cells)| count(cells)).sum::<usize>();
    println!("| in all | {} | {} |\n", sum(Cells::read), sum(Cells::written));
}

/// What a reviewed submission's whole life uses, in lists of 1, 4 and 16, and what an enforcer signs for 250 submissions.
fn print_lists() {
    let lengths = [1, 4, 16];
    let lives = lengths.map(life_in_lists);
    println!("| a submission, with lists of | 1 | 4 | 16 |\n| --- | ---: | ---: | ---: |");
    let row = |name: &str, used: &dyn Fn(usize) -> (u64, u64)| {
        let cells = (0..lengths.len()).map(used).map(|(time, proof)| {
            let each = u64::from(REVIEWED);
            format!("{}, {}", grouped((time / each / MILLION).into()), grouped((proof / each).into()))
        });
        let mut line = vec![name.to_owned()];
        line.extend(cells);
        print_line(&line);
    };
    for (step, Step { name, .. }) in lives[0].iter().enumerate() {
        row(name, &|at| (lives[at][step].used.ref_time(), lives[at][step].used.proof_size()));
    }
    row("in all", &|at| {
        let sum = |part: fn(&Step) -> u64| lives[at].iter().map(part).sum::<u64>();
        (sum(|step| step.used.ref_time()), sum(|step| step.used.proof_size()))
    });
    let mut line = vec!["fees, mUNIT".to_owned()];
    let each = |life: &Vec<Step>| life.iter().map(|step| step.fee).sum::<u128>() as f64 / f64::from(REVIEWED);
    line.extend(lives.iter().map(|life| format!("{:.2}", each(life) * 1_000.0 / UNIT as f64)));
    print_line(&line);
    let signed = lengths.map(|length| (2 * 250_usize.div_ceil(length)).to_string());
    let mut line = vec!["signatures of an enforcer for 250".to_owned()];
    line.extend(signed);
    print_line(&line);
    println!();
}

fn print_line(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}

/// With a comma after every three digits.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
