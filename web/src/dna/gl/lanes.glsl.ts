// The lanes: every series under the others over one time. Places as in ../lanes.ts.
import { lane } from '../lanes';
import { colours, header, lookup, overlay } from './common.glsl';

const f = (value: number): string => value.toFixed(5);
const within = (name: Parameters<typeof lane>[0]): string => {
  const { top, bottom } = lane(name);
  return `y > ${f(top)} && y < ${f(bottom)}`;
};
// 0 at the bottom of the lane, 1 at its top
const share = (name: Parameters<typeof lane>[0]): string => {
  const { top, bottom } = lane(name);
  return `(${f(bottom)} - y) / ${f(bottom - top)}`;
};
const pixel = (name: Parameters<typeof lane>[0]): string => {
  const { top, bottom } = lane(name);
  return `1.0 / (uSize.y * ${f(bottom - top)})`;
};

export const lanesFragment = `${header}${lookup}${colours}${overlay}
in vec2 vPoint;
out vec4 colour;
float span(float share, float a, float b, float px) {
  return smoothstep(min(a, b) - px * 1.4, min(a, b), share) * (1.0 - smoothstep(max(a, b), max(a, b) + px * 1.4, share));
}
void main() {
  float seconds = mix(uFrom, uTo, vPoint.x);
  float y = 1.0 - vPoint.y;
  float stepSeconds = (uTo - uFrom) / uSize.x;
  vec3 result = kPaper;
  if (seconds >= 0.0 && seconds <= float(uFrames) * uHop) {
    if (${within('rms')}) {
      float value = loudSize(smoothAt(0, seconds));
      float part = abs(${share('rms')} * 2.0 - 1.0);
      float body = 1.0 - smoothstep(value - 2.0 * ${pixel('rms')}, value + 2.0 * ${pixel('rms')}, part);
      result = mix(result, kInk * (0.7 + 0.3 * value), body);
    } else if (${within('bands')}) {
      float row = ${share('bands')} * 24.0;
      result = heat(pow(smoothAt(15 + int(row), seconds), 1.7));
    } else if (${within('chroma')}) {
      float row = ${share('chroma')} * 12.0;
      float value = smoothAt(3 + int(row), seconds);
      result = chromaColour(int(row), value);
      result = mix(result, kPaper, smoothstep(0.9, 1.0, fract(row)) * 0.6);
    } else if (${within('onset')}) {
      float value = smoothAt(2, seconds);
      float part = ${share('onset')};
      result = mix(result, kAmber * (0.4 + 0.6 * value), 1.0 - smoothstep(value - ${pixel('onset')}, value + ${pixel('onset')}, part));
    } else if (${within('centroid')}) {
      float a = smoothAt(1, seconds - 0.5 * stepSeconds);
      float b = smoothAt(1, seconds + 0.5 * stepSeconds);
      result = mix(result, kCyan, span(${share('centroid')}, a, b, ${pixel('centroid')}));
    }
  }
  colour = vec4(withTime(result, seconds, 0.35), 1.0);
}
`;
