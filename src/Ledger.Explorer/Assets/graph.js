// Graphs that can be made larger and moved. Every page works without this script.
(() => {
  'use strict';
  const largest = 8;

  // The part of a picture that is shown, within the whole of it.
  const partOf = picture => {
    picture.dataset.whole ??= picture.getAttribute('viewBox');
    const [, , width, height] = picture.dataset.whole.split(' ').map(Number);
    const [x, y, w, h] = picture.getAttribute('viewBox').split(' ').map(Number);
    return { x, y, w, h, width, height };
  };
  const show = (picture, x, y, w, h) => {
    const { width, height } = partOf(picture);
    const within = (value, size, whole) => Math.min(Math.max(value, 0), whole - size);
    picture.setAttribute('viewBox', [within(x, w, width), within(y, h, height), w, h].join(' '));
    picture.classList.toggle('larger', w < width);
  };

  // The place at (at, up), in parts of the shown width and height, stays where it is.
  const zoom = (picture, by, at = 0.5, up = 0.5) => {
    const { x, y, w, h, width, height } = partOf(picture);
    const size = by === 0 ? width : Math.min(width, Math.max(width / largest, w / by));
    const tall = size * height / width;
    show(picture, x + (w - size) * at, y + (h - tall) * up, size, tall);
  };

  const offer = root => root.querySelectorAll('[data-zoom][hidden]').forEach(bar => { bar.hidden = false; });
  offer(document);
  new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => {
    if (node.querySelectorAll) offer(node.parentElement ?? node);
  }))).observe(document.body, { childList: true, subtree: true });

  addEventListener('click', event => {
    const button = event.target.closest?.('[data-zoom-by]');
    const picture = button?.closest('figure').querySelector('svg[viewBox]');
    if (picture) zoom(picture, Number(button.dataset.zoomBy));
  });

  addEventListener('wheel', event => {
    const picture = event.target.closest?.('.graph svg[viewBox]');
    if (!picture || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const box = picture.getBoundingClientRect();
    zoom(picture, event.deltaY < 0 ? 1.2 : 1 / 1.2, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }, { passive: false });

  // A node that the keyboard reaches is shown.
  addEventListener('focusin', event => {
    const picture = event.target.closest?.('.graph svg.larger');
    if (!picture || picture === event.target) return;
    const [box, node] = [picture.getBoundingClientRect(), event.target.getBoundingClientRect()];
    if (node.left >= box.left && node.right <= box.right && node.top >= box.top && node.bottom <= box.bottom) return;
    const { x, y, w, h } = partOf(picture);
    const scale = w / box.width;
    const middle = (from, to, edge) => ((from + to) / 2 - edge) * scale;
    show(picture, x + middle(node.left, node.right, box.left) - w / 2, y + middle(node.top, node.bottom, box.top) - h / 2, w, h);
  });

  // A larger graph is dragged; what was dragged is not clicked.
  let drag = null;
  addEventListener('pointerdown', event => {
    const picture = event.target.closest?.('.graph svg.larger');
    if (picture && event.button === 0) drag = { picture, from: partOf(picture), x: event.clientX, y: event.clientY, hasMoved: false };
  });
  addEventListener('pointermove', event => {
    // The button may have been let go where this page did not see it.
    if (event.buttons === 0) drag = null;
    if (!drag) return;
    const { picture, from } = drag;
    const [right, down] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.hasMoved ||= Math.abs(right) + Math.abs(down) > 4;
    const scale = from.w / picture.getBoundingClientRect().width;
    if (drag.hasMoved) show(picture, from.x - right * scale, from.y - down * scale, from.w, from.h);
  });
  addEventListener('pointerup', () => {
    if (drag?.hasMoved) {
      const stop = event => { event.preventDefault(); event.stopPropagation(); };
      addEventListener('click', stop, { capture: true, once: true });
      setTimeout(() => removeEventListener('click', stop, { capture: true }));
    }
    drag = null;
  });
  addEventListener('pointercancel', () => { drag = null; });
  addEventListener('dragstart', event => { if (drag) event.preventDefault(); });
})();
