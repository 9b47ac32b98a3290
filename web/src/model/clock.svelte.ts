/** The time for "3 分钟前": one ticking value for all who show an age. */
const TICK_MS = 5_000;

let now = $state(Date.now());
setInterval(() => (now = Date.now()), TICK_MS);

export const clock = {
  get now(): number {
    return now;
  },
};
