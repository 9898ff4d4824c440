// Where a fetched track came from, as the page behind the address said it. All of it is somebody else's text:
// only web addresses become links, and nothing of it is loaded (a picture would tell its host who is looking).
import type { Analysis } from '../api/types';
import { addressIn } from '../kit/intake';

export interface Origin {
  url: string;
  artist: string | null;
  thumbnail: string | null;
}

export function originOf({ source }: Analysis): Origin | null {
  const url = addressIn(source.site?.page ?? '') ?? addressIn(source.url ?? '');
  if (!url) return null;
  return { url, artist: source.site?.artist ?? null, thumbnail: addressIn(source.site?.thumbnail ?? '') };
}
