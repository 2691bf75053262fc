// The connection to the node and to the three contracts, and whether it stands.

import { signal } from '@preact/signals';
import { LegacyClient, WsProvider } from 'dedot';
import { Contract, type LooseContractMetadata } from 'dedot/contracts';
import type { ChainProperties } from 'dedot/types/json-rpc';
import { hexToU8a, u8aToHex, decodeAddress, type HexString } from 'dedot/utils';
import market from '../generated/market.json';
import obligation from '../generated/obligation.json';
import reputation from '../generated/reputation.json';
import { Cells } from './cells.ts';
import type { Deployment } from './deployment.ts';
import type {
    MarketCells,
    MarketContractApi,
    ObligationCells,
    ObligationContractApi,
    ReputationCells,
    ReputationContractApi,
} from './types.ts';

export interface Chain {
    client: LegacyClient;
    deployment: Deployment;
    genesis: HexString;
    /// The market's account, in bytes: part of what secrets are derived from.
    marketId: HexString;
    name: string;
    /// The chain's currency.
    symbol: string;
    decimals: number;
    /// What addresses on this chain begin with.
    prefix: number;
    /// Whether time passes only when somebody lets it.
    manualClock: boolean;
    development: boolean;
    market: Contract<MarketContractApi>;
    obligation: Contract<ObligationContractApi>;
    reputation: Contract<ReputationContractApi>;
    cells: {
        market: Cells<MarketCells>;
        obligation: Cells<ObligationCells>;
        reputation: Cells<ReputationCells>;
    };
}

export type Link =
    | { state: 'none' }
    | { state: 'connecting'; since: number }
    | { state: 'up' }
    | { state: 'lost'; since: number }
    | { state: 'wrong'; why: string };

export const link = signal<Link>({ state: 'none' });
export const chain = signal<Chain | undefined>(undefined);

const RETRY_MS = 1_500;
const TIMEOUT_MS = 20_000;
const DEFAULT_PREFIX = 42;
const DEFAULT_DECIMALS = 12;

const metadata = (json: unknown): LooseContractMetadata => json as LooseContractMetadata;

async function clockStandsStill(client: LegacyClient): Promise<boolean> {
    try {
        const clock: unknown = await client.rpc.dev_clock?.();
        return JSON.stringify(clock).includes('anual');
    } catch {
        return false;
    }
}

async function contracts(client: LegacyClient, deployment: Deployment, properties: Promise<ChainProperties>) {
    const at = <Api extends MarketContractApi | ObligationContractApi | ReputationContractApi>(
        json: unknown,
        address: string,
    ) => new Contract<Api>(client, metadata(json), address, { defaultCaller: deployment.market });
    const theMarket = at<MarketContractApi>(market, deployment.market);
    const marketCells = Cells.of<MarketCells>(client, theMarket.registry, deployment.market);
    const [partners, { ss58Format }] = await Promise.all([marketCells.value('partners'), properties]);
    const prefix = ss58Format ?? DEFAULT_PREFIX;
    if (!partners) throw new Error('that contract is no market: it knows no partners');
    const theObligation = at<ObligationContractApi>(obligation, partners.obligation.address(prefix));
    const theReputation = at<ReputationContractApi>(reputation, partners.reputation.address(prefix));
    const cells = {
        market: marketCells,
        obligation: Cells.of<ObligationCells>(client, theObligation.registry, theObligation.address),
        reputation: Cells.of<ReputationCells>(client, theReputation.registry, theReputation.address),
    };
    return { market: theMarket, obligation: theObligation, reputation: theReputation, cells };
}

function first<T>(value: T | T[] | null | undefined): T | undefined {
    return (Array.isArray(value) ? value[0] : value) ?? undefined;
}

async function describe(client: LegacyClient, deployment: Deployment): Promise<Chain> {
    const asked = client.rpc.system_properties();
    const [name, properties, manualClock, all] = await Promise.all([
        client.rpc.system_chain(),
        asked,
        clockStandsStill(client),
        contracts(client, deployment, asked),
    ]);
    const prefix = properties.ss58Format ?? DEFAULT_PREFIX;
    return {
        client,
        deployment,
        genesis: client.genesisHash,
        marketId: u8aToHex(decodeAddress(deployment.market)),
        name,
        symbol: first(properties.tokenSymbol) ?? 'UNIT',
        decimals: first(properties.tokenDecimals) ?? DEFAULT_DECIMALS,
        prefix,
        manualClock,
        development: name === 'Development',
        ...all,
    };
}

/// The node answers again: it goes on, if it is the same chain still.
async function takenUp(at: Chain, up: (chain: Chain, again: boolean) => void): Promise<void> {
    const genesis = await at.client.rpc.chain_getBlockHash(0).catch(() => undefined);
    if (genesis === undefined) return;
    if (genesis !== at.genesis) {
        link.value = {
            state: 'wrong',
            why: 'the node is one of another chain now, or has forgotten all; load the page anew',
        };
        return;
    }
    link.value = { state: 'up' };
    up(at, true);
}

/// Connects, and keeps the connection: it is taken up again whenever it is lost. `up` is called each time it stands, `again` from the second time on.
export async function connect(deployment: Deployment, up: (chain: Chain, again: boolean) => void): Promise<void> {
    link.value = { state: 'connecting', since: Date.now() };
    const provider = new WsProvider({ endpoint: deployment.node, retryDelayMs: RETRY_MS, timeout: TIMEOUT_MS });
    provider.on('disconnected', () => {
        if (link.value.state === 'up') link.value = { state: 'lost', since: Date.now() };
    });
    provider.on('connected', () => {
        if (link.value.state === 'lost' && chain.value) void takenUp(chain.value, up);
    });
    try {
        // A node that makes blocks only for transactions is not stale because it makes none.
        const client = await LegacyClient.new({ provider, stalingDetectionTimeout: 0, cacheMetadata: true });
        const described = await describe(client, deployment);
        chain.value = described;
        link.value = { state: 'up' };
        up(described, false);
    } catch (error) {
        await provider.disconnect().catch(() => undefined);
        link.value = { state: 'wrong', why: error instanceof Error ? error.message : String(error) };
    }
}

/// A file's or a text's bytes from what dedot hands over as `0x…`.
export const bytes = (hex: string): Uint8Array => hexToU8a(hex);
