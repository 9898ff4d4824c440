// Who is taken for what, by model: worked out from recall and precision under the balanced prior.
import { useState } from 'react';
import { percent } from '../kit/format';
import kit from '../kit/kit.module.css';
import { modelWords } from '../kit/words';
import css from './lab.module.css';
import { confusionOf, type Scores } from './metrics';

export function ConfusionView({ models }: { models: Record<string, Scores> }) {
  const [name, setName] = useState('consensus' in models ? 'consensus' : Object.keys(models)[0]);
  const confusion = models[name] ? confusionOf(models[name]) : null;
  const cell = (share: number, right: boolean) => (
    <td data-right={right} className={css.cell}>
      <span className="num">{percent(share * 2)}</span>
    </td>
  );
  return (
    <section aria-labelledby="confusion" className="rise">
      <div className={kit.between}>
        <h2 id="confusion">Who is taken for what</h2>
        <select
          className={`${kit.field} ${css.narrow}`}
          aria-label="Model"
          value={name}
          onChange={(event) => setName(event.target.value)}
        >
          {Object.keys(models).map((each) => (
            <option key={each} value={each}>
              {modelWords(each)}
            </option>
          ))}
        </select>
      </div>
      <p className="soft">Worked out from recall and precision, hits and flops weighing alike.</p>
      {confusion ? (
        <table className={css.confusion}>
          <thead>
            <tr>
              <td />
              <th scope="col">said HIT</th>
              <th scope="col">said FLOP</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">hits</th>
              {cell(confusion.truePositive, true)}
              {cell(confusion.falseNegative, false)}
            </tr>
            <tr>
              <th scope="row">flops</th>
              {cell(confusion.falsePositive, false)}
              {cell(confusion.trueNegative, true)}
            </tr>
          </tbody>
        </table>
      ) : (
        <p>It cannot be worked out for this one.</p>
      )}
    </section>
  );
}
