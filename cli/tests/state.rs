//! The embedded chain in a file, as one command after another sees it.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("atomic-state-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    /// Runs the command in this folder, with these variables only.
    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atomic"));
        let ours = std::env::vars().filter(|(variable, _)| variable.starts_with("ATOMIC_"));
        ours.for_each(|(variable, _)| {
            command.env_remove(variable);
        });
        command.current_dir(&self.0).args(arguments).envs(variables.iter().copied()).output().expect("the command")
    }

    /// What an accepted command prints.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments, &[]);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// What a refused command prints as its error.
    fn refuses(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let output = self.run(arguments, variables);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).expect("text")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn time_passes_only_by_the_command_and_is_kept_for_the_next_one() {
    let folder = Folder::new("time");
    assert_eq!(folder.says(&["pass", "2d", "6h"]), "It is 2030-01-03 06:00 UTC now, 54 hours later\n");
    let foretold = folder.says(&["pass", "1h", "--dry-run"]);
    assert_eq!(foretold, "It would be 2030-01-03 07:00 UTC now, 1 hour later\n");
    let status = folder.says(&["status", "--as", "alice"]);
    for line in [
        "chain    Embedded chain in .atomic/state\n",
        "block    1 0x",
        "time     2030-01-03 06:00 UTC\n",
        "signer   5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\n",
        "balance  1,152,921.504606846976 UNIT\n",
    ] {
        assert!(status.contains(line), "{line}: {status}");
    }
    assert_eq!(folder.says(&["pass", "--until", "2030-01-04"]), "It is 2030-01-04 00:00 UTC now, 18 hours later\n");
    let status: serde_json::Value = serde_json::from_str(&folder.says(&["status", "--json"])).expect("JSON");
    assert_eq!((&status["block"], &status["time"]), (&2.into(), &1_893_715_200_000_u64.into()));
    assert!(folder.refuses(&["pass", "--until", "2030-01-03"], &[]).contains("time does not go back"));
    assert!(folder.refuses(&["pass", "3w"], &[]).contains("expected a duration such as"));
}

#[test]
fn the_environment_names_the_chain_and_the_signer_where_the_command_line_does_not() {
    let folder = Folder::new("environment");
    folder.says(&["pass", "1d", "--state", "other"]);
    let variables = [("ATOMIC_STATE", "other"), ("ATOMIC_AS", "bob")];
    let said = |arguments: &[&str]| String::from_utf8(folder.run(arguments, &variables).stdout).expect("text");
    let status = said(&["status"]);
    assert!(
        status.contains("Embedded chain in other\n") && status.contains("time     2030-01-02 00:00 UTC\n"),
        "{status}"
    );
    assert!(status.contains("signer   5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\n"), "{status}");
    let status = said(&["status", "--state", "third", "--as", "alice"]);
    assert!(status.contains("Embedded chain in third\n") && status.contains("signer   5Grwva"), "{status}");

    let both = [("ATOMIC_STATE", "other"), ("ATOMIC_URL", "ws://127.0.0.1:1")];
    assert_eq!(
        folder.refuses(&["status"], &both),
        "error: ATOMIC_URL and ATOMIC_STATE are both set; unset one of them\n"
    );
    assert!(folder
        .refuses(&["status", "--url", "ws://127.0.0.1:1", "--state", "x"], &[])
        .contains("cannot be used with"));
}
