// What stands around every page: the way about, the state of the connection, and the drop that works anywhere.
import {
  CircleHelp,
  Columns2,
  Disc3,
  FlaskConical,
  History,
  Info,
  ListMusic,
  Monitor,
  Moon,
  Sun,
} from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useIntake } from './analyse/useIntake';
import { connection, knockNow } from './api/connection';
import { Announcer } from './kit/announce';
import { addressesIn, droppedFiles } from './kit/intake';
import { useKeys } from './kit/keys';
import { changeSetting, useSetting } from './kit/settings';
import { useStore } from './kit/store';
import css from './shell.module.css';

const Help = lazy(() => import('./kit/Help'));

const places = [
  { to: '/', word: 'Analyse', Icon: Disc3 },
  { to: '/compare', word: 'Compare', Icon: Columns2 },
  { to: '/batch', word: 'Batch', Icon: ListMusic },
  { to: '/history', word: 'History', Icon: History },
  { to: '/lab', word: 'Model Lab', Icon: FlaskConical },
  { to: '/about', word: 'About', Icon: Info },
];

export function Shell({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useKeys({ '?': () => setHelp(true) });

  // A new page is read from its beginning, by eye and by screen reader.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what is waited for
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <>
      <a className={css.skip} href="#main">
        Skip to the content
      </a>
      <ConnectionBanner />
      <header className={css.bar}>
        <Link href="/" className={css.brand} aria-label="hitscope, start page">
          <Glyph /> hitscope
        </Link>
        <nav className={css.nav} aria-label="Pages">
          {places.map(({ to, word, Icon }) => (
            <Link key={to} href={to} aria-current={path === to ? 'page' : undefined}>
              <Icon size={18} aria-hidden="true" />
              {word}
            </Link>
          ))}
        </nav>
        <div className={css.tools}>
          <ThemeButton />
          <button type="button" className={css.tool} aria-label="Keys and help" onClick={() => setHelp(true)}>
            <CircleHelp size={18} aria-hidden="true" />
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      <footer className={css.foot}>
        <div>
          <span>No number here is invented; what is unknown is called unknown.</span>
          <a href="/docs">API</a>
          <Link href="/about">How it works</Link>
        </div>
      </footer>
      <DropAnywhere />
      <Announcer />
      {help && (
        <Suspense>
          <Help onClose={() => setHelp(false)} />
        </Suspense>
      )}
    </>
  );
}

function Glyph() {
  return (
    <svg viewBox="0 0 24 24" fill="none" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
      <path d="M2 16c4-10 7-10 10-4s6 6 10-4" stroke="var(--hit)" />
      <path d="M2 8c4 10 7 10 10 4s6-6 10 4" stroke="var(--flop)" />
    </svg>
  );
}

const themes = ['system', 'light', 'dark'] as const;

function ThemeButton() {
  const theme = useSetting('theme');
  const next = themes[(themes.indexOf(theme) + 1) % themes.length];
  const Icon = { system: Monitor, light: Sun, dark: Moon }[theme];
  return (
    <button
      type="button"
      className={css.tool}
      aria-label={`Colours: ${theme}. Change to ${next}`}
      onClick={() => changeSetting('theme', next)}
    >
      <Icon size={18} aria-hidden="true" />
    </button>
  );
}

function ConnectionBanner() {
  const state = useStore(connection, (now) => now);
  if (state === 'online') return null;
  return (
    <div className={css.banner} role="alert" data-testid="connection">
      {state === 'offline'
        ? 'This device is offline. What is on the screen stays; the rest goes on when the network is back.'
        : 'The server does not answer. Trying again…'}
      <button type="button" onClick={knockNow}>
        Try now
      </button>
    </div>
  );
}

function DropAnywhere() {
  const [over, setOver] = useState(false);
  const { takeFiles, takeAddresses } = useIntake();
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const carriesText = (event: DragEvent) => event.dataTransfer?.types.includes('text/uri-list') ?? false;
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const drag = (event: DragEvent) => {
      if (carriesFiles(event) || carriesText(event)) event.preventDefault();
    };
    const drop = async (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (event.defaultPrevented || !event.dataTransfer) return;
      if (carriesFiles(event)) {
        event.preventDefault();
        takeFiles(await droppedFiles(event.dataTransfer));
      } else if (carriesText(event)) {
        event.preventDefault();
        // Lines that begin with # are remarks (RFC 2483).
        const lines = event.dataTransfer.getData('text/uri-list').replace(/^#.*$/gm, '');
        const urls = addressesIn(lines);
        if (urls.length > 0) takeAddresses(urls.map((url) => ({ url, title: null })));
      }
    };
    const paste = (event: ClipboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (target?.closest('input, textarea') || !event.clipboardData) return;
      const files = [...event.clipboardData.files];
      const urls = addressesIn(event.clipboardData.getData('text'));
      if (files.length > 0) takeFiles(files);
      else if (urls.length > 0) takeAddresses(urls.map((url) => ({ url, title: null })));
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('dragover', drag);
    window.addEventListener('drop', drop);
    window.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('dragover', drag);
      window.removeEventListener('drop', drop);
      window.removeEventListener('paste', paste);
    };
  }, [takeFiles, takeAddresses]);
  if (!over) return null;
  return (
    <div className={css.over} aria-hidden="true">
      <p>Let go to listen</p>
    </div>
  );
}
