//! The file of findings: one line for each submission of a finding by a warden. `docs/contests.md` documents the columns.

use crate::client::toml::Problem;
use crate::story::contest::DECIMALS;
use chain::amounts::whole;
use csv::{ByteRecord, ReaderBuilder, Trim};
use interfaces::{Balance, Bps};
use std::ops::Range;

/// Columns that a file must have, in any order; others are ignored.
const COLUMNS: [&str; 8] = ["contest", "warden", "finding", "severity", "duplicates", "slice", "award", "coin"];
/// Bytes that some programs put before the first column's name.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Digits before the point: with 10^12 of anything in a line, no file adds up to more than a `Balance` holds.
const MAX_DIGITS: usize = 12;
/// More have never found the same: a larger number is a mistake in the file.
const MAX_FINDERS: u32 = 10_000;

/// One contest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contest {
    pub id: String,
    /// The coin; amounts count 10^-12 of it.
    pub coin: String,
    /// All that was awarded.
    pub pot: Balance,
    /// In the order in which they first appear; so are findings.
    pub wardens: Vec<String>,
    pub findings: Vec<Finding>,
    /// In the order of the file.
    pub submissions: Vec<Submission>,
}

/// Something found, by one or by several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub name: String,
    pub severity: Severity,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    High,
    Medium,
}

impl Severity {
    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
        }
    }

    /// What a finding weighs that a single warden found: ten slices for a high one, three for a medium one; a slice is
    /// a thousand basis points.
    pub const fn weight_bps(self) -> Bps {
        match self {
            Self::High => 10_000,
            Self::Medium => 3_000,
        }
    }
}

/// One warden's submission of one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Line of the file, counted from 1.
    pub line: usize,
    /// Index in [`Contest::wardens`].
    pub warden: usize,
    /// Index in [`Contest::findings`].
    pub finding: usize,
    /// How many wardens found the same, by the file.
    pub duplicates: u32,
    /// Its slice of the pot by the file, in 10^-12.
    pub slice: u128,
    /// What it was awarded, in 10^-12 of the coin.
    pub award: Balance,
}

impl Contest {
    fn new(id: String, coin: String) -> Self {
        Self { id, coin, pot: 0, wardens: Vec::new(), findings: Vec::new(), submissions: Vec::new() }
    }

    /// The submissions of one finding, in order.
    pub fn of_finding(&self, finding: usize) -> impl Iterator<Item = &Submission> {
        self.submissions.iter().filter(move |submission| submission.finding == finding)
    }

    /// The submissions of one warden, in order.
    pub fn of_warden(&self, warden: usize) -> impl Iterator<Item = &Submission> {
        self.submissions.iter().filter(move |submission| submission.warden == warden)
    }
}

/// Reads the contests of a file, in the order in which they first appear; `file` is the name that problems are reported
/// under. In some of them, but not in all, nobody may have been awarded anything.
pub fn contests(file: &str, text: &[u8]) -> Result<Vec<Contest>, Problem> {
    let source = Source { file, text };
    let mut reader = ReaderBuilder::new().trim(Trim::All).has_headers(false).from_reader(text);
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| reader.read_byte_record(record).map_err(|error| source.malformed(&error));
    if !next(&mut record)? {
        return Err(source.problem(0..0, format!("the file is empty; expected a line with {}", COLUMNS.join(", "))));
    }
    let columns = columns(&source, &record)?;
    let mut contests = Vec::new();
    while next(&mut record)? {
        add_line(&mut contests, &Line::of(&source, &columns, &record)?)?;
    }
    if contests.is_empty() {
        return Err(source.problem(text.len()..text.len(), "there is no finding in the file".into()));
    }
    match &contests[..] {
        [Contest { id, submissions, .. }, ..] if contests.iter().all(|contest| contest.pot == 0) => {
            let message = format!("nobody was awarded anything in contest {id}");
            Err(source.problem(source.start_of(submissions.first().map_or(1, |first| first.line)), message))
        }
        _ => Ok(contests),
    }
}

fn add_line(contests: &mut Vec<Contest>, line: &Line) -> Result<(), Problem> {
    let (id, warden, finding) = (line.name("contest")?, line.name("warden")?, line.name("finding")?);
    let severity = match line.text("severity") {
        "high" => Severity::High,
        "medium" => Severity::Medium,
        _ => return Err(line.wrong("severity", "this is not a severity; expected high or medium")),
    };
    let duplicates = match whole(line.text("duplicates")) {
        Ok(count @ 1..=MAX_FINDERS) => count,
        _ => {
            let message = format!("this is not a number of finders; expected a whole number from 1 to {MAX_FINDERS}");
            return Err(line.wrong("duplicates", &message));
        }
    };
    let (slice, award, coin) = (line.number("slice")?, line.number("award")?, line.name("coin")?);

    let known = contests.iter().position(|contest| contest.id == id).unwrap_or_else(|| {
        contests.push(Contest::new(id.clone(), coin.clone()));
        contests.len() - 1
    });
    let contest = &mut contests[known];
    if contest.coin != coin {
        let message = format!("contest {id} was paid in {} before", contest.coin);
        return Err(line.wrong("coin", &message));
    }
    let warden = index_of(&mut contest.wardens, |known| *known == warden, || warden.clone());
    let finding_name = finding;
    let finding = index_of(
        &mut contest.findings,
        |known| known.name == finding_name,
        || Finding { name: finding_name.clone(), severity },
    );
    let first = contest.findings[finding].severity;
    if first != severity {
        let message = format!("{finding_name} of contest {id} was {} before", first.name());
        return Err(line.wrong("severity", &message));
    }
    contest.pot += award;
    contest.submissions.push(Submission { line: line.number, warden, finding, duplicates, slice, award });
    Ok(())
}

/// Index of the item that `is` it; if there is none, a new one is added at the end.
fn index_of<T>(list: &mut Vec<T>, is: impl FnMut(&T) -> bool, new: impl FnOnce() -> T) -> usize {
    list.iter().position(is).unwrap_or_else(|| {
        list.push(new());
        list.len() - 1
    })
}

/// Reads a number of at most 12 digits before the point, rounded to 12 decimals.
fn number(text: &str) -> Result<u128, &'static str> {
    const EXPECTED: &str = "this is not an amount; expected digits, with a point where there is a fraction";
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(EXPECTED);
    }
    if whole.trim_start_matches('0').len() > MAX_DIGITS {
        return Err("this is a million millions or more");
    }
    let kept = &fraction[..fraction.len().min(DECIMALS)];
    let number: u128 = format!("{whole}{kept:0<DECIMALS$}").parse().map_err(|_| EXPECTED)?;
    let rounds_up = fraction.as_bytes().get(DECIMALS).is_some_and(|digit| *digit >= b'5');
    Ok(number + u128::from(rounds_up))
}

/// The position of each of [`COLUMNS`], by the first line.
fn columns(source: &Source, header: &ByteRecord) -> Result<Vec<(&'static str, usize)>, Problem> {
    let column = |name: &'static str| {
        let is_it = |field: &[u8]| field.strip_prefix(BYTE_ORDER_MARK).unwrap_or(field) == name.as_bytes();
        let found: Vec<_> = (0..).zip(header).filter(|(_, field)| is_it(field)).map(|(position, _)| position).collect();
        match found[..] {
            [position] => Ok((name, position)),
            [] => {
                let message = format!("the column `{name}` is missing; expected {}", COLUMNS.join(", "));
                Err(source.problem(source.span_at(0), message))
            }
            _ => Err(source.problem(source.span_at(0), format!("there are {} columns `{name}`", found.len()))),
        }
    };
    COLUMNS.into_iter().map(column).collect()
}

/// A file, and the name it is reported under.
struct Source<'a> {
    file: &'a str,
    text: &'a [u8],
}

impl Source<'_> {
    /// Whatever `csv` refuses: lines of another length than the first.
    fn malformed(&self, error: &csv::Error) -> Problem {
        let span = error.position().map_or(0..0, |position| self.span_at(position.byte()));
        let message = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("this line has {len} fields; expected {expected_len}, as in the first")
            }
            _ => error.to_string(),
        };
        self.problem(span, message)
    }

    /// The line that a record begins in, which is not at `byte` where there is an empty one or an end of line before it.
    fn span_at(&self, byte: u64) -> Range<usize> {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        let skipped = self.text[byte..].iter().take_while(|byte| matches!(**byte, b'\r' | b'\n')).count();
        let start = byte + skipped;
        let length = self.text[start..].iter().take_while(|byte| !matches!(**byte, b'\r' | b'\n')).count();
        start..start + length
    }

    /// Counted from 1.
    fn line_of(&self, byte: usize) -> usize {
        self.text[..byte].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// The beginning of a line, counted from 1.
    fn start_of(&self, line: usize) -> Range<usize> {
        let ends = self.text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end + 1);
        let start = std::iter::once(0).chain(ends).nth(line - 1).unwrap_or(self.text.len());
        start..start
    }

    fn problem(&self, span: Range<usize>, message: String) -> Problem {
        let before = self.text[..span.start].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let after = self.text[span.start..].split(|byte| matches!(*byte, b'\r' | b'\n')).next().unwrap_or_default();
        let characters = |bytes| String::from_utf8_lossy(bytes).chars().count();
        Problem {
            file: self.file.to_owned(),
            line: self.line_of(span.start),
            column: characters(before) + 1,
            message,
            source: [String::from_utf8_lossy(before), String::from_utf8_lossy(after)].concat(),
            width: characters(&self.text[span]),
        }
    }
}

/// A line of the file, as text.
struct Line<'a> {
    source: &'a Source<'a>,
    columns: &'a [(&'static str, usize)],
    number: usize,
    span: Range<usize>,
    fields: Vec<String>,
}

impl<'a> Line<'a> {
    fn of(source: &'a Source, columns: &'a [(&'static str, usize)], record: &ByteRecord) -> Result<Self, Problem> {
        let span = source.span_at(record.position().map_or(0, csv::Position::byte));
        let fields = record.iter().map(|field| std::str::from_utf8(field).map(str::to_owned)).collect();
        match fields {
            Ok(fields) => Ok(Self { source, columns, number: source.line_of(span.start), span, fields }),
            Err(_) => Err(source.problem(span, "this line is no UTF-8 text".into())),
        }
    }

    fn position(&self, column: &str) -> usize {
        self.columns.iter().find(|(name, _)| *name == column).map_or(0, |(_, position)| *position)
    }

    fn text(&self, column: &str) -> &str {
        &self.fields[self.position(column)]
    }

    fn name(&self, column: &str) -> Result<String, Problem> {
        match self.text(column) {
            "" => Err(self.wrong(column, "this is empty")),
            name => Ok(name.to_owned()),
        }
    }

    fn number(&self, column: &str) -> Result<u128, Problem> {
        number(self.text(column)).map_err(|message| self.wrong(column, message))
    }

    /// What is wrong with a field.
    fn wrong(&self, column: &str, message: &str) -> Problem {
        self.source.problem(self.place_of(column), format!("`{column}`: {message}"))
    }

    /// Where a field is; the whole line if quotes make that unclear.
    fn place_of(&self, column: &str) -> Range<usize> {
        let line = &self.source.text[self.span.clone()];
        if line.contains(&b'"') {
            return self.span.clone();
        }
        let (position, length) = (self.position(column), self.text(column).len());
        let before: usize = line.split(|byte| *byte == b',').take(position).map(|field| field.len() + 1).sum();
        let blanks = match length {
            0 => 0,
            _ => line[before..].iter().take_while(|byte| byte.is_ascii_whitespace()).count(),
        };
        let start = self.span.start + before + blanks;
        start..start + length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "contest,warden,finding,severity,duplicates,slice,award,coin\n";

    fn read(lines: &str) -> Result<Vec<Contest>, Problem> {
        contests("f.csv", format!("{HEADER}{lines}").as_bytes())
    }

    fn problem(lines: &str) -> (usize, usize, String) {
        let problem = read(lines).expect_err(lines);
        (problem.line, problem.column, problem.message)
    }

    #[test]
    fn a_file_is_read_by_contest() {
        let contests = read(
            "7,ada,H-01,high,1,10,100.5,USDC\n7,ben,M-01,medium,2,1.35,13.5675,USDC\n8,ada,H-01,high,1,10,1,ETH\n\
             7,ada,M-01,medium,2,1.35,13.5675,USDC\n",
        )
        .expect("a file");
        assert_eq!(contests.len(), 2);
        let Contest { id, coin, pot, wardens, findings, submissions } = &contests[0];
        assert_eq!((id.as_str(), coin.as_str(), *pot), ("7", "USDC", 127_635_000_000_000));
        assert_eq!(wardens, &["ada", "ben"]);
        assert_eq!(findings[1], Finding { name: "M-01".into(), severity: Severity::Medium });
        let last = Submission {
            line: 5,
            warden: 0,
            finding: 1,
            duplicates: 2,
            slice: 1_350_000_000_000,
            award: 13_567_500_000_000,
        };
        assert_eq!(submissions[2], last);
        assert_eq!(
            (contests[1].pot, contests[0].of_warden(0).count(), contests[0].of_finding(1).count()),
            (1_000_000_000_000, 2, 2)
        );
    }

    #[test]
    fn columns_come_in_any_order_with_others_beside_them() {
        let text = "\u{feff}coin,x,award,slice,duplicates,severity,finding,warden,contest\r\n\
                    USDC,?,5,10,1,high,H-01, ada ,\"7\"\r\n\r\n";
        let contests = contests("f.csv", text.as_bytes()).expect("a file");
        assert_eq!(
            (contests[0].id.as_str(), contests[0].wardens[0].as_str(), contests[0].submissions[0].line),
            ("7", "ada", 2)
        );
    }

    #[test]
    fn numbers_are_rounded_to_twelve_decimals() {
        assert_eq!(number("0"), Ok(0));
        assert_eq!(number("10"), Ok(10_000_000_000_000));
        assert_eq!(number("0.44625122577441023"), Ok(446_251_225_774));
        assert_eq!(number("0.0000000000005"), Ok(1));
        assert_eq!(number("000000000000001.9999999999996"), Ok(2_000_000_000_000));
        assert_eq!(number("999999999999"), Ok(999_999_999_999_000_000_000_000));
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "1.5.5", "0x1", "1_000", "NaN", "1000000000000"] {
            assert!(number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let good = "7,ada,H-01,high,1,10,100,USDC\n";
        for (line, column, field, said) in [
            (",ada,H-01,high,1,10,100,USDC", 1, "contest", "this is empty"),
            ("7,,H-01,high,1,10,100,USDC", 3, "warden", "this is empty"),
            ("7,ada,,high,1,10,100,USDC", 7, "finding", "this is empty"),
            ("7,ada,H-01,low,1,10,100,USDC", 12, "severity", "this is not a severity; expected high or medium"),
            ("7,ada,H-01,high,0,10,100,USDC", 17, "duplicates", "this is not a number of finders"),
            ("7,ada,H-01,high,+1,10,100,USDC", 17, "duplicates", "this is not a number of finders"),
            (
                "7,ada,H-01,high,4294967295,10,100,USDC",
                17,
                "duplicates",
                "this is not a number of finders; expected a whole number from 1 to 10000",
            ),
            ("7,ada,H-01,high,1,ten,100,USDC", 19, "slice", "this is not an amount; expected digits"),
            ("7,ada,H-01,high,1,10,-100,USDC", 22, "award", "this is not an amount; expected digits"),
            ("7,ada,H-01,high,1,10,100,", 26, "coin", "this is empty"),
            ("7,ada,H-01,high,1,10,100,ETH", 26, "coin", "contest 7 was paid in USDC before"),
            ("7,ben,H-01,medium,1,3,100,USDC", 12, "severity", "H-01 of contest 7 was high before"),
        ] {
            let (at_line, at_column, message) = problem(&format!("{good}{line}\n"));
            assert_eq!((at_line, at_column), (3, column), "{line}");
            assert!(message.starts_with(&format!("`{field}`: {said}")), "{message}");
        }
    }

    #[test]
    fn a_line_of_another_length_is_wrong() {
        let (line, column, message) = problem("7,ada,H-01,high,1,10,100,USDC\n\n7,ada\n");
        assert_eq!((line, column, message.as_str()), (4, 1, "this line has 2 fields; expected 8, as in the first"));
        let text = format!("{HEADER}7,ada,H-01,high,1,10,100,USDC\n7,ben,M-01\n").replace('\n', "\r\n");
        let problem = contests("f.csv", text.as_bytes()).expect_err("too short");
        assert_eq!((problem.line, problem.source.as_str(), problem.width), (3, "7,ben,M-01", 10));
    }

    #[test]
    fn a_file_without_what_is_needed_says_so() {
        let of = |text: &[u8]| contests("f.csv", text).expect_err("a problem");
        assert!(of(b"").message.starts_with("the file is empty"));
        assert_eq!(
            (of(HEADER.as_bytes()).line, of(HEADER.as_bytes()).message.as_str()),
            (2, "there is no finding in the file")
        );
        let header = HEADER.replace("slice", "share");
        assert!(of(header.as_bytes()).message.starts_with("the column `slice` is missing"));
        let (line, _, message) = problem("8,ada,H-01,high,1,10,0,USDC\n");
        assert_eq!((line, message.as_str()), (2, "nobody was awarded anything in contest 8"));
        let contests = read("7,ada,H-01,high,1,10,100,USDC\n8,ada,H-01,high,1,10,0,USDC\n").expect("one that counts");
        assert_eq!((contests.len(), contests[1].pot), (2, 0));
        let twice = HEADER.replace("award,", "award,award,");
        assert_eq!(of(twice.as_bytes()).message, "there are 2 columns `award`");
        let latin = [HEADER.as_bytes(), b"7,ad\xe4,H-01,high,1,10,100,USDC\n"].concat();
        assert_eq!((of(&latin).line, of(&latin).message.as_str()), (2, "this line is no UTF-8 text"));
    }

    #[test]
    fn a_problem_points_at_the_field() {
        let shown = read("7,ada,H-01,high,1,10,lots,USDC\n").expect_err("a problem").to_string();
        let lines: Vec<_> = shown.lines().collect();
        assert!(lines[0].starts_with("f.csv:2:22: `award`: this is not an amount"), "{shown}");
        assert_eq!(lines[1], " 2 | 7,ada,H-01,high,1,10,lots,USDC");
        assert_eq!(lines[2], "   |                      ^^^^");
    }
}
