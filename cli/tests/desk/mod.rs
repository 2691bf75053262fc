//! A folder with a deployment, in which `atomic` is run as people do.
// The journey is a story.
#![allow(clippy::too_many_lines)]

use serde_json::Value as Json;
use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    sync::OnceLock,
    thread::sleep,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The organization: three enforcers, whose standings change within days, and windows that a test can wait for.
const ORGANIZATION: &str = "
salt = 'journey'

[[founders]]
accounts = ['charlie', 'dave', 'eve']
reputation = 400

[policy]
min_window = '1s'

[terms]
denominator = 2
epoch = '1d'
throttle_buffer = 3
ban_buffer = 6
rate = 'fixed'
presence = 0
pace = 'none'
credit_cap = 'none'
seats = 5
healthy_limit = 3
throttled_limit = 2
notice = '1d'
";

/// A folder, gone with the test, and the chain that is used from it.
pub struct Desk {
    pub folder: PathBuf,
    /// The node; none: the embedded chain.
    url: Option<String>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Desk {
    /// A folder with nothing in it but what is to be delivered.
    pub fn bare(name: &str, url: Option<String>) -> Self {
        let folder = std::env::temp_dir().join(format!("atomic-desk-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join(".atomic")).expect("a folder");
        let desk = Self { folder, url };
        desk.write("organization.toml", ORGANIZATION);
        desk.write("brief.md", "Say what the code does.\n");
        desk.write("report.txt", "It adds.\n");
        desk
    }

    /// A folder with a deployment by alice on the embedded chain, and charlie, dave and eve enlisted.
    pub fn new(name: &str) -> Self {
        static DEPLOYED: OnceLock<Vec<(&str, Vec<u8>)>> = OnceLock::new();
        let files = DEPLOYED.get_or_init(|| {
            let desk = Self::bare("template", None);
            desk.set_up();
            let read = |file| (file, fs::read(desk.folder.join(".atomic").join(file)).expect("a file"));
            vec![read("state"), read("deployment.json")]
        });
        let desk = Self::bare(name, None);
        for (file, bytes) in files {
            fs::write(desk.folder.join(".atomic").join(file), bytes).expect("a file");
        }
        desk
    }

    pub fn on_node(&self) -> bool {
        self.url.is_some()
    }

    /// Deploys, and has the founders enlist.
    pub fn set_up(&self) {
        self.done("deploy --config organization.toml --as alice");
        for enforcer in ["charlie", "dave", "eve"] {
            self.done(&format!("enlist --as {enforcer}"));
        }
    }

    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).expect("a file");
    }

    /// Runs `atomic` with these arguments; in single quotes they may have spaces.
    pub fn run(&self, arguments: &str) -> Ran {
        let quoted = arguments.split('\'').enumerate();
        let arguments = quoted.flat_map(|(index, part)| match index % 2 {
            1 => vec![part],
            _ => part.split_whitespace().collect(),
        });
        let mut command = Command::new(env!("CARGO_BIN_EXE_atomic"));
        command.args(arguments).current_dir(&self.folder);
        for variable in ["ATOMIC_URL", "ATOMIC_STATE", "ATOMIC_AS", "ATOMIC_KEY_FILE"] {
            command.env_remove(variable);
        }
        if let Some(url) = &self.url {
            command.env("ATOMIC_URL", url);
        }
        let Output { status, stdout, stderr } = command.output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Ran { code: status.code(), out: text(stdout), err: text(stderr) }
    }

    /// Runs it, and it works.
    #[track_caller]
    pub fn done(&self, arguments: &str) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "atomic {arguments}\n{}{}", ran.out, ran.err);
        ran.out
    }

    /// Runs it, and it says exactly this, but for what it says of blocks and costs. `…` is anything.
    #[track_caller]
    pub fn says(&self, arguments: &str, expected: &str) {
        let out = self.done(arguments);
        let said: Vec<_> = out.lines().filter(|line| !line.starts_with("  block ")).collect();
        let expected: Vec<_> = expected.lines().map(|line| line.strip_prefix("| ").unwrap_or(line)).collect();
        let same = said.len() == expected.len() && said.iter().zip(&expected).all(|(said, line)| matches(line, said));
        assert!(same, "atomic {arguments}\nsaid\n{out}\ninstead of\n{}", expected.join("\n"));
    }

    /// Runs it, and it fails with this code, saying this.
    #[track_caller]
    pub fn fails(&self, arguments: &str, code: i32, expected: &str) {
        let ran = self.run(arguments);
        let same = ran.code == Some(code) && matches(&format!("…{expected}…"), &ran.err);
        assert!(same, "atomic {arguments}\nended with {:?}: {}{}\ninstead of\n{expected}", ran.code, ran.out, ran.err);
    }

    /// Runs it with `--json`.
    #[track_caller]
    pub fn json(&self, arguments: &str) -> Json {
        let out = self.done(&format!("{arguments} --json"));
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("atomic {arguments} --json: {error}\n{out}"))
    }

    /// Waits until this time of the chain, in milliseconds; the embedded chain's is let pass.
    pub fn wait_until(&self, time: u64) {
        if self.url.is_none() {
            self.done(&format!("pass --until {time}"));
            return;
        }
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_millis();
        while now() <= u128::from(time) {
            sleep(Duration::from_millis(100));
        }
    }
}

/// Whether `text` is `pattern`, in which `…` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let parts: Vec<_> = pattern.split('…').collect();
    let [first, between @ .., last] = &parts[..] else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else { return false };
    for part in between {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

/// An amount in UNIT, of hundredths.
fn units(hundredths: u64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A request for one place, from the posting to the last withdrawal, with its windows in seconds.
pub fn journey(desk: &Desk, windows: [u64; 4]) {
    let [signal, deliver, review, reveal] = windows;
    // Until the last reveal, and the window for commitments once more: three reviews at 0.01 UNIT for each day begun.
    let rent = 3 * (signal + deliver + 2 * review + reveal).div_ceil(86_400);
    let (total, dues, rent) = (units(3_465 + rent), units(165 + rent), units(rent));
    desk.write(
        "request.toml",
        &format!(
            "spec = 'brief.md'\nreward = '30 UNIT'\nreview_fee = '3 UNIT'\nlimit = 1\n\
             curve = [{{ from = 40, weight = '50 %' }}, {{ from = 80, weight = '100 %' }}]\n\
             windows = {{ signal = '{signal}s', deliver = '{deliver}s', review = '{review}s', reveal = '{reveal}s' }}\n"
        ),
    );
    desk.says(
        "quote request.toml",
        &format!(
            "reward        30 UNIT\nreview fees   3 UNIT\nprotocol fee  1.65 UNIT\nrent          {rent} UNIT\n\
             premium       0 UNIT\ntotal         {total} UNIT"
        ),
    );
    desk.says(
        "post request.toml --as alice",
        &format!(
            "request posted\n  {total} UNIT in escrow: 30 UNIT reward, 3 UNIT review fees, 1.65 UNIT protocol fee, \
             {rent} UNIT rent\nit is request 0"
        ),
    );
    desk.says("signal 0 --as bob", "1 place of request 0 taken\n  deposit of 3 UNIT\ndeliver by … UTC (in …)");
    desk.says(
        "submit 0 report.txt --uri ipfs://report --as bob",
        "report.txt delivered for request 0\n  submission 0 of bob",
    );
    desk.fails(
        "review 0 0 85 --as charlie",
        1,
        "refused as NotOpened: `open_reviews` has not reached this submission.",
    );
    let deliver_by = desk.json("request 0")["spec"]["deliver_by"].as_u64().expect("a deadline");
    desk.wait_until(deliver_by + 1);
    desk.says("open-reviews 0 --as bob", "reviews of request 0 opened\n  each member has seen 1 operation more");
    let opened = desk.json("request 0")["submissions"][0]["delivery"]["window_start"].as_u64().expect("a window");
    // From then on everybody may review it.
    desk.wait_until(opened + review * 500 + 1);
    let committed = |condition: &str| {
        format!(
            "committed to a score for submission 0 of request 0\n\
             the review of submission 0 of request 0 can be revealed from … UTC (in …) on{condition}\n"
        )
    };
    let revealed = |enforcer: &str, score: u8| {
        format!("review of submission 0 of request 0 revealed: a score of {score}\n  {enforcer} gives {score} to 0")
    };
    let later = |condition: &str| format!("{}`atomic review --due` reveals it then", committed(condition));
    desk.says("review 0 0 84 --as charlie", &later(", if 2 more commit until then"));
    desk.says("review 0 0 90 --as dave", &later(", if 1 more commits until then"));
    desk.says(
        "review 0 0 84 --as charlie",
        "already committed to a score of 84\nthe review of … on, if 1 more commits until then\n`atomic review --due` …",
    );
    desk.fails(
        "review 0 0 70 --as charlie",
        1,
        "charlie has already committed to a score of 84 for submission 0 of request 0",
    );

    if desk.on_node() {
        desk.says("review 0 0 20 --wait --as eve", &format!("{}{}", committed(""), revealed("eve", 20)));
    } else {
        desk.fails("review 0 0 20 --wait --as eve", 2, "--wait is for clocks that run");
        desk.says("review 0 0 20 --as eve", &later(""));
        desk.wait_until(opened + review * 1_000 + 1);
        desk.says("review --due --as eve", &revealed("eve", 20));
    }
    desk.says("review --due --as charlie", &revealed("charlie", 84));
    desk.says("review --due --as dave", &revealed("dave", 90));
    desk.says("review --due --as eve", "eve has nothing to reveal");
    desk.says(
        "finalize 0 --as bob",
        "submission 0 of request 0 finalized\n  median 84, weighs 100 %; 2 enforcers share 3 UNIT\n  \
         charlie earned 11 reputation (Review)\n  dave earned 11 reputation (Review)\n  \
         declared for charlie, dave, eve",
    );
    desk.says("settle 0 --as bob", "request 0 settled");
    desk.says(
        "claim 0 --as bob",
        "submission 0 of request 0 claimed\n  bob earned 30 UNIT, the deposit back (3 UNIT)\n  \
         bob earned 82 reputation (Delivery)\n`atomic withdraw` pays it out",
    );
    desk.says("withdraw --as bob", "credit of bob paid out\n  bob receives 33 UNIT");
    desk.says("withdraw --as charlie", "credit of charlie paid out\n  charlie receives 1.5 UNIT");
    desk.fails("withdraw --as eve", 1, "refused as NothingToWithdraw: Nothing is credited to the caller.\nhelp: ");
    desk.says("withdraw --as alice", &format!("credit of alice paid out\n  alice receives {dues} UNIT"));
    desk.says(
        "request 0",
        "request     0, settled\nrequester   alice\nasks        0x…\nreward      30 UNIT, an equal part for each place\n\
         review fee  3 UNIT a submission\ncurve       50 % from 40 on, 100 % from 80 on\n\
         places      1 of 1 taken, deposit 3 UNIT\nreviews     3 to 7, tolerance 10\nsignal by   … ago)\n\
         deliver by  … ago)\ncommit for  … from when reviews are opened\nreveal for  … after that\n\
         in escrow   0 UNIT\n\
         submission 0 of bob: paid, median 84, weighs 100 %, 30 UNIT earned, at ipfs://report\n  charlie gives 84\n  \
         dave gives 90\n  eve gives 20\nto be done\n  anyone  atomic prune 0  now",
    );
    desk.says("prune 0 --as bob", "storage of request 0 freed\n  …");
    desk.fails("request 0", 1, "refused as UnknownRequest: There is no such request.\nhelp: `atomic requests --all`");
}
