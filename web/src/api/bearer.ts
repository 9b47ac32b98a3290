/**
 * The token a screen without a keyboard shows instead of a cookie. It travels in a header only: an address ends up in logs,
 * in histories and on photographs.
 */
let token: string | null = null;

export const bearer = {
  use(next: string | null): void {
    token = next;
  },
  get headers(): Record<string, string> {
    return token === null ? {} : { Authorization: `Bearer ${token}` };
  },
};
