// Names that the API uses, in words.
import type { Track } from '../api/types';

export type ModelName = 'random_forest' | 'xgboost' | 'adaboost' | 'knn' | 'decision_tree';
export const modelOrder: ModelName[] = ['random_forest', 'xgboost', 'adaboost', 'knn', 'decision_tree'];

const models: Record<string, string> = {
  random_forest: 'Random forest',
  xgboost: 'XGBoost',
  adaboost: 'AdaBoost',
  knn: 'Nearest neighbours',
  decision_tree: 'Decision tree',
  hard_vote: 'Majority of five',
  soft_vote: 'Mean of five',
  consensus: 'Consensus',
  majority: 'Always the same answer',
  genre: 'Genre alone',
  single_feature: 'Best single feature',
};
export const modelWords = (name: string): string => models[name] ?? name;

const features: Record<string, string> = {
  tempo: 'Tempo',
  loudness: 'Loudness',
  key: 'Key',
  mode: 'Mode',
  energy: 'Energy',
  duration_ms: 'Duration',
  danceability: 'Danceability',
  acousticness: 'Acousticness',
  instrumentalness: 'Instrumentalness',
  speechiness: 'Speechiness',
  liveness: 'Liveness',
  valence: 'Valence',
  time_signature: 'Beats a bar',
  loudness_db: 'Loudness on Spotify\u2019s scale',
};
export const featureWords = (name: string): string => features[name] ?? name.replaceAll('_', ' ');

export const pitchNames = ['C', 'C♯', 'D', 'E♭', 'E', 'F', 'F♯', 'G', 'A♭', 'A', 'B♭', 'B'];
export const keyWords = (key: number, mode: number): string =>
  `${pitchNames[key]} ${mode === 1 ? 'major' : 'minor'}`;

export const titleOf = (name: string, track: Track | null): string => track?.source.title || name;
