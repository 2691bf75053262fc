// Pauses, roles, mint caps and lifted bans: how they are, and for a manager how they are changed.

import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Act } from '../../actions/button.tsx';
import * as manage from '../../actions/manage.ts';
import { marketProblem } from '../../chain/deployment.ts';
import { membersOf, poolOf } from '../../chain/pool.ts';
import { CONTRACTS, contractNamed, roleOf, ROLES, type ContractName, type Holder } from '../../chain/roles.ts';
import { chain, type Chain } from '../../chain/session.ts';
import type { Account as Id } from '../../chain/types.ts';
import { Account, Badge, Facts, Notice } from '../../parts/basic.tsx';
import { useReading } from '../../parts/reading.ts';
import { parsed, points } from '../../words/amounts.ts';
import { exactly } from '../../words/times.ts';
import { Only, rightOf } from './right.tsx';

async function read(at: Chain) {
    const pool = await poolOf(at);
    const [market, obligation, charter, caps, members] = await Promise.all([
        at.cells.market.value('paused'),
        at.cells.obligation.value('paused'),
        at.cells.reputation.value('charter'),
        at.cells.reputation.entries<'caps', Id>('caps'),
        membersOf(at, pool),
    ]);
    const banned = members.filter(({ cell }) => cell.state === 'Banned').map(({ who }) => who);
    return { pool, paused: { market: market ?? false, obligation: obligation ?? false }, charter, caps, banned };
}

export function Manager({ holders }: { holders: readonly Holder[] }) {
    const found = useReading(read, []);
    if (!found) return <p class="quiet">Reading roles and caps…</p>;
    if ('why' in found) return <Notice tone="bad">Roles and caps cannot be read: {found.why}.</Notice>;
    const { pool, paused, charter, caps, banned } = found.value;
    return (
        <>
            <Pauses paused={paused} holders={holders} />
            <Roles holders={holders} />
            <section>
                <h2>Mint caps</h2>
                <p class="quiet">
                    How much reputation may be minted for each minter in an epoch
                    {charter && ` of ${exactly(charter.epoch)}`}; what is over that stays owed.{' '}
                    {charter?.sealed && 'The founding workforce is complete: reputation can only be earned.'}
                </p>
                <Facts
                    of={caps.map(([who, { cap, minted }]) => [
                        nameIn(who),
                        `${points(cap)}, ${points(minted)} minted last`,
                    ])}
                />
                <Only right={rightOf(holders, 'reputation')} what="set a mint cap">
                    <Cap epoch={charter?.epoch ?? 0n} notice={charter?.notice ?? 0n} />
                </Only>
            </section>
            <section>
                <h2>Banned</h2>
                {banned.length === 0 && <p class="quiet">Nobody is banned now, as far as anybody had it judged.</p>}
                <ul class="plain">
                    {banned.map((who) => (
                        <li key={who.raw}>
                            <Account who={who} />{' '}
                            {rightOf(holders, 'obligation').may && (
                                <Act small intent={() => manage.reinstate(pool, who)} />
                            )}
                        </li>
                    ))}
                </ul>
                {banned.length > 0 && (
                    <Only right={rightOf(holders, 'obligation')} what="lift a ban">
                        {null}
                    </Only>
                )}
            </section>
        </>
    );
}

/// The organization's own contracts are called what they are.
function nameIn(who: Id): string {
    const named = chain.value && contractNamed(chain.value, who);
    return named ? `The ${named} contract` : who.address(chain.value?.prefix);
}

function Who({ who }: { who: Id }) {
    const named = chain.value && contractNamed(chain.value, who);
    return named ? <>the {named} contract</> : <Account who={who} />;
}

function Pauses({ paused, holders }: { paused: Record<'market' | 'obligation', boolean>; holders: readonly Holder[] }) {
    const all = ['market', 'obligation'] as const;
    return (
        <section>
            <h2>Pause</h2>
            <ul class="plain">
                {all.map((contract) => (
                    <li key={contract}>
                        The {contract} contract{' '}
                        <Badge tone={paused[contract] ? 'bad' : 'open'}>
                            {paused[contract] ? 'is paused' : 'is open'}
                        </Badge>{' '}
                        {rightOf(holders, contract).may && (
                            <Act
                                small
                                intent={() => (paused[contract] ? manage.unpause(contract) : manage.pause(contract))}
                            />
                        )}
                    </li>
                ))}
            </ul>
            <Only right={rightOf(holders, 'market')} what="pause it">
                {null}
            </Only>
        </section>
    );
}

function Roles({ holders }: { holders: readonly Holder[] }) {
    return (
        <section>
            <h2>Roles</h2>
            {CONTRACTS.map((contract) => {
                const right = rightOf(holders, contract);
                return (
                    <div key={contract}>
                        <h3>In the {contract} contract</h3>
                        <ul class="plain">
                            {holders
                                .filter((holder) => holder.contract === contract)
                                .map(({ role, name, who }) => (
                                    <li key={`${role}/${who.raw}`}>
                                        <code>{name}</code> <Who who={who} />{' '}
                                        {right.may && (
                                            <Act small intent={() => manage.revoke(contract, role, name, who)}>
                                                Revoke
                                            </Act>
                                        )}
                                    </li>
                                ))}
                        </ul>
                        <Only right={right} what="grant roles">
                            <Grant contract={contract} />
                        </Only>
                    </div>
                );
            })}
        </section>
    );
}

interface Address {
    label: string;
    value: string;
    type: (text: string) => void;
}

function AddressField({ label, value, type }: Address) {
    const id = useId();
    const wrong = value !== '' && marketProblem(value) !== undefined;
    return (
        <div class="field">
            <label for={id}>{label}</label>
            <input
                id={id}
                value={value}
                spellcheck={false}
                autocomplete="off"
                placeholder="5…"
                aria-invalid={wrong}
                onInput={(event) => type(event.currentTarget.value.trim())}
            />
            {wrong && <small class="problem">That is no account’s address.</small>}
        </div>
    );
}

function Grant({ contract }: { contract: ContractName }) {
    const names = ['MANAGER', ...ROLES[contract].map(([name]) => name)];
    const role = useSignal(names[0]!);
    const who = useSignal('');
    const ready = who.value !== '' && marketProblem(who.value) === undefined;
    const id = useId();
    return (
        <div class="inline">
            <div class="field">
                <label for={id}>Role in {contract}</label>
                <select id={id} value={role.value} onChange={(event) => (role.value = event.currentTarget.value)}>
                    {names.map((name) => (
                        <option key={name} value={name}>
                            {name}
                        </option>
                    ))}
                </select>
            </div>
            <AddressField label="For" value={who.value} type={(text) => (who.value = text)} />
            {ready && (
                <Act intent={() => manage.grant(contract, roleOf(role.value), role.value, who.value)}>Grant it</Act>
            )}
        </div>
    );
}

function Cap({ epoch, notice }: { epoch: bigint; notice: bigint }) {
    const who = useSignal('');
    const cap = useSignal('');
    const amount = parsed(cap.value, 0);
    const id = useId();
    const ready = who.value !== '' && marketProblem(who.value) === undefined;
    return (
        <div class="inline">
            <AddressField label="Minter" value={who.value} type={(text) => (who.value = text)} />
            <div class="field">
                <label for={id}>Points in an epoch</label>
                <input
                    id={id}
                    inputMode="numeric"
                    value={cap.value}
                    aria-invalid={cap.value !== '' && amount === undefined}
                    onInput={(event) => (cap.value = event.currentTarget.value)}
                />
            </div>
            {ready && amount !== undefined && (
                <Act intent={() => manage.setMintCap(who.value, amount, epoch)}>Set the cap</Act>
            )}
            {ready && <Act intent={() => manage.proposeMinter(who.value, notice)}>Announce it as a minter</Act>}
        </div>
    );
}
