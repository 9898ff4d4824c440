// Which address shows which page. Only the start page comes with the first load.
import { LazyMotion, MotionConfig } from 'motion/react';
import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { AnalysePage } from './analyse/AnalysePage';
import { Boundary } from './kit/Boundary';
import css from './kit/kit.module.css';
import { Shell } from './shell';

const TrackPage = lazy(() => import('./track/TrackPage'));
const ComparePage = lazy(() => import('./compare/ComparePage'));
const BatchPage = lazy(() => import('./batch/BatchPage'));
const HistoryPage = lazy(() => import('./history/HistoryPage'));
const LabPage = lazy(() => import('./lab/LabPage'));
const AboutPage = lazy(() => import('./about/AboutPage'));
const NowherePage = lazy(() => import('./nowhere/NowherePage'));

const motionFeatures = () => import('./kit/motion_features').then((module) => module.default);

export function App() {
  return (
    <LazyMotion features={motionFeatures} strict>
      <MotionConfig reducedMotion="user">
        <Shell>
          <Boundary>
            <Suspense fallback={<div className={css.page} />}>
              <Switch>
                <Route path="/" component={AnalysePage} />
                <Route path="/t/:id">{({ id }) => <TrackPage key={id} id={id} />}</Route>
                <Route path="/compare" component={ComparePage} />
                <Route path="/batch" component={BatchPage} />
                <Route path="/history" component={HistoryPage} />
                <Route path="/lab" component={LabPage} />
                <Route path="/about" component={AboutPage} />
                <Route component={NowherePage} />
              </Switch>
            </Suspense>
          </Boundary>
        </Shell>
      </MotionConfig>
    </LazyMotion>
  );
}
