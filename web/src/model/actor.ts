import { fill, t } from '../text';

/** Who made a Change: an account by its name, a machine and the server itself in words. */
export function actorName(actor: string): string {
  const [sort, name] = actor.split(/:(.*)/s, 2);
  if (sort === 'account') return name ?? actor;
  if (sort === 'token') return fill(t().panel.machine, { name: name ?? '' });
  if (sort === 'console') return t().panel.console;
  return sort === 'ticker' ? t().panel.ticker : actor;
}
