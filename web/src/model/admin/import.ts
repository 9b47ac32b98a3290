import type { ImportReport } from '../../api/admin';

/** What the clerk chose for a file; empty means "find out". */
export interface Wishes {
  kind: string;
  crs: string;
  id: string;
  /** The layer or sheet 图层、工作表 to read, of a file that has several. */
  layer: string;
  retire: boolean;
  /** Places out of force come back where the file names their codes. */
  revive: boolean;
  skip: boolean;
  /** Column → field, where the clerk says otherwise than what was found. */
  map: Record<string, string>;
}

/** Nothing chosen yet. */
export const noWishes = (): Wishes => ({
  kind: '',
  crs: '',
  id: '',
  layer: '',
  retire: false,
  revive: false,
  skip: false,
  map: {},
});

/** Bytes the server takes; larger files go through its own command line. */
export const FILE_BYTES_MAX = 512 * 1024 * 1024;

export function importAddress(name: string, wishes: Wishes, dry: boolean, preview: boolean): string {
  const search = new URLSearchParams({ name });
  if (wishes.kind) search.set('kind', wishes.kind);
  if (wishes.crs) search.set('crs', wishes.crs);
  if (wishes.id) search.set('id', wishes.id);
  for (const [column, field] of Object.entries(wishes.map)) if (field) search.append('map', `${field}=${column}`);
  if (wishes.layer) search.set('layer', wishes.layer);
  if (wishes.retire) search.set('retire_missing', 'true');
  if (wishes.revive) search.set('revive', 'true');
  if (wishes.skip) search.set('skip_bad', 'true');
  if (dry) search.set('dry_run', 'true');
  if (preview) search.set('preview', 'true');
  return `/api/v1/imports?${search}`;
}

/** All layers or sheets of a file, also those that were not read; fewer than two leave nothing to choose. */
export const layersOf = (report: ImportReport): string[] => [
  ...new Set(report.files.flatMap(({ layers = [], other_layers = [] }) => [...layers, ...other_layers])),
];

/** How many places and matters an import would change. */
export const plannedChanges = (report: ImportReport): number =>
  Object.values(report.layers).reduce((sum, layer) => sum + layer.new + layer.changed + layer.retired, 0);

/** Findings in the order a clerk works through them: what blocks, what to look at, what to know. */
export function sorted<T extends { severity: 'block' | 'warn' | 'note' }>(findings: readonly T[]): T[] {
  const rank = { block: 0, warn: 1, note: 2 };
  return [...findings].sort((one, other) => rank[one.severity] - rank[other.severity]);
}
