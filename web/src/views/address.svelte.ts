import { language } from '../text';
import { readView, sameSubject, writeView, type Camera, type View } from '../model/address';
import { asking } from '../model/asking.svelte';
import { opened } from '../model/opened.svelte';
import { LAYER_NAMES, shown } from '../model/shown.svelte';

/** Writing the address at every frame of a pan makes browsers refuse. */
const SETTLE_MS = 250;

/**
 * Keeps the address bar in step with what is looked at, while the calling component lives. Opening something is a step that
 * "back" undoes; moving the map is not. Returns what to do when somebody travels through the history.
 */
export function followAddress(
  first: Pick<View, 'subject' | 'ask'>,
  camera: () => Camera | null,
  go: (camera: Camera) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written = first.subject;
  let asked = first.ask !== null;

  $effect(() => {
    const subject = opened.subject;
    const ask = asking.question;
    const hash = writeView({ camera: camera(), subject, ask, look: shown.look, language: language.now });
    const step = !sameSubject(subject, written) || (ask !== null) !== asked;
    const write = () => {
      written = subject;
      asked = ask !== null;
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
    asked = view.ask !== null;
    if (view.ask) asking.begin(view.ask);
    else asking.end();
    opened.open(view.subject);
    shown.take(view.look);
    if (view.language) language.choose(view.language);
    if (view.camera) go(view.camera);
  };
}
