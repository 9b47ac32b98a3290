import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** The rooms of the page, left to right: a folder imports only from those before it. */
const rooms = ['text', 'api', 'model', 'draw', 'map', 'ui', 'views'];

const oneWay = rooms.map((room, at) => ({
  files: [`src/${room}/**/*.{ts,svelte}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: rooms.slice(at + 1).map((later) => ({
          regex: `^(\\.\\./)+${later}/`,
          message: `${room} may not import from ${later}: rooms look only leftwards.`,
        })),
      },
    ],
  },
}));

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.gen.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'no-undef': 'off',
      'svelte/no-at-html-tags': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  ...oneWay.filter(({ rules }) => rules['no-restricted-imports'][1].patterns.length > 0),
);
