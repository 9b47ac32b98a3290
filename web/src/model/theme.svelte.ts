import { remember, remembered } from '../text';

export type ThemeChoice = 'light' | 'dark' | 'auto';
export type Theme = 'light' | 'dark';

const REMEMBERED = 'geju.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function firstChoice(): ThemeChoice {
  const value = remembered(REMEMBERED);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

class ThemeState {
  choice = $state<ThemeChoice>(firstChoice());
  #systemDark = $state(system.matches);

  constructor() {
    system.addEventListener('change', (event) => (this.#systemDark = event.matches));
  }

  get now(): Theme {
    if (this.choice !== 'auto') return this.choice;
    return this.#systemDark ? 'dark' : 'light';
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    remember(REMEMBERED, choice);
  }
}

export const theme = new ThemeState();
