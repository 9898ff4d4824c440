// Whether WebGL2 is drawn by a graphics processor here, or by a program that stands in for one. Asked once: a
// context is not free.
let answer: boolean | null = null;

const standIns = /swiftshader|llvmpipe|softpipe|software|basic render/i;

function ask(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !standIns.test(name);
}

export function hasFastGraphics(): boolean {
  answer ??= ask();
  return answer;
}
