/** The keeper's address; it says itself what it keeps (worker/keeper.ts). */
const KEEPER = '/assets/keeper.js';

let asked = false;

/** The page is kept on this device, so that it opens without a network. Where the browser will not, it opens with one. */
export function keepPage(): void {
  if (asked || !import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  asked = true;
  navigator.serviceWorker.register(KEEPER, { scope: '/', updateViaCache: 'none' }).catch(() => undefined);
}
