//! `pallet-contracts` with the node's limits and deposits.

use crate::{
    Balance, Balances, RandomnessCollectiveFlip, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason, Timestamp,
    MILLIUNIT, UNIT,
};
use frame_support::{
    parameter_types,
    traits::{ConstBool, ConstU128, ConstU32, Contains},
};
use frame_system::EnsureSigned;
use sp_runtime::Perbill;

/// A tenth of a UNIT for each item of storage.
const DEPOSIT_PER_ITEM: Balance = UNIT / 10;
/// And this for each byte in it: 0.000005 UNIT.
const DEPOSIT_PER_BYTE: Balance = MILLIUNIT / 200;

/// Contracts may only transfer money.
pub enum AllowTransfers {}

impl Contains<RuntimeCall> for AllowTransfers {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(call, RuntimeCall::Balances(pallet_balances::Call::transfer_allow_death { .. }))
    }
}

parameter_types! {
    pub Schedule: pallet_contracts::Schedule<Runtime> = pallet_contracts::Schedule {
        limits: pallet_contracts::Limits {
            runtime_memory: 1024 * 1024 * 1024,
            validator_runtime_memory: 1024 * 1024 * 1024 * 2,
            ..Default::default()
        },
        ..Default::default()
    };
    pub const CodeHashLockupDepositPercent: Perbill = Perbill::from_percent(0);
}

impl pallet_contracts::Config for Runtime {
    type Time = Timestamp;
    type Randomness = RandomnessCollectiveFlip;
    type Currency = Balances;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type RuntimeHoldReason = RuntimeHoldReason;
    type CallFilter = AllowTransfers;
    type DepositPerItem = ConstU128<DEPOSIT_PER_ITEM>;
    type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
    type DefaultDepositLimit = ConstU128<{ 1024 * DEPOSIT_PER_ITEM + 1024 * 1024 * DEPOSIT_PER_BYTE }>;
    type CallStack = [pallet_contracts::Frame<Self>; 23];
    type WeightPrice = pallet_transaction_payment::Pallet<Self>;
    type WeightInfo = pallet_contracts::weights::SubstrateWeight<Self>;
    type ChainExtension = ();
    type Schedule = Schedule;
    type AddressGenerator = pallet_contracts::DefaultAddressGenerator;
    type MaxCodeLen = ConstU32<{ 256 * 1024 }>;
    type MaxStorageKeyLen = ConstU32<128>;
    type MaxTransientStorageSize = ConstU32<{ 1024 * 1024 }>;
    type MaxDebugBufferLen = ConstU32<{ 2 * 1024 * 1024 }>;
    type UnsafeUnstableInterface = ConstBool<true>;
    type CodeHashLockupDepositPercent = CodeHashLockupDepositPercent;
    type MaxDelegateDependencies = ConstU32<32>;
    type UploadOrigin = EnsureSigned<Self::AccountId>;
    type InstantiateOrigin = EnsureSigned<Self::AccountId>;
    type Environment = ();
    type Debug = ();
    type ApiVersion = ();
    type Migrations = ();
    type Xcm = ();
}
