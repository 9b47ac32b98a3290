import { mount } from 'svelte';
import './text/fonts';
import './ui/base.css';
import App from './views/App.svelte';

const target = document.getElementById('app');
if (target) mount(App, { target });
