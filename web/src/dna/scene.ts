// What a frame shows. One object, changed in place: a frame allocates nothing.
//
// Its numbers lie in `floats` as the shaders want them (gl/common.glsl.ts), so that a frame hands them on without
// touching one: code that is not compiled yet makes an object of every fraction it reads.
export type View = 'helix' | 'ring' | 'lanes';
export const views: readonly View[] = ['helix', 'ring', 'lanes'];

export interface Scene {
  readonly floats: Float32Array;
  view: View;
  from: number; // seconds on show
  to: number;
  now: number; // the playhead
  halo: number; // 0..1: how loud the playing audio is, limited in its flashes
  loopFrom: number;
  loopTo: number; // not above loopFrom: no loop
  turn: number; // seconds of one twist
  flip: number; // 1, or -1 for a mirrored helix
  width: number; // pixels of the device
  height: number;
  scale: number; // device pixels a CSS pixel
  aim: number; // counts the changes of view, size and seconds on show, which decide how fine the data must be
}

export const sceneFloats = 16;

// Of a strand: one for two pixels.
export const columnsFor = (width: number): number => (width + 1) >> 1;

export function emptyScene(): Scene {
  const floats = new Float32Array(sceneFloats);
  const scene = {
    floats,
    view: 'helix' as View,
    width: 1,
    height: 1,
    aim: 0,
  };
  const places = ['from', 'to', 'now', 'halo', 'loopFrom', 'loopTo', 'turn', 'flip'] as const;
  for (const [i, name] of [...places.entries(), [10, 'scale'] as const]) {
    Object.defineProperty(scene, name, {
      enumerable: true,
      get: () => floats[i],
      set: (value: number) => {
        floats[i] = value;
      },
    });
  }
  return Object.assign(scene as Scene, { to: 1, turn: 2, flip: 1, scale: 1 });
}
