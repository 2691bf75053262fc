//! Prints what each message weighs with 10, 1,000 and 100,000 members of a pool, as tables in Markdown, and exits with 1
//! if any figure grows with the members. `make bench` runs it; other sizes are its arguments.

use atomic_cli::{
    build::{self, Contract},
    chain::UNIT,
};
use e2e_tests::weights::{rows, weigh_all, Row, Weight, TOLERANCE_PPM, YARDSTICK};
use std::{env, process::ExitCode, time::Instant};

const SIZES: [u32; 3] = [10, 1_000, 100_000];

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
    let weighed: Vec<_> = sizes
        .iter()
        .map(|&members| {
            let started = Instant::now();
            let weighed = weigh_all(members);
            eprintln!("{} members: {:.0} s", grouped(members.into()), started.elapsed().as_secs_f64());
            weighed
        })
        .collect();
    let rows = rows(&weighed);
    print_code_sizes();
    for contract in [Contract::TestPsp22, Contract::Reputation, Contract::Obligation] {
        print_table(contract, &sizes, &rows);
    }

    let growing: Vec<_> = rows.iter().filter(|row| !row.is_flat()).collect();
    for row in &growing {
        eprintln!("{} `{}` differs by more than {TOLERANCE_PPM} ppm", row.contract.name(), row.message);
    }
    println!("{} of {} messages weigh the same at all sizes.", rows.len() - growing.len(), rows.len());
    match growing.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn print_code_sizes() {
    let contracts = build::contracts().expect("the contracts build");
    let token = build::test_contract(Contract::TestPsp22).expect("the token builds");
    println!("| contract | Wasm, bytes |\n| --- | ---: |");
    for artifact in contracts.all().into_iter().chain([&token]) {
        println!("| {} | {} |", artifact.contract.name(), grouped(artifact.wasm.len() as u128));
    }
    println!();
}

fn print_table(contract: Contract, sizes: &[u32], rows: &[Row]) {
    let transfer = rows.iter().find(|row| row.message == YARDSTICK).and_then(Row::weight).expect("the yardstick");
    let sizes =
        |unit: &str| sizes.iter().map(|&size| format!(" {unit} at {} |", grouped(size.into()))).collect::<String>();
    println!("| {} |{}{} deposit, UNIT | × transfer |", contract.name(), sizes("ref_time"), sizes("proof_size"));
    let columns = rows.first().map_or(0, |row| 2 * row.weights.len());
    println!("| --- |{} ---: | ---: |", " ---: |".repeat(columns));
    for row in rows.iter().filter(|row| row.contract == contract) {
        let Some(weight) = row.weight() else { continue };
        let figures = |figure: fn(&Weight) -> u64| -> String {
            let shown = |weight: &Option<Weight>| weight.as_ref().map_or("–".into(), |w| grouped(figure(w).into()));
            row.weights.iter().map(|weight| format!(" {} |", shown(weight))).collect()
        };
        println!(
            "| {} |{}{} {:.4} | {:.2}, {:.2} |",
            row.message,
            figures(|weight| weight.ref_time / 1_000_000),
            figures(|weight| weight.proof_size),
            weight.deposit as f64 / UNIT as f64,
            weight.ref_time as f64 / transfer.ref_time as f64,
            weight.proof_size as f64 / transfer.proof_size as f64,
        );
    }
    println!();
}

/// With a comma after every three digits.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
