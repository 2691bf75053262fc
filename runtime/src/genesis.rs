//! The state with which a development chain begins.

use crate::{
    blocks::no_extrinsics, AccountId, Balance, BalancesConfig, Hash, Header, Runtime, RuntimeGenesisConfig, SudoConfig,
};
use scale::Encode;
use sp_core::{sr25519, Pair};
use sp_runtime::{traits::IdentifyAccount, BuildStorage, Digest, DigestItem, MultiSigner, Storage};

/// The accounts that every development chain endows. Anybody can sign for them.
pub const DEVELOPERS: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];
/// What each of them begins with, and so does the stash of each: as on a substrate-contracts-node.
pub const ENDOWMENT: Balance = 1 << 60;

/// The identity of the chains that are forgotten: they all begin alike.
pub const IDENTITY_OF_ALL: [u8; 32] = *b"the chains of Atomic Obligation!";

/// The account of a path below the development phrase, such as `//Alice//stash`.
///
/// # Panics
/// If it is no such path.
pub fn account(path: &str) -> AccountId {
    let pair = sr25519::Pair::from_string(path, None).expect("a path below the development phrase");
    MultiSigner::from(pair.public()).into_account()
}

/// What a new development chain has in storage: the development accounts have money, Alice may do what only root may, and the
/// clock begins at `now`.
pub fn storage(now: u64) -> Storage {
    let developers = DEVELOPERS.iter().flat_map(|name| [format!("//{name}"), format!("//{name}//stash")]);
    of(now, developers.map(|path| account(&path)).collect(), Some(account("//Alice")))
}

/// As [`storage`], with nobody's money.
pub fn without_money(now: u64) -> Storage {
    of(now, Vec::new(), None)
}

fn of(now: u64, developers: Vec<AccountId>, key: Option<AccountId>) -> Storage {
    let config = RuntimeGenesisConfig {
        balances: BalancesConfig { balances: developers.into_iter().map(|account| (account, ENDOWMENT)).collect() },
        sudo: SudoConfig { key },
        ..Default::default()
    };
    let mut storage = config.build_storage().expect("balances that add up");
    storage.top.insert(pallet_timestamp::Now::<Runtime>::hashed_key().to_vec(), now.encode());
    storage
}

/// The header of a chain's first block. Its digest has the identity, so that no other chain has the same hash.
pub fn header(state_root: Hash, identity: [u8; 32]) -> Header {
    Header {
        parent_hash: Hash::zero(),
        number: 0,
        state_root,
        extrinsics_root: no_extrinsics(),
        digest: Digest { logs: vec![DigestItem::Other(identity.to_vec())] },
    }
}
