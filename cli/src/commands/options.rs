//! The options of all commands that talk to a chain: which chain, who signs, and how to say what happened.

use crate::client::{
    backend::Backend, embedded::Embedded, files::exposed, signer::Signer, text::shown, unusable::Unusable,
};
use anyhow::Result;
use chain::build::{contracts, Contracts};
use clap::Args;
use std::{
    collections::BTreeSet,
    env,
    io::{self, IsTerminal},
    path::PathBuf,
    sync::Mutex,
};

/// Where nodes listen, unless somebody says otherwise.
pub const DEFAULT_PORT: u16 = 9_944;
/// Where the embedded chain lives unless `--state` says otherwise.
pub const DEFAULT_STATE: &str = ".atomic/state";
/// Where the deployment is written down unless `--deployment` says otherwise.
pub const DEFAULT_DEPLOYMENT: &str = ".atomic/deployment.json";

/// Which chain, who signs, and how to say what happened.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Chain")]
pub struct Options {
    /// A node to talk to, such as ws://127.0.0.1:9944, instead of the embedded chain [env: ATOMIC_URL]
    #[arg(long, value_name = "URL", conflicts_with = "state")]
    pub url: Option<String>,
    /// The file that the embedded chain lives in [env: ATOMIC_STATE] [default: .atomic/state]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// The deployment file, which `atomic deploy` wrote
    #[arg(long, value_name = "FILE", default_value = DEFAULT_DEPLOYMENT)]
    pub deployment: PathBuf,
    /// Who signs: a development account such as alice, or a path such as //Alice//stash [env: ATOMIC_AS]
    #[arg(long = "as", value_name = "NAME", conflicts_with = "key_file")]
    pub signer: Option<String>,
    /// A file with the signer's phrase or seed [env: ATOMIC_KEY_FILE]
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Says what would happen, with the weight and the deposit, and does nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Prints everything as JSON
    #[arg(long)]
    pub json: bool,
}

/// Which contracts are used.
#[derive(Args, Clone, Debug, Default)]
pub struct Which {
    /// Takes the contracts from the .contract files in this folder, such as release, in place of those that the sources become
    #[arg(long, value_name = "FOLDER")]
    contracts: Option<PathBuf>,
}

impl Which {
    /// The contracts, built first if need be.
    ///
    /// # Errors
    /// [`Unusable`] if the folder has not all three; whatever stops a build.
    pub fn contracts(&self) -> Result<Contracts> {
        match &self.contracts {
            Some(folder) => Ok(Contracts::in_folder(folder).map_err(|error| Unusable(format!("{error:#}")))?),
            None => contracts().cloned(),
        }
    }
}

impl Options {
    /// The chain to talk to.
    ///
    /// # Errors
    /// [`Unusable`] if a file is; [`crate::client::backend::Error::ConnectionLost`] if the node cannot be reached.
    pub fn connect(&self) -> Result<Box<dyn Backend>> {
        Ok(match self.chain()? {
            (Some(url), _) => node(&url)?,
            (None, state) => Box::new(Embedded::open(&state.unwrap_or_else(|| DEFAULT_STATE.into()))?),
        })
    }

    /// Who signs.
    ///
    /// # Errors
    /// [`Unusable`] if nobody is named, or there is no such key.
    pub fn signer(&self) -> Result<Signer, Unusable> {
        self.known_signer()?
            .ok_or_else(|| Unusable("nobody signs this: say who with --as (alice, for example) or --key-file".into()))
    }

    /// Who signs, if somebody is named.
    ///
    /// # Errors
    /// [`Unusable`] if there is no such key.
    pub fn known_signer(&self) -> Result<Option<Signer>, Unusable> {
        let given = (self.key_file.clone(), self.signer.clone());
        match either(given, (set("ATOMIC_KEY_FILE"), set("ATOMIC_AS")), "ATOMIC_KEY_FILE and ATOMIC_AS")? {
            (Some(file), _) => {
                warn(exposed(&file));
                Signer::from_file(&file).map(Some)
            }
            (None, Some(name)) => Signer::named(&name).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// Where the chain is, for people: `at ws://127.0.0.1:9944`, `in .atomic/state`.
    pub fn location(&self) -> Result<String, Unusable> {
        Ok(match self.chain()? {
            (Some(url), _) => format!("at {url}"),
            (None, Some(state)) => format!("in {}", state.display()),
            (None, None) => format!("in {DEFAULT_STATE}"),
        })
    }

    /// The node's URL, or the embedded chain's file.
    fn chain(&self) -> Result<(Option<String>, Option<PathBuf>), Unusable> {
        let given = (self.url.clone(), self.state.clone());
        either(given, (set("ATOMIC_URL"), set("ATOMIC_STATE")), "ATOMIC_URL and ATOMIC_STATE")
    }
}

#[cfg(feature = "node")]
fn node(url: &str) -> Result<Box<dyn Backend>> {
    use crate::client::node::Node;
    Ok(Box::new(Node::connect_telling(url, Box::new(progress))?))
}

#[cfg(not(feature = "node"))]
fn node(url: &str) -> Result<Box<dyn Backend>> {
    Err(Unusable(format!("this program was built without what talks to a node, and cannot reach {url}")).into())
}

/// Shows whoever watches what is waited for, until there is more to say; with `None`, takes that away again.
pub fn progress(what: Option<&str>) {
    if io::stderr().is_terminal() {
        match what {
            Some(what) => eprint!("\r\x1b[K{} …\r", shown(what)),
            None => eprint!("\x1b[K"),
        }
    }
}

/// Warns whoever runs the program, if there is something to warn of: each thing once.
pub fn warn(words: Option<String>) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let Some(words) = words else { return };
    if SAID.lock().is_ok_and(|mut said| said.insert(words.clone())) {
        eprintln!("warning: {}", shown(&words));
    }
}

/// A variable of the environment, if it is set to something.
fn set<T: From<String>>(variable: &str) -> Option<T> {
    env::var(variable).ok().filter(|value| !value.is_empty()).map(T::from)
}

/// One of two values: what the command line gives, or else the environment, which may not set both.
fn either<A, B>(
    given: (Option<A>, Option<B>),
    environment: (Option<A>, Option<B>),
    variables: &str,
) -> Result<(Option<A>, Option<B>), Unusable> {
    match (given, environment) {
        ((None, None), (Some(_), Some(_))) => Err(Unusable(format!("{variables} are both set; unset one of them"))),
        ((None, None), environment) => Ok(environment),
        (given, _) => Ok(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_goes_before_the_environment_which_must_not_contradict_itself() {
        let environment = (Some(1), Some(2));
        assert_eq!(either((Some(3), None), environment, "A and B"), Ok((Some(3), None)));
        assert_eq!(either((None, Some(4)), environment, "A and B"), Ok((None, Some(4))));
        assert_eq!(either((None::<u8>, None::<u8>), (None, Some(2)), "A and B"), Ok((None, Some(2))));
        let error = either((None, None), environment, "A and B").expect_err("both").to_string();
        assert_eq!(error, "A and B are both set; unset one of them");
    }

    #[test]
    fn where_nobody_is_named_to_sign_it_says_how() {
        let error = Options { signer: Some("zoe".into()), ..Options::default() }.signer().expect_err("no zoe");
        assert!(error.to_string().contains("alice, bob"), "{error}");
    }
}
