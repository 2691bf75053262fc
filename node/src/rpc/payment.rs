//! `payment_…`: what transactions cost.

use super::{call_for, error_with, transaction, Answer, Context, RUNTIME, UNDECODABLE};
use chain::runtime::{
    pallet_transaction_payment::{FeeDetails, InclusionFee, RuntimeDispatchInfo},
    sp_core::{Bytes, U256},
    Balance, Hash,
};
use jsonrpsee::{core::async_trait, proc_macros::rpc};
use scale::{Decode, Encode};

#[rpc(server)]
pub trait Payment {
    /// The weight, class and fee of a transaction, without a tip.
    #[method(name = "payment_queryInfo")]
    async fn query_info(&self, encoded_xt: Bytes, at: Option<Hash>) -> Answer<RuntimeDispatchInfo<Balance>>;

    /// What its fee consists of.
    #[method(name = "payment_queryFeeDetails")]
    async fn query_fee_details(&self, encoded_xt: Bytes, at: Option<Hash>) -> Answer<FeeDetails<U256>>;
}

impl Context {
    /// What one of the runtime's APIs answers of a transaction and its length, or these words and the reason.
    async fn about<T: Decode + Send + 'static>(
        &self,
        sent: Bytes,
        hash: Option<Hash>,
        api: &'static str,
        words: &'static str,
    ) -> Answer<T> {
        let sent = transaction(&sent).map_err(|problem| error_with(UNDECODABLE, words, format!("{problem:?}")))?;
        let length = u32::try_from(sent.len()).unwrap_or(u32::MAX);
        let arguments = [sent, length.encode()].concat();
        self.ask(move |producer| {
            call_for(producer, hash, api, &arguments).map_err(|problem| error_with(RUNTIME, words, problem))
        })
        .await
    }
}

#[async_trait]
impl PaymentServer for Context {
    async fn query_info(&self, sent: Bytes, hash: Option<Hash>) -> Answer<RuntimeDispatchInfo<Balance>> {
        self.about(sent, hash, "TransactionPaymentApi_query_info", "Unable to query dispatch info.").await
    }

    async fn query_fee_details(&self, sent: Bytes, hash: Option<Hash>) -> Answer<FeeDetails<U256>> {
        let api = "TransactionPaymentApi_query_fee_details";
        let details: FeeDetails<Balance> = self.about(sent, hash, api, "Unable to query fee details.").await?;
        Ok(FeeDetails {
            inclusion_fee: details.inclusion_fee.map(|fee| InclusionFee {
                base_fee: fee.base_fee.into(),
                len_fee: fee.len_fee.into(),
                adjusted_weight_fee: fee.adjusted_weight_fee.into(),
            }),
            tip: U256::zero(),
        })
    }
}
