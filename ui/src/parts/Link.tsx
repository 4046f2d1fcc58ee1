/** A link to a page of the UI, in the text's line. */
import { Link as RouterLink } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { visible } from './visible';

export function To({ to, children }: { to: string; children: ReactNode }) {
  return <RouterLink to={to} className="plain">{typeof children === 'string' ? visible(children) : children}</RouterLink>;
}
