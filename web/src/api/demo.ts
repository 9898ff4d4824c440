// The tracks that come with the program. A server without them has none to show.
import { useQuery } from '@tanstack/react-query';
import { listDemoTracks } from './generated/sdk.gen';
import type { ListDemoTracksResponse } from './generated/types.gen';
import { unwrap } from './http';

export type Demo = ListDemoTracksResponse['tracks'][number];

export function useDemos() {
  return useQuery({
    queryKey: ['demo'],
    queryFn: async ({ signal }) => (await unwrap(listDemoTracks({ signal }))).tracks,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export async function fetchDemo(demo: Demo): Promise<File> {
  const answer = await fetch(demo.url);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const blob = await answer.blob();
  return new File([blob], demo.url.split('/').at(-1) ?? demo.name, { type: blob.type });
}
