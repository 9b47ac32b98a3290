import { defineConfig } from '@playwright/test';
import specs from './playwright.config';

const [desk] = specs.projects ?? [];

/** The measurements of the page: the same browser as the specs, at the size the budget names. */
export default defineConfig({
  ...specs,
  testDir: 'bench',
  testMatch: '*.bench.ts',
  projects: [{ name: 'bench', use: { ...desk?.use, viewport: { width: 1280, height: 720 } } }],
});
