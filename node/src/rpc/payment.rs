//! `payment_…`: what transactions cost.

use super::{call_for, Answer, Context};
use chain::runtime::{
    pallet_transaction_payment::{FeeDetails, InclusionFee, RuntimeDispatchInfo},
    sp_core::{Bytes, U256},
    Balance, Hash,
};
use jsonrpsee::{core::async_trait, proc_macros::rpc, RpcModule};
use scale::Encode;

#[rpc(server)]
pub trait Payment {
    /// The weight, class and fee of a transaction, without a tip.
    #[method(name = "payment_queryInfo")]
    async fn query_info(&self, transaction: Bytes, hash: Option<Hash>) -> Answer<RuntimeDispatchInfo<Balance>>;

    /// What its fee consists of.
    #[method(name = "payment_queryFeeDetails")]
    async fn query_fee_details(&self, transaction: Bytes, hash: Option<Hash>) -> Answer<FeeDetails<U256>>;
}

pub fn methods(context: Context) -> RpcModule<Context> {
    let mut methods = RpcModule::new(context.clone());
    methods.merge(context.into_rpc()).expect("each method is here once");
    methods
}

/// A transaction and its length.
fn arguments(transaction: &Bytes) -> Vec<u8> {
    let length = u32::try_from(transaction.len()).unwrap_or(u32::MAX);
    [&transaction.0[..], &length.encode()].concat()
}

#[async_trait]
impl PaymentServer for Context {
    async fn query_info(&self, transaction: Bytes, hash: Option<Hash>) -> Answer<RuntimeDispatchInfo<Balance>> {
        self.ask(move |producer| call_for(producer, hash, "TransactionPaymentApi_query_info", &arguments(&transaction)))
            .await
    }

    async fn query_fee_details(&self, transaction: Bytes, hash: Option<Hash>) -> Answer<FeeDetails<U256>> {
        self.ask(move |producer| {
            let api = "TransactionPaymentApi_query_fee_details";
            let details: FeeDetails<Balance> = call_for(producer, hash, api, &arguments(&transaction))?;
            Ok(FeeDetails {
                inclusion_fee: details.inclusion_fee.map(|fee| InclusionFee {
                    base_fee: fee.base_fee.into(),
                    len_fee: fee.len_fee.into(),
                    adjusted_weight_fee: fee.adjusted_weight_fee.into(),
                }),
                tip: U256::zero(),
            })
        })
        .await
    }
}
