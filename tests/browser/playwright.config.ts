import { defineConfig } from '@playwright/test';

/** Chromium as Debian ships it, drawing in software: the flags that were proven to give WebGL2 without a graphics card. */
const CHROMIUM = process.env.GEJU_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
];

const chromium = {
  browserName: 'chromium' as const,
  launchOptions: { executablePath: CHROMIUM, args: FLAGS },
  locale: 'zh-CN',
  timezoneId: 'Asia/Shanghai',
  serviceWorkers: 'block' as const,
  contextOptions: { reducedMotion: 'reduce' as const },
};

export default defineConfig({
  testDir: 'specs',
  outputDir: 'results/output',
  // Software rendering keeps both cores busy: one page at a time, and patience. Where nobody can look again, a story is told
  // a second time, and the end of the log names each that needed it.
  workers: 1,
  fullyParallel: false,
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  forbidOnly: !!process.env.CI,
  reporter: [['list']],
  projects: [
    { name: 'desk', use: { ...chromium, viewport: { width: 1920, height: 1080 } } },
    {
      name: 'phone',
      grepInvert: /@desk/,
      // A wall is no phone.
      testIgnore: /wall\.spec\.ts$/,
      use: { ...chromium, viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
    },
  ],
});
