export { fill } from './fill';
export * as format from './format';
export { forget, isLanguage, language, remember, remembered, t, type Language } from './language.svelte';
export { problemWords, wordFor } from './problem';
export type { Text } from './zh';
