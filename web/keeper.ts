import type { Plugin, Rolldown } from 'vite';

/** The service worker has one address for ever: a hash in its name, and no browser would find the next one. */
export const KEEPER = 'assets/keeper.js';

/** What only other pages need: without a network there is nothing to administer and nothing to hang on a wall. */
const ELSEWHERE = /\/(AdminPage|WallPage)-/;

type Bundle = Rolldown.OutputBundle;

/** Tells the keeper which files the page is made of. */
export function keeper(): Plugin {
  return {
    name: 'geju-keeper',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options: unknown, bundle: Bundle) {
        const worker = bundle[KEEPER];
        if (worker?.type !== 'chunk') throw new Error('the keeper was not built');
        const files = Object.keys(bundle)
          .filter((name) => name.startsWith('assets/') && name !== KEEPER && !/\.(br|gz|map)$/.test(name))
          .map((name) => `/${name}`)
          .sort();
        const shell = files.filter((path) => !path.endsWith('.woff2') && !ELSEWHERE.test(path));
        const later = files.filter((path) => path.endsWith('.woff2'));
        const lists = `const SHELL=${JSON.stringify(shell)},LATER=${JSON.stringify(later)};`;
        worker.code = lists + worker.code;
      },
    },
  };
}
