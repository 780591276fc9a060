// Times in the viewer's zone, live rows, scrubbing, the theme and the keyboard. Every page works without this script.
(() => {
  'use strict';
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const local = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  // How long ago a time was; null if that is more than a week.
  const since = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
  const agoOf = time => {
    const seconds = (time - Date.now()) / 1000;
    if (Math.abs(seconds) < 45) return 'just now';
    const [size, unit] = [[60, 'minute'], [3600, 'hour'], [86400, 'day']].findLast(([size]) => size === 60 || Math.abs(seconds) >= size);
    return Math.abs(seconds) > 7 * 86400 ? null : since.format(Math.round(seconds / size), unit);
  };

  const showTimes = root => all('time[datetime]', root).forEach(time => {
    const text = local.format(new Date(time.dateTime));
    const ago = time.hasAttribute('data-ago') ? agoOf(new Date(time.dateTime)) : null;
    time.dataset.hint ??= time.title;
    time.textContent = ago ?? text;
    if (ago) time.title = `${text} (${zone}); ${time.dataset.hint}`;
  });

  setInterval(() => { if (!document.hidden) showTimes(document); }, 30000);

  // The moment of a text that is in the viewer's zone; null for one that the server reads as it is.
  const momentOf = text => {
    const days = { today: 0, yesterday: 1 }[text.toLowerCase()];
    if (days === undefined && /^[\d.]+\s*[a-z]+$|(z|[+-]\d\d:?\d\d)$/i.test(text)) return null;
    const time = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : days === undefined ? text : Date.now());
    if (days !== undefined) time.setHours(0, 0, 0, 0);
    if (days) time.setDate(time.getDate() - days);
    return isNaN(time) ? null : time;
  };

  // A time without a zone is in the viewer's zone, which the field says.
  all('[data-time]').forEach(input => {
    if (input.dataset.time) input.placeholder = input.dataset.time;
    input.title = `In your time zone, ${zone}, unless it has an offset; Z is UTC`;
  });
  all('form').forEach(form => form.addEventListener('submit', () => all('[data-time]', form).forEach(input => {
    const text = input.value.trim();
    const time = momentOf(text);
    if (time) input.value = time.toISOString();
    if (!text) input.disabled = true;
  })));

  // A form that was sent is another request when one comes back to it.
  addEventListener('pageshow', event => {
    if (event.persisted) all('input[name=request]').forEach(input => { input.value = `${input.value.slice(0, 32)}-${Date.now()}`; });
  });

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

  // The text of a page or a part of it; null if the server does not answer.
  const textOf = async (address, isPart) => {
    try {
      const answer = await fetch(address, { headers: isPart ? { 'X-Ledger-Fragment': '1' } : {} });
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  };

  const load = root => all('[data-load]', root).forEach(async place => {
    const text = await textOf(place.dataset.load, true);
    if (text !== null) place.replaceWith(nodesOf(text));
  });
  load(document);

  // What has the focus, or is chosen, is left alone.
  const isInUse = place => place.contains(document.activeElement) || one('input[type=checkbox]:checked', place) !== null;
  const refresh = async (place, isPart) => {
    if (document.hidden || isInUse(place)) return false;
    const text = await textOf(location.href, isPart);
    if (text === null || isInUse(place)) return false;
    const nodes = isPart ? nodesOf(text) : one('[data-refresh]', nodesOf(text));
    if (!nodes) return true;
    const state = one('[data-live-state-of]');
    const stated = one('[data-live-state-of]', nodes);
    if (stated) stated.remove();
    if (stated && state && !isInUse(state)) state.replaceChildren(...stated.childNodes);
    place.replaceChildren(...nodes.childNodes);
    showTimes(place);
    load(place);
    return true;
  };
  all('[data-refresh]').forEach(place => setInterval(() => refresh(place, place.dataset.refreshPart !== undefined), Number(place.dataset.refresh)));

  // The browser connects again by itself after a loss, but not after a refusal, such as of a proxy whose server starts again.
  const follow = (address, take) => {
    const state = one('[data-live-state]');
    const url = new URL(address, location.href);
    let source = null;
    let pause = 1000;
    const open = () => {
      source?.close();
      source = new EventSource(url);
      source.addEventListener('open', () => { pause = 1000; state.textContent = 'live'; state.classList.add('on'); });
      source.addEventListener('error', () => {
        state.textContent = 'connecting again …';
        state.classList.remove('on');
        if (source.readyState !== EventSource.CLOSED) return;
        setTimeout(open, pause);
        pause = Math.min(2 * pause, 30000);
      });
      source.addEventListener('events', message => {
        url.searchParams.set('from', message.lastEventId);
        take(JSON.parse(message.data));
      });
    };
    open();
    addEventListener('pagehide', () => source.close());
    // A page to which one comes back is as it was left.
    addEventListener('pageshow', event => { if (event.persisted) open(); });
  };

  const line = one('[data-live], [data-live-watch]');
  if (line) {
    const mostRows = 2000;
    const rows = one('[data-live-rows]');
    const fresh = one('[data-fresh]');
    const check = one('[data-follow]');
    const box = one('input', check);
    const part = one('[data-live-part]');
    let unseen = 0;
    let waiting = false;
    check.hidden = !line.dataset.live;
    box.checked = new URLSearchParams(location.search).get('from') === 'last';
    // What could not be shown now, because no one looks or it is in use, is shown later.
    const gather = () => {
      if (!part || waiting) return;
      waiting = true;
      setTimeout(async () => {
        waiting = false;
        if (!await refresh(part, true)) gather();
      }, 1000);
    };
    const count = number => {
      unseen += number;
      fresh.hidden = false;
      fresh.textContent = unseen > 0 ? `${unseen.toLocaleString('en')} new events` : 'new events';
    };
    const add = html => {
      const added = all('tr', nodesOf(`<table><tbody>${html}</tbody></table>`)).filter(row => !row.id || !document.getElementById(row.id));
      added.forEach(row => {
        if (added.length <= 50) row.classList.add('new');
        showTimes(row);
      });
      rows.append(...added);
      while (rows.rows.length > mostRows) rows.rows[0].remove();
      if (box.checked) rows.lastElementChild?.scrollIntoView({ block: 'nearest' });
    };
    follow(line.dataset.live || line.dataset.liveWatch, update => {
      const length = one('[data-length]');
      if (length) length.textContent = update.length.toLocaleString('en');
      all('[data-live-empty]').forEach(text => { text.hidden = true; });
      if (line.dataset.live && unseen === 0 && (box.checked || rows.rows.length < mostRows)) add(update.html);
      else count(update.count);
      gather();
    });
    box.addEventListener('change', () => {
      if (box.checked && unseen > 0) location.href = fresh.href;
      else if (box.checked) rows.lastElementChild?.scrollIntoView({ block: 'nearest' });
    });
  }

  const scrub = one('[data-scrub]');
  if (scrub) {
    const range = one('[data-range]', scrub);
    const times = one('[data-time-range]', scrub);
    const at = one('[data-at]', scrub);
    const play = one('[data-play]', scrub);
    const target = one('[data-scrub-target]');
    let length = Number(scrub.dataset.length);
    const first = Number(scrub.dataset.first);
    let last = Number(scrub.dataset.last);
    // Who looks at the end goes on with it.
    let isAtEnd = ['at', 'time'].every(part => !new URLSearchParams(location.search).has(part));
    let wanted = null;
    let busy = false;
    let playing = null;
    all('[data-range], [data-step], [data-play]', scrub).forEach(part => { part.hidden = false; });
    one('[data-times]', scrub).hidden = last <= first;
    one('[data-go]', scrub).hidden = true;
    // The slider being moved stays; the other one follows.
    const show = (name, cursor) => {
      if (name === 'time') range.value = at.value = cursor.cursor;
      else if (cursor.cursorTime) last = Math.max(last, Number(cursor.cursorTime));
      if (name !== 'time' && cursor.cursorTime) times.value = Math.round((Number(cursor.cursorTime) - first) / (last - first) * 1000);
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
          if (isAtEnd) url.searchParams.delete('at');
          else url.searchParams.set('at', dataset.cursor);
          history.replaceState(null, '', url);
        }
      } finally {
        busy = false;
        load();
      }
    };
    const go = position => {
      range.value = at.value = Math.min(length, Math.max(0, Math.round(position)));
      isAtEnd = Number(range.value) === length;
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
      isAtEnd = false;
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
    let gathering = false;
    follow(scrub.dataset.liveLength, update => {
      length = Math.max(length, update.length);
      range.max = length;
      all('[data-length]', scrub).forEach(text => { text.textContent = length.toLocaleString('en'); });
      if (!isAtEnd || playing || gathering) return;
      gathering = true;
      setTimeout(() => { gathering = false; if (isAtEnd && !playing) go(length); }, 250);
    });
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
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea') || one('dialog[open]')) return;
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
