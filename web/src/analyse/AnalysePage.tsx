// The start: one place to drop a track, or to name one.
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { type Demo, fetchDemo, useDemos } from '../api/demo';
import { useHistory } from '../api/queries';
import { useUploads } from '../api/uploads';
import { clock, percent } from '../kit/format';
import { addressesIn, pickedFiles } from '../kit/intake';
import kit from '../kit/kit.module.css';
import { useStore } from '../kit/store';
import { useTitle } from '../kit/title';
import { LabelWord } from '../kit/Verdict';
import css from './analyse.module.css';
import { Disc } from './Disc';
import { Sending } from './Sending';
import { refusal, shown, useIntake } from './useIntake';

let leftBefore: number | null = null; // the upload that was on its way when this page was left

export function AnalysePage() {
  useTitle('');
  const [, go] = useLocation();
  const key = useStore(shown, (now) => now);
  const upload = useUploads().find((each) => each.key === key);
  const nothing = useStore(refusal, (now) => now);
  const arrived = upload?.state === 'accepted' ? upload.id : null;
  // It arrived while the visitor was elsewhere: who comes back later is not sent away to it.
  const [missed] = useState(() => (leftBefore === key ? arrived : null));
  useEffect(() => {
    if (!arrived) return;
    shown.set(null);
    if (arrived !== missed) go(`/t/${arrived}`);
  }, [arrived, missed, go]);
  useEffect(
    () => () => {
      leftBefore = shown.get();
      if (window.location.pathname !== '/') refusal.set(''); // else it is only StrictMode's rehearsal
    },
    [],
  );

  return (
    <div className={`${kit.page} ${css.start}`}>
      <div className={css.intro}>
        <h1>
          Will it find
          <br />
          an audience?
        </h1>
        <p className={kit.lead}>
          hitscope listens to a track, measures it, lets five models vote, and shows why. It is honest about
          the odds: sound alone says a little, never everything.
        </p>
      </div>
      <div className={css.stage}>
        {upload && upload.state !== 'accepted' ? <Sending upload={upload} /> : <DropDisc />}
        {nothing && <p className={`${css.complaint} ${css.refusal}`}>{nothing}</p>}
      </div>
      <div className={css.more}>
        <Address />
        <Demos />
        <Recent />
      </div>
    </div>
  );
}

function DropDisc() {
  const { takeFiles } = useIntake();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  return (
    <Disc share={null}>
      <p className={css.invite}>Drop a track</p>
      <p className="soft">or a whole folder, anywhere on this page</p>
      <div className={css.choose}>
        <button type="button" className={kit.button} onClick={() => files.current?.click()}>
          Choose files
        </button>
        <button type="button" className={`${kit.quiet} ${kit.small}`} onClick={() => folder.current?.click()}>
          Choose a folder
        </button>
      </div>
      <p className="soft small">MP3, WAV, FLAC, Ogg, Opus, AIFF, M4A, WebM</p>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        accept="audio/*,video/*,.flac,.opus,.ogg,.oga,.aif,.aiff,.m4a,.wma,.caf,.au,.spx"
        data-testid="files"
        onChange={(event) => {
          takeFiles(pickedFiles(event.target.files as FileList, false));
          event.target.value = '';
        }}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        // @ts-expect-error React knows the attribute, its types do not
        webkitdirectory=""
        data-testid="folder"
        onChange={(event) => {
          takeFiles(pickedFiles(event.target.files as FileList, true));
          event.target.value = '';
        }}
      />
    </Disc>
  );
}

function Address() {
  const { takeAddresses } = useIntake();
  const [text, setText] = useState('');
  const [complaint, setComplaint] = useState('');
  return (
    <form
      className={css.address}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const urls = addressesIn(text);
        if (urls.length > 0) takeAddresses(urls.map((url) => ({ url, title: null })));
        else setComplaint('An address begins with http:// or https://');
      }}
    >
      <label htmlFor="address">Or the address of one</label>
      <div>
        <input
          id="address"
          className={kit.field}
          type="url"
          inputMode="url"
          placeholder="https://…"
          value={text}
          aria-invalid={complaint !== ''}
          aria-describedby="address-complaint"
          onChange={(event) => {
            setText(event.target.value);
            setComplaint('');
          }}
        />
        <button type="submit" className={kit.quiet}>
          Listen
        </button>
      </div>
      <p id="address-complaint" className={css.complaint} role="status">
        {complaint}
      </p>
    </form>
  );
}

function Demos() {
  const { data: demos } = useDemos();
  const { takeFiles } = useIntake();
  const [fetching, setFetching] = useState<string | null>(null);
  const [complaint, setComplaint] = useState('');
  if (!demos || demos.length === 0) return null;
  const play = async (demo: Demo) => {
    setFetching(demo.name);
    setComplaint('');
    try {
      takeFiles([await fetchDemo(demo)]);
    } catch {
      setComplaint(`${demo.title} could not be fetched.`);
    } finally {
      setFetching(null);
    }
  };
  return (
    <section className={css.list} aria-labelledby="demos">
      <h2 id="demos">No track at hand? These are synthesised, so their truth is exact.</h2>
      <ul className={css.demos}>
        {demos.map((demo) => (
          <li key={demo.name}>
            <button
              type="button"
              className={`${kit.quiet} ${kit.small}`}
              disabled={fetching !== null}
              onClick={() => void play(demo)}
            >
              {demo.title}
            </button>
          </li>
        ))}
      </ul>
      <p className={css.complaint} role="status">
        {complaint}
      </p>
    </section>
  );
}

function Recent() {
  const { data } = useHistory('', 'done', 4);
  const recent = data?.pages[0].analyses ?? [];
  if (recent.length === 0) return null;
  return (
    <section className={css.list} aria-labelledby="recent">
      <h2 id="recent">Heard lately</h2>
      <ul className={css.recent}>
        {recent.map(({ id, name, summary }) => (
          <li key={id}>
            <Link href={`/t/${id}`}>{name}</Link>
            {summary?.label ? <LabelWord label={summary.label} /> : <span className="soft">no verdict</span>}
            <span className="num soft">{percent(summary?.probability)}</span>
            <span className="num soft">{clock(summary?.duration_s)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
