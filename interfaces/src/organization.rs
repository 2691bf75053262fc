//! The three contracts together, as clients read what they tell.
//!
//! Some events have the same name in two contracts, so an event is decoded as one of the contract that emitted it.

use crate::{market, obligation, reputation};

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
mod tests {
    use super::*;
    use crate::events::tests::emit;
    use ink::primitives::AccountId;

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

    // The metadata lists those of the contracts whose features are on: in the tests of the whole project, of all three.
    #[cfg(all(feature = "reputation-events", feature = "obligation-events", feature = "market-events"))]
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
}
