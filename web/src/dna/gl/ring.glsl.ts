// The disc: the angle is time. Radii as in ../ring.ts.
import { rings } from '../ring';
import { colours, header, lookup } from './common.glsl';

const f = (value: number): string => value.toFixed(5);

export const ringFragment = `${header}${lookup}${colours}
in vec2 vPoint;
out vec4 colour;
const float kTau = 6.28318530718;
void main() {
  vec2 p = (vPoint * 2.0 - 1.0) * uSize / min(uSize.x, uSize.y);
  float r = length(p);
  float turn = fract(atan(-p.y, p.x) / kTau + 0.25);
  float seconds = turn * uTo;
  float px = 2.0 / min(uSize.x, uSize.y);
  vec3 result = kPaper;
  if (r > ${f(rings.rms.inner)} - px && r < ${f(rings.rms.outer)}) {
    float top = ${f(rings.rms.inner)} + ${f(rings.rms.outer - rings.rms.inner)} * loudSize(smoothAt(0, seconds));
    float inside = (1.0 - smoothstep(top - px, top + px, r)) * smoothstep(${f(rings.rms.inner)} - px, ${f(rings.rms.inner)} + px, r);
    result = mix(result, kInk, inside);
  } else if (r > ${f(rings.bands.inner)} && r < ${f(rings.bands.outer)}) {
    float row = (r - ${f(rings.bands.inner)}) / ${f(rings.bands.outer - rings.bands.inner)} * 24.0;
    result = heat(pow(smoothAt(15 + int(row), seconds), 1.7));
  } else if (r > ${f(rings.chroma.inner)} && r < ${f(rings.chroma.outer)}) {
    int pitch = int((r - ${f(rings.chroma.inner)}) / ${f(rings.chroma.outer - rings.chroma.inner)} * 12.0);
    float value = smoothAt(3 + pitch, seconds);
    result = mix(kPaper, chromaColour(pitch, value), smoothstep(0.1, 0.3, value));
  } else if (r > ${f(rings.centroid.inner)} - 0.01 && r < ${f(rings.centroid.outer)} + 0.01) {
    float line = ${f(rings.centroid.inner)} + ${f(rings.centroid.outer - rings.centroid.inner)} * smoothAt(1, seconds);
    result = mix(result, kCyan, 1.0 - smoothstep(1.0 * px, 2.4 * px, abs(r - line)));
  }
  if (uLoop.y > uLoop.x && (seconds < uLoop.x || seconds > uLoop.y)) result *= 0.35;
  float hand = uNow / uTo;
  float apart = abs(fract(turn - hand + 0.5) - 0.5) * kTau * r;
  if (r > 0.06 && r < 1.0) {
    float glow = exp(-apart * apart * 260.0);
    result += vec3(0.55, 0.62, 1.0) * glow * uHalo * 0.5;
    result = mix(result, kInk, 1.0 - smoothstep(px * 0.8, px * 2.0, apart));
  }
  colour = vec4(result, 1.0);
}
`;
