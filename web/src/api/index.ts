export * from './feed';
export * from './problem';
export * as server from './server';
export * from './types';
