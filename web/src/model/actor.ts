/** Who made a Change, as the ledger writes it, without the word for what kind of actor it is. */
export const actorName = (actor: string): string => actor.replace(/^account:/, '');
