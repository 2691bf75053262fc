// The words of the protocol page for what dedot generated from the contracts' metadata.

import type { AccountId32 } from 'dedot/codecs';
import type { MarketContractApi } from '../generated/market/index.js';
import type {
    InterfacesMarketEngagementsEngagement,
    InterfacesMarketEngagementsTenure,
    InterfacesMarketPlacesOffer,
    InterfacesMarketPlacesSubmission,
    InterfacesMarketPolicy,
    InterfacesMarketPolicyAssetPolicy,
    InterfacesMarketReadsPhase,
    InterfacesMarketRequestsAsset,
    InterfacesMarketRequestsAward,
    InterfacesMarketRequestsBucket,
    InterfacesMarketRequestsDuplicates,
    InterfacesMarketRequestsQuote,
    InterfacesMarketRequestsRequestSpec,
    InterfacesMarketRequestsRequestSpecLike,
    InterfacesMarketRequestsRequestState,
    InterfacesMarketReviewsReview,
    InterfacesMarketReviewsVerdict,
    MarketRecordsPlace,
} from '../generated/market/types.js';
import type { ObligationContractApi } from '../generated/obligation/index.js';
import type {
    InterfacesObligationCapacity,
    InterfacesObligationMemberState,
    InterfacesObligationMembership,
    InterfacesObligationTerms,
    ObligationLedgerMember,
    ObligationLedgerProposal,
    ObligationMembersAccount,
    RulesStanding,
} from '../generated/obligation/types.js';
import type { ReputationContractApi } from '../generated/reputation/index.js';
import type { InterfacesReputationProfile } from '../generated/reputation/types.js';

export type { MarketContractApi, ObligationContractApi, ReputationContractApi };

type MarketRoot = MarketContractApi['types']['RootStorage'];
type ObligationRoot = ObligationContractApi['types']['RootStorage'];
type ReputationRoot = ReputationContractApi['types']['RootStorage'];
/// What each contract keeps, by the names of its cells: those in nested structs have the name of their field.
export type MarketCells = MarketRoot & MarketRoot['pausable'];
export type ObligationCells = ObligationRoot['members'] & ObligationRoot['pausable'];
export type ReputationCells = Omit<ReputationRoot, 'accounts'> & ReputationRoot['accounts'] & ReputationRoot['minting'];

export type Account = AccountId32;
export type Asset = InterfacesMarketRequestsAsset;
export type Award = InterfacesMarketRequestsAward;
export type AssetPolicy = InterfacesMarketPolicyAssetPolicy;
export type Bucket = InterfacesMarketRequestsBucket;
export type Capacity = InterfacesObligationCapacity;
export type Duplicates = InterfacesMarketRequestsDuplicates;
export type Engagement = InterfacesMarketEngagementsEngagement;
export type Ledger = ObligationLedgerMember;
export type MemberState = InterfacesObligationMemberState;
export type Membership = InterfacesObligationMembership;
export type Offer = InterfacesMarketPlacesOffer;
export type Phase = InterfacesMarketReadsPhase;
export type Place = MarketRecordsPlace;
export type Policy = InterfacesMarketPolicy;
export type Profile = InterfacesReputationProfile;
/// Terms and their schedule.
export type Proposal = ObligationLedgerProposal;
export type Quote = InterfacesMarketRequestsQuote;
export type RequestSpec = InterfacesMarketRequestsRequestSpec;
export type RequestSpecInput = InterfacesMarketRequestsRequestSpecLike;
export type RequestState = InterfacesMarketRequestsRequestState;
export type Rest = ObligationMembersAccount;
export type Review = InterfacesMarketReviewsReview;
export type Standing = RulesStanding;
export type Submission = InterfacesMarketPlacesSubmission;
export type Tenure = InterfacesMarketEngagementsTenure;
export type Terms = InterfacesObligationTerms;
export type Verdict = InterfacesMarketReviewsVerdict;

/// Milliseconds since the Unix epoch, or a length of time, as contracts count them.
export type Timestamp = bigint;
