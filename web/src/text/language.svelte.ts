import { zh, type Text } from './zh';

export type Language = 'zh' | 'en';

const REMEMBERED = 'geju.language';

export function isLanguage(value: unknown): value is Language {
  return value === 'zh' || value === 'en';
}

/** What somebody chose before, else the first of the browser's languages that we speak, else Chinese. */
export function firstLanguage(remembered: string | null, browser: readonly string[]): Language {
  if (isLanguage(remembered)) return remembered;
  for (const wish of browser) {
    const language = wish.toLowerCase().split('-')[0];
    if (isLanguage(language)) return language;
  }
  return 'zh';
}

/** Storage may be forbidden; the page then simply forgets. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing is lost but the memory of a preference.
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // What could not be remembered need not be forgotten.
  }
}

let current = $state<Language>(firstLanguage(remembered(REMEMBERED), navigator.languages));
/** Most readers never ask for it, so it travels only when somebody does. */
let english = $state.raw<Text | null>(null);

/** Settles when the words of the language are there. Until then, and where they cannot be fetched, Chinese stands. */
async function fetched(wanted: Language): Promise<void> {
  if (wanted !== 'en' || english) return;
  try {
    english = (await import('./en')).en;
  } catch {
    // The link is lost; the next wish tries again.
  }
}

/** The language on screen; everything that reads it follows a switch. */
export const language = {
  /** Before the first word is shown. */
  ready: (): Promise<void> => fetched(current),
  get now(): Language {
    return current;
  },
  get locale(): string {
    return current === 'en' && english ? 'en-GB' : 'zh-CN';
  },
  choose(next: Language): void {
    language.speak(next);
    remember(REMEMBERED, next);
  },
  /** For this page only: a screen on a wall does not decide for whoever else uses the browser. */
  speak(next: Language): void {
    current = next;
    void fetched(next);
  },
};

/** The words of the language on screen. */
export function t(): Text {
  return current === 'en' && english ? english : zh;
}
