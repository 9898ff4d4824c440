// The shape of the helix, as plain arithmetic: the shaders and the still painters both follow these lines.
//
// Time runs to the right. Strand 1 turns on a fixed radius and is as thick as RMS; strand 2 turns opposite and
// stands as far out as the centroid is high. One turn is four beats, or twice that as often as it takes to be
// readable at this zoom; without a trusted tempo it is eight seconds, and so on.
import { sizeOfLoudness } from './frames';

export const strandRadius = 0.62; // of half the height
export const trustedTempo = 0.5; // confidence from which a twist may claim to be beats

export interface Twist {
  seconds: number; // of one turn
  beats: number | null; // null: not locked to the beat
}

export const innerRadius = 0.3;
export const outerRadius = 0.58; // what the centroid adds at most

export const radius2 = (centroid: number): number => innerRadius + outerRadius * centroid;
export const thickness = (rms: number): number => 1.5 + 15 * sizeOfLoudness(rms); // in pixels

export function twistFor(
  bpm: number | null,
  confidence: number | null,
  visible: number,
  widthPx: number,
): Twist {
  const locked = bpm !== null && bpm > 0 && confidence !== null && confidence >= trustedTempo;
  let beats = 4;
  let seconds = locked ? (60 / bpm) * beats : 8;
  while ((seconds / visible) * widthPx < 110) {
    seconds *= 2;
    beats *= 2;
  }
  return { seconds, beats: locked ? beats : null };
}

export const phaseAt = (seconds: number, twist: Twist): number => (2 * Math.PI * seconds) / twist.seconds;

export interface StrandPoint {
  y: number; // -1 (bottom) .. 1 (top)
  z: number; // -1 (behind) .. 1 (before)
}

export function strand1(phase: number): StrandPoint {
  return { y: strandRadius * Math.sin(phase), z: Math.cos(phase) };
}

export function strand2(phase: number, centroid: number): StrandPoint {
  return { y: -radius2(centroid) * Math.sin(phase), z: -Math.cos(phase) };
}
