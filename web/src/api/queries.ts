// What is asked of the server, and how long an answer is good for.
import { QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useStore } from '../kit/store';
import { connection, onReturn } from './connection';
import { getAnalysis, getDna, listAnalyses, listModels } from './generated/sdk.gen';
import { unwrap } from './http';
import { troubleIn } from './problem';
import type { Analysis } from './types';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => troubleIn(error).type === 'busy' && failures < 3,
      refetchOnWindowFocus: false,
      staleTime: 10_000,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
onReturn(() => void queries.invalidateQueries());

export const isFinal = (analysis: Analysis): boolean =>
  analysis.state !== 'queued' && analysis.state !== 'running';

// Deleted, here or in another window; or never ours.
export const isGone = (error: Error | null): boolean =>
  error !== null && troubleIn(error).type === 'not-found';

export const analysisKey = (id: string) => ['analysis', id] as const;

export function useAnalysis(id: string, enabled = true) {
  const streaming = useStore(connection, (now) => now === 'online');
  return useQuery({
    queryKey: analysisKey(id),
    queryFn: ({ signal }) => unwrap(getAnalysis({ path: { id }, signal })),
    enabled,
    // The event stream tells of changes; asking now and then covers a stream that a proxy swallows.
    refetchInterval: ({ state }) =>
      state.data && !isFinal(state.data) && !isGone(state.error) ? (streaming ? 4000 : 2000) : false,
    staleTime: ({ state }) => (state.data && isFinal(state.data) ? Number.POSITIVE_INFINITY : 0),
  });
}

export function useHistory(search: string, state: Analysis['state'] | 'any', limit = 50) {
  return useInfiniteQuery({
    queryKey: ['history', search, state, limit],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        listAnalyses({
          query: {
            limit,
            ...(search ? { search } : {}),
            ...(state === 'any' ? {} : { state }),
            ...(pageParam ? { cursor: pageParam } : {}),
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some((page) => page.analyses.some((each) => !isFinal(each))) ? 5000 : false,
  });
}

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => unwrap(listModels({ signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useDnaBytes(id: string, there: boolean) {
  return useQuery({
    queryKey: ['dna', id],
    queryFn: async ({ signal }) => {
      const blob = (await unwrap(getDna({ path: { id }, parseAs: 'blob', signal }))) as unknown as Blob;
      return blob.arrayBuffer();
    },
    enabled: there,
    staleTime: 'static', // frames never change: asking again would only take the player away
  });
}

let firstMeeting: Promise<unknown> | null = null;

// What does not go by fetch (uploads, events) waits for this: the visitor is known then (see http.ts).
export function visitorKnown(): Promise<unknown> {
  firstMeeting ??= queries
    .fetchQuery({
      queryKey: ['visitor'],
      queryFn: () => unwrap(listAnalyses({ query: { limit: 1 } })),
      staleTime: Number.POSITIVE_INFINITY,
    })
    .catch((error) => {
      firstMeeting = null;
      throw error;
    });
  return firstMeeting;
}
