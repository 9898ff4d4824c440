// Runs while the page's own program is still on its way: what only a track's page needs is asked for at once
// instead of one thing after the other. The list is the build's (vite.config.ts).
(() => {
  const track = /^\/t\/([\w-]+)$/.exec(location.pathname);
  if (!track || document.getElementById('root')?.hasChildNodes()) return; // it has asked by itself
  const ask = (rel, as, href) => {
    // Of the same mode and credentials as the program's own request, or it would be made twice.
    const link = Object.assign(document.createElement('link'), { rel, href, crossOrigin: 'anonymous' });
    if (as) link.as = as;
    document.head.append(link);
  };
  ask('preload', 'fetch', `/v1/analyses/${track[1]}`);
  for (const piece of document.currentScript.dataset.track.split(' ')) {
    if (piece.endsWith('.css')) ask('preload', 'style', piece);
    else ask('modulepreload', '', piece);
  }
})();
