//! The runtime: `ink_sandbox`'s, with the limits and prices of a real contracts chain (`contracts-node`): code up to 256 KiB,
//! 12 decimals, an existential deposit of a thousandth of a UNIT, and a storage deposit of a tenth of a UNIT an item. There
//! are no transaction fees.
// The macro asks for a feature that crates outside of it do not have.
#![allow(unexpected_cfgs)]

use crate::amounts::UNIT;
use frame_support::{
    construct_runtime, derive_impl, parameter_types,
    sp_runtime::{testing::H256, traits::Convert, AccountId32, Perbill},
    traits::{ConstBool, ConstU128, ConstU32, ConstU64, Currency, Randomness},
    weights::Weight,
};
use ink_sandbox::{frame_system, pallet_balances, pallet_contracts, pallet_timestamp};

/// What the node asks for each item of storage, and for each byte in it.
const DEPOSIT_PER_ITEM: u128 = UNIT / 10;
const DEPOSIT_PER_BYTE: u128 = UNIT / 200_000;
/// What an account must have to exist.
pub const EXISTENTIAL_DEPOSIT: u128 = UNIT / 1_000;
const MAX_CODE: u32 = 256 * 1024;

construct_runtime!(
    pub enum AtomicRuntime {
        System: frame_system,
        Balances: pallet_balances,
        Timestamp: pallet_timestamp,
        Contracts: pallet_contracts,
    }
);

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig as frame_system::DefaultConfig)]
impl frame_system::Config for AtomicRuntime {
    type Block = frame_system::mocking::MockBlockU32<AtomicRuntime>;
    type Version = ();
    type BlockHashCount = ConstU32<250>;
    type AccountData = pallet_balances::AccountData<u128>;
}

impl pallet_balances::Config for AtomicRuntime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type Balance = u128;
    type DustRemoval = ();
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = ();
    type MaxLocks = ();
    type MaxReserves = ();
    type MaxFreezes = ();
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
}

impl pallet_timestamp::Config for AtomicRuntime {
    type Moment = u64;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<1>;
    type WeightInfo = ();
}

pub enum NoRandomness {}

impl Randomness<H256, u32> for NoRandomness {
    fn random(_subject: &[u8]) -> (H256, u32) {
        unreachable!("this chain offers contracts no randomness")
    }
}

type BalanceOf = <Balances as Currency<AccountId32>>::Balance;

impl Convert<Weight, BalanceOf> for AtomicRuntime {
    fn convert(weight: Weight) -> BalanceOf {
        weight.ref_time().into()
    }
}

parameter_types! {
    pub ContractsSchedule: pallet_contracts::Schedule<AtomicRuntime> = {
        let mut schedule = <pallet_contracts::Schedule<AtomicRuntime>>::default();
        // Only checked against the greatest code; nodes that take 256 KiB have this much.
        schedule.limits.runtime_memory = 1024 * 1024 * 1024;
        schedule
    };
    pub DefaultDepositLimit: BalanceOf = 1024 * DEPOSIT_PER_ITEM + 1024 * 1024 * DEPOSIT_PER_BYTE;
    pub CodeHashLockupDepositPercent: Perbill = Perbill::from_percent(30);
}

impl pallet_contracts::Config for AtomicRuntime {
    type Time = Timestamp;
    type Randomness = NoRandomness;
    type Currency = Balances;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type CallFilter = ();
    type WeightPrice = Self;
    type WeightInfo = ();
    type ChainExtension = ();
    type Schedule = ContractsSchedule;
    type CallStack = [pallet_contracts::Frame<Self>; 5];
    type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
    type DepositPerItem = ConstU128<DEPOSIT_PER_ITEM>;
    type AddressGenerator = pallet_contracts::DefaultAddressGenerator;
    type MaxCodeLen = ConstU32<MAX_CODE>;
    type MaxStorageKeyLen = ConstU32<128>;
    type UnsafeUnstableInterface = ConstBool<false>;
    type UploadOrigin = frame_system::EnsureSigned<Self::AccountId>;
    type InstantiateOrigin = frame_system::EnsureSigned<Self::AccountId>;
    type MaxDebugBufferLen = ConstU32<{ 2 * 1024 * 1024 }>;
    type Migrations = ();
    type DefaultDepositLimit = DefaultDepositLimit;
    type Debug = ();
    type CodeHashLockupDepositPercent = CodeHashLockupDepositPercent;
    type MaxDelegateDependencies = ConstU32<32>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Environment = ();
    type Xcm = ();
    type ApiVersion = ();
}
