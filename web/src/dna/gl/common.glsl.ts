// What every shader of the DNA shares: one look into the one texture.
import { heatStops } from '../colour';

const vec3 = (rgb: readonly number[]): string => `vec3(${rgb.map((c) => (c / 255).toFixed(5)).join(',')})`;

// The numbers of a scene come as one array, as scene.ts keeps them.
const scene = `
uniform vec4 uScene[4];
#define uFrom uScene[0].x
#define uTo uScene[0].y
#define uNow uScene[0].z
#define uHalo uScene[0].w
#define uLoop uScene[1].xy
#define uTurn uScene[1].z
#define uFlip uScene[1].w
#define uSize uScene[2].xy
#define uScale uScene[2].z
#define uColumns uScene[3].x
`;

export const header = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
${scene}`;

// uFrom/uTo: the seconds on show. uOffset, uFrames, uHop: the level of the pyramid.
export const lookup = `
uniform sampler2D uDna;
uniform int uOffset;
uniform int uFrames;
uniform float uHop;
float at(int series, int frame) {
  int index = uOffset + series * uFrames + clamp(frame, 0, uFrames - 1);
  return texelFetch(uDna, ivec2(index % 2048, index / 2048), 0).r;
}
float loudSize(float share) { return pow(10.0, -1.8 * (1.0 - share)); }
float smoothAt(int series, float seconds) {
  float frame = seconds / uHop;
  int low = int(floor(frame));
  return mix(at(series, low), at(series, low + 1), frame - float(low));
}
`;

export const colours = `
const vec3 kHeat[5] = vec3[5](${heatStops.map(vec3).join(',')});
vec3 heat(float share) {
  float where = clamp(share, 0.0, 1.0) * 4.0;
  int low = min(int(where), 3);
  return mix(kHeat[low], kHeat[low + 1], where - float(low));
}
vec3 hsl(float hue, float saturation, float lightness) {
  vec3 k = mod(vec3(0.0, 8.0, 4.0) + hue / 30.0, 12.0);
  float a = saturation * min(lightness, 1.0 - lightness);
  return lightness - a * max(min(min(k - 3.0, 9.0 - k), vec3(1.0)), vec3(-1.0));
}
vec3 chromaColour(int pitch, float value) {
  return hsl(float((pitch * 7) % 12) * 30.0, 0.62, 0.06 + 0.56 * pow(value, 2.2));
}
vec3 pitchColour(int pitch, float saturation, float lightness) {
  return hsl(float((pitch * 7) % 12) * 30.0, saturation, lightness);
}
const vec3 kPaper = vec3(0.0353, 0.0431, 0.0941);
const vec3 kInk = vec3(0.9647, 0.9686, 1.0);
const vec3 kCyan = vec3(0.4353, 0.8902, 1.0);
const vec3 kAmber = vec3(1.0, 0.7059, 0.3294);
`;

// The playhead, the loop and what lies outside it, over any view whose x is time.
export const overlay = `
vec3 withTime(vec3 colour, float seconds, float y) {
  if (uLoop.y > uLoop.x && (seconds < uLoop.x || seconds > uLoop.y)) colour *= 0.35;
  float px = (seconds - uNow) / (uTo - uFrom) * uSize.x;
  float glow = exp(-px * px / 900.0) * exp(-y * y * 3.0);
  colour += vec3(0.55, 0.62, 1.0) * glow * uHalo * 0.55;
  return mix(colour, kInk, 1.0 - smoothstep(0.6, 1.6, abs(px)));
}
`;

export const fullScreen = `${header}
out vec2 vPoint;
void main() {
  vPoint = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(vPoint * 2.0 - 1.0, 0.999, 1.0);
}
`;
