// The generated types under the names that the dashboard uses.
export type {
  Analysis,
  AnalysisError,
  AnalysisSummary,
  Contribution,
  Label,
  Model,
  Prediction,
  Problem,
  Track,
  TrackFeatures,
  Verdict,
  Vote,
} from './generated/types.gen';
