// Asks the server's own models again whenever the sliders rest for a moment; nothing is predicted here.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { predict } from '../api/generated/sdk.gen';
import type { PredictionRequest } from '../api/generated/types.gen';
import { unwrap } from '../api/http';

export type Features = Record<string, number | null>;

export function useWhatIf(model: string, features: Features, enabled: boolean) {
  const [asked, setAsked] = useState(features);
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(features), 60);
    return () => window.clearTimeout(timer);
  }, [features]);
  return useQuery({
    queryKey: ['what-if', model, asked],
    queryFn: ({ signal }) =>
      unwrap(
        predict({
          body: { model, features: asked as PredictionRequest['features'], explain: false },
          signal,
        }),
      ),
    enabled: enabled && asked === features, // while they move, nothing that stands still is meant
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}
