export * from './bearer';
export * from './feed';
export * from './problem';
export * as server from './server';
export * from './stream';
export * from './types';
export * from './wall';
