/** What the pages know of the server, for as long as they are open. */
import { MutationCache, QueryClient } from '@tanstack/react-query';

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: (count, error) => count < 1 && error instanceof TypeError, staleTime: 1_000 },
    mutations: { gcTime: 0 }, // a token is in no cache once its dialog is closed
  },
  // The server alone knows what a change has changed.
  mutationCache: new MutationCache({ onSuccess: () => void queryClient.invalidateQueries() }),
});
