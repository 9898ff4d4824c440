// Draws the three views with WebGL2: one texture of bytes, at most four calls a frame, nothing allocated.
import type { Dna } from '../frames';
import { buildPyramid, levelFor, type Pyramid } from '../pyramid';
import { rungFloats, rungsOf } from '../rungs';
import { columnsFor, type Scene, views } from '../scene';
import { fullScreen } from './common.glsl';
import { glowFragment, rungFragment, rungVertex, strandFragment, strandVertex } from './helix.glsl';
import { lanesFragment } from './lanes.glsl';
import { hasFastGraphics } from './probe';
import { compile, type Program } from './program';
import { ringFragment } from './ring.glsl';

interface Loaded {
  pyramid: Pyramid;
  texture: WebGLTexture;
  rungs: WebGLBuffer;
  rungCount: number;
  array: WebGLVertexArrayObject;
  hops: Float32Array[]; // of each level, ready to be handed over
  aim: number; // of the scene that the levels below were chosen for
  glowLevel: number;
  markLevel: number; // of strands and rungs, or of the flat views
}

// Which levels are just fine enough. Asked when view, size or zoom have changed, not for every frame.
function choose(loaded: Loaded, scene: Scene): void {
  const { pyramid } = loaded;
  const seconds = scene.to - scene.from;
  loaded.aim = scene.aim;
  loaded.glowLevel = levelFor(pyramid, seconds / (scene.width / 3));
  const marks = {
    // The strands are smoothed over a few pixels: they should flow, the rungs carry the detail.
    helix: scene.width / (6 * scene.scale),
    ring: 2.2 * Math.min(scene.width, scene.height),
    lanes: scene.width,
  }[scene.view];
  loaded.markLevel = levelFor(pyramid, seconds / marks);
}

export class DnaRenderer {
  readonly gl: WebGL2RenderingContext;
  drawCalls = 0; // of the last frame
  readonly slow = !hasFastGraphics(); // drawn by the processor: every pixel costs
  private glow: Program;
  private strand: Program;
  private rung: Program;
  private ring: Program;
  private lanes: Program;
  private plain: WebGLVertexArrayObject;
  private slots: (Loaded | null)[] = [null, null];

  // Throws where there is no WebGL2.
  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', {
      antialias: !this.slow,
      alpha: false,
      powerPreference: 'low-power',
    });
    if (!gl) throw new Error('no WebGL2');
    this.gl = gl;
    this.glow = compile(gl, fullScreen, glowFragment);
    this.strand = compile(gl, strandVertex, strandFragment);
    this.rung = compile(gl, rungVertex, rungFragment);
    this.ring = compile(gl, fullScreen, ringFragment);
    this.lanes = compile(gl, fullScreen, lanesFragment);
    this.plain = gl.createVertexArray();
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.clearColor(0.0353, 0.0431, 0.0941, 1);
  }

  load(slot: 0 | 1, dna: Dna): void {
    this.unload(slot);
    const { gl } = this;
    const pyramid = buildPyramid(dna);
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texImage2D(
      gl.TEXTURE_2D,
      0,
      gl.R8,
      pyramid.width,
      pyramid.height,
      0,
      gl.RED,
      gl.UNSIGNED_BYTE,
      pyramid.texels,
    );
    const data = rungsOf(dna);
    const array = gl.createVertexArray();
    const rungs = gl.createBuffer();
    gl.bindVertexArray(array);
    gl.bindBuffer(gl.ARRAY_BUFFER, rungs);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 4, gl.FLOAT, false, 4 * rungFloats, 0);
    gl.vertexAttribDivisor(0, 1);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 1, gl.FLOAT, false, 4 * rungFloats, 16);
    gl.vertexAttribDivisor(1, 1);
    this.slots[slot] = {
      pyramid,
      texture,
      rungs,
      rungCount: data.length / rungFloats,
      array,
      hops: pyramid.levels.map(({ hop }) => Float32Array.of(hop)),
      aim: -1,
      glowLevel: 0,
      markLevel: 0,
    };
  }

  begin(): void {
    const { gl } = this;
    this.drawCalls = 0;
    gl.disable(gl.SCISSOR_TEST);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  }

  // Into the rectangle of the canvas whose lower left corner is (x, y).
  draw(slot: 0 | 1, scene: Scene, x: number, y: number): void {
    const loaded = this.slots[slot];
    if (!loaded || scene.width < 1 || scene.height < 1) return;
    if (loaded.aim !== scene.aim) choose(loaded, scene);
    const { floats, width, height } = scene;
    floats[8] = width;
    floats[9] = height;
    floats[12] = columnsFor(width);
    const { gl } = this;
    gl.viewport(x, y, scene.width, scene.height);
    gl.bindTexture(gl.TEXTURE_2D, loaded.texture);
    if (scene.view === 'helix') this.drawHelix(loaded, scene);
    else this.drawFlat(scene.view === 'ring' ? this.ring : this.lanes, loaded, scene);
  }

  private bind(program: Program, loaded: Loaded, scene: Scene, k: number): void {
    const { gl } = this;
    const { uniforms } = program;
    const level = loaded.pyramid.levels[k];
    // biome-ignore lint/correctness/useHookAtTopLevel: a call of WebGL, no hook
    gl.useProgram(program.program);
    gl.uniform1i(uniforms.uDna, 0);
    gl.uniform1i(uniforms.uOffset, level.offset);
    gl.uniform1i(uniforms.uFrames, level.frames);
    gl.uniform1fv(uniforms.uHop, loaded.hops[k]);
    gl.uniform4fv(uniforms['uScene[0]'], scene.floats);
  }

  // Draws every view once where nobody sees it: a shader is only finished when it is first used, and that should
  // not be while someone waits for an answer to a key.
  warm(slot: 0 | 1, scene: Scene): void {
    const { gl } = this;
    const { view, width, height } = scene;
    scene.width = 1;
    scene.height = 1;
    for (const each of views) {
      scene.view = each;
      scene.aim += 1;
      this.draw(slot, scene, 0, 0);
    }
    scene.view = view;
    scene.width = width;
    scene.height = height;
    scene.aim += 1;
    gl.flush();
  }

  private drawFlat(program: Program, loaded: Loaded, scene: Scene): void {
    const { gl } = this;
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    gl.bindVertexArray(this.plain);
    this.bind(program, loaded, scene, loaded.markLevel);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    this.drawCalls += 1;
  }

  private drawHelix(loaded: Loaded, scene: Scene): void {
    const { gl } = this;
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    gl.bindVertexArray(this.plain);
    this.bind(this.glow, loaded, scene, loaded.glowLevel);
    gl.drawArrays(gl.TRIANGLES, 0, 3);

    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindVertexArray(loaded.array);
    this.bind(this.rung, loaded, scene, loaded.markLevel);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, loaded.rungCount);

    gl.bindVertexArray(this.plain);
    const columns = columnsFor(scene.width);
    this.bind(this.strand, loaded, scene, loaded.markLevel);
    for (let strand = 0; strand < 2; strand += 1) {
      gl.uniform1i(this.strand.uniforms.uStrand, strand);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 2 * (columns + 1));
    }
    this.drawCalls += 4;
  }

  private unload(slot: number): void {
    const loaded = this.slots[slot];
    if (!loaded) return;
    this.gl.deleteTexture(loaded.texture);
    this.gl.deleteBuffer(loaded.rungs);
    this.gl.deleteVertexArray(loaded.array);
    this.slots[slot] = null;
  }

  dispose(): void {
    this.unload(0);
    this.unload(1);
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
