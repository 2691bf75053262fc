//! `docs/errors.md` lists every error as it is encoded. Run with `BLESS=1` to write it anew after a change.

use interfaces::{market, obligation, reputation};
use pendzl::contracts::{access_control::AccessControlError, psp22::PSP22Error};
use scale_info::{Type, TypeDef, TypeInfo};
use std::{fmt::Write as _, fs, path::Path};

const PREFACE: &str = "\
# Errors

A refused message changes nothing and says why. Wallets and indexers see an error as the index of its variant, so
variants keep their place: new ones are added at the end. This page is written by `BLESS=1 cargo test -p interfaces`
from the types themselves, and a test holds it to them.
";

const OF_PENDZL: &str = "
# Errors of pendzl

Messages of pendzl's traits answer with these, in pendzl's own words. None of the three contracts grants a role to nobody
in particular (`InvalidCaller`). Once sealed, the reputation contract makes only those accounts minters that were announced
for the whole notice (`InvalidCaller`). Accounts renounce a role only for themselves (`InvalidCaller`). Reputation cannot be
transferred or approved: the answer is always `Custom(\"Soulbound\")`.
";

/// The variants of an enum, in order: index, name with what it carries, documentation.
fn variants(ty: &Type) -> Vec<(u8, String, String)> {
    let TypeDef::Variant(variants) = &ty.type_def else { panic!("{:?} is no enum", ty.path) };
    let describe = |variant: &scale_info::Variant| {
        let fields: Vec<_> = variant.fields.iter().filter_map(|field| field.type_name).collect();
        let name =
            if fields.is_empty() { variant.name.into() } else { format!("{}({})", variant.name, fields.join(", ")) };
        let docs = variant.docs.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        (variant.index, name, docs)
    };
    variants.variants.iter().map(describe).collect()
}

fn section<T: TypeInfo>(page: &mut String, title: &str) {
    writeln!(page, "\n## {title}\n\n| # | error | meaning |\n| ---: | --- | --- |").unwrap();
    for (index, name, docs) in variants(&T::type_info()) {
        assert!(!docs.is_empty(), "{title}: {name} has no documentation");
        writeln!(page, "| {index} | `{name}` | {docs} |").unwrap();
    }
}

#[test]
fn the_page_of_errors_lists_every_variant_in_its_place() {
    let mut page = String::from(PREFACE);
    section::<reputation::Error>(&mut page, "`reputation::Error`");
    section::<obligation::Error>(&mut page, "`obligation::Error`");
    section::<obligation::TermsReason>(&mut page, "`obligation::TermsReason`, in `InvalidTerms`");
    section::<market::Error>(&mut page, "`market::Error`");
    section::<market::RequestReason>(&mut page, "`market::RequestReason`, in `InvalidRequest`");
    section::<market::PolicyReason>(&mut page, "`market::PolicyReason`, in `InvalidPolicy`");
    page.push_str(OF_PENDZL);
    section::<AccessControlError>(&mut page, "`AccessControlError`, of messages about roles");
    section::<PSP22Error>(&mut page, "`PSP22Error`, of messages of PSP22");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(
        fs::read_to_string(&path).is_ok_and(|kept| kept == page),
        "docs/errors.md is out of date: run with BLESS=1"
    );
}
