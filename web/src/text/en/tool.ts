import type { Text } from '../zh';

export const tool: Text['tool'] = {
  title: 'Tools',
  open: 'Open the tools',
  measure: 'Measure',
  relief: 'Buildings in relief',
  reliefHint: 'seen closer',
  reliefWeak: 'may be slow on this device',
  compare: 'Compare dates',
  print: 'Print',
  picture: 'Save as picture',
  full: 'Full screen',
  leaveFull: 'Leave full screen',
  noFull: 'This browser has no full screen',
  working: 'Working…',
  pictureFailed: 'The picture could not be made; please try again',
  fileName: 'geju-map-{date}.png',
};

export const measure: Text['measure'] = {
  title: 'Measure',
  mode: 'What to measure',
  distance: 'Distance',
  area: 'Area',
  hint: 'Touch the map to add points; or move the map and add a point at the cross.',
  keys: 'Keyboard: arrows move the map, Enter adds a point, Backspace takes it back, Esc leaves.',
  addHere: 'Point at the cross',
  undo: 'Take back',
  finish: 'Finish',
  clear: 'Clear',
  close: 'Stop measuring',
  length: 'Length {length}',
  around: 'Perimeter {length}',
  ground: 'Area {area}',
  points: '{n} points',
  crossed: 'The edges cross: the area is not right',
  done: 'Finished; the next point begins anew',
};

export const locate: Text['locate'] = {
  button: 'Where am I',
  title: 'Where am I',
  close: 'Close my position',
  asking: 'Waiting for the device…',
  found: 'within about ±{meters}',
  rough: 'Rough only (about ±{meters}); outdoors or with satellite positioning it is better.',
  denied: 'Positioning was refused. Allow “Location” in the site settings of the address bar and try again.',
  unavailable: 'The device gave no position. Check that positioning is switched on.',
  timeout: 'No position after a long wait. Try again under open sky.',
  insecure: 'Browsers tell positions to HTTPS addresses only. Ask the administrator to enable HTTPS.',
  absent: 'This browser has no positioning.',
  outside: 'You are outside this map, about {length} from its nearest edge.',
  again: 'Locate again',
  shifted: 'This device gives GCJ-02 positions: correct them',
  shiftedWhy:
    'Some phones and browsers give positions 300–600 m off; this page cannot tell. Tick it if the dot is clearly wrong.',
  privacy: 'The position stays on this device; the server only learns which part of the map you look at.',
};

export const picture: Text['picture'] = {
  north: 'N',
  made: 'made {date}',
  datum: 'Datum WGS84 (CGCS2000)',
  view: 'Topic: {topic}',
  legend: 'Legend',
  compared: 'compared with {day}',
};

export const compare: Text['compare'] = {
  title: 'Compare dates',
  before: 'Compare with',
  left: 'Left: {day} (without what happened then)',
  right: 'Right: now',
  slider: 'Divider: {percent}% on the left',
  close: 'Stop comparing',
  failed: 'That day’s map could not be read: {why}',
  loading: 'Reading…',
  absent: 'This server cannot show the map of the past yet.',
};
