//! Which roles there are, and which of them the contracts need in each other (section 2).

use ink::primitives::AccountId;
use interfaces::roles;
use pendzl::contracts::access_control::RoleType;

/// The roles that there are, by name.
pub const ROLES: [(RoleType, &str); 7] = [
    (roles::MANAGER, "MANAGER"),
    (roles::OPERATOR, "OPERATOR"),
    (roles::MINTER, "MINTER"),
    (roles::LOCKER, "LOCKER"),
    (roles::SLASHER, "SLASHER"),
    (roles::SPENDER, "SPENDER"),
    (roles::FREEZER, "FREEZER"),
];

/// A role's name.
pub fn role_name(role: RoleType) -> &'static str {
    ROLES.iter().find(|(known, _)| *known == role).map_or("an unknown role", |(_, name)| name)
}

/// The roles that the contracts need in each other (section 2): in which contract, which other one, which roles. Nobody
/// else needs any, except the manager.
pub fn role_table(
    reputation: AccountId,
    obligation: AccountId,
    market: AccountId,
) -> [(AccountId, AccountId, &'static [RoleType]); 3] {
    [
        (reputation, obligation, &[roles::LOCKER, roles::SLASHER, roles::SPENDER, roles::FREEZER, roles::MINTER]),
        (reputation, market, &[roles::LOCKER, roles::SLASHER, roles::SPENDER, roles::MINTER]),
        (obligation, market, &[roles::OPERATOR]),
    ]
}
