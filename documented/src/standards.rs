//! What the messages of the standards say of themselves: pendzl's AccessControl and Pausable, and PSP22 with its metadata. Their
//! own docs are not in their traits, or speak of any token, and reputation is none that moves.

/// The docs of each message, by its trait and its name.
pub const MESSAGES: &[(&str, &str)] = &[
    ("AccessControl::has_role", "Whether this account has a role. A role is a number: the manager's is 0, the others are listed in docs/polkadot-js.md."),
    ("AccessControl::get_role_admin", "The role whose holders grant and revoke a role: the manager's, 0."),
    (
        "AccessControl::grant_role",
        "Manager: gives an account a role. Emits `RoleGranted`.\n\nErrors: `MissingRole`, `InvalidCaller` (nobody in particular, or a minter without notice), `RoleRedundant`.",
    ),
    ("AccessControl::revoke_role", "Manager: takes a role from an account. Emits `RoleRevoked`.\n\nErrors: `MissingRole`."),
    (
        "AccessControl::renounce_role",
        "Whoever has a role: gives it up. The account must be the caller's own. Emits `RoleRevoked`.\n\nErrors: `InvalidCaller`, `MissingRole`.",
    ),
    (
        "AccessControl::set_role_admin",
        "Whoever may grant a role: has another role's holders grant it from now on. Emits `RoleAdminChanged`.\n\nErrors: `MissingRole`.",
    ),
    ("Pausable::paused", "Whether the contract is paused."),
    ("PSP22::total_supply", "All reputation there is, in points. What is owed and not minted yet is not in it."),
    ("PSP22::balance_of", "What this account has, in points, locked ones included."),
    ("PSP22::allowance", "0: nobody may move another's reputation."),
    ("PSP22::transfer", "Refused always: reputation cannot be transferred. Errors: `Custom(\"Soulbound\")`."),
    ("PSP22::transfer_from", "Refused always: reputation cannot be transferred. Errors: `Custom(\"Soulbound\")`."),
    ("PSP22::approve", "Refused always: reputation cannot be transferred. Errors: `Custom(\"Soulbound\")`."),
    ("PSP22::increase_allowance", "Refused always: reputation cannot be transferred. Errors: `Custom(\"Soulbound\")`."),
    ("PSP22::decrease_allowance", "Refused always: reputation cannot be transferred. Errors: `Custom(\"Soulbound\")`."),
    ("PSP22Metadata::token_name", "The token's name."),
    ("PSP22Metadata::token_symbol", "The token's symbol."),
    ("PSP22Metadata::token_decimals", "0: reputation is counted in whole points."),
];
