//! The embedded chain as a node, which any client of a substrate-contracts-node can talk to.
//!
//! [`producer`] is the thread that has the chain and makes its blocks, of the transactions in the [`pool`]; [`rpc`] is what
//! clients ask it. [`serve`] lets them in from the network, web pages only from where [`origins`] allows.

pub mod origins;
pub mod pool;
pub mod producer;
pub mod rpc;

use jsonrpsee::{
    server::{middleware::http::ProxyGetRequestLayer, RandomStringIdProvider, Server, ServerHandle},
    RpcModule,
};
use origins::{Guard, Origins};
use std::{io, net::SocketAddr};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The largest request: the code of a contract in hex, and then some.
const LARGEST_REQUEST: u32 = 15 * 1024 * 1024;
/// The largest answer.
const LARGEST_ANSWER: u32 = 50 * 1024 * 1024;
/// As many as a node lets in: what a client asks for and does not read is kept for it.
const MOST_CONNECTIONS: u32 = 100;
const MOST_SUBSCRIPTIONS: u32 = 1_024;
/// So long are the ids of subscriptions.
const ID_LENGTH: usize = 16;

/// Lets clients in at this address, over WebSocket and HTTP. Returns the address that it is, and what stops it.
///
/// # Errors
/// If the address cannot be had.
pub async fn serve(
    address: SocketAddr,
    origins: Origins,
    methods: RpcModule<()>,
) -> io::Result<(SocketAddr, ServerHandle)> {
    let pages = origins.clone();
    let allowed = AllowOrigin::predicate(move |origin, _| origin.to_str().is_ok_and(|origin| pages.allow(origin)));
    let cors = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([http::Method::POST])
        .allow_headers([http::header::CONTENT_TYPE]);
    let health = ProxyGetRequestLayer::new("/health", "system_health").map_err(io::Error::other)?;
    let server = Server::builder()
        .max_request_body_size(LARGEST_REQUEST)
        .max_response_body_size(LARGEST_ANSWER)
        .max_connections(MOST_CONNECTIONS)
        .max_subscriptions_per_connection(MOST_SUBSCRIPTIONS)
        .set_id_provider(RandomStringIdProvider::new(ID_LENGTH))
        .set_http_middleware(tower::ServiceBuilder::new().layer(Guard(origins)).layer(cors).layer(health))
        .build(address)
        .await?;
    let address = server.local_addr()?;
    Ok((address, server.start(methods)))
}
