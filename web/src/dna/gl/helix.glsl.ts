// The helix: a glow of the bands behind it, two strands, and the rungs. Shapes as in ../helix.ts.
import { innerRadius, outerRadius, strandRadius } from '../helix';
import { colours, header, lookup, overlay } from './common.glsl';

const twist = `
const float kTau = 6.28318530718;
float phaseAt(float seconds) { return kTau * seconds / uTurn; }
float radius2(float brightness) { return ${innerRadius} + ${outerRadius} * brightness; }
`;

// Band energy as glow: low bands near the axis, high ones further out.
export const glowFragment = `${header}${lookup}${colours}${overlay}
in vec2 vPoint;
out vec4 colour;
void main() {
  float seconds = mix(uFrom, uTo, vPoint.x);
  float y = vPoint.y * 2.0 - 1.0;
  vec3 result = kPaper;
  if (seconds >= 0.0 && seconds <= float(uFrames) * uHop) {
    float height = min(abs(y) * 1.02, 0.999) * 24.0;
    int band = int(height);
    float low = smoothAt(15 + band, seconds);
    float high = smoothAt(15 + min(band + 1, 23), seconds);
    float energy = mix(low, high, fract(height));
    result += heat(energy * energy * 1.1) * (0.1 + 0.5 * energy * energy) * (1.0 - 0.45 * abs(y));
  }
  colour = vec4(withTime(result, seconds, y), 1.0);
}
`;

// A triangle strip of two vertices a column; uStrand 0 is as thick as RMS, 1 stands out as far as the centroid.
export const strandVertex = `${header}${lookup}${twist}
uniform int uStrand;
out float vShade;
out float vSide;
out float vSeconds;
float yAt(float seconds) {
  float turn = sin(phaseAt(seconds));
  return uStrand == 0 ? ${strandRadius} * turn : -radius2(smoothAt(1, seconds)) * turn;
}
void main() {
  // Beyond its ends a track is its end: the strip folds up there.
  float seconds = clamp(mix(uFrom, uTo, float(gl_VertexID >> 1) / uColumns), 0.0, float(uFrames) * uHop);
  float side = float(gl_VertexID & 1) * 2.0 - 1.0;
  float stepSeconds = (uTo - uFrom) / uColumns;
  float y = yAt(seconds);
  vec2 along = vec2(2.0 * uSize.x / uColumns, (yAt(seconds + stepSeconds) - yAt(seconds - stepSeconds)) * 0.5 * uSize.y);
  vec2 across = normalize(vec2(-along.y, along.x));
  float thick = uStrand == 0 ? 1.5 + 15.0 * loudSize(smoothAt(0, seconds)) : 3.2;
  float depth = cos(phaseAt(seconds)) * (uStrand == 0 ? 1.0 : -1.0);
  vec2 point = vec2((seconds - uFrom) / (uTo - uFrom) * 2.0 - 1.0, y * uFlip);
  point += across * vec2(1.0, uFlip) * side * thick * uScale / uSize;
  gl_Position = vec4(point, -depth * 0.8, 1.0);
  vShade = 0.66 + 0.34 * depth;
  vSide = side;
  vSeconds = seconds;
}
`;

export const strandFragment = `${header}${colours}
uniform int uStrand;
in float vShade;
in float vSide;
in float vSeconds;
out vec4 colour;
void main() {
  // Lit like a tube from above.
  float round = sqrt(max(0.0, 1.0 - vSide * vSide));
  float light = 0.42 + 0.58 * round;
  float edge = 1.0 - smoothstep(0.86, 1.0, abs(vSide));
  float dim = uLoop.y > uLoop.x && (vSeconds < uLoop.x || vSeconds > uLoop.y) ? 0.35 : 1.0;
  colour = vec4((uStrand == 0 ? kInk : kCyan) * vShade * light * dim, edge);
}
`;

// One instance a rung: seconds, strength, pitch class, concentration, loudness.
export const rungVertex = `${header}${lookup}${twist}${colours}
layout(location = 0) in vec4 aRung;
layout(location = 1) in float aLoudness;
out vec4 vColour;
void main() {
  float seconds = aRung.x;
  float end = float(gl_VertexID >> 1);
  float side = float(gl_VertexID & 1) * 2.0 - 1.0;
  float turn = sin(phaseAt(seconds));
  float depth = cos(phaseAt(seconds));
  float y1 = ${strandRadius} * turn;
  float y2 = -radius2(smoothAt(1, seconds)) * turn;
  float middle = (y1 + y2) * 0.5;
  float y = mix(y1, y2, end);
  float x = (seconds - uFrom) / (uTo - uFrom) * 2.0 - 1.0;
  // Thinner where many stand close together.
  float room = clamp(uSize.x / uScale / (uTo - uFrom) / 42.0, 0.32, 1.0);
  x += side * (1.6 + 4.4 * aRung.y) * room * uScale / uSize.x;
  float outside = step(1.02, abs(x));
  gl_Position = outside > 0.5 ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(x, y * uFlip, -mix(depth, -depth, end) * 0.75, 1.0);
  float dim = uLoop.y > uLoop.x && (seconds < uLoop.x || seconds > uLoop.y) ? 0.35 : 1.0;
  vColour = vec4(pitchColour(int(aRung.z), 0.35 + 0.6 * aRung.w, 0.34 + 0.34 * aLoudness) * dim, 0.6 + 0.4 * aRung.y);
}
`;

export const rungFragment = `${header}
in vec4 vColour;
out vec4 colour;
void main() { colour = vColour; }
`;
