//! What contracts UIs and code generators read: every item of the three contracts' metadata says what it is, and each lists the
//! events that its contract can emit.

use chain::build::{contracts, Artifact};
use serde_json::Value;
use std::{collections::BTreeSet, fs};

/// Where the events are declared that pendzl emits for the contracts: roles and pausing.
const OF_PENDZL: [&str; 2] = ["pendzl_contracts::access::access_control", "pendzl_contracts::security::pausable"];

fn metadata(artifact: &Artifact) -> Value {
    let file = artifact.bundle.with_extension("json");
    serde_json::from_slice(&fs::read(file).expect("metadata")).expect("JSON")
}

fn list<'a>(value: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

fn name(value: &Value) -> &str {
    value["label"].as_str().or(value["name"].as_str()).unwrap_or("0")
}

fn is_documented(value: &Value) -> bool {
    list(value, "/docs").any(|line| line.as_str().is_some_and(|line| !line.trim().is_empty()))
}

/// The path of a type as a text; of what ink! or Rust brings it is another one.
fn path(ty: &Value) -> String {
    list(ty, "/type/path").filter_map(Value::as_str).collect::<Vec<_>>().join("::")
}

/// All items without docs, by what they are part of.
fn undocumented(metadata: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut look = |within: &str, items: &mut dyn Iterator<Item = &Value>| {
        found.extend(items.filter(|item| !is_documented(item)).map(|item| format!("{within}: {}", name(item))));
    };
    look("message", &mut list(metadata, "/spec/messages"));
    look("constructor", &mut list(metadata, "/spec/constructors"));
    look("event", &mut list(metadata, "/spec/events"));
    for event in list(metadata, "/spec/events") {
        look(name(event), &mut list(event, "/args"));
    }
    for ty in list(metadata, "/types").filter(|ty| path(ty).starts_with("interfaces::")) {
        look(&path(ty), &mut list(ty, "/type/def/composite/fields"));
        for variant in list(ty, "/type/def/variant/variants") {
            look(&path(ty), &mut [variant].into_iter());
            look(&format!("{}::{}", path(ty), name(variant)), &mut list(variant, "/fields"));
        }
    }
    found
}

#[test]
fn every_message_event_error_and_field_says_what_it_is() {
    for artifact in contracts().expect("the contracts build").all() {
        let metadata = metadata(artifact);
        assert!(list(&metadata, "/spec/messages").count() > 30, "the metadata is read");
        let undocumented = undocumented(&metadata);
        assert!(undocumented.is_empty(), "{} lacks docs of {undocumented:#?}", artifact.package.name);
    }
}

#[test]
fn each_contract_lists_the_events_that_it_can_emit_once() {
    for artifact in contracts().expect("the contracts build").all() {
        let metadata = metadata(artifact);
        let own = format!("interfaces::{}", artifact.package.name);
        let mut names = BTreeSet::new();
        for event in list(&metadata, "/spec/events") {
            let module = event["module_path"].as_str().unwrap_or_default();
            let within = |of: &str| module == of || module.starts_with(&format!("{of}::"));
            let is_own = within(&own) || OF_PENDZL.into_iter().any(within);
            assert!(is_own, "{} lists {} of {module}", artifact.package.name, name(event));
            assert!(names.insert(name(event).to_owned()), "{} lists {} twice", artifact.package.name, name(event));
        }
        assert!(names.len() > 10 && names.contains("RoleGranted"), "{}: {names:?}", artifact.package.name);
    }
}

#[test]
fn what_counts_reputation_is_not_called_money() {
    let contracts = contracts().expect("the contracts build");
    for artifact in [&contracts.reputation, &contracts.obligation] {
        let metadata = metadata(artifact);
        for message in list(&metadata, "/spec/messages") {
            let arguments = list(message, "/args").map(|argument| argument.pointer("/type/displayName"));
            let shown: Vec<_> = arguments.chain([message.pointer("/returnType/displayName")]).flatten().collect();
            assert!(
                !format!("{shown:?}").contains("Balance"),
                "{} of {}: {shown:?}",
                name(message),
                artifact.package.name
            );
        }
    }
}
