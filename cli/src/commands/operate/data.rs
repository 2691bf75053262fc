//! Writes values of the contracts as JSON, by their types alone: amounts as text, because JSON's numbers are not exact;
//! times as numbers; accounts as SS58; hashes and salts as `0x…`.

use crate::client::signer;
use chain::Emitted;
use ink::{metadata, primitives::AccountId};
use scale::Encode;
use scale_info::{form::PortableForm, MetaType, PortableRegistry, Registry, Type, TypeDef, TypeDefPrimitive, TypeInfo};
use scale_value::{scale::decode_as_type, Composite, Primitive, Value, ValueDef};
use serde_json::{Map, Value as Json};

/// A value as JSON.
pub fn json<T: Encode + TypeInfo + 'static>(value: &T) -> Json {
    decoded(MetaType::new::<T>(), &mut value.encode().as_slice()).unwrap_or(Json::Null)
}

/// An event as JSON: its name, and its fields by name. `None` if the program does not know the event.
pub fn event(emitted: &Emitted) -> Option<Json> {
    let signature = emitted.topics.first()?;
    let spec = metadata::collect_events()
        .into_iter()
        .find(|spec| spec.signature_topic().is_some_and(|topic| topic.as_bytes() == signature))?;
    let mut bytes = emitted.data.as_slice();
    let mut fields = Map::new();
    for field in spec.args() {
        fields.insert((*field.label()).to_owned(), decoded(*field.ty().ty(), &mut bytes)?);
    }
    let mut event = Map::new();
    event.insert("contract".into(), signer::address(&emitted.contract).into());
    event.insert("event".into(), (*spec.label()).into());
    event.insert("fields".into(), fields.into());
    Some(event.into())
}

/// The next value of this type, taken off `bytes`.
fn decoded(ty: MetaType, bytes: &mut &[u8]) -> Option<Json> {
    let mut registry = Registry::new();
    let id = registry.register_type(&ty).id;
    let types = PortableRegistry::from(registry);
    decode_as_type(bytes, &id, &types).ok().map(|value| shown(&value, &types))
}

fn shown(value: &Value<u32>, types: &PortableRegistry) -> Json {
    let Some(ty) = types.resolve(value.context) else { return Json::Null };
    match (ty.path.ident().as_deref(), &ty.type_def) {
        (Some("AccountId"), _) => match <[u8; 32]>::try_from(bytes(value)) {
            Ok(account) => signer::address(&AccountId::from(account)).into(),
            Err(_) => Json::Null,
        },
        (Some("Hash"), _) => signer::hex(&bytes(value)).into(),
        (_, TypeDef::Array(array)) if is_byte(types, array.type_param.id) => signer::hex(&bytes(value)).into(),
        (_, TypeDef::Sequence(sequence)) if is_byte(types, sequence.type_param.id) => text(bytes(value)).into(),
        // What a message without a result returns.
        (_, TypeDef::Tuple(tuple)) if tuple.fields.is_empty() => Json::Null,
        _ => plain(value, ty, types),
    }
}

fn plain(value: &Value<u32>, ty: &Type<PortableForm>, types: &PortableRegistry) -> Json {
    match &value.value {
        ValueDef::Primitive(primitive) => match (primitive, &ty.type_def) {
            (Primitive::U128(number), TypeDef::Primitive(TypeDefPrimitive::U128)) => number.to_string().into(),
            (Primitive::U128(number), _) => u64::try_from(*number).map_or(Json::Null, Json::from),
            (Primitive::Bool(flag), _) => (*flag).into(),
            (Primitive::String(text), _) => text.clone().into(),
            _ => Json::Null,
        },
        ValueDef::Composite(composite) => fields(composite, types),
        ValueDef::Variant(variant) => match (ty.path.ident().as_deref(), variant.name.as_str(), &variant.values) {
            (Some("Option"), "None", _) => Json::Null,
            (Some("Option"), _, values) => alone(values, types),
            (_, name, values) if values.is_empty() => name.into(),
            (_, name, Composite::Unnamed(values)) if values.len() == 1 => {
                Json::Object(Map::from_iter([(name.to_owned(), alone(&variant.values, types))]))
            }
            (_, name, values) => Json::Object(Map::from_iter([(name.to_owned(), fields(values, types))])),
        },
        ValueDef::BitSequence(_) => Json::Null,
    }
}

fn fields(composite: &Composite<u32>, types: &PortableRegistry) -> Json {
    match composite {
        Composite::Named(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.clone(), shown(value, types))).collect())
        }
        Composite::Unnamed(values) => values.iter().map(|value| shown(value, types)).collect(),
    }
}

/// The only value there is.
fn alone(composite: &Composite<u32>, types: &PortableRegistry) -> Json {
    composite.values().next().map_or(Json::Null, |value| shown(value, types))
}

fn is_byte(types: &PortableRegistry, id: u32) -> bool {
    let ty = types.resolve(id);
    ty.is_some_and(|ty| matches!(&ty.type_def, TypeDef::Primitive(TypeDefPrimitive::U8)))
}

/// The bytes in a value, however deeply nested.
fn bytes(value: &Value<u32>) -> Vec<u8> {
    match &value.value {
        ValueDef::Primitive(Primitive::U128(byte)) => u8::try_from(*byte).into_iter().collect(),
        ValueDef::Composite(composite) => composite.values().flat_map(bytes).collect(),
        _ => Vec::new(),
    }
}

/// A URI as it was written.
fn text(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => text,
        Ok(text) => signer::hex(text.as_bytes()),
        Err(error) => signer::hex(error.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ink::env::Event;
    use interfaces::market::{self, Asset, Award, Duplicates, Offer, Quote, RequestPosted};
    use serde_json::json;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    fn alice() -> AccountId {
        signer::account("alice").expect("alice")
    }

    #[test]
    fn amounts_are_text_times_are_numbers_and_accounts_are_addresses() {
        let offer = |uri: &[u8], previous| Offer {
            price: u128::MAX,
            deliver_by: 1_893_456_000_000,
            uri: uri.to_vec(),
            until: 1_893_455_000_000,
            open: true,
            insider: false,
            previous,
        };
        assert_eq!(
            json(&offer("ipfs://é".as_bytes(), Some(alice()))),
            json!({
                "price": "340282366920938463463374607431768211455",
                "deliver_by": 1_893_456_000_000_u64,
                "uri": "ipfs://é",
                "until": 1_893_455_000_000_u64,
                "open": true,
                "insider": false,
                "previous": ALICE,
            })
        );
        assert_eq!(json(&offer(&[0xff, 1], None))["uri"], "0xff01");
        assert_eq!(json(&offer(b"a\nb", None))["previous"], Json::Null);
        assert_eq!(json(&offer(b"a\nb", None))["uri"], "0x610a62");
    }

    #[test]
    fn enums_are_names_with_what_they_carry_and_nothing_is_null() {
        assert_eq!(json(&Asset::Native), json!("Native"));
        assert_eq!(json(&Asset::Psp22(alice())), json!({ "Psp22": ALICE }));
        assert_eq!(json(&Award::Ranked { places_bps: vec![1, 2] }), json!({ "Ranked": { "places_bps": [1, 2] } }));
        assert_eq!(json(&Duplicates::Shared { retention_ppm: 9 }), json!({ "Shared": { "retention_ppm": 9 } }));
        assert_eq!(json(&()), Json::Null);
        assert_eq!(json(&[7_u8; 4]), json!("0x07070707"));
        assert_eq!(json(&vec![(alice(), true)]), json!([[ALICE, true]]));
        assert_eq!(json(&market::Error::TooLate), json!("TooLate"));
    }

    #[test]
    fn an_event_is_known_by_its_signature_and_has_its_fields_by_name() {
        let quote = Quote { reward: 1, review_fees: 2, protocol_fee: 3, rent: 4, premium: 5, total: 15 };
        let posted = RequestPosted { request: 7, requester: alice(), quote };
        let signature = RequestPosted::SIGNATURE_TOPIC.expect("a signature");
        let emitted = Emitted { contract: alice(), topics: vec![signature], data: posted.encode() };
        let shown = event(&emitted).expect("an event that is known");
        assert_eq!((&shown["event"], &shown["contract"]), (&json!("RequestPosted"), &json!(ALICE)));
        assert_eq!(shown["fields"]["request"], 7);
        assert_eq!(shown["fields"]["quote"]["total"], "15");
        assert_eq!(event(&Emitted { topics: vec![[0; 32]], ..emitted.clone() }), None);
        assert_eq!(event(&Emitted { data: vec![1], ..emitted }), None, "cut short");
    }
}
