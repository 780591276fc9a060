// Times in the viewer's zone, live rows, scrubbing, the theme and the keyboard. Every page works without this script.
(() => {
  'use strict';
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const local = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

  const showTimes = root => all('time[datetime]', root).forEach(time => {
    time.textContent = local.format(new Date(time.dateTime));
  });

  // A time without a zone is in the viewer's zone.
  all('form').forEach(form => form.addEventListener('submit', () => all('[data-time]', form).forEach(input => {
    const text = input.value.trim();
    if (text && !/(z|[+-]\d\d:?\d\d)$/i.test(text) && !isNaN(new Date(text))) input.value = new Date(text).toISOString();
    if (!text) input.disabled = true;
  })));

  const nodesOf = html => {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content;
  };

  const theme = one('[data-theme-toggle]');
  if (theme) {
    const root = document.documentElement;
    const dark = () => root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    const name = () => { theme.textContent = dark() ? 'Light' : 'Dark'; };
    theme.hidden = false;
    theme.addEventListener('click', () => {
      root.dataset.theme = dark() ? 'light' : 'dark';
      document.cookie = `ledger-theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
      name();
    });
    name();
  }

  all('[data-load]').forEach(async place => {
    const answer = await fetch(place.dataset.load, { headers: { 'X-Ledger-Fragment': '1' } });
    if (answer.ok) place.replaceWith(nodesOf(await answer.text()));
  });

  all('[data-refresh]').forEach(place => setInterval(async () => {
    if (document.hidden || place.contains(document.activeElement)) return;
    const answer = await fetch(location.href, { headers: { 'X-Ledger-Fragment': '1' } });
    if (answer.ok) {
      place.replaceChildren(nodesOf(await answer.text()));
      showTimes(place);
    }
  }, Number(place.dataset.refresh)));

  const line = one('[data-live], [data-live-watch]');
  const address = line && (line.dataset.live || line.dataset.liveWatch);
  if (address) {
    const rows = one('[data-live-rows]');
    const state = one('[data-live-state]');
    const fresh = one('[data-fresh]');
    const follow = one('[data-follow]');
    const box = one('input', follow);
    let unseen = 0;
    follow.hidden = !line.dataset.live;
    box.checked = new URLSearchParams(location.search).get('from') === 'last';
    const source = new EventSource(address);
    source.addEventListener('open', () => { state.textContent = 'live'; state.classList.add('on'); });
    source.addEventListener('error', () => { state.textContent = 'connecting again …'; state.classList.remove('on'); });
    source.addEventListener('events', message => {
      const update = JSON.parse(message.data);
      const length = one('[data-length]');
      if (length) length.textContent = update.length.toLocaleString('en');
      if (line.dataset.live && update.count > 0 && rows.rows.length < 2000) {
        const added = nodesOf(`<table><tbody>${update.html}</tbody></table>`);
        all('tr', added).forEach(row => {
          if (!document.getElementById(row.id)) {
            row.classList.add('new');
            showTimes(row);
            rows.append(row);
          }
        });
        if (box.checked) rows.lastElementChild.scrollIntoView({ block: 'nearest' });
      } else {
        unseen += update.count;
        fresh.hidden = false;
        fresh.textContent = unseen > 0 ? `${unseen.toLocaleString('en')} new events` : 'new events';
      }
    });
    box.addEventListener('change', () => { if (box.checked) rows.lastElementChild?.scrollIntoView({ block: 'nearest' }); });
    addEventListener('pagehide', () => source.close());
  }

  const scrub = one('[data-scrub]');
  if (scrub) {
    const range = one('[data-range]', scrub);
    const times = one('[data-time-range]', scrub);
    const at = one('[data-at]', scrub);
    const play = one('[data-play]', scrub);
    const target = one('[data-scrub-target]');
    const length = Number(scrub.dataset.length);
    const [first, last] = [Number(scrub.dataset.first), Number(scrub.dataset.last)];
    let wanted = null;
    let busy = false;
    let playing = null;
    all('[data-range], [data-step], [data-play]', scrub).forEach(part => { part.hidden = false; });
    one('[data-times]', scrub).hidden = last <= first;
    one('[data-go]', scrub).hidden = true;
    // The slider being moved stays; the other one follows.
    const show = (name, cursor) => {
      if (name === 'time') range.value = at.value = cursor.cursor;
      else if (cursor.cursorTime) times.value = Math.round((Number(cursor.cursorTime) - first) / (last - first) * 1000);
      all('input[name=at]').forEach(input => { if (input !== at) input.value = cursor.cursor; });
    };
    const load = async () => {
      if (busy || wanted === null) return;
      busy = true;
      const [name, value] = wanted;
      wanted = null;
      const url = new URL(location.href);
      ['at', 'time', 'after', 'after_relation'].forEach(part => url.searchParams.delete(part));
      url.searchParams.set(name, value);
      try {
        const answer = await fetch(url, { headers: { 'X-Ledger-Fragment': '1' } });
        if (answer.ok) {
          target.replaceChildren(nodesOf(await answer.text()));
          showTimes(target);
          const { dataset } = one('[data-cursor]', target);
          if (wanted === null) show(name, dataset);
          url.searchParams.delete('time');
          url.searchParams.set('at', dataset.cursor);
          history.replaceState(null, '', url);
        }
      } finally {
        busy = false;
        load();
      }
    };
    const go = position => {
      range.value = at.value = Math.min(length, Math.max(0, Math.round(position)));
      wanted = ['at', range.value];
      load();
    };
    const stop = () => {
      clearInterval(playing);
      playing = null;
      play.textContent = 'Play';
    };
    const step = by => {
      stop();
      go(Number(range.value) + by);
    };
    range.addEventListener('input', () => step(0));
    times.addEventListener('input', () => {
      stop();
      wanted = ['time', new Date(first + (last - first) * times.value / 1000 + (times.value === times.max ? 1000 : 0)).toISOString()];
      load();
    });
    at.addEventListener('change', () => go(Number(at.value) || 0));
    scrub.addEventListener('submit', event => { event.preventDefault(); go(Number(at.value) || 0); });
    all('[data-step]', scrub).forEach(button => button.addEventListener('click', () => step(Number(button.dataset.step))));
    play.addEventListener('click', () => {
      if (playing) return stop();
      if (Number(range.value) >= length) go(0);
      play.textContent = 'Pause';
      playing = setInterval(() => {
        go(Number(range.value) + Math.max(1, Math.round(length / 120)));
        if (Number(range.value) >= length) stop();
      }, 400);
    });
    scrub.step = step;
  }

  const keys = one('[data-keys]');
  if (keys) keys.hidden = false;
  let chosen = -1;
  const choose = step => {
    const rows = all('[data-rows] tbody tr');
    if (rows.length === 0) return;
    rows[chosen]?.classList.remove('selected');
    chosen = Math.min(rows.length - 1, Math.max(0, chosen + step));
    rows[chosen].classList.add('selected');
    rows[chosen].scrollIntoView({ block: 'nearest' });
    one('a', rows[chosen])?.focus({ preventScroll: true });
  };
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === '/') one('[data-search]')?.focus();
    else if (event.key === 'j') choose(1);
    else if (event.key === 'k') choose(-1);
    else if (event.key === 'f' && one('[data-follow] input')) one('[data-follow] input').click();
    else if (step && scrub) scrub.step(step);
    else if (step && one(step < 0 ? 'a[rel=prev]' : 'a[rel=next]')) one(step < 0 ? 'a[rel=prev]' : 'a[rel=next]').click();
    else return;
    event.preventDefault();
  });

  showTimes(document);
})();
