//! How `pallet-contracts` hands over messages for other chains, and that nobody takes them.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

use alloc::boxed::Box;
use frame_support::{
    dispatch::{DispatchErrorWithPostInfo, WithPostDispatchInfo},
    pallet_prelude::DispatchError,
    weights::Weight,
};
use xcm::{prelude::XcmHash, VersionedLocation, VersionedXcm};

/// Takes messages of both kinds.
pub trait Controller<Origin, RuntimeCall, Timeout>:
    ExecuteController<Origin, RuntimeCall> + SendController<Origin>
{
}

impl<Origin, RuntimeCall, Timeout> Controller<Origin, RuntimeCall, Timeout> for () {}

/// What it weighs to take a message that is executed here.
pub trait ExecuteControllerWeightInfo {
    fn execute() -> Weight;
}

/// Takes messages that are executed here.
pub trait ExecuteController<Origin, RuntimeCall> {
    type WeightInfo: ExecuteControllerWeightInfo;

    /// Executes a message for an account, and says what that weighed.
    fn execute(
        origin: Origin,
        message: Box<VersionedXcm<RuntimeCall>>,
        max_weight: Weight,
    ) -> Result<Weight, DispatchErrorWithPostInfo>;
}

/// What it weighs to take a message for another chain.
pub trait SendControllerWeightInfo {
    fn send() -> Weight;
}

/// Takes messages for other chains.
pub trait SendController<Origin> {
    type WeightInfo: SendControllerWeightInfo;

    /// Sends a message there, and returns its hash.
    fn send(
        origin: Origin,
        destination: Box<VersionedLocation>,
        message: Box<VersionedXcm<()>>,
    ) -> Result<XcmHash, DispatchError>;
}

/// Refuses, as it does on a substrate-contracts-node.
impl<Origin, RuntimeCall> ExecuteController<Origin, RuntimeCall> for () {
    type WeightInfo = ();

    fn execute(_: Origin, _: Box<VersionedXcm<RuntimeCall>>, _: Weight) -> Result<Weight, DispatchErrorWithPostInfo> {
        Err(DispatchError::Other("ExecuteController::execute not implemented").with_weight(Weight::zero()))
    }
}

impl ExecuteControllerWeightInfo for () {
    fn execute() -> Weight {
        Weight::zero()
    }
}

/// Takes them, and sends them nowhere, as it does on a substrate-contracts-node.
impl<Origin> SendController<Origin> for () {
    type WeightInfo = ();

    fn send(_: Origin, _: Box<VersionedLocation>, _: Box<VersionedXcm<()>>) -> Result<XcmHash, DispatchError> {
        Ok(XcmHash::default())
    }
}

impl SendControllerWeightInfo for () {
    fn send() -> Weight {
        Weight::zero()
    }
}
