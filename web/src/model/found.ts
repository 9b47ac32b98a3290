import type { LonLat, ShapeFinding } from '../api';

/** Findings of one kind, told together: twenty buildings cut by one edge are one thing to mend. */
export interface Found {
  code: string;
  block: boolean;
  findings: readonly ShapeFinding[];
  points: readonly LonLat[];
}

/** The ground was drawn anew by somebody else: this explains the others, and is told before them. */
export const STALE = 'stale_place';

const rank = ({ code, block }: Found): number => (code === STALE ? 0 : block ? 1 : 2);

/** Findings by their kind: what forbids comes before what is to be looked at. */
export function grouped(findings: readonly ShapeFinding[]): Found[] {
  const groups = new Map<string, ShapeFinding[]>();
  for (const finding of findings) {
    const key = `${finding.severity === 'block'} ${finding.code}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()]
    .map((all) => ({
      code: all[0]?.code ?? '',
      block: all[0]?.severity === 'block',
      findings: all,
      points: all.flatMap(({ point }) => (point ? [point] : [])),
    }))
    .sort((a, b) => rank(a) - rank(b));
}

/** A building that the draft does not draw is named by the server's sentence only. */
const BUILDING = /^building (.+?) (?:lies|is) /;

/** What the findings are about, each name once, as far as names are known. */
export function namesIn(findings: readonly ShapeFinding[], nameOf: (id: string) => string | undefined): string[] {
  const names = findings.flatMap(({ message, places = [] }) => {
    const [, building] = BUILDING.exec(message) ?? [];
    return building ? [building] : places.flatMap((id) => nameOf(String(id)) ?? []);
  });
  return [...new Set(names)];
}
