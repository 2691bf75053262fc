//! `system_…`: what this node is, and the numbers of accounts' transactions.

use super::{
    call_for, error_with, execution_failed, number_for_runtime, transaction, Answer, Context, RUNTIME, UNDECODABLE,
};
use chain::runtime::{
    blocks::Refused,
    sp_core::{
        crypto::{AccountId32, Ss58Codec},
        Bytes,
    },
    state::Fault,
    Hash, Nonce,
};
use jsonrpsee::{core::async_trait, proc_macros::rpc, types::error::INVALID_PARAMS_CODE};
use scale::Encode;
use serde_json::{json, Value as Json};

#[rpc(server)]
pub trait System {
    #[method(name = "system_name")]
    async fn name(&self) -> Answer<&'static str>;

    #[method(name = "system_version")]
    async fn version(&self) -> Answer<&'static str>;

    /// The chain's name: that of every chain that anybody may try things out on.
    #[method(name = "system_chain")]
    async fn chain(&self) -> Answer<&'static str>;

    #[method(name = "system_chainType")]
    async fn chain_type(&self) -> Answer<&'static str>;

    /// How addresses and amounts are written.
    #[method(name = "system_properties")]
    async fn properties(&self) -> Answer<Json>;

    #[method(name = "system_health")]
    async fn health(&self) -> Answer<Json>;

    #[method(name = "system_peers")]
    async fn peers(&self) -> Answer<Vec<Json>>;

    #[method(name = "system_nodeRoles")]
    async fn node_roles(&self) -> Answer<[&'static str; 1]>;

    #[method(name = "system_syncState")]
    async fn sync_state(&self) -> Answer<Json>;

    /// The number of the account's next transaction, those counted that wait for a block.
    #[method(name = "system_accountNextIndex", aliases = ["account_nextIndex"])]
    async fn next_index(&self, account: String) -> Answer<Nonce>;

    /// What would become of a transaction in the next block. Nothing changes.
    #[method(name = "system_dryRun", aliases = ["system_dryRunAt"])]
    async fn dry_run(&self, extrinsic: Bytes, at: Option<Hash>) -> Answer<Bytes>;
}

#[async_trait]
impl SystemServer for Context {
    async fn name(&self) -> Answer<&'static str> {
        Ok("atomic node")
    }

    async fn version(&self) -> Answer<&'static str> {
        Ok(env!("CARGO_PKG_VERSION"))
    }

    async fn chain(&self) -> Answer<&'static str> {
        Ok("Development")
    }

    async fn chain_type(&self) -> Answer<&'static str> {
        Ok("Development")
    }

    async fn properties(&self) -> Answer<Json> {
        Ok(json!({ "ss58Format": 42, "tokenDecimals": 12, "tokenSymbol": "UNIT" }))
    }

    async fn health(&self) -> Answer<Json> {
        Ok(json!({ "peers": 0, "isSyncing": false, "shouldHavePeers": false }))
    }

    async fn peers(&self) -> Answer<Vec<Json>> {
        Ok(Vec::new())
    }

    async fn node_roles(&self) -> Answer<[&'static str; 1]> {
        Ok(["Authority"])
    }

    async fn sync_state(&self) -> Answer<Json> {
        self.ask(|producer| {
            let head = producer.head().number;
            Ok(json!({ "startingBlock": 0, "currentBlock": head, "highestBlock": head }))
        })
        .await
    }

    async fn next_index(&self, account: String) -> Answer<Nonce> {
        let account = AccountId32::from_ss58check(&account)
            .map_err(|problem| error_with(INVALID_PARAMS_CODE, "Invalid params", problem))?;
        self.ask(move |producer| {
            let api = "AccountNonceApi_account_nonce";
            let mut next: Nonce = call_for(producer, None, api, &account.encode())?;
            while producer.pool().provides(&(&account, next).encode()) {
                next = next.saturating_add(1);
            }
            Ok(next)
        })
        .await
    }

    async fn dry_run(&self, sent: Bytes, hash: Option<Hash>) -> Answer<Bytes> {
        let sent =
            transaction(&sent).map_err(|problem| error_with(UNDECODABLE, "Unable to dry run extrinsic", problem))?;
        let failed = |problem: String| error_with(RUNTIME, "Unable to dry run extrinsic.", problem);
        let panicked = move |fault: &Fault| failed(execution_failed(fault));
        self.ask(move |producer| {
            // Only the next block is still open.
            number_for_runtime(producer, hash).map_err(|problem| failed(problem.to_string()))?;
            match producer.try_out(&sent) {
                Ok(applied) => Ok(Bytes(applied.encode())),
                Err(Refused::Fault(fault)) => Err(panicked(&fault)),
                // The runtime would panic.
                Err(other) => Err(panicked(&Fault::Panicked(other.to_string()))),
            }
        })
        .await
    }
}
