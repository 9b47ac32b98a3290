/** Marks after which a Chinese line may end, and which may never begin one. */
const MARKS = /([，；：。！？])(?=.)/gu;

/** A title as it stands on the map: the map breaks lines anywhere, also before a comma, so they are broken here after it. */
export const inLines = (title: string): string => title.replace(MARKS, '$1\n');
