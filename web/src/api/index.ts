export * from './bearer';
export * from './feed';
export * from './problem';
export * as reshaping from './reshape';
export type { Mend, Reshape, ShapeCheck, ShapeFinding, ShapeSaved, ShapeSum } from './reshape';
export * as server from './server';
export * from './stream';
export * from './types';
export * from './wall';
