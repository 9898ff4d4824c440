// Something went wrong: what, why, what next, and how to name it to someone who can help.
import type { ReactNode } from 'react';
import { adviceFor } from '../api/advice';
import type { Trouble } from '../api/problem';
import css from './kit.module.css';

interface Props {
  trouble: Trouble;
  name?: string;
  onRetry?: () => void;
  fromUrl?: boolean; // it was fetched, not sent
  more?: ReactNode; // under the buttons
  inner?: boolean; // part of a page that has a heading of its own
  children?: ReactNode;
}

export function Failure({ trouble, name, onRetry, fromUrl = false, more, inner, children }: Props) {
  const Heading = inner ? 'h2' : 'h1';
  const { cause, next, retry, operator } = adviceFor(trouble.type, fromUrl);
  return (
    <section className="rise" role="alert" data-testid="failure" data-type={trouble.type}>
      {name && <p className="soft">{name}</p>}
      <Heading className={css.failure}>{trouble.title}</Heading>
      <p>{cause}</p>
      <p>{next}</p>
      {operator && <p className="soft small">{operator}</p>}
      <div className={css.row}>
        {onRetry && retry && (
          <button type="button" className={css.button} onClick={onRetry}>
            Try again
          </button>
        )}
        {children}
      </div>
      {more}
      <dl className="small soft rise">
        {trouble.detail && <Fact term="Detail">{trouble.detail}</Fact>}
        <Fact term="Type">{trouble.type}</Fact>
        {trouble.requestId && <Fact term="Request id">{trouble.requestId}</Fact>}
        {trouble.analysis && <Fact term="Analysis">{trouble.analysis}</Fact>}
      </dl>
    </section>
  );
}

function Fact({ term, children }: { term: string; children: string }) {
  return (
    <div>
      <dt style={{ display: 'inline' }}>{term}: </dt>
      <dd style={{ display: 'inline', fontFamily: 'var(--mono)' }}>{children}</dd>
    </div>
  );
}
