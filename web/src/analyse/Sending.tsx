// One upload on its way: bytes, rate, how to stop it, and what went wrong.
import { nobodyThere } from '../api/problem';
import { cancel, dismiss, retry, type Upload } from '../api/uploads';
import { Failure } from '../kit/Failure';
import { bytes, percent } from '../kit/format';
import css from '../kit/kit.module.css';
import { Disc } from './Disc';
import { Playlist, TakeAll } from './Playlist';

export function Sending({ upload }: { upload: Upload }) {
  if (upload.state === 'failed' && upload.trouble) {
    return (
      <Failure
        trouble={upload.trouble}
        name={upload.name}
        fromUrl={upload.url !== null}
        onRetry={() => retry(upload.key)}
        more={<Playlist entries={upload.trouble.entries} />}
      >
        <TakeAll entries={upload.trouble.entries} />
        <button type="button" className={css.quiet} onClick={() => dismiss(upload.key)}>
          Another track
        </button>
      </Failure>
    );
  }
  if (upload.state === 'cancelled') {
    return (
      <Failure
        trouble={{ ...nobodyThere, type: 'cancelled', title: 'Cancelled' }}
        name={upload.name}
        onRetry={() => retry(upload.key)}
      >
        <button type="button" className={css.quiet} onClick={() => dismiss(upload.key)}>
          Another track
        </button>
      </Failure>
    );
  }
  const share = upload.total ? upload.sent / upload.total : null;
  return (
    <div data-testid="sending">
      <Disc share={upload.file ? share : null}>
        <p className="soft">{upload.name}</p>
        {upload.file ? (
          <>
            <p style={{ font: '400 var(--s5) / 1.1 var(--display)' }} className="num">
              {share === null ? 'Sending' : percent(share)}
            </p>
            <p className="num">
              {bytes(upload.sent)} of {bytes(upload.total)}
              {upload.rate !== null && `, ${bytes(Math.round(upload.rate))}/s`}
            </p>
          </>
        ) : (
          <p>Handing the address over</p>
        )}
        <button type="button" className={css.quiet} onClick={() => cancel(upload.key)}>
          Cancel
        </button>
      </Disc>
    </div>
  );
}
