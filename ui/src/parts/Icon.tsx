/** Line icons of our own, 16 by 16; decoration only: what they stand for is said in words beside them or in a label. */
const paths = {
  home: 'M2.5 7.5 8 2.800l5.5 4.700M4 6.500v6.700h3V10h2v3.200h3V6.5',
  sources: 'M2 4h5.500c2 0 2 4 4 4H14M2 8h5M2 12h5.500c2 0 2-4 4-4M12 6l2 2-2 2',
  workflows: 'M13.5 8A5.5 5.5 0 0 1 3.6 11.300M2.5 8a5.5 5.5 0 0 1 9.9-3.300M12.6 2v2.900H9.700M3.4 14v-2.900h2.9',
  quarantine: 'M8 2.3 14.3 13.200H1.700ZM8 6.500v3M8 11.300v.2',
  receipt: 'M3.5 1.800h9v12.400l-1.5-1-1.5 1-1.5-1-1.5 1-1.5-1-1.5 1ZM6 5.500h4M6 8.500h4',
  table: 'M2 3h12v10H2ZM2 6.300h12M2 9.600h12M6 6.300V13',
  sql: 'M2 4.5 5.5 8 2 11.500M7.5 12H14',
  alert: 'M4 11V7.500a4 4 0 0 1 8 0V11l1.300 1.500H2.700ZM6.500 14.200h3',
  users: 'M6 7.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.8 13.500c0-2.6 1.8-4 4.2-4s4.2 1.4 4.2 4M10.5 2.700a2.5 2.5 0 0 1 0 4.600M12 9.900c1.4.5 2.2 1.8 2.2 3.6',
  copy: 'M5.5 5.500h8v8h-8ZM10.5 5.500v-3h-8v8h3',
  done: 'M3 8.5 6.5 12 13 4.5',
  more: 'M8 3.200v.1M8 8v.1M8 12.700v.1',
  close: 'M4 4l8 8M12 4l-8 8',
  print: 'M4.5 6V2h7v4M4.5 11H2.500V6h11v5h-2M4.5 9h7v5h-7Z',
} as const;

export function Icon({ name, size = 16 }: { name: keyof typeof paths; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth={name === 'more' ? 2.2 : 1.4} strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      <path d={paths[name]} />
    </svg>
  );
}
