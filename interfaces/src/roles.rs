//! The roles of the organization, and what all contracts do about them in the same way.
//!
//! The manager is pendzl's `DEFAULT_ADMIN_ROLE`, which grants all the others.

use ink::{env::DefaultEnvironment, primitives::AccountId};
use pendzl::contracts::{
    access_control::{AccessControlError, AccessControlInternal, RoleType},
    pausable::{PausableError, PausableInternal},
};

/// Grants and revokes the other roles, pauses, and changes terms and policies with notice.
pub const MANAGER: RoleType = pendzl::contracts::access_control::DEFAULT_ADMIN_ROLE;
/// In the obligation contract: opens pools and reports work to the pools it opened.
pub const OPERATOR: RoleType = ink::selector_id!("OPERATOR");
/// In the reputation contract: owes new reputation, within its mint cap.
pub const MINTER: RoleType = ink::selector_id!("MINTER");
/// In the reputation contract: locks reputation and holds accounts back from freezing.
pub const LOCKER: RoleType = ink::selector_id!("LOCKER");
/// In the reputation contract: burns reputation as a penalty.
pub const SLASHER: RoleType = ink::selector_id!("SLASHER");
/// In the reputation contract: burns reputation as the price of something the owner asked for.
pub const SPENDER: RoleType = ink::selector_id!("SPENDER");
/// In the reputation contract: freezes and unfreezes accounts.
pub const FREEZER: RoleType = ink::selector_id!("FREEZER");

/// Refuses with `MissingRole` unless the caller is a manager.
pub fn ensure_manager(contract: &impl AccessControlInternal) -> Result<(), AccessControlError> {
    contract._ensure_has_role(MANAGER, Some(ink::env::caller::<DefaultEnvironment>()))
}

/// The account that is granted `role`. Refuses with `MissingRole` unless the caller is the role's admin, and with
/// `InvalidCaller` if the role is for nobody in particular: pendzl counts that as everyone's.
pub fn ensure_grants(
    contract: &impl AccessControlInternal,
    role: RoleType,
    account: Option<AccountId>,
) -> Result<AccountId, AccessControlError> {
    let admin = contract._get_role_admin(role);
    contract._ensure_has_role(admin, Some(ink::env::caller::<DefaultEnvironment>()))?;
    account.ok_or(AccessControlError::InvalidCaller)
}

/// Manager: pauses the contract.
pub fn pause<E>(contract: &mut (impl AccessControlInternal + PausableInternal)) -> Result<(), E>
where
    E: From<AccessControlError> + From<PausableError>,
{
    ensure_manager(contract)?;
    Ok(contract._pause()?)
}

/// Manager: ends the pause.
pub fn unpause<E>(contract: &mut (impl AccessControlInternal + PausableInternal)) -> Result<(), E>
where
    E: From<AccessControlError> + From<PausableError>,
{
    ensure_manager(contract)?;
    Ok(contract._unpause()?)
}

/// Turns the refusals of pendzl's traits into a contract's own errors: about roles, and about the pause if there is
/// one.
macro_rules! names_refusals {
    ($error:ty, AccessControl) => {
        impl From<pendzl::contracts::access_control::AccessControlError> for $error {
            fn from(_: pendzl::contracts::access_control::AccessControlError) -> Self {
                Self::MissingRole
            }
        }
    };
    ($error:ty, Pausable) => {
        impl From<pendzl::contracts::pausable::PausableError> for $error {
            fn from(error: pendzl::contracts::pausable::PausableError) -> Self {
                match error {
                    pendzl::contracts::pausable::PausableError::Paused => Self::Paused,
                    pendzl::contracts::pausable::PausableError::NotPaused => Self::NotPaused,
                }
            }
        }
    };
}
pub(crate) use names_refusals;
