/** The way back to where one came from; where one came from nowhere, the way up. */
import { useCanGoBack } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { router } from '../router';

export function Back({ children }: { children: ReactNode }) {
  const canGoBack = useCanGoBack();
  return (
    <>
      {canGoBack && <><button type="button" className="linklike" onClick={() => router.history.back()}>Back</button>{' · '}</>}
      {children}
    </>
  );
}
