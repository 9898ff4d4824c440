// The disc: an empty record that fills with what has really happened. The outer arc is a share of something
// counted (bytes sent, seconds measured); the five places in the middle are the votes.
import * as m from 'motion/react-m';
import type { ReactNode } from 'react';
import type { Vote } from '../api/types';
import { modelOrder } from '../kit/words';
import css from './analyse.module.css';

const ticks = Array.from({ length: 72 }, (_, i) => i * 5);
const radius = 46;
const around = 2 * Math.PI * radius;

interface Props {
  share: number | null; // null: nothing to count
  votes?: Vote[];
  children: ReactNode;
}

export function Disc({ share, votes, children }: Props) {
  return (
    <div className={css.disc}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <g stroke="var(--edge)" strokeWidth="0.25">
          {ticks.map((angle) => (
            <line
              key={angle}
              x1="50"
              y1="1.2"
              x2="50"
              y2={angle % 30 === 0 ? 3 : 2.1}
              transform={`rotate(${angle} 50 50)`}
            />
          ))}
        </g>
        {[radius, 40, 33.5, 27].map((r) => (
          <circle key={r} cx="50" cy="50" r={r} fill="none" stroke="var(--line)" strokeWidth="0.25" />
        ))}
        {share !== null && (
          <circle
            cx="50"
            cy="50"
            r={radius}
            fill="none"
            stroke="var(--tone)"
            strokeWidth="1.4"
            strokeLinecap="round"
            strokeDasharray={`${around * Math.min(1, share)} ${around}`}
            transform="rotate(-90 50 50)"
          />
        )}
        {votes &&
          modelOrder.map((model, i) => {
            const vote = votes.find((each) => each.model === model);
            const x = 50 + (i - 2) * 8;
            return (
              <g key={model} transform={`translate(${x} 79)`}>
                <circle
                  r="2.6"
                  fill="none"
                  stroke="var(--edge)"
                  strokeWidth="0.3"
                  strokeDasharray="0.8 0.8"
                />
                {vote && (
                  <m.path
                    initial={{ y: -14, opacity: 0 }}
                    animate={{ y: 0, opacity: 1 }}
                    d={vote.label === 'HIT' ? 'M0 -1.7 L1.8 1.5 H-1.8 Z' : 'M0 1.7 L1.8 -1.5 H-1.8 Z'}
                    fill={vote.label === 'HIT' ? 'var(--hit)' : 'none'}
                    stroke={vote.label === 'HIT' ? 'var(--hit)' : 'var(--flop)'}
                    strokeWidth="0.5"
                    strokeLinejoin="round"
                  />
                )}
              </g>
            );
          })}
      </svg>
      <div className={css.middle}>{children}</div>
    </div>
  );
}
