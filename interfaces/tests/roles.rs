//! `docs/polkadot-js.md` tells the roles' numbers, which people have to type.

use interfaces::roles;
use std::{fs, path::Path};

#[test]
fn the_page_about_contracts_uis_has_the_number_of_every_role() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/polkadot-js.md");
    let page = fs::read_to_string(page).expect("the page");
    for (name, role) in [
        ("the manager", roles::MANAGER),
        ("OPERATOR", roles::OPERATOR),
        ("MINTER", roles::MINTER),
        ("LOCKER", roles::LOCKER),
        ("SLASHER", roles::SLASHER),
        ("SPENDER", roles::SPENDER),
        ("FREEZER", roles::FREEZER),
    ] {
        assert!(page.contains(&format!("| {name} | {role} |")), "{name}: {role}");
    }
}
