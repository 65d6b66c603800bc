import { Text, UnstyledButton } from '@mantine/core';

export interface TallyPart<K extends string> {
  key: K;
  count: string;
  label: string;
  /** What it comes to, such as "left out". */
  effect: string;
  color: string;
  /** There are lines to show for it. */
  canShow: boolean;
}

/** What a list's lines turned out to be, adding up to all of them; a part shows its lines alone, and again all. */
export function Tally<K extends string>({
  label,
  parts,
  shown,
  onShow,
}: {
  label: string;
  parts: readonly TallyPart<K>[];
  shown: K | 'all';
  onShow: (shown: K | 'all') => void;
}) {
  return (
    <div className="tally" role="group" aria-label={label}>
      {parts.map((part) => {
        const text = (
          <>
            <Text size="lg" fw={600} className="number" c={`var(--mantine-color-${part.color}-light-color)`}>
              {part.count}
            </Text>{' '}
            <Text size="sm" fw={500}>
              {part.label}
            </Text>{' '}
            <Text size="xs" className="soft">
              {part.effect}
            </Text>
          </>
        );
        return part.canShow ? (
          <UnstyledButton
            key={part.key}
            className="tally-part"
            aria-pressed={shown === part.key}
            onClick={() => {
              onShow(shown === part.key ? 'all' : part.key);
            }}
          >
            {text}
          </UnstyledButton>
        ) : (
          <div key={part.key} className="tally-part">
            {text}
          </div>
        );
      })}
    </div>
  );
}
