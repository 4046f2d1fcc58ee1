/** Providers around the routes. */
import '@mantine/core/styles.css';
import './theme/weir.css';

import { MantineProvider } from '@mantine/core';
import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { listenForSignOut } from './api/client';
import { nonce } from './api/nonce';
import { Messages } from './parts/Messages';
import { router } from './router';
import { resolveVariables, theme } from './theme/theme';

setNonce(nonce); // for the styles that dialogs add to keep the page behind from scrolling

const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: (count, error) => count < 1 && error instanceof TypeError, staleTime: 1_000 },
    mutations: { gcTime: 0 }, // a token is in no cache once its dialog is closed
  },
  // The server alone knows what a change has changed.
  mutationCache: new MutationCache({ onSuccess: () => void queryClient.invalidateQueries() }),
});
listenForSignOut(() => void queryClient.invalidateQueries({ queryKey: ['session'] }));

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={resolveVariables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queryClient}>
        <Messages>
          <RouterProvider router={router} />
        </Messages>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
