// A defect of the page itself is shown as one, with the way out, instead of a blank page.
import { Component, type ReactNode } from 'react';
import css from './kit.module.css';

export class Boundary extends Component<{ children: ReactNode }, { broken: Error | null }> {
  state = { broken: null as Error | null };

  static getDerivedStateFromError(broken: Error) {
    return { broken };
  }

  render() {
    const { broken } = this.state;
    if (!broken) return this.props.children;
    return (
      <div className={`${css.page} ${css.quietPage}`} role="alert">
        <h1>This page has a defect.</h1>
        <p>Your tracks and results are safe on the server. Reload to go on.</p>
        <p className="small soft">{broken.message}</p>
        <button type="button" className={css.button} onClick={() => window.location.reload()}>
          Reload
        </button>
      </div>
    );
  }
}
