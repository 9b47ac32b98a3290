import { mount } from 'svelte';
import { language } from './text';
import { fontsKnown } from './text/fonts';
import './ui/base.css';
import App from './views/App.svelte';

void fontsKnown();

/** Each page is fetched only where it is asked for: the map's own script does not carry the others. */
const pages = {
  '/wall': () => import('./views/wall/WallPage.svelte'),
  '/admin': () => import('./views/admin/AdminPage.svelte'),
};

const target = document.getElementById('app');
const path = location.pathname.replace(/\/+$/, '');
if (target) {
  const page = Object.hasOwn(pages, path) ? (await pages[path as keyof typeof pages]()).default : App;
  await language.ready();
  mount(page, { target });
}
