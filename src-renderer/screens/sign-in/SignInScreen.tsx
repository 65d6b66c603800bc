import { Alert, Button, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Lock } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { AccessView } from '../../../src-main/access/access';
import { api } from '../../lib/api';
import { failureText } from '../../lib/failures';
import { NewPasswordFields, type NewPassword } from './NewPasswordFields';

/** What stands before the console: signing in, the lock, and the first password of one's own. */
export function SignInScreen({ session }: { session: AccessView }) {
  useEffect(() => {
    // What was told to whoever was here before is not for everybody who passes.
    notifications.clean();
    void api('app.ready');
  }, []);
  return (
    <main className="page">
      <div className="page-body">
        <Stack className="panel" maw={400} mx="auto" mt="14vh" p="xl" gap="md">
          {session.state === 'new-password' ? <FirstPassword name={session.name} /> : <SignIn session={session} />}
        </Stack>
      </div>
    </main>
  );
}

function SignIn({ session }: { session: AccessView }) {
  const locked = session.state === 'locked';
  const [name, setName] = useState(locked ? session.name : '');
  const [password, setPassword] = useState('');
  const { busy, problem, run } = useSubmit(async () => {
    try {
      await api('session.signIn', { name, password });
    } finally {
      setPassword('');
    }
  });
  return (
    <form onSubmit={run}>
      <Stack>
        <Group gap={10}>
          {locked && <Lock size={18} aria-hidden />}
          <Title order={1}>{locked ? 'Locked' : 'Sign in'}</Title>
        </Group>
        <Text size="sm" className="soft">
          {locked
            ? 'Jobs go on. What you were doing is as it was when you sign in again.'
            : 'As an operator of this console, not with your ThingSpace account.'}
        </Text>
        <TextInput
          label="Name"
          required
          autoComplete="off"
          autoFocus={!locked}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <PasswordInput
          label="Password"
          required
          autoComplete="off"
          autoFocus={locked}
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
          }}
        />
        <Problem text={problem} />
        <Button type="submit" loading={busy}>
          {locked ? 'Unlock' : 'Sign in'}
        </Button>
      </Stack>
    </form>
  );
}

function FirstPassword({ name }: { name: string }) {
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState<NewPassword>({ text: '', right: false });
  const { busy, problem, run } = useSubmit(() => api('session.changePassword', { old, fresh: fresh.text }));
  return (
    <form onSubmit={run}>
      <Stack>
        <Title order={1}>Choose a password, {name}</Title>
        <Text size="sm" className="soft">
          The one you have was chosen by somebody else. From now on only you should know it.
        </Text>
        <PasswordInput
          label="Password that you were given"
          required
          autoFocus
          autoComplete="off"
          value={old}
          onChange={(event) => {
            setOld(event.currentTarget.value);
          }}
        />
        <NewPasswordFields onChange={setFresh} />
        <Problem text={problem} />
        <Group justify="space-between">
          <Button
            variant="subtle"
            onClick={() => {
              void api('session.signOut');
            }}
          >
            Sign out
          </Button>
          <Button type="submit" loading={busy} disabled={!fresh.right || old === ''}>
            Save and go on
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Problem({ text }: { text: string | null }) {
  return (
    <div role="alert">
      {text !== null && (
        <Alert color="red" py={8}>
          {text}
        </Alert>
      )}
    </div>
  );
}

/** Sends a form once at a time, and keeps what went wrong beside it. */
function useSubmit(work: () => Promise<void>): {
  busy: boolean;
  problem: string | null;
  run: (event: React.SyntheticEvent) => void;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  return {
    busy,
    problem,
    run: (event) => {
      event.preventDefault();
      setBusy(true);
      work()
        .then(() => {
          setProblem(null);
        })
        .catch((error: unknown) => {
          const { message, next } = failureText(error);
          setProblem(next === null ? message : `${message} ${next}`);
        })
        .finally(() => {
          setBusy(false);
        });
    },
  };
}
