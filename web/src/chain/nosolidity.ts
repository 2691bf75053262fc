// dedot can also speak with contracts written in Solidity, by way of `viem`. Ours are ink!, so these 25 KB are left out of the
// bundle (vite.config.ts), and this stands in their place.

function none(): never {
    throw new Error('contracts in Solidity are not spoken with here');
}

export const decodeAbiParameters = none;
export const decodeErrorResult = none;
export const decodeEventLog = none;
export const decodeFunctionResult = none;
export const encodeAbiParameters = none;
export const encodeDeployData = none;
export const encodeFunctionData = none;
export const toRlp = none;
