// A wallet in the browser whose signatures this test gives, or refuses.

import { ExtraSignedExtension } from 'dedot';
import { blake2AsU8a, hexToU8a, u8aToHex } from 'dedot/utils';

/// Payloads longer than this are hashed before they are signed.
const LONG = 256;

/// Puts a wallet with this person's account into a browser's context. It refuses the first `refusals` signatures; what it
/// answers counts how often it was asked.
export async function putWallet(context, { client }, who, refusals = 0) {
    const counted = { asked: 0 };
    await context.exposeFunction('answer', async (payload) => {
        counted.asked += 1;
        if (counted.asked <= refusals) return 'refused';
        const extra = new ExtraSignedExtension(client, { signerAddress: who.address });
        await extra.fromPayload(payload);
        const bytes = hexToU8a(extra.toRawPayload(payload.method).data);
        return u8aToHex(who.pair.sign(bytes.length > LONG ? blake2AsU8a(bytes, 256) : bytes, { withType: true }));
    });
    await context.addInitScript(
        ({ address, name }) => {
            const answered = async (data) => {
                const signature = await globalThis.answer(data);
                if (signature === 'refused') throw new Error('Rejected by user');
                return { id: 1, signature };
            };
            const accounts = { get: async () => [{ address, name }], subscribe: () => () => {} };
            globalThis.injectedWeb3 = {
                testwallet: { version: '1', enable: async () => ({ accounts, signer: { signPayload: answered } }) },
            };
        },
        { address: who.address, name: `${who.name} of the wallet` },
    );
    return counted;
}

/// Chooses the wallet's account.
export async function useWallet(page, who) {
    await page.locator('header').getByRole('button', { name: 'Choose an account' }).click();
    await page.getByRole('button', { name: 'Accounts of testwallet' }).click();
    await page
        .getByRole('dialog')
        .getByRole('button', { name: `${who.name} of the wallet` })
        .click();
}
