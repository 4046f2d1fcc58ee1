export function Steps({ names, current }: { names: string[]; current: number }) {
  return (
    <ol className="stations" aria-label="Steps">
      {names.map((name, at) => (
        <li key={name} className={at <= current ? 'reached' : ''} aria-current={at === current ? 'step' : undefined}>
          <strong>{at + 1}. {name} {at < current && '✓'}</strong>
        </li>
      ))}
    </ol>
  );
}
