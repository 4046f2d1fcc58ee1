/** Tabs that are addresses. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

export function Tabs({ label, items, current }: { label: string; items: { to: string; name: ReactNode; key: string }[]; current: string }) {
  return (
    <nav aria-label={label} className="tabs">
      {items.map((each) => (
        <Link key={each.key} to={each.to} aria-current={each.key === current ? 'page' : undefined}>
          {each.name}
        </Link>
      ))}
    </nav>
  );
}
