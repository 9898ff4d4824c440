// What a service that plays everything at -14 LUFS does to a track.
import { fixed } from '../kit/format';

export const target = -14;

export function normalised(lufs: number | null, truePeak: number | null): string {
  if (lufs === null) return 'Loudness unknown: what a streaming service would do to it is unknown, too.';
  const change = target - lufs;
  if (Math.abs(change) < 0.5) return 'Streaming services that aim at \u221214 LUFS leave it as it is.';
  if (change < 0)
    return `Streaming services that aim at \u221214 LUFS turn it down by ${fixed(-change, 1)} dB.`;
  const room =
    truePeak === null
      ? 'How far that can go without clipping is unknown: the true peak was not measured.'
      : truePeak + change > -1
        ? `Its peaks leave room for ${fixed(Math.max(0, -1 - truePeak), 1)} dB.`
        : 'Its peaks leave the room.';
  return `It is ${fixed(change, 1)} dB under \u221214 LUFS. Some services turn it up, others leave it quiet. ${room}`;
}
