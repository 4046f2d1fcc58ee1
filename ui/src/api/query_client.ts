/** What the pages know of the server, for as long as they are open. */
import { MutationCache, QueryClient } from '@tanstack/react-query';

import { isBusy } from './client';
import { listenForReturn } from './connection';

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A tenant has so many queries at once; a page that asks for more waits for its turn.
      retry: (count, error) => (error instanceof TypeError ? count < 1 : isBusy(error) && count < 6),
      retryDelay: (count) => 250 * 2 ** count,
      staleTime: 1_000,
    },
    mutations: { gcTime: 0 }, // a token is in no cache once its dialog is closed
  },
  // The server alone knows what a change has changed.
  mutationCache: new MutationCache({ onSuccess: () => void queryClient.invalidateQueries() }),
});

listenForReturn(() => void queryClient.invalidateQueries());
