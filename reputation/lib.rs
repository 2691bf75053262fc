//! Reputation: one soulbound token for one organization (section 2).
//!
//! The founding workforce is *endowed* with reputation; from `seal` on it can only be *earned*: a minter notes what it
//! owes, and `claim_reputation` mints it, up to the minter's cap for the epoch. It is *locked* as a bond by lockers,
//! each for itself; *spent* as the price of something the owner asked for; *slashed* as a penalty; and *frozen* while
//! its owner is at rest. Nothing moves it from one account to another: PSP22 is implemented so that wallets and
//! explorers show balances, and its transfers and approvals always refuse.
//!
//! The roles are those of [`interfaces::roles`], each granted to the contract that needs it, never to everyone at once.
//! After sealing, a manager can still:
//!
//! - grant and revoke every role, but MINTER only to an account that was announced a whole notice before
//!   (`propose_minter`);
//! - set mint caps, up and down, at once.
//!
//! It can no longer create reputation on its own: it may do to balances only what the roles it grants may do, and every
//! grant, announcement and cap is an event. What a minter owed stays owed when its role is revoked.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
// What `cargo contract build` has clippy deny.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss
    )
)]

mod accounts;
mod minting;

#[cfg(test)]
mod histories;
#[cfg(test)]
mod tests;

#[pendzl::implementation(AccessControl)]
#[documented::documented]
#[ink::contract]
pub mod reputation {
    use crate::{
        accounts::{Accounts, Batch},
        minting::Minting,
    };
    use ink::{
        prelude::{string::String, vec::Vec},
        storage::Lazy,
    };
    use interfaces::{
        ensure,
        reputation::{
            Effect, Error, FrozenChanged, Locked, MintCap, MintCapSet, MintReason, MinterProposed, Owed, Profile,
            SealedForGood, Slashed, Transfer, Unlocked, MAX_EFFECTS, MAX_ENDOWED, MAX_TIERS,
        },
        roles, Points,
    };
    use pendzl::contracts::psp22::{metadata::PSP22Metadata, PSP22Error, PSP22};

    /// What a PSP22 message that would move reputation answers.
    const SOULBOUND: &str = "Soulbound";

    /// The token's name for wallets.
    #[derive(Default)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub struct Labels {
        name: Option<String>,
        symbol: Option<String>,
    }

    /// The contract. Everything in it is lazy: a message loads only the cells it needs.
    #[ink(storage)]
    #[derive(Default, StorageFieldGetter)]
    pub struct Reputation {
        #[storage_field]
        access_control: AccessControlData,
        accounts: Accounts,
        minting: Minting,
        tiers: Lazy<Vec<Points>>,
        labels: Lazy<Labels>,
    }

    impl Reputation {
        /// An organization without reputation yet, whose manager is the caller.
        ///
        /// `tiers` are thresholds of available reputation, strictly rising from above 0, at most 32; `epoch` is how
        /// long a mint cap lasts, at least a minute; `notice` how long before its grant a minter must be announced
        /// once the founding is sealed, at least a day.
        ///
        /// Errors: `InvalidTiers`, `InvalidPeriod`.
        #[ink(constructor)]
        pub fn new(
            name: Option<String>,
            symbol: Option<String>,
            tiers: Vec<Points>,
            epoch: Timestamp,
            notice: Timestamp,
        ) -> Result<Self, Error> {
            let mut below = 0;
            let rising = tiers.iter().all(|&tier| core::mem::replace(&mut below, tier) < tier);
            ensure!(rising && tiers.len() <= MAX_TIERS, Error::InvalidTiers);
            let mut this = Self::default();
            this.minting.found(epoch, notice)?;
            this.tiers.set(&tiers);
            this.labels.set(&Labels { name, symbol });
            this._grant_role(roles::MANAGER, Some(Self::env().caller()))?;
            Ok(this)
        }

        /// Does one effect by the caller, who needs its role, and returns the points it moved.
        fn perform(&mut self, effect: &Effect) -> Result<Points, Error> {
            self.authorize(core::slice::from_ref(effect))?;
            self.settle(effect)
        }

        /// Does one effect that the caller is authorized for, and returns the points it moved.
        fn settle(&mut self, effect: &Effect) -> Result<Points, Error> {
            let mut batch = Batch::new(self.env().caller());
            let moved = self.enact(&mut batch, effect)?;
            self.accounts.store(batch)?;
            Ok(moved)
        }

        /// Refuses with `MissingRole` unless the caller has the role of each effect; looks every role up once.
        fn authorize(&self, effects: &[Effect]) -> Result<(), Error> {
            let mut held = Vec::new();
            for role in effects.iter().filter_map(role_of) {
                if !held.contains(&role) {
                    self.ensure_caller_is(role)?;
                    held.push(role);
                }
            }
            Ok(())
        }

        fn ensure_caller_is(&self, role: RoleType) -> Result<(), Error> {
            Ok(self._ensure_has_role(role, Some(self.env().caller()))?)
        }

        /// Applies one effect to a batch, emits its events, and returns the points it moved.
        fn enact(&self, batch: &mut Batch, effect: &Effect) -> Result<Points, Error> {
            let caller = batch.holder();
            let who = subject_of(effect);
            let page = self.accounts.page(batch, who, is_about_pledge(effect));
            let (account, pledge) = (&mut page.account, &mut page.pledge);
            let mut moved = 0;
            let changed = match *effect {
                Effect::Require { available, tier, .. } => {
                    account.require(available)?;
                    ensure!(tier == 0 || tier <= self.tier_at(account.available()), Error::InsufficientTier);
                    false
                }
                Effect::Hold { places, .. } => {
                    account.hold(pledge, places)?;
                    places > 0
                }
                Effect::Free { places, .. } => account.free(pledge, places) > 0,
                Effect::Freeze { .. } => {
                    account.freeze()?;
                    true
                }
                Effect::Unfreeze { .. } => {
                    account.unfreeze()?;
                    true
                }
                Effect::Owe { amount, .. } => {
                    account.owe(caller, amount)?;
                    moved = amount;
                    moved > 0
                }
                Effect::Lock { amount, .. } => {
                    account.lock(pledge, amount)?;
                    moved = amount;
                    moved > 0
                }
                Effect::Unlock { amount, .. } => {
                    moved = account.unlock(pledge, amount);
                    moved > 0
                }
                Effect::Slash { amount, .. } => {
                    moved = account.slash(pledge, amount);
                    moved > 0
                }
                Effect::SlashShare { ppm, .. } => {
                    moved = account.slash_share(ppm);
                    moved > 0
                }
                Effect::Spend { amount, .. } => {
                    account.spend(amount)?;
                    moved = amount;
                    moved > 0
                }
            };
            if changed {
                page.changed = true;
                self.announce(caller, effect, moved);
            }
            Ok(moved)
        }

        /// Emits the events of an effect that changed something, and moved this many points.
        fn announce(&self, caller: AccountId, effect: &Effect, amount: Points) {
            match *effect {
                Effect::Owe { to, reason, .. } => self.env().emit_event(Owed { to, minter: caller, amount, reason }),
                Effect::Lock { who, .. } => self.env().emit_event(Locked { who, locker: caller, amount }),
                Effect::Unlock { who, .. } => self.env().emit_event(Unlocked { who, locker: caller, amount }),
                Effect::Slash { who, .. } | Effect::SlashShare { who, .. } => {
                    self.env().emit_event(Slashed { who, slasher: caller, amount });
                    self.emit_transfer(Some(who), None, amount);
                }
                Effect::Spend { who, .. } => self.emit_transfer(Some(who), None, amount),
                Effect::Freeze { who } => self.env().emit_event(FrozenChanged { who, frozen: true }),
                Effect::Unfreeze { who } => self.env().emit_event(FrozenChanged { who, frozen: false }),
                Effect::Require { .. } | Effect::Hold { .. } | Effect::Free { .. } => {}
            }
        }

        /// The highest tier that `available` meets, counted from 1; 0 below the first.
        fn tier_at(&self, available: Points) -> u8 {
            let tiers = self.tiers.get_or_default();
            tiers.iter().take_while(|&&tier| tier <= available).fold(0, |met: u8, _| met.saturating_add(1))
        }

        fn emit_transfer(&self, from: Option<AccountId>, to: Option<AccountId>, value: Points) {
            self.env().emit_event(Transfer { from, to, value });
        }
    }

    /// The role that an effect needs its caller to have.
    fn role_of(effect: &Effect) -> Option<RoleType> {
        match effect {
            Effect::Require { .. } => None,
            Effect::Owe { .. } => Some(roles::MINTER),
            Effect::Lock { .. } | Effect::Unlock { .. } | Effect::Hold { .. } | Effect::Free { .. } => {
                Some(roles::LOCKER)
            }
            Effect::Slash { .. } | Effect::SlashShare { .. } => Some(roles::SLASHER),
            Effect::Spend { .. } => Some(roles::SPENDER),
            Effect::Freeze { .. } | Effect::Unfreeze { .. } => Some(roles::FREEZER),
        }
    }

    /// The account that an effect is about.
    fn subject_of(effect: &Effect) -> AccountId {
        match *effect {
            Effect::Require { who, .. }
            | Effect::Owe { to: who, .. }
            | Effect::Lock { who, .. }
            | Effect::Unlock { who, .. }
            | Effect::Hold { who, .. }
            | Effect::Free { who, .. }
            | Effect::Slash { who, .. }
            | Effect::SlashShare { who, .. }
            | Effect::Spend { who, .. }
            | Effect::Freeze { who }
            | Effect::Unfreeze { who } => who,
        }
    }

    /// Whether an effect needs to know what the caller holds of the account.
    fn is_about_pledge(effect: &Effect) -> bool {
        matches!(
            effect,
            Effect::Lock { .. }
                | Effect::Unlock { .. }
                | Effect::Hold { .. }
                | Effect::Free { .. }
                | Effect::Slash { .. }
        )
    }

    fn soulbound() -> Result<(), PSP22Error> {
        Err(PSP22Error::Custom(SOULBOUND.into()))
    }

    impl interfaces::Reputation for Reputation {
        #[ink(message)]
        fn soulbound(&self) -> bool {
            true
        }

        #[ink(message)]
        fn profile(&self, who: AccountId) -> Profile {
            self.accounts.get(who).profile()
        }

        #[ink(message)]
        fn tier(&self, who: AccountId) -> u8 {
            self.tier_at(self.accounts.get(who).available())
        }

        #[ink(message)]
        fn tiers(&self) -> Vec<Points> {
            self.tiers.get_or_default()
        }

        #[ink(message)]
        fn mint_cap(&self, minter: AccountId) -> MintCap {
            self.minting.cap(minter, self.minting.epoch(self.env().block_timestamp()))
        }

        #[ink(message)]
        fn sealed(&self) -> bool {
            self.minting.sealed()
        }

        #[ink(message)]
        fn minter_due(&self, minter: AccountId) -> Option<Timestamp> {
            self.minting.due(minter)
        }

        #[ink(message)]
        fn endow(&mut self, endowments: Vec<(AccountId, Points)>) -> Result<(), Error> {
            roles::ensure_manager(self)?;
            self.minting.ensure_founding()?;
            ensure!(endowments.len() <= MAX_ENDOWED, Error::TooManyEndowed);
            let mut batch = Batch::new(self.env().caller());
            for (to, amount) in endowments {
                let page = self.accounts.page(&mut batch, to, false);
                page.account.earn(amount)?;
                if amount > 0 {
                    page.changed = true;
                    self.emit_transfer(None, Some(to), amount);
                }
            }
            self.accounts.store(batch)
        }

        #[ink(message)]
        fn seal(&mut self) -> Result<(), Error> {
            roles::ensure_manager(self)?;
            self.minting.seal()?;
            self.env().emit_event(SealedForGood { total_supply: self.accounts.total_supply() });
            Ok(())
        }

        #[ink(message)]
        fn set_mint_cap(&mut self, minter: AccountId, cap: Points) -> Result<(), Error> {
            roles::ensure_manager(self)?;
            self.minting.set_cap(minter, cap, self.minting.epoch(self.env().block_timestamp()));
            self.env().emit_event(MintCapSet { minter, cap });
            Ok(())
        }

        #[ink(message)]
        fn propose_minter(&mut self, minter: AccountId) -> Result<(), Error> {
            roles::ensure_manager(self)?;
            let due = self.minting.propose(minter, self.env().block_timestamp());
            self.env().emit_event(MinterProposed { minter, due });
            Ok(())
        }

        #[ink(message)]
        fn owe(&mut self, to: AccountId, amount: Points, reason: MintReason) -> Result<(), Error> {
            self.perform(&Effect::Owe { to, amount, reason })?;
            Ok(())
        }

        #[ink(message)]
        fn claim_reputation(&mut self, who: AccountId) -> Result<Points, Error> {
            let epoch = self.minting.epoch(self.env().block_timestamp());
            let mut batch = Batch::new(who);
            let page = self.accounts.page(&mut batch, who, false);
            let minted = page.account.collect(|minter, owed| self.minting.draw(minter, owed, epoch))?;
            page.changed = true;
            self.accounts.store(batch)?;
            self.emit_transfer(None, Some(who), minted);
            Ok(minted)
        }

        #[ink(message)]
        fn lock(&mut self, who: AccountId, amount: Points) -> Result<(), Error> {
            self.perform(&Effect::Lock { who, amount })?;
            Ok(())
        }

        #[ink(message)]
        fn unlock(&mut self, who: AccountId, amount: Points) -> Result<Points, Error> {
            self.perform(&Effect::Unlock { who, amount })
        }

        #[ink(message)]
        fn slash(&mut self, who: AccountId, amount: Points) -> Result<Points, Error> {
            self.perform(&Effect::Slash { who, amount })
        }

        #[ink(message)]
        fn spend(&mut self, who: AccountId, amount: Points) -> Result<(), Error> {
            self.perform(&Effect::Spend { who, amount })?;
            Ok(())
        }

        #[ink(message)]
        fn freeze(&mut self, who: AccountId) -> Result<(), Error> {
            self.perform(&Effect::Freeze { who })?;
            Ok(())
        }

        #[ink(message)]
        fn unfreeze(&mut self, who: AccountId) -> Result<(), Error> {
            self.perform(&Effect::Unfreeze { who })?;
            Ok(())
        }

        #[ink(message)]
        fn apply(&mut self, effects: Vec<Effect>) -> Result<Vec<Points>, Error> {
            ensure!(effects.len() <= MAX_EFFECTS, Error::TooManyEffects);
            self.authorize(&effects)?;
            let mut batch = Batch::new(self.env().caller());
            let mut moved = Vec::new();
            for effect in &effects {
                let points = self.enact(&mut batch, effect)?;
                if matches!(effect, Effect::Unlock { .. } | Effect::Slash { .. } | Effect::SlashShare { .. }) {
                    moved.push(points);
                }
            }
            self.accounts.store(batch)?;
            Ok(moved)
        }

        #[ink(message)]
        fn burn(&mut self, amount: Points) -> Result<(), Error> {
            self.settle(&Effect::Spend { who: self.env().caller(), amount })?;
            Ok(())
        }
    }

    /// Balances are shown, and never move.
    impl PSP22 for Reputation {
        #[ink(message)]
        fn total_supply(&self) -> Points {
            self.accounts.total_supply()
        }

        #[ink(message)]
        fn balance_of(&self, owner: AccountId) -> Points {
            self.accounts.get(owner).profile().balance
        }

        #[ink(message)]
        fn allowance(&self, _owner: AccountId, _spender: AccountId) -> Points {
            0
        }

        #[ink(message)]
        fn transfer(&mut self, _to: AccountId, _value: Points, _data: Vec<u8>) -> Result<(), PSP22Error> {
            soulbound()
        }

        #[ink(message)]
        fn transfer_from(
            &mut self,
            _from: AccountId,
            _to: AccountId,
            _value: Points,
            _data: Vec<u8>,
        ) -> Result<(), PSP22Error> {
            soulbound()
        }

        #[ink(message)]
        fn approve(&mut self, _spender: AccountId, _value: Points) -> Result<(), PSP22Error> {
            soulbound()
        }

        #[ink(message)]
        fn increase_allowance(&mut self, _spender: AccountId, _delta_value: Points) -> Result<(), PSP22Error> {
            soulbound()
        }

        #[ink(message)]
        fn decrease_allowance(&mut self, _spender: AccountId, _delta_value: Points) -> Result<(), PSP22Error> {
            soulbound()
        }
    }

    impl PSP22Metadata for Reputation {
        #[ink(message)]
        fn token_name(&self) -> Option<String> {
            self.labels.get_or_default().name
        }

        #[ink(message)]
        fn token_symbol(&self) -> Option<String> {
            self.labels.get_or_default().symbol
        }

        #[ink(message)]
        fn token_decimals(&self) -> u8 {
            0
        }
    }

    /// The role's admin: grants `role` to `account`.
    ///
    /// Errors: `MissingRole` if the caller is not the role's admin; `InvalidCaller` for what not even the admin may
    /// do, which is granting a role to everyone (`None`) and, once sealed, MINTER to an account whose announcement is
    /// missing, not due yet, or used up by an earlier grant; `RoleRedundant` if `account` has the role.
    #[overrider(AccessControl)]
    fn grant_role(&mut self, role: RoleType, account: Option<AccountId>) -> Result<(), AccessControlError> {
        let grantee = roles::ensure_grants(self, role, account)?;
        if role == roles::MINTER && !self._has_role(role, account) {
            self.minting.admit(grantee, self.env().block_timestamp())?;
        }
        self._grant_role(role, account)
    }
}
