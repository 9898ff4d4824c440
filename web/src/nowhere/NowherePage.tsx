// An address that no page has. The server sends the dashboard for it too, with status 404.
import { Link, useLocation } from 'wouter';
import { Disc } from '../analyse/Disc';
import kit from '../kit/kit.module.css';
import { useTitle } from '../kit/title';
import css from './nowhere.module.css';

export default function NowherePage() {
  useTitle('No such page');
  const [path] = useLocation();
  return (
    <div className={`${kit.page} ${css.nowhere}`} data-testid="nowhere">
      <div className="rise">
        <h1>No such page</h1>
        <p className={kit.lead}>
          Nothing is kept at <code>{path}</code>. Tracks, results and models all are where they were.
        </p>
        <div className={`${kit.row} ${css.ways}`}>
          <Link href="/" className={kit.button}>
            Analyse a track
          </Link>
          <Link href="/history" className={kit.quiet}>
            What was heard
          </Link>
          <Link href="/lab" className={kit.quiet}>
            Model Lab
          </Link>
        </div>
      </div>
      <div className={css.disc}>
        <Disc share={null}>
          <p className={css.number} aria-hidden="true">
            404
          </p>
          <p className="soft">an empty groove</p>
        </Disc>
      </div>
    </div>
  );
}
