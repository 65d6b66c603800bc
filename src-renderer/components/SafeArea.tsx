import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { Check, Copy, RefreshCw } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { api } from '../lib/api';
import { failureDetails } from '../lib/failure-details';

interface Props {
  /** Named in the details, such as `plans`. */
  where: string;
  /** When it changes, the failure is over: another screen, another job. */
  resetKey?: string;
  children: ReactNode;
}

/** Keeps a failure inside: where its content cannot be drawn, it says so and offers a way on, instead of a blank window. */
export function SafeArea({ where, resetKey = where, children }: Props) {
  const [details, setDetails] = useState('');
  return (
    <ErrorBoundary
      resetKeys={[resetKey]}
      onError={(error, { componentStack }) => {
        const text = failureDetails(where, error, componentStack ?? '', new Date());
        setDetails(text);
        // Best effort: a window that cannot even say this still shows the page.
        void report(text, setDetails).catch(() => undefined);
      }}
      fallbackRender={() => <FailurePage details={details} whole={where === 'window'} />}
    >
      {children}
    </ErrorBoundary>
  );
}

/** Writes it into the console's log, and adds which console it was. */
async function report(text: string, setDetails: (details: string) => void): Promise<void> {
  await api('app.windowFailed', { details: text });
  const { version, host } = await api('app.info');
  setDetails(`Rate Plan Console ${version} (${host})\n${text}`);
}

function FailurePage({ details, whole }: { details: string; whole: boolean }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(details).then(() => {
      setCopied(true);
    });
  };
  return (
    <Stack role="alert" gap="sm" p="xl" maw={640} m="auto">
      <Title order={1}>{whole ? 'The console could not be shown' : 'This screen could not be shown'}</Title>
      <Text>
        Something went wrong while drawing it. Jobs keep running, and nothing was lost.
        {whole ? '' : ' The other screens still work.'}
      </Text>
      <Text className="soft">
        Reload the window. If it happens again, copy the details and send them to whoever supports this console. They
        are in its log, too.
      </Text>
      <Group gap="xs">
        <Button
          leftSection={<RefreshCw size={14} aria-hidden />}
          onClick={() => {
            window.location.reload();
          }}
        >
          Reload
        </Button>
        <Button
          variant="default"
          leftSection={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          onClick={copy}
        >
          {copied ? 'Copied' : 'Copy details'}
        </Button>
      </Group>
      <details>
        <summary>
          <Text component="span" size="sm" className="soft">
            Details
          </Text>
        </summary>
        <Code block className="log-text" mt={6}>
          {details}
        </Code>
      </details>
    </Stack>
  );
}
