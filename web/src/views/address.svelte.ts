import { language } from '../text';
import { readView, sameSubject, writeView, type Camera, type Subject } from '../model/address';
import { opened } from '../model/opened.svelte';
import { LAYER_NAMES, shown } from '../model/shown.svelte';

/** Writing the address at every frame of a pan makes browsers refuse. */
const SETTLE_MS = 250;

/**
 * Keeps the address bar in step with what is looked at, while the calling component lives. Opening something is a step that
 * "back" undoes; moving the map is not. Returns what to do when somebody travels through the history.
 */
export function followAddress(
  first: Subject | null,
  camera: () => Camera | null,
  go: (camera: Camera) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written = first;

  $effect(() => {
    const subject = opened.subject;
    const hash = writeView({ camera: camera(), subject, look: shown.look, language: language.now });
    const step = !sameSubject(subject, written);
    const write = () => {
      written = subject;
      if (hash === location.hash) return;
      if (step) history.pushState(null, '', hash);
      else history.replaceState(null, '', hash);
    };
    clearTimeout(timer);
    if (step) write();
    else timer = setTimeout(write, SETTLE_MS);
  });

  return () => {
    const view = readView(location.hash, LAYER_NAMES);
    written = view.subject;
    opened.open(view.subject);
    shown.take(view.look);
    if (view.language) language.choose(view.language);
    if (view.camera) go(view.camera);
  };
}
