//! Events as clients read them: one type for everything that a contract emits, decoded in one place.
//!
//! Contracts emit the events themselves, which are declared beside the messages that emit them. Some have the same name
//! in two contracts, so an event is decoded as one of the contract that emitted it.

use crate::{market, obligation, reputation};
use ink::primitives::AccountId;
use pendzl::contracts::access_control::RoleType;

/// Declares the type of whatever a contract emits, with a decoder, from the names of its events.
macro_rules! events {
    ($(#[$doc:meta])* $($event:ident),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($event($event),)+
        }

        impl Event {
            /// The event that this contract emitted with these topics and data; `None` if it emits no such event.
            pub fn decode(topics: &[[u8; 32]], data: &[u8]) -> Option<Self> {
                let signature = Some(*topics.first()?);
                $(
                    if signature == <$event as ink::env::Event>::SIGNATURE_TOPIC {
                        return <$event as scale::DecodeAll>::decode_all(&mut &*data).ok().map(Self::$event);
                    }
                )+
                None
            }
        }

        $(
            impl From<$event> for Event {
                fn from(event: $event) -> Self {
                    Self::$event(event)
                }
            }
        )+

        #[cfg(test)]
        impl Event {
            /// Each event, made of this byte alone, and what is decoded of it once it is emitted.
            pub(crate) fn emitted(byte: u8) -> Vec<(Self, Option<Self>)> {
                let bytes = [byte; 256];
                vec![$({
                    let event = <$event as scale::Decode>::decode(&mut &bytes[..]).expect("enough bytes");
                    let (topics, data) = $crate::events::tests::emit(event.clone());
                    (event.into(), Self::decode(&topics, &data))
                }),+]
            }

            pub(crate) fn signatures() -> Vec<[u8; 32]> {
                [$(<$event as ink::env::Event>::SIGNATURE_TOPIC),+].into_iter().flatten().collect()
            }
        }
    };
}
pub(crate) use events;

/// Declares an event of pendzl again, so that it can be cloned, compared and shown. It is not emitted, so it is not in
/// any contract's metadata.
macro_rules! of_pendzl {
    ($($(#[$doc:meta])* $event:ident { $($(#[$topic:meta])* $field:ident: $type:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
            #[ink::scale_derive(Encode, Decode)]
            pub struct $event {
                $($(#[$topic])* pub $field: $type,)+
            }
        )+
    };
}

of_pendzl! {
    /// A role was granted.
    RoleGranted {
        #[ink(topic)]
        role: RoleType,
        #[ink(topic)]
        grantee: Option<AccountId>,
        #[ink(topic)]
        grantor: Option<AccountId>,
    }

    /// A role was revoked, or renounced.
    RoleRevoked {
        #[ink(topic)]
        role: RoleType,
        #[ink(topic)]
        account: Option<AccountId>,
        #[ink(topic)]
        sender: AccountId,
    }

    /// A role is granted and revoked by another role from now on.
    RoleAdminChanged {
        #[ink(topic)]
        role: RoleType,
        previous: RoleType,
        new: RoleType,
    }

    /// The contract was paused.
    Paused {
        #[ink(topic)]
        account: AccountId,
    }

    /// The pause ended.
    Unpaused {
        #[ink(topic)]
        account: AccountId,
    }
}

/// The contracts of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    Reputation,
    Obligation,
    Market,
}

/// Whatever one of the three contracts emits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Reputation(reputation::Event),
    Obligation(obligation::Event),
    Market(market::Event),
}

impl Event {
    /// The event that `contract` emitted with these topics and data; `None` if it emits no such event.
    pub fn decode(contract: Contract, topics: &[[u8; 32]], data: &[u8]) -> Option<Self> {
        match contract {
            Contract::Reputation => reputation::Event::decode(topics, data).map(Self::Reputation),
            Contract::Obligation => obligation::Event::decode(topics, data).map(Self::Obligation),
            Contract::Market => market::Event::decode(topics, data).map(Self::Market),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use ink::env::{test, DefaultEnvironment};
    use pendzl::contracts::{access_control, pausable};

    /// The topics and data with which an event is emitted.
    pub fn emit(event: impl ink::env::Event) -> (Vec<[u8; 32]>, Vec<u8>) {
        let mut emitted = None;
        test::run_test::<DefaultEnvironment, _>(|_| {
            ink::env::emit_event::<DefaultEnvironment, _>(event);
            emitted = test::recorded_events().next();
            Ok(())
        })
        .expect("the off-chain environment starts");
        let emitted = emitted.expect("an event");
        let topics = emitted.topics.into_iter().map(|topic| topic.try_into().expect("32 bytes"));
        (topics.collect(), emitted.data)
    }

    #[test]
    fn every_event_is_decoded_as_it_was_emitted() {
        fn as_emitted<E: PartialEq>(events: Vec<(E, Option<E>)>) -> bool {
            events.into_iter().all(|(event, decoded)| decoded == Some(event))
        }
        // Of zeros everything is absent or the first of its kind; of ones it is there, or the second.
        for byte in [0, 1] {
            assert!(as_emitted(reputation::Event::emitted(byte)));
            assert!(as_emitted(obligation::Event::emitted(byte)));
            assert!(as_emitted(market::Event::emitted(byte)));
        }
    }

    #[test]
    fn no_event_that_is_declared_for_a_contract_is_forgotten() {
        let known = [
            ("interfaces::reputation", reputation::Event::signatures()),
            ("interfaces::obligation", obligation::Event::signatures()),
            ("interfaces::market", market::Event::signatures()),
        ];
        let (mut declared, mut listed) = ([0; 3], [0; 3]);
        for event in ink::metadata::collect_events() {
            let signature = event.signature_topic().expect("no event is anonymous").as_bytes();
            for (i, (module, signatures)) in known.iter().enumerate() {
                // Where an event is declared shows in no other way.
                if format!("{event:?}").contains(&format!("module_path: \"{module}")) {
                    declared[i] += 1;
                    listed[i] += usize::from(signatures.iter().any(|known| known == signature));
                }
            }
        }
        assert!(!declared.contains(&0), "{declared:?}");
        assert_eq!(declared, listed);
    }

    #[test]
    fn an_event_is_of_the_contract_that_emitted_it() {
        let who = AccountId::from([1; 32]);
        let of_obligation = obligation::ReputationRefused { who, error: reputation::Error::Frozen };
        let of_market = market::ReputationRefused { request: 1, error: reputation::Error::Frozen };
        let (topics, data) = emit(of_obligation.clone());
        let decoded = |contract| Event::decode(contract, &topics, &data);
        assert_eq!(decoded(Contract::Obligation), Some(Event::Obligation(of_obligation.into())));
        assert_eq!([Contract::Market, Contract::Reputation].map(decoded), [None, None]);
        let (topics, data) = emit(of_market.clone());
        assert_eq!(Event::decode(Contract::Market, &topics, &data), Some(Event::Market(of_market.into())));
    }

    #[test]
    fn what_is_no_event_is_decoded_as_none() {
        let (topics, data) = emit(market::Opened { pool: 1, treasury: [1; 32].into() });
        assert!(market::Event::decode(&topics, &data).is_some());
        assert_eq!(market::Event::decode(&[], &data), None);
        assert_eq!(market::Event::decode(&[[0; 32]], &data), None);
        assert_eq!(market::Event::decode(&topics, &data[1..]), None, "too short");
        assert_eq!(market::Event::decode(&topics, &[&data[..], &[0]].concat()), None, "too long");
    }

    #[test]
    fn events_of_pendzl_are_declared_here_as_it_declares_them() {
        let (role, who) = (7, AccountId::from([1; 32]));
        let theirs = access_control::RoleGranted { role, grantee: Some(who), grantor: None };
        let ours = RoleGranted { role, grantee: Some(who), grantor: None };
        assert_eq!(emit(theirs), emit(ours));
        let theirs = access_control::RoleRevoked { role, account: None, sender: who };
        assert_eq!(emit(theirs), emit(RoleRevoked { role, account: None, sender: who }));
        let theirs = access_control::RoleAdminChanged { role, previous: 0, new: 1 };
        assert_eq!(emit(theirs), emit(RoleAdminChanged { role, previous: 0, new: 1 }));
        assert_eq!(emit(pausable::Paused { account: who }), emit(Paused { account: who }));
        assert_eq!(emit(pausable::Unpaused { account: who }), emit(Unpaused { account: who }));
    }
}
