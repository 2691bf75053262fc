//! How an organization is to be set up: the file of `atomic deploy --config`. `docs/deployment.toml` is an example that
//! has every key.
//!
//! The tables `[reputation]`, `[terms]`, `[schedule]` and `[policy]` are those of a scenario file.

use crate::client::{
    files::{read_text, unreadable},
    settings::{read_policy, read_reputation, read_schedule, read_terms},
    signer,
    toml::{each, expected, owned, parse, points, refused, text, Fields, Problem, Read},
};
use anyhow::Result;
use chain::{
    amounts::{decimal, split_unit},
    Settings,
};
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, AssetPolicy},
    Balance,
};
use std::path::Path;
use toml_edit::Item;

/// How an organization is to be set up.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub settings: Settings,
    /// Whoever is credited protocol fees, rents and premiums; by default the manager.
    pub treasury: Option<AccountId>,
    /// The tokens that requests may pay in; `None` if the file does not mention them.
    pub tokens: Option<Vec<AssetPolicy>>,
    /// Makes the addresses differ from those of another deployment by the same manager with the same settings.
    pub salt: Option<String>,
}

impl Config {
    /// What the file at `path` says; without a file, the same organization as in a scenario that says nothing.
    pub fn load(path: Option<&Path>) -> Result<Self> {
        path.map_or_else(|| Ok(Self::default()), |path| Self::load_onto(path, Settings::default()))
    }

    /// What the file at `path` says; what it does not say is as in `settings`.
    pub fn load_onto(path: &Path, settings: Settings) -> Result<Self> {
        let text = read_text(path).map_err(|error| unreadable(path, error))?;
        Ok(parse(&path.display().to_string(), &text, |file| read_config(file, settings))?)
    }

    /// Reads a configuration; `file` is the name that problems are reported under.
    pub fn read(file: &str, text: &str) -> Result<Self, Problem> {
        parse(file, text, |file| read_config(file, Settings::default()))
    }

    /// The settings for an organization of this manager.
    pub fn settings_for(&self, manager: AccountId) -> Settings {
        let mut settings = self.settings.clone();
        settings.policy.treasury = self.treasury.unwrap_or(manager);
        settings.policy.assets.extend(self.tokens.iter().flatten().cloned());
        settings
    }
}

fn read_config(file: &Fields, settings: Settings) -> Read<Config> {
    let mut config = Config { settings, salt: file.optional("salt", owned)?, ..Config::default() };
    config.treasury = file.optional("treasury", account)?;
    let settings = &mut config.settings;
    file.optional("reputation", |item| read_reputation(item, settings))?;
    file.optional("terms", |item| read_terms(item, settings))?;
    file.optional("schedule", |item| read_schedule(item, settings))?;
    file.optional("policy", |item| read_policy(item, settings))?;
    config.tokens = file.optional("tokens", |item| each(item, read_token))?;
    file.optional("founders", |item| {
        for (who, points) in each(item, read_founders)?.into_iter().flatten() {
            if settings.founders.iter().any(|(known, _)| *known == who) {
                return Err(refused(item, format!("{} is a founder twice", signer::address(&who))));
            }
            settings.founders.push((who, points));
        }
        Ok(())
    })?;
    Ok(config)
}

fn account(item: &Item) -> Read<AccountId> {
    signer::account(text(item)?).map_err(|reason| refused(item, reason))
}

/// An amount of a token, whose symbol and decimals are not known here.
fn smallest_units(item: &Item) -> Read<Balance> {
    let (digits, unit) = split_unit(text(item)?);
    let too_fine = "this is not a whole number";
    let read = match unit {
        "" | "planck" | "plancks" => decimal(&digits.replace('_', ""), 0, "an amount", too_fine),
        _ => Err("a token has units of its own".to_owned()),
    };
    read.map_err(|why| refused(item, format!("{why}; expected its smallest units, such as \"250 plancks\"")))
}

/// A PSP22 token that requests may pay in.
fn read_token(item: &Item) -> Read<AssetPolicy> {
    let fields = Fields::of("[[tokens]]", item)?;
    let token = AssetPolicy {
        asset: Asset::Psp22(fields.required("address", account)?),
        min_review_fee: fields.required("min_review_fee", smallest_units)?,
        rent: fields.required("rent", smallest_units)?,
    };
    fields.finish()?;
    Ok(token)
}

fn read_founders(item: &Item) -> Read<Vec<(AccountId, interfaces::Balance)>> {
    let fields = Fields::of("[[founders]]", item)?;
    let accounts = fields.required("accounts", |item| match each(item, account)? {
        accounts if accounts.is_empty() => Err(expected(item, "one account or more")),
        accounts => Ok(accounts),
    })?;
    let reputation = fields.required("reputation", |item| match points(item)? {
        0 => Err(refused(item, "a founder needs some reputation".into())),
        points => Ok(points),
    })?;
    fields.finish()?;
    Ok(accounts.into_iter().map(|account| (account, reputation)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::{build::workspace, days, default_policy, default_terms, UNIT};
    use interfaces::Points;

    fn dev(name: &str) -> AccountId {
        signer::account(name).expect(name)
    }

    #[test]
    fn without_a_word_it_is_the_organization_of_a_scenario_with_the_manager_for_a_treasury() {
        let config = Config::read("empty.toml", "").expect("nothing");
        let settings = config.settings_for(dev("alice"));
        assert_eq!(settings.terms, default_terms());
        assert_eq!(settings.policy.treasury, dev("alice"));
        assert_eq!(settings.policy.assets, default_policy().assets);
        assert!(settings.founders.is_empty() && config.salt.is_none());
    }

    #[test]
    fn founders_tokens_and_the_treasury_are_read_and_the_rest_is_as_in_a_scenario() {
        let config = Config::read(
            "all.toml",
            "salt = 'two'\ntreasury = 'bob'\n[[founders]]\naccounts = ['alice', 'bob']\nreputation = 400\n\
             [[founders]]\naccounts = 'eve'\nreputation = 7\n\
             [[tokens]]\naddress = 'ferdie'\nmin_review_fee = '5 plancks'\nrent = '7'\n\
             [policy]\nmin_window = '3s'\nmin_review_fee = '2 UNIT'\nrent = '3 plancks'\n[reputation]\ntiers = [5]\n",
        )
        .unwrap_or_else(|problem| panic!("{problem}"));
        let settings = config.settings_for(dev("alice"));
        assert_eq!(settings.founders, [(dev("alice"), 400), (dev("bob"), 400), (dev("eve"), 7)]);
        assert_eq!((config.salt.as_deref(), settings.policy.treasury), (Some("two"), dev("bob")));
        let token = AssetPolicy { asset: Asset::Psp22(dev("ferdie")), min_review_fee: 5, rent: 7 };
        let native = AssetPolicy { asset: Asset::Native, min_review_fee: 2 * UNIT, rent: 3 };
        assert_eq!(settings.policy.assets, [native, token]);
        assert_eq!((settings.policy.min_window, settings.tiers), (3_000, vec![5]));
    }

    #[test]
    fn a_pace_and_a_credit_cap_are_numbers_or_none() {
        let read = |text: &str| {
            let terms = Config::read("terms.toml", text).unwrap_or_else(|problem| panic!("{problem}")).settings.terms;
            (terms.pace, terms.credit_cap)
        };
        assert_eq!(read("[terms]\nseats = 4"), (3, 8));
        assert_eq!(read("[terms]\npace = 2\ncredit_cap = 3"), (2, 3));
        assert_eq!(read("[terms]\npace = 'none'\ncredit_cap = 'none'"), (0, u32::MAX));
    }

    #[test]
    fn a_policy_bounds_windows_and_stakes_and_a_premium_may_be_ten_times_the_rent() {
        let read = |text: &str| {
            let policy =
                Config::read("policy.toml", text).unwrap_or_else(|problem| panic!("{problem}")).settings.policy;
            (policy.max_window, policy.min_stake, policy.max_stake, policy.premium_cap_bps)
        };
        assert_eq!(read(""), (days(30), 1, 100, 20_000));
        let said = "[policy]\nmax_window = '7d'\nmin_stake = 0\nmax_stake = 9\npremium_cap = '1000 %'";
        assert_eq!(read(said), (days(7), 0, 9, 100_000));
        assert_eq!(read("[policy]\nmax_stake = 'none'").2, Points::MAX);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, place, part) in [
            ("[policy]\nmax_stake = 'much'", (2, 13), "`max_stake`: this is not a bound; expected a whole number, or"),
            ("[policy]\npremium_cap = '1 ppm'", (2, 15), "`premium_cap`: this is finer than a basis point (0.01 %)"),
            (
                "[policy]\npremium_cap = '1000'",
                (2, 15),
                "`premium_cap`: the unit is missing; expected a fraction such as",
            ),
            ("[[tokens]]\naddress = 'eve'\nmin_review_fee = '5'", (1, 1), "`rent` is missing in [[tokens]]"),
            ("[terms]\npace = 'slow'", (2, 8), "`pace`: this is not a bound; expected a whole number, or \"none\""),
            ("[terms]\ncredit_cap = true", (2, 14), "`credit_cap`: this is true or false; expected a whole number, or"),
            ("[terms]\ncredit_cap = -1", (2, 14), "`credit_cap`: -1 is out of range here"),
            ("treasury = 'zoe'", (1, 12), "`zoe` is not an address; expected"),
            ("[[founders]]\naccounts = ['alice']", (1, 1), "`reputation` is missing in [[founders]]"),
            ("[[founders]]\naccounts = []\nreputation = 1", (2, 12), "expected one account or more"),
            ("[[founders]]\naccounts = ['eve']\nreputation = 0", (3, 14), "a founder needs some reputation"),
            ("[[founders]]\naccounts = ['eve', 'eve']\nreputation = 1", (1, 1), "is a founder twice"),
            (
                "[[tokens]]\naddress = 'eve'\nmin_review_fee = '30 UNIT'",
                (3, 18),
                "`min_review_fee`: a token has units of its own; expected its smallest units, such as",
            ),
            ("[term]\nseats = 4", (1, 2), "`term` is not a key of the file; expected one of salt, treasury"),
            ("[terms]\nseat = 4", (2, 1), "`seat` is not a key of [terms]"),
        ] {
            let problem = Config::read("wrong.toml", text).expect_err(text);
            assert_eq!((problem.line, problem.column), place, "{problem}");
            assert!(problem.message.contains(part), "{problem}");
        }
    }

    #[test]
    fn the_example_in_the_docs_is_read() {
        let path = workspace().join("docs/deployment.toml");
        let config = Config::load(Some(&path)).expect("the example");
        assert_eq!(config.settings.founders.len(), 3);
        assert_eq!(config.settings.terms, default_terms());
        assert_eq!(config.settings.policy, default_policy());
    }
}
