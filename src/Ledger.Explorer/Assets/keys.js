// Keys that lead from page to page, their help, a palette of commands, copying and sorting. Every page works without this script.
(() => {
  'use strict';
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const make = (tag, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  const nav = all('.top nav a');
  const addressOf = name => nav.find(link => link.textContent === name)?.href;
  const goals = { r: 'Runs', s: 'Search', c: 'Compare', t: 'Tasks', e: 'Records', p: 'Projections', a: 'API' };
  const isTyping = target => target.closest('input, select, textarea') !== null;

  const open = (title, ...children) => {
    const close = make('button', { type: 'button', className: 'quiet', textContent: 'Close' });
    const dialog = make('dialog', { className: 'panel' }, make('div', { className: 'title' }, make('h2', { textContent: title, id: 'dialog-title' }), close), ...children);
    dialog.setAttribute('aria-labelledby', 'dialog-title');
    close.addEventListener('click', () => dialog.close());
    dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
  };

  const help = () => {
    const keys = [
      ['?', 'this help'], ['Ctrl K', 'commands: type a few letters of a page, a run or an action'], ['/', 'the search field'],
      ...Object.entries(goals).filter(([, name]) => addressOf(name)).map(([key, name]) => [`g ${key}`, name]),
      ['j k', 'next and previous row'], ['Enter', 'open the row'], ['← →', 'next and previous page, event or step'], ['f', 'follow new events'], ['Esc', 'close'],
    ];
    const list = make('dl', { className: 'key-list' });
    keys.forEach(([key, meaning]) => list.append(
      make('dt', {}, ...key.split(' ').flatMap(part => [make('kbd', { textContent: part }), ' '])), make('dd', { textContent: meaning })));
    open('Keys', list);
  };

  const commandsFor = text => {
    const links = [...nav, ...all('.tabs a'), ...all('[data-rows] tbody tr').map(row => one('a', row)).filter(Boolean).slice(0, 200)];
    const seen = new Set();
    const commands = links.filter(link => !seen.has(link.href) && seen.add(link.href)).map(link => ({ name: link.textContent.trim(), hint: link.closest('tr') ? 'on this page' : link.closest('.tabs') ? 'this run' : 'page', href: link.href }));
    const theme = one('[data-theme-toggle]');
    if (theme) commands.push({ name: `${theme.textContent} theme`, hint: 'action', act: () => theme.click() });
    if (navigator.clipboard) commands.push({ name: 'Copy the address of this page', hint: 'action', act: () => navigator.clipboard.writeText(location.href) });
    commands.push({ name: 'Keys', hint: 'help', act: help });
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = commands.filter(command => words.every(word => command.name.toLowerCase().includes(word)));
    const given = text.trim();
    if (given) {
      const of = (name, path, field) => addressOf(name) && found.push({ name: `${path}: ${given}`, hint: 'look up', href: `${addressOf(name)}${field}${encodeURIComponent(given)}` });
      if (given.includes(':')) of('Runs', 'Open', 'run?stream=');
      of('Runs', 'Runs with', '?text=');
      of('Search', 'Events with', '?text=');
    }
    return found.slice(0, 12);
  };

  const palette = () => {
    const field = make('input', { type: 'text', autocomplete: 'off', placeholder: 'A page, a run, an action …' });
    const list = make('ul', { className: 'commands', id: 'commands' });
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'commands', 'aria-label': 'Command' })) field.setAttribute(name, value);
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', 'Commands');
    let commands = [];
    let chosen = 0;
    const choose = index => {
      chosen = Math.max(0, Math.min(commands.length - 1, index));
      all('li', list).forEach((item, i) => item.setAttribute('aria-selected', i === chosen));
      field.setAttribute('aria-activedescendant', commands.length ? `command-${chosen}` : '');
      list.children[chosen]?.scrollIntoView({ block: 'nearest' });
    };
    const run = command => {
      dialog.close();
      if (command?.href) location.href = command.href;
      else command?.act();
    };
    const show = () => {
      commands = commandsFor(field.value);
      list.replaceChildren(...commands.map((command, i) => {
        const item = make('li', { id: `command-${i}` }, make('span', { textContent: command.name }), make('span', { className: 'muted', textContent: command.hint }));
        item.setAttribute('role', 'option');
        item.addEventListener('click', () => run(command));
        return item;
      }));
      choose(0);
    };
    field.addEventListener('input', show);
    field.addEventListener('keydown', event => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) choose(chosen + step);
      else if (event.key === 'Enter') run(commands[chosen]);
      else return;
      event.preventDefault();
    });
    const dialog = open('Commands', field, list);
    show();
    field.focus();
  };

  // The second key after g is not a key of the page.
  let isGoing = 0;
  addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      if (!one('dialog[open]')) palette();
      return;
    }
    if (one('dialog[open]') || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const address = Date.now() - isGoing < 1500 ? addressOf(goals[event.key]) : null;
    isGoing = 0;
    if (address) location.href = address;
    else if (event.key === 'g') isGoing = Date.now();
    else if (event.key === '?') help();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  const end = one('.top-end');
  if (end && nav.length > 0) {
    const button = make('button', { type: 'button', className: 'quiet keys-open', textContent: 'Keys' });
    button.addEventListener('click', help);
    end.prepend(button);
  }

  if (navigator.clipboard) {
    all('[data-copy]').forEach(place => {
      const button = make('button', { type: 'button', className: 'quiet copy', textContent: 'Copy' });
      button.setAttribute('aria-label', `Copy ${place.dataset.copy.slice(0, 80)}`);
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(place.dataset.copy);
        button.textContent = 'Copied';
        setTimeout(() => { button.textContent = 'Copy'; }, 1500);
      });
      if (place.tagName === 'H1') place.after(button);
      else place.append(' ', button);
    });
  }

  // Tables that are there as a whole are sorted here; lists that have pages are sorted by the server.
  const valueOf = cell => {
    const text = cell?.textContent.trim() ?? '';
    const number = Number(text.replace(/[,%]|USD|s$/g, '').trim());
    return text === '' || text === '–' ? -Infinity : Number.isNaN(number) ? text.toLowerCase() : number;
  };
  all('table[data-sort]').forEach(table => all('thead th', table).forEach((head, column) => {
    if (!head.textContent.trim() || head.querySelector('a, .wide')) return;
    const button = make('button', { type: 'button', className: 'sort', textContent: head.textContent });
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const isUp = head.getAttribute('aria-sort') === 'descending';
      all('thead th', table).forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
      const rows = all('tbody tr', table).map(row => [valueOf(row.cells[column]), row]);
      rows.sort(([a], [b]) => (typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1) * (isUp ? 1 : -1));
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  }));
})();
