/** The time of a wall, once a second: running clocks and ages hang on it. */
const SECOND_MS = 1_000;

let now = $state(Date.now());
setInterval(() => (now = Date.now()), SECOND_MS);

export const second = {
  get now(): number {
    return now;
  },
};
