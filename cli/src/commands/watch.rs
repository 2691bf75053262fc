//! `atomic watch`: the market live in the terminal.

use crate::{
    client::{
        backend::{now, Backend, Block},
        deployment::Deployment,
        moments,
        signer::address,
        text::shown,
    },
    commands::{options::Options, paint::Paint},
    keeper::{
        known::{Details, Known, Member},
        memory::Memory,
        Follower,
    },
};
use anyhow::Result;
use chain::amounts::{show_units, thousands};
use clap::Args;
use interfaces::{
    market::{Asset, Phase},
    obligation::{Capacity, MemberState, Standing, OP},
    RequestId, Timestamp,
};
use signal_hook::{consts::SIGINT, flag};
use std::{
    io::{self, IsTerminal, Write},
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
    time::Duration,
};

/// How often the terminal's size and Ctrl-C are looked at.
const BLINK: Duration = Duration::from_millis(500);
/// The rows shown of a list if no terminal says how much room there is.
const ROWS: usize = 40;
const COLUMNS: usize = 120;
/// Empties the terminal.
const CLEAR: &str = "\x1b[2J";

/// Shows the market live in the terminal: capacity, requests by phase, members by standing
///
/// It draws the market again with each block, and Ctrl-C ends it. Without a terminal, with --once, and on the embedded
/// chain, where nothing happens by itself, it shows the market once.
///
/// Examples:
///   atomic watch --url ws://127.0.0.1:9944
///   atomic watch --once
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Watch {
    /// Shows the market once
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    options: Options,
}

/// What there is room for, and whether in colour.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    pub columns: usize,
    /// Rows that a frame may have.
    pub rows: usize,
    pub paint: Paint,
}

/// What a frame shows.
pub struct View<'a> {
    pub title: &'a str,
    pub tip: Block,
    /// The time: the machine's if the chain's own is that.
    pub now: Timestamp,
    pub known: &'a Known,
}

impl Watch {
    /// Shows the market until Ctrl-C.
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        let backend = self.options.connect()?;
        let deployment = Deployment::load(&self.options.deployment, &*backend)?;
        let title = format!("{} {}", backend.network().name, self.options.location()?);
        let follower = Follower::new(deployment, Memory::forgetful(), Known::default());
        let show = Show { options: &self.options, title, follower };
        let live = io::stdout().is_terminal() && !self.once && !self.options.json && backend.runs_by_itself();
        match live {
            true => show.live(backend, out),
            false => show.once(&*backend, out),
        }
    }
}

/// A market, and how it is shown.
struct Show<'a> {
    options: &'a Options,
    title: String,
    follower: Follower,
}

impl Show<'_> {
    /// The market as it is now: a frame, or data.
    fn once(mut self, backend: &dyn Backend, out: &mut dyn Write) -> Result<()> {
        let tip = self.follower.look(backend, &mut |_| (), &|| false)?;
        let view = self.view(backend, tip);
        if self.options.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&data(&view))?)?;
            return Ok(());
        }
        let (columns, rows) = if io::stdout().is_terminal() { size() } else { (COLUMNS, ROWS) };
        // Everything is shown, even beyond the terminal's size: one can scroll back.
        write!(out, "{}", frame(&view, Screen { columns, rows: rows.max(ROWS), paint: Paint::of_terminal() }))?;
        Ok(())
    }

    /// A frame after the other, each over the last, until Ctrl-C.
    fn live(mut self, mut backend: Box<dyn Backend>, out: &mut dyn Write) -> Result<()> {
        let stop = Arc::new(AtomicBool::new(false));
        flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&stop))?;
        flag::register(SIGINT, Arc::clone(&stop))?;
        let stop = || stop.load(Ordering::Relaxed);
        write!(out, "{CLEAR}")?;
        let mut trouble = false;
        while !stop() {
            let tip = match self.follower.look(&*backend, &mut |_| (), &stop) {
                Ok(tip) => tip,
                Err(error) => {
                    trouble = true;
                    std::thread::sleep(BLINK);
                    if let Ok(again) = self.options.connect() {
                        backend = again;
                    }
                    write!(out, "\r\x1b[2K{error}; trying again")?;
                    out.flush()?;
                    continue;
                }
            };
            if std::mem::take(&mut trouble) {
                write!(out, "{CLEAR}")?;
            }
            let (columns, rows) = size();
            let frame = frame(&self.view(&*backend, tip), Screen { columns, rows, paint: Paint::of_terminal() });
            // Over the last frame, each line to its end, and nothing below.
            let lines = frame.lines().collect::<Vec<_>>().join("\x1b[K\n");
            write!(out, "\x1b[H{lines}\x1b[K\x1b[J")?;
            out.flush()?;
            while !stop() && size() == (columns, rows) && matches!(backend.next_block(tip.number, BLINK), Ok(None)) {}
        }
        writeln!(out)?;
        Ok(())
    }

    fn view(&self, backend: &dyn Backend, tip: Block) -> View {
        View { title: &self.title, tip, now: now(backend, &tip), known: self.follower.known() }
    }
}

/// Columns and rows of the terminal.
fn size() -> (usize, usize) {
    crossterm::terminal::size().map_or((COLUMNS, ROWS), |(columns, rows)| (columns.into(), rows.into()))
}

/// One picture of the market, no larger than the screen.
pub fn frame(view: &View, screen: Screen) -> String {
    let mut head = vec![
        format!("{} · block {} · {}", view.title, view.tip.number, moments::moment(view.now)),
        String::new(),
        capacity(view.known.pool.as_ref().map(|pool| pool.capacity).unwrap_or_default()),
        String::new(),
    ];
    let requests = requests(view);
    let members = members(view);
    // The heads of both lists, and the empty lines between them, are always there.
    let room = screen.rows.saturating_sub(head.len() + requests.head.len() + members.head.len() + 1);
    // Each list gets half of the room, and what the other does not need.
    let half = room / 2;
    let for_members = members.rows.len().min(half.max(room.saturating_sub(requests.rows.len())));
    let for_requests = room.saturating_sub(for_members);
    head.extend(requests.shown(for_requests));
    head.push(String::new());
    head.extend(members.shown(for_members));
    let paint = screen.paint;
    head.iter().take(screen.rows.max(1)).map(|line| coloured(&clipped(line, screen.columns), paint) + "\n").collect()
}

/// A list with as many rows as there are.
struct List {
    head: Vec<String>,
    rows: Vec<String>,
}

impl List {
    fn shown(self, room: usize) -> Vec<String> {
        let mut shown = self.head;
        let count = self.rows.len();
        if count <= room {
            shown.extend(self.rows);
            return shown;
        }
        let fit = room.saturating_sub(1);
        shown.extend(self.rows.into_iter().take(fit));
        shown.push(format!("  … and {} more", count - fit));
        shown
    }
}

fn capacity(capacity: Capacity) -> String {
    let Capacity { seats, active, throttled, waiting, frozen, backlog, hands, utilization_ppm, .. } = capacity;
    const WIDTH: u32 = 20;
    let filled = (utilization_ppm.min(1_000_000) / (1_000_000 / WIDTH)) as usize;
    let bar = format!("{}{}", "█".repeat(filled), "░".repeat(WIDTH as usize - filled));
    format!(
        "capacity  {bar} {} %  {active} of {seats} seats, {throttled} throttled, {waiting} waiting, {frozen} frozen, \
         {backlog} reviews to do for {hands} hands",
        utilization_ppm / 10_000
    )
}

/// The phases in the order in which a request goes through them.
const PHASES: [Phase; 11] = [
    Phase::Signalling,
    Phase::Delivery,
    Phase::Unsealing,
    Phase::Unopened,
    Phase::Review,
    Phase::Reveal,
    Phase::Finalizable,
    Phase::Finalized,
    Phase::Vacant,
    Phase::Settled,
    Phase::Claimed,
];

/// Requests with their phases: first those that want commitments, the nearest to a quorum before the others; then those
/// that need somebody soonest.
fn in_order(view: &View) -> Vec<(RequestId, Phase, Timestamp)> {
    let details = view.known.requests.iter().filter_map(|(id, request)| Some((id, request.details.as_ref()?)));
    let mut all: Vec<_> = details.collect();
    all.sort_by_cached_key(|(id, details)| {
        let wanting = details.nearness(view.now).filter(|(has_quorum, _)| !has_quorum);
        let is_over = details.phase(view.now) == Phase::Settled;
        (is_over, wanting.is_none(), wanting, ends(details, view.now), **id)
    });
    all.into_iter().map(|(id, details)| (*id, details.phase(view.now), ends(details, view.now))).collect()
}

/// When a phase ends by the clock alone; 0 if it does not.
fn ends(details: &Details, now: Timestamp) -> Timestamp {
    details.phase_ends(now).unwrap_or(0)
}

fn requests(view: &View) -> List {
    let all = in_order(view);
    let counts = PHASES.iter().filter_map(|phase| {
        let count = all.iter().filter(|(_, is, _)| is == phase).count();
        (count > 0).then(|| format!("{count} {phase:?}"))
    });
    let counts: Vec<_> = counts.collect();
    let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    let mut head = vec![format!("requests  {counts}")];
    if !all.is_empty() {
        head.push(format!(
            "  {:>5}  {:<11}  {:>9}  {:>9}  {:>6}  {:>6}  {:>14}  {}",
            "#", "phase", "places", "delivered", "wanted", "judged", "held", "until"
        ));
    }
    let rows = all.iter().filter_map(|(id, phase, ends)| {
        let details = view.known.requests.get(id)?.details.as_ref()?;
        let (spec, state) = (&details.spec, &details.state);
        let held = match spec.asset {
            Asset::Native => format!("{} UNIT", show_units(state.held)),
            Asset::Psp22(_) => format!("{} of a token", thousands(state.held)),
        };
        let until = if *ends > 0 { moments::moment_from(*ends, view.now) } else { String::new() };
        let row = format!(
            "  {id:>5}  {:<11}  {:>9}  {:>9}  {:>6}  {:>6}  {held:>14}  {until}",
            format!("{phase:?}"),
            format!("{}/{}", state.places, spec.limit),
            state.submissions,
            details.wanted(view.now),
            state.finalized
        );
        Some(row.trim_end().to_owned())
    });
    List { rows: rows.collect(), head }
}

/// Members who have not left, the worst standing first.
fn members(view: &View) -> List {
    let is_there =
        |member: &Member| member.membership.as_ref().filter(|known| known.state != MemberState::Left).cloned();
    let known = view.known.members.iter();
    let mut all: Vec<_> = known.filter_map(|(who, member)| Some((who, is_there(member)?))).collect();
    all.sort_by_key(|(_, member)| (std::cmp::Reverse(member.standing), std::cmp::Reverse(member.deficit)));
    let counts = [Standing::Banned, Standing::Throttled, Standing::Healthy].into_iter().filter_map(|standing| {
        let count = all.iter().filter(|(_, member)| member.standing == standing).count();
        (count > 0).then(|| format!("{count} {standing:?}"))
    });
    let counts: Vec<_> = counts.collect();
    let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    let mut head = vec![format!("members  {counts}")];
    if !all.is_empty() {
        head.push(format!(
            "  {:<15}  {:<9}  {:<7}  {:>7}  {:>8}  {:>8}  {:>9}  {}",
            "account", "standing", "is", "missing", "required", "declared", "committed", "safe until"
        ));
    }
    let rows = all.iter().map(|(who, member)| {
        format!(
            "  {:<15}  {:<9}  {:<7}  {:>7}  {:>8}  {:>8}  {:>9}  {}",
            short(&address(who)),
            format!("{:?}", member.standing),
            format!("{:?}", member.state),
            member.deficit / OP,
            member.required / OP,
            member.declared / OP,
            member.open,
            safety(member.safe_until, view.now)
        )
    });
    List { rows: rows.collect(), head }
}

/// Until when a member cannot be Banned, whatever work is seen.
fn safety(safe_until: Timestamp, now: Timestamp) -> String {
    match safe_until {
        0 => "is Banned".to_owned(),
        Timestamp::MAX => "nothing can have it banned".to_owned(),
        until if until <= now => "now".to_owned(),
        until => moments::moment_from(until, now),
    }
}

/// The beginning and the end of an address.
fn short(address: &str) -> String {
    let end = address.len().saturating_sub(6);
    match (address.get(..8), address.get(end..)) {
        (Some(first), Some(last)) if end > 8 => format!("{first}…{last}"),
        _ => address.to_owned(),
    }
}

/// As much of a line as there is room for.
fn clipped(line: &str, columns: usize) -> String {
    let line = shown(line);
    match line.chars().count() <= columns {
        true => line,
        false => line.chars().take(columns.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A line with its heading and what needs attention made visible.
fn coloured(line: &str, paint: Paint) -> String {
    const HEADINGS: [&str; 3] = ["capacity", "requests", "members"];
    const WRONG: [&str; 4] = ["Banned", "Throttled", "Finalizable", "Unopened"];
    if !paint.colour {
        return line.to_owned();
    }
    if let Some(heading) = HEADINGS.into_iter().find(|heading| line.starts_with(heading)) {
        return format!("\x1b[1m{heading}\x1b[0m{}", &line[heading.len()..]);
    }
    match WRONG.into_iter().find(|wrong| line.starts_with("  ") && line.contains(wrong)) {
        Some(_) => format!("\x1b[33m{line}\x1b[0m"),
        None => line.to_owned(),
    }
}

/// The same as data.
fn data(view: &View) -> serde_json::Value {
    use serde_json::json;
    let requests = in_order(view).into_iter().filter_map(|(id, phase, ends)| {
        let details = view.known.requests.get(&id)?.details.as_ref()?;
        let state = &details.state;
        Some(json!({
            "request": id,
            "phase": format!("{phase:?}"),
            "until": (ends > 0).then_some(ends),
            "limit": details.spec.limit,
            "places": state.places,
            "submissions": state.submissions,
            "wanted": details.wanted(view.now),
            "insiders": state.insiders,
            "finalized": state.finalized,
            "held": state.held.to_string(),
        }))
    });
    let members = view.known.members.iter().filter_map(|(who, member)| {
        let membership = member.membership.as_ref()?;
        Some(json!({
            "account": address(who),
            "state": format!("{:?}", membership.state),
            "standing": format!("{:?}", membership.standing),
            "latched": format!("{:?}", member.latched),
            "required": (membership.required / OP).to_string(),
            "declared": (membership.declared / OP).to_string(),
            "deficit": (membership.deficit / OP).to_string(),
            "open": membership.open,
            "safe_until": membership.safe_until,
        }))
    });
    let capacity = view.known.pool.as_ref().map(|pool| {
        let capacity = pool.capacity;
        json!({
            "seats": capacity.seats,
            "active": capacity.active,
            "throttled": capacity.throttled,
            "waiting": capacity.waiting,
            "frozen": capacity.frozen,
            "backlog": capacity.backlog,
            "hands": capacity.hands,
            "level": capacity.level.div_ceil(OP).to_string(),
            "utilization_ppm": capacity.utilization_ppm,
        })
    });
    json!({
        "block": view.tip.number,
        "time": view.now,
        "capacity": capacity,
        "requests": requests.collect::<Vec<_>>(),
        "members": members.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(columns: usize, rows: usize) -> Screen {
        Screen { columns, rows, paint: Paint::NONE }
    }

    fn view(known: &Known) -> View {
        let tip = Block { number: 3, hash: [0; 32], time: 0 };
        View { title: "Embedded chain in x", tip, now: 0, known }
    }

    #[test]
    fn an_empty_market_is_a_frame_too() {
        let expected = "\
Embedded chain in x · block 3 · 1970-01-01 00:00 UTC

capacity  ░░░░░░░░░░░░░░░░░░░░ 0 %  0 of 0 seats, 0 throttled, 0 waiting, 0 frozen, 0 reviews to do for 0 hands

requests  none

members  none
";
        assert_eq!(frame(&view(&Known::default()), screen(120, 40)), expected);
    }

    #[test]
    fn what_a_node_calls_itself_stays_on_the_first_line() {
        let title = "Chain\n\u{1b}[2Jmembers  none";
        let frame = frame(&View { title, ..view(&Known::default()) }, screen(120, 40));
        assert!(frame.starts_with("Chain\\n\\u{1b}[2Jmembers  none · block 3 · "), "{frame}");
        assert_eq!(frame.lines().count(), 7);
    }

    #[test]
    fn a_long_list_says_how_many_more_there_are() {
        let list = || List { head: vec!["head".into()], rows: (0..40).map(|n| n.to_string()).collect() };
        assert_eq!(list().shown(4), ["head", "0", "1", "2", "  … and 37 more"]);
        assert_eq!(list().shown(40).len(), 41);
        assert_eq!(list().shown(0), ["head", "  … and 40 more"]);
    }

    #[test]
    fn no_frame_is_larger_than_the_screen() {
        for (columns, rows) in [(1, 1), (20, 5), (80, 24)] {
            let frame = frame(&view(&Known::default()), screen(columns, rows));
            assert!(
                frame.lines().count() <= rows && frame.lines().all(|line| line.chars().count() <= columns),
                "{frame}"
            );
        }
    }

    #[test]
    fn colour_changes_no_text() {
        let paint = Paint { colour: true };
        assert_eq!(coloured("members  1 Banned", paint), "\x1b[1mmembers\x1b[0m  1 Banned");
        assert_eq!(coloured("  5Grw  Banned", paint), "\x1b[33m  5Grw  Banned\x1b[0m");
        assert_eq!(coloured("  5Grw  Banned", Paint { colour: false }), "  5Grw  Banned");
    }

    #[test]
    fn an_address_is_known_by_its_ends() {
        assert_eq!(short("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"), "5GrwvaEF…GKutQY");
        assert_eq!(short("eva"), "eva");
    }
}
