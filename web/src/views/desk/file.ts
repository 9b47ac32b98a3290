import { fill } from '../../text';
import { d } from '../../text/draw';
import type { KeptDraft } from '../../model/drawer';
import { asGeoJson } from '../../model/outbox';

/** A drawing leaves the device as a file; needs neither a network nor a login. */
export function saveDrawing({ title, body, base }: Pick<KeptDraft, 'title' | 'body' | 'base'>): void {
  const names = new Map(base.map(({ id, name }) => [id, name]));
  const file = new Blob([asGeoJson(body, (id) => names.get(Number(id)) ?? '')], { type: 'application/geo+json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = fill(d().file, { name: title });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
