//! What an answer looks like, whatever chain it is about.

use serde_json::{Number, Value as Json};

/// Longer texts than this are about this one node.
const LONG: usize = 48;
/// The length of an id that is drawn by lot.
const ID: usize = 16;

/// The same with every hex string, number and long text replaced by its kind, and a list's neighbours that look alike by one.
pub fn shape(value: &Json) -> Json {
    match value {
        Json::Null | Json::Bool(_) => value.clone(),
        Json::Number(number) => number_kind(number).into(),
        Json::String(text) => text_shape(text).into(),
        Json::Array(list) => {
            let mut shapes: Vec<_> = list.iter().map(shape).collect();
            shapes.dedup();
            shapes.into()
        }
        Json::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
    }
}

/// What kind of thing a subscription is known by.
pub fn kind(id: &Json) -> &'static str {
    match id {
        Json::String(_) => "text",
        Json::Number(_) => "number",
        _ => "neither text nor number",
    }
}

fn number_kind(number: &Number) -> &'static str {
    match number.is_f64() {
        true => "fraction",
        false => "number",
    }
}

fn text_shape(text: &str) -> &str {
    const HASH: usize = 2 + 2 * 32;
    match text.strip_prefix("0x") {
        Some("") => "0x",
        Some(digits) if !digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) => "0x?",
        Some(_) if text.len() == HASH => "hash",
        Some(digits) if digits.len() % 2 == 1 => "0x quantity",
        Some(_) => "0x...",
        None if text.bytes().all(|digit| digit.is_ascii_digit()) => "digits",
        None if text.starts_with(|first: char| first.is_ascii_digit()) && text.contains('.') => "version",
        None if text.len() > LONG => "long text",
        None if text.len() == ID && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) => "id",
        None => text,
    }
}
