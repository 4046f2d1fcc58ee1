/** A link to a page of the UI, in the text's line. The router makes its element past our runtime: the fragment's text is drawn by it. */
import { Link as RouterLink } from '@tanstack/react-router';
import type { ReactNode } from 'react';


export function To({ to, children }: { to: string; children: ReactNode }) {
  return <RouterLink to={to} className="plain"><>{children}</></RouterLink>;
}
