// Shows /openapi.json without asking anything outside this server. Text nodes only.
const make = (tag, text, className) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
};

const resolve = (whole, schema) => {
  const name = schema?.$ref?.split('/').pop();
  return name ? { name, schema: whole.components.schemas[name] } : { name: '', schema };
};

const table = (heads, rows) => {
  const out = make('table');
  const head = out.appendChild(make('tr'));
  for (const text of heads) head.append(make('th', text));
  for (const row of rows) {
    const line = out.appendChild(make('tr'));
    for (const cell of row) line.append(make('td', cell));
  }
  return out;
};

const shape = (whole, title, schema) => {
  const { name, schema: known } = resolve(whole, schema);
  const out = make('details');
  out.append(make('summary', `${title} ${name}`));
  const inside = out.appendChild(make('div'));
  inside.append(make('pre', JSON.stringify(known, null, 2)));
  return out;
};

const door = (whole, path, method, operation) => {
  const out = make('details');
  const head = out.appendChild(make('summary'));
  head.append(make('span', method.toUpperCase(), 'method'), make('code', path), make('span', operation['x-geju-action'], 'need'));
  const inside = out.appendChild(make('div'));
  inside.append(make('p', operation.summary));
  if (operation.parameters.length > 0) {
    const rows = operation.parameters.map((p) => [
      p.name + (p.required ? ' *' : ''),
      p.in,
      JSON.stringify(p.schema),
      p.description ?? '',
    ]);
    inside.append(table(['parameter', 'in', 'schema', ''], rows));
  }
  for (const [media, body] of Object.entries(operation.requestBody?.content ?? {})) {
    inside.append(shape(whole, `body ${media}`, body.schema));
  }
  for (const [status, response] of Object.entries(operation.responses)) {
    const contents = Object.entries(response.content ?? {});
    if (contents.length === 0) inside.append(make('p', `${status} ${response.description}`));
    for (const [media, body] of contents) inside.append(shape(whole, `${status} ${media}`, body.schema));
  }
  out.dataset.words = `${method} ${path} ${operation.summary}`.toLowerCase();
  return out;
};

const show = async () => {
  const main = document.getElementById('doors');
  const response = await fetch('/openapi.json');
  if (!response.ok) {
    main.replaceChildren(make('p', 'Please sign in on the map first.'));
    return;
  }
  const whole = await response.json();
  document.getElementById('about').textContent = whole.info.description;
  const groups = new Map();
  for (const [path, operations] of Object.entries(whole.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const group = operation.tags[0];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(door(whole, path, method, operation));
    }
  }
  main.replaceChildren();
  for (const [group, doors] of groups) main.append(make('h2', group), ...doors);
  document.getElementById('search').addEventListener('input', (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const node of main.querySelectorAll('details[data-words]')) node.hidden = !node.dataset.words.includes(wanted);
  });
};

show();
