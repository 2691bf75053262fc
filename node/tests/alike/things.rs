//! What recorded requests are about: each has a name in them, such as `$head`, because every chain has its own.

use crate::client::Client;
use chain::runtime::{
    frame_support::{storage::storage_prefix, weights::Weight, StorageHasher as _, Twox64Concat},
    frame_system,
    genesis::account,
    pallet_balances, pallet_contracts, pallet_timestamp, payload,
    sp_core::{blake2_256, bytes::to_hex, sr25519, Pair},
    sp_runtime::{generic::Era, MultiSignature},
    Balance, Hash, Nonce, Runtime, RuntimeCall, UncheckedExtrinsic,
};
use scale::{Decode, Encode};
use serde_json::{json, Value as Json};

/// `(func (export "deploy") (drop (call $set_storage 0 4 0 8))) (func (export "call"))`, with what that needs.
const CODE: &[u8] =
    b"\0asm\x01\0\0\0\x01\x0c\x02\x60\x04\x7f\x7f\x7f\x7f\x01\x7f\x60\0\0\x02\x24\x02\x05seal2\x0bset_storage\0\0\
    \x03env\x06memory\x02\x01\x01\x01\x03\x03\x02\x01\x01\x07\x11\x02\x06deploy\0\x01\x04call\0\x02\
    \x0a\x12\x02\x0d\0\x41\0\x41\x04\x41\0\x41\x08\x10\0\x1a\x0b\x02\0\x0b";
/// What comes before the words of a panic.
const PANICKED: &str = "Execution aborted due to trap:";
const SALT: [u8; 1] = [7];
const UNIT: Balance = 1_000_000_000_000;
const GAS: Weight = Weight::from_parts(10_000_000_000, 1_000_000);

pub struct Things {
    /// In hex, the longest names first: none begins with one before it.
    named: Vec<(&'static str, String)>,
    /// The last subscription.
    pub subscription: Json,
}

impl Things {
    /// Puts a contract with something in storage on a chain that is new.
    pub async fn prepare(client: &mut Client) -> Self {
        let genesis = hash(&client.get("chain_getBlockHash", json!([0])).await);
        let instantiation = RuntimeCall::Contracts(pallet_contracts::Call::instantiate_with_code {
            value: 0,
            gas_limit: GAS,
            storage_deposit_limit: None,
            code: CODE.to_vec(),
            data: Vec::new(),
            salt: SALT.to_vec(),
        });
        let transaction = Signing::on(genesis).by("//Alice", 0, instantiation);
        client.get("author_submitExtrinsic", json!([to_hex(&transaction, false)])).await;
        client.wait_until_final(1).await;

        let code_hash: Hash = blake2_256(CODE).into();
        let deployer = account("//Alice");
        let contract = pallet_contracts::Pallet::<Runtime>::contract_address(&deployer, &code_hash, &[], &SALT);
        let info =
            [&storage_prefix(b"Contracts", b"ContractInfoOf")[..], &Twox64Concat::hash(&contract.encode())].concat();
        let stored = client.get("state_getStorage", json!([to_hex(&info, false)])).await;
        let trie = Vec::<u8>::decode(&mut &bytes(&stored)[..]).expect("its trie is first");
        let child = [b":child_storage:default:", &trie[..]].concat();
        let cells = client.get("childstate_getKeys", json!([to_hex(&child, false), "0x"])).await;
        let head = hash(&client.get("chain_getBlockHash", json!([])).await);

        let mut named = transactions(genesis);
        named.extend([
            ("head", head.encode()),
            ("genesis", genesis.encode()),
            ("contract", contract.encode()),
            ("info", info),
            ("child", child),
            ("cell", bytes(&cells[0])),
            ("codeHash", code_hash.encode()),
        ]);
        let mut named: Vec<_> = named.into_iter().map(|(name, value)| (name, to_hex(&value, false))).collect();
        named.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Self { named, subscription: Json::Null }
    }

    /// These parameters with the things in place of their names.
    pub fn put_into(&self, params: &Json) -> Json {
        match params {
            Json::String(text) if text == "$subscription" => self.subscription.clone(),
            Json::String(text) => self.put_into_text(text).into(),
            Json::Array(list) => list.iter().map(|one| self.put_into(one)).collect(),
            Json::Object(fields) => fields.iter().map(|(name, one)| (name.clone(), self.put_into(one))).collect(),
            other => other.clone(),
        }
    }

    fn put_into_text(&self, text: &str) -> String {
        self.named.iter().fold(text.to_owned(), |text, (name, value)| {
            let name = format!("${name}");
            match text == name {
                true => value.clone(),
                // Within hex, its beginning is there already.
                false => text.replace(&name, &value["0x".len()..]),
            }
        })
    }

    /// An error with the names of the things in place of them. What a panic of the runtime says is left out: it is said by machine
    /// code there, and by Rust here.
    pub fn hidden(&self, error: &Json) -> Json {
        let text =
            self.named.iter().fold(error.to_string(), |text, (name, value)| text.replace(value, &format!("${name}")));
        let mut error: Json = serde_json::from_str(&text).expect("it was JSON");
        for part in error.as_object_mut().into_iter().flat_map(|parts| parts.values_mut()) {
            if let Some((before, _)) = part.as_str().and_then(|text| text.split_once(PANICKED)) {
                *part = format!("{before}{PANICKED} ...").into();
            }
        }
        error
    }
}

fn bytes(hex: &Json) -> Vec<u8> {
    chain::runtime::sp_core::bytes::from_hex(hex.as_str().expect("hex")).expect("hex")
}

fn hash(hex: &Json) -> Hash {
    Hash::from_slice(&bytes(hex))
}

/// Transactions that can be taken, and others that cannot.
fn transactions(genesis: Hash) -> Vec<(&'static str, Vec<u8>)> {
    let signing = Signing::on(genesis);
    let remark = |text: &str| RuntimeCall::System(frame_system::Call::remark { remark: text.into() });
    let far = Era::mortal(64, 40);
    let mut forged = signing.by("//Ferdie", 0, remark("forged"));
    // The last byte of the call is not what was signed.
    forged.iter_mut().last().into_iter().for_each(|byte| *byte ^= 1);
    let heavy = RuntimeCall::Contracts(pallet_contracts::Call::call {
        dest: account("//Alice").into(),
        value: 0,
        gas_limit: Weight::from_parts(10_000_000_000_000, 0),
        storage_deposit_limit: None,
        data: Vec::new(),
    });
    let too_much = RuntimeCall::Balances(pallet_balances::Call::transfer_allow_death {
        dest: account("//Bob").into(),
        value: Balance::MAX / 2,
    });
    let clock = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: 1 });
    let plain = signing.by("//Ferdie", 0, remark("plain"));
    let future = signing.by("//Charlie", 7, remark("future"));
    vec![
        ("remarkLength", u32::try_from(plain.len()).expect("it is short").encode()),
        ("remark", plain),
        ("valid", signing.by("//Bob", 0, remark("valid"))),
        ("stale", signing.by("//Bob", 0, remark("stale"))),
        ("futureHash", blake2_256(&future).into()),
        ("future", future),
        ("otherFuture", signing.by("//Charlie", 7, remark("other"))),
        ("badSignature", forged),
        ("otherChain", Signing::on(Hash::repeat_byte(1)).by("//Ferdie", 0, remark("elsewhere"))),
        ("poor", signing.by("//Zoe", 0, remark("poor"))),
        ("generous", Signing { tip: Balance::MAX / 2, ..signing }.by("//Ferdie", 0, remark("generous"))),
        ("tipped", Signing { tip: UNIT, ..signing }.by("//Charlie", 7, remark("tipped"))),
        ("expired", Signing { era: far, ..signing }.by("//Ferdie", 0, remark("expired"))),
        ("heavy", signing.by("//Ferdie", 0, heavy)),
        ("unsigned", UncheckedExtrinsic::new_unsigned(remark("unsigned")).encode()),
        ("clock", UncheckedExtrinsic::new_unsigned(clock).encode()),
        ("watched", signing.by("//Dave", 0, remark("watched"))),
        ("failing", signing.by("//Dave", 1, too_much)),
        ("before", signing.by("//Eve", 0, remark("before"))),
        ("early", signing.by("//Eve", 1, remark("early"))),
    ]
}

/// How transactions are signed.
#[derive(Clone, Copy)]
struct Signing {
    genesis: Hash,
    era: Era,
    tip: Balance,
}

impl Signing {
    fn on(genesis: Hash) -> Self {
        Self { genesis, era: Era::Immortal, tip: 0 }
    }

    fn by(self, path: &str, nonce: Nonce, call: RuntimeCall) -> Vec<u8> {
        let pair = sr25519::Pair::from_string(path, None).expect("a path below the development phrase");
        let payload = payload(call, nonce, (self.era, self.genesis), self.tip, self.genesis);
        let signature = payload.using_encoded(|payload| pair.sign(payload));
        let (call, extra, _) = payload.deconstruct();
        let signer = account(path).into();
        UncheckedExtrinsic::new_signed(call, signer, MultiSignature::Sr25519(signature), extra).encode()
    }
}
