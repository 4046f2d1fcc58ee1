/** Providers around the routes. */
import '@mantine/core/styles.css';
import './theme/weir.css';

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { listenForSignOut } from './api/client';
import { nonce } from './api/nonce';
import { queryClient } from './api/query_client';
import { Messages } from './parts/Messages';
import { router } from './router';
import { resolveVariables, theme } from './theme/theme';

setNonce(nonce); // for the styles that dialogs add to keep the page behind from scrolling

/** A session that has ended: everything on the page is somebody's who is not there any more, so it goes. Drafts are kept. */
let isLeaving = false;
listenForSignOut(() => {
  const { pathname, search } = window.location;
  if (isLeaving || /^\/ui\/(login|setup|password)/.test(pathname)) return;
  isLeaving = true;
  window.location.assign(`/ui/login?to=${encodeURIComponent(pathname.replace(/^\/ui/, '') + search)}`);
});

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
