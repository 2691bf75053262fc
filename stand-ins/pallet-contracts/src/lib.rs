//! The answers of `pallet-contracts` that `ink_e2e` decodes. They are the same in the runtime's pallet, but for the errors in
//! them: those are of the framework's own `sp-runtime`.

pub use runtime::pallet_contracts::{CodeUploadReturnValue, ContractResult, ExecReturnValue, InstantiateReturnValue};

use sp_runtime::DispatchError;

pub type ContractExecResult<Balance, EventRecord> =
    ContractResult<Result<ExecReturnValue, DispatchError>, Balance, EventRecord>;

pub type ContractInstantiateResult<AccountId, Balance, EventRecord> =
    ContractResult<Result<InstantiateReturnValue<AccountId>, DispatchError>, Balance, EventRecord>;

pub type CodeUploadResult<CodeHash, Balance> = Result<CodeUploadReturnValue<CodeHash, Balance>, DispatchError>;
