// All formulas together, for tests and for `play/`: `npm run formulas` bundles them for Node.js.

export * from './draws.ts';
export * from './files.ts';
export * from './hashes.ts';
export * from './lists.ts';
export * from './opening.ts';
export * from './phases.ts';
export * from './upkeep.ts';
export * from './windows.ts';
