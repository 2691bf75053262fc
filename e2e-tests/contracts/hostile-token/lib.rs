//! A PSP22 token that can be turned against whoever trusts it: the market has to survive it.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
pub mod hostile_token {
    use ink::{
        env::{
            call::{build_call, ExecutionInput, Selector},
            CallFlags,
        },
        prelude::{string::String, vec, vec::Vec},
        scale::{Decode, Encode, Error, Input, Output},
    };
    use psp22::{PSP22Data, PSP22Error, PSP22};

    /// About all that a contract can answer, and a little more than its caller has room for.
    const FLOOD: usize = 16_370;

    /// What it does to whoever moves it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
    pub enum Mode {
        /// Nothing: it is a token as others are.
        Honest,
        /// One in a hundred units is burnt on the way.
        Taxes,
        /// Says that it moved, and has not.
        Idles,
        /// Says that it moved, and has not, and says so of the balances as well.
        Lies,
        /// Says no.
        Refuses,
        /// Traps.
        Traps,
        /// Never comes to an end.
        Spins,
        /// Says no at length.
        Floods,
        /// Sends the message that it was loaded with, and moves as others do.
        Strikes,
        /// Says nothing sensible of balances.
        Blinds,
    }

    #[ink(storage)]
    pub struct HostileToken {
        data: PSP22Data,
        mode: Mode,
        /// What it claims that everyone has beside what they have.
        claimed: u128,
        /// Where it strikes, and with which message.
        loaded: Option<(AccountId, Vec<u8>)>,
        /// How often it has struck, and how often that was accepted.
        strikes: (u32, u32),
    }

    /// Bytes that are encoded already, or are not to be decoded.
    struct Raw(Vec<u8>);

    impl Encode for Raw {
        fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
            dest.write(&self.0);
        }
    }

    impl Decode for Raw {
        fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
            let mut bytes = vec![0; input.remaining_len()?.unwrap_or(0)];
            input.read(&mut bytes)?;
            Ok(Self(bytes))
        }
    }

    impl HostileToken {
        /// Honest at first; the caller has all of it.
        #[ink(constructor)]
        pub fn new(supply: u128) -> Self {
            let (data, _) = PSP22Data::new(supply, Self::env().caller());
            Self { data, mode: Mode::Honest, claimed: 0, loaded: None, strikes: (0, 0) }
        }

        /// Changes what it does.
        #[ink(message)]
        pub fn turn(&mut self, mode: Mode) {
            self.mode = mode;
        }

        /// Loads it with a message, selector included.
        #[ink(message)]
        pub fn load(&mut self, target: AccountId, message: Vec<u8>) {
            self.loaded = Some((target, message));
        }

        /// How often it has struck, and how often that was accepted.
        #[ink(message)]
        pub fn strikes(&self) -> (u32, u32) {
            self.strikes
        }

        /// Sends a message in its own name, with the value sent along; whether it was accepted.
        #[ink(message, payable)]
        pub fn act(&mut self, target: AccountId, message: Vec<u8>) -> bool {
            send(target, &message, self.env().transferred_value())
        }

        fn strike(&mut self) {
            let Some((target, message)) = self.loaded.clone() else { return };
            let accepted = send(target, &message, 0);
            let (strikes, hits) = self.strikes;
            self.strikes = (strikes.saturating_add(1), hits.saturating_add(accepted.into()));
        }

        /// What happens before anything moves: whether the caller is told at once that all is done, or is refused.
        fn meddle(&mut self, value: u128) -> Result<bool, PSP22Error> {
            match self.mode {
                Mode::Honest | Mode::Taxes | Mode::Blinds => Ok(false),
                Mode::Idles => Ok(true),
                Mode::Lies => {
                    self.claimed = self.claimed.saturating_add(value);
                    Ok(true)
                }
                Mode::Refuses => Err(PSP22Error::Custom(String::from("No"))),
                Mode::Traps => panic!("a trap"),
                Mode::Spins => {
                    let mut turns = 0_u64;
                    while core::hint::black_box(turns) < u64::MAX {
                        turns = turns.wrapping_add(1);
                    }
                    Ok(true)
                }
                Mode::Floods => Err(PSP22Error::Custom("No".repeat(FLOOD / 2))),
                Mode::Strikes => {
                    self.strike();
                    Ok(false)
                }
            }
        }

        /// What arrives of an amount that is sent.
        fn arriving(&self, value: u128) -> u128 {
            match self.mode {
                Mode::Taxes => value.saturating_sub(value / 100),
                _ => value,
            }
        }
    }

    fn send(target: AccountId, message: &[u8], value: Balance) -> bool {
        let Some((selector, arguments)) = message.split_first_chunk::<4>() else { return false };
        let input = ExecutionInput::new(Selector::new(*selector)).push_arg(Raw(arguments.to_vec()));
        let call = build_call::<Environment>().call(target).call_flags(CallFlags::ALLOW_REENTRY);
        let answer = call.transferred_value(value).exec_input(input).returns::<Raw>().try_invoke();
        // The first byte of a `Result` says which it is.
        matches!(answer, Ok(Ok(Raw(bytes))) if bytes.first() == Some(&0))
    }

    impl PSP22 for HostileToken {
        #[ink(message)]
        fn total_supply(&self) -> u128 {
            self.data.total_supply()
        }

        #[ink(message)]
        fn balance_of(&self, owner: AccountId) -> u128 {
            assert!(self.mode != Mode::Blinds, "nobody's business");
            self.data.balance_of(owner).saturating_add(self.claimed)
        }

        #[ink(message)]
        fn allowance(&self, owner: AccountId, spender: AccountId) -> u128 {
            self.data.allowance(owner, spender)
        }

        #[ink(message)]
        fn transfer(&mut self, to: AccountId, value: u128, _data: Vec<u8>) -> Result<(), PSP22Error> {
            if self.meddle(value)? {
                return Ok(());
            }
            let (from, arriving) = (self.env().caller(), self.arriving(value));
            self.data.transfer(from, to, arriving)?;
            self.data.burn(from, value.saturating_sub(arriving))?;
            Ok(())
        }

        #[ink(message)]
        fn transfer_from(
            &mut self,
            from: AccountId,
            to: AccountId,
            value: u128,
            _data: Vec<u8>,
        ) -> Result<(), PSP22Error> {
            if self.meddle(value)? {
                return Ok(());
            }
            let arriving = self.arriving(value);
            self.data.transfer_from(self.env().caller(), from, to, arriving)?;
            self.data.burn(from, value.saturating_sub(arriving))?;
            Ok(())
        }

        #[ink(message)]
        fn approve(&mut self, spender: AccountId, value: u128) -> Result<(), PSP22Error> {
            self.data.approve(self.env().caller(), spender, value)?;
            Ok(())
        }

        #[ink(message)]
        fn increase_allowance(&mut self, spender: AccountId, delta_value: u128) -> Result<(), PSP22Error> {
            self.data.increase_allowance(self.env().caller(), spender, delta_value)?;
            Ok(())
        }

        #[ink(message)]
        fn decrease_allowance(&mut self, spender: AccountId, delta_value: u128) -> Result<(), PSP22Error> {
            self.data.decrease_allowance(self.env().caller(), spender, delta_value)?;
            Ok(())
        }
    }
}
