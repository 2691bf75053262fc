//! Values of the contracts as JSON, by their types alone: amounts as text, as JSON's numbers are not exact; times as
//! numbers; accounts as SS58; hashes and salts as `0x…`.

use crate::{chain::Emitted, signer};
use ink::{metadata, primitives::AccountId};
use scale::Encode;
use scale_info::{form::PortableForm, MetaType, PortableRegistry, Registry, Type, TypeDef, TypeDefPrimitive, TypeInfo};
use serde_json::{Map, Value as Json};
use subxt::ext::scale_value::{scale::decode_as_type, Composite, Primitive, Value, ValueDef};

/// A value as JSON.
pub fn json<T: Encode + TypeInfo + 'static>(value: &T) -> Json {
    decoded(MetaType::new::<T>(), &mut value.encode().as_slice()).unwrap_or(Json::Null)
}

/// An event as JSON: its name, and its fields by name. Nothing where the program knows no such event.
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

/// The bytes in a value, however deep.
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
