//! How one type is made of all events that a contract emits, with a decoder; and the events of pendzl, which can be cloned
//! and compared here.
//!
//! Contracts emit the events themselves, which are declared beside the messages that emit them. Each contract's `Event` is
//! for clients, and [`organization`](crate::organization) puts the three together.

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
                let bytes = [byte; 4096];
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

/// Declares an event of pendzl again, so that it can be cloned, compared and shown. A contract emits pendzl's own, so that this
/// one is not in its metadata.
macro_rules! of_pendzl {
    ($($(#[$doc:meta])* $event:ident { $($(#[$attribute:meta])* $field:ident: $type:ty),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
            #[cfg_attr(feature = "pendzl-events", derive(ink::EventMetadata))]
            #[ink::scale_derive(Encode, Decode)]
            pub struct $event {
                $($(#[$attribute])* pub $field: $type,)+
            }
        )+
    };
}

of_pendzl! {
    /// A role was granted.
    RoleGranted {
        /// The role's number; the manager's is 0.
        #[ink(topic)]
        role: RoleType,
        /// The account that has the role now; `None`: everyone.
        #[ink(topic)]
        grantee: Option<AccountId>,
        /// The account that granted it.
        #[ink(topic)]
        grantor: Option<AccountId>,
    }

    /// A role was revoked, or renounced.
    RoleRevoked {
        /// The role's number; the manager's is 0.
        #[ink(topic)]
        role: RoleType,
        /// The account that no longer has the role; `None`: everyone.
        #[ink(topic)]
        account: Option<AccountId>,
        /// The account that revoked or renounced it.
        #[ink(topic)]
        sender: AccountId,
    }

    /// A role is granted and revoked by another role from now on.
    RoleAdminChanged {
        /// The number of the role that is granted and revoked.
        #[ink(topic)]
        role: RoleType,
        /// The number of the role that did so until now.
        previous: RoleType,
        /// The number of the role that does so from now on.
        new: RoleType,
    }

    /// The contract was paused.
    Paused {
        /// The manager that paused the contract.
        #[ink(topic)]
        account: AccountId,
    }

    /// The pause ended.
    Unpaused {
        /// The manager that ended the pause.
        #[ink(topic)]
        account: AccountId,
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
