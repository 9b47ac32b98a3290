import { mount } from 'svelte';
import { installFonts } from './text/fonts';
import './ui/base.css';
import App from './views/App.svelte';

installFonts();

const target = document.getElementById('app');
if (target) mount(App, { target });
