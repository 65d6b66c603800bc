import {
  Alert,
  Badge,
  Button,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { PERMISSIONS, permissionsOf, ROLE_NAMES, ROLES, type Role } from '../../../src-main/domain/roles';
import type { Operator, OperatorRights } from '../../../src-main/store/operators';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { when } from '../../lib/format';
import { Failed, Loading } from '../../components/Page';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { useProviders } from '../../state/providers';
import { useSession, useWhyMayNot } from '../../state/session';
import { useLoad } from '../../state/use-load';
import { NewPasswordFields, type NewPassword } from '../sign-in/NewPasswordFields';

/** Who may use the console, and when it locks. */
export function OperatorsPanel() {
  const open = useSession((state) => state.view?.state === 'open');
  const why = useWhyMayNot('operators');
  if (why !== null) return <Alert color="gray" title={why} />;
  return open ? <FirstAdmin /> : <Operators />;
}

/** Before there is any operator: what it means to have some, and the first. */
function FirstAdmin() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState<NewPassword>({ text: '', right: false });
  const [busy, setBusy] = useState(false);
  const reason = name.trim() === '' ? 'Enter a name.' : password.right ? null : 'Enter the password twice.';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason !== null) return;
        setBusy(true);
        attempt('No Admin was made', async () => {
          try {
            const rights = { role: 'admin', providers: null, disabled: false } as const;
            await api('operators.create', { name, rights, password: password.text });
          } finally {
            setBusy(false);
          }
        });
      }}
    >
      <Stack gap="sm" maw={520}>
        <Title order={2}>Operators</Title>
        <Text size="sm">
          The console has none: whoever uses this computer may do everything in it. With operators, everybody signs in,
          each may do what their role allows, the audit log names them, the console locks when nobody is there, and a
          large change can need a second person.
        </Text>
        <Text size="sm" className="soft">
          It keeps people apart who use the console. Somebody who can write its data folder on this computer can get
          past it. Note the head of the audit log elsewhere now and then: what was done cannot be rewritten unseen then.
        </Text>
        <TextInput
          label="Name of the first Admin"
          required
          maxLength={60}
          autoComplete="off"
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <NewPasswordFields onChange={setPassword} />
        <Group>
          <DisabledTooltip reason={reason}>
            <Button type="submit" loading={busy} disabled={reason !== null}>
              Create the Admin and sign in
            </Button>
          </DisabledTooltip>
        </Group>
      </Stack>
    </form>
  );
}

function Operators() {
  const [version, setVersion] = useState(0);
  const [edited, setEdited] = useState<Operator | 'new' | null>(null);
  const providers = useProviders((state) => state.list) ?? [];
  const operators = useLoad(`operators ${version.toString()}`, () => api('operators.list'));
  if (operators.failure !== undefined) return <Failed failure={operators.failure} />;
  if (operators.value === undefined) return <Loading />;
  const namesOf = (one: Operator): string =>
    one.providers === null
      ? 'all'
      : one.providers.map((id) => providers.find((provider) => provider.id === id)?.name ?? id).join(', ');
  return (
    <Stack gap="lg">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2}>Operators</Title>
          <Button
            leftSection={<UserPlus size={14} aria-hidden />}
            onClick={() => {
              setEdited('new');
            }}
          >
            Add an operator
          </Button>
        </Group>
        <div className="panel">
          <Table verticalSpacing={5}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>Service providers</Table.Th>
                <Table.Th>Last signed in</Table.Th>
                <Table.Th />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {operators.value.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    {one.name}{' '}
                    {one.disabled && (
                      <Badge size="xs" color="gray" variant="light" tt="none">
                        disabled
                      </Badge>
                    )}
                  </Table.Td>
                  <Table.Td>{ROLE_NAMES[one.role]}</Table.Td>
                  <Table.Td>{namesOf(one)}</Table.Td>
                  <Table.Td className="number">
                    {one.lastSignedInAt === null ? 'never' : when(one.lastSignedInAt)}
                  </Table.Td>
                  <Table.Td ta="right">
                    <Button
                      variant="subtle"
                      size="compact-xs"
                      aria-label={`Edit ${one.name}`}
                      onClick={() => {
                        setEdited(one);
                      }}
                    >
                      Edit …
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </Stack>
      <LockSetting />
      <RoleTable />
      {edited !== null && (
        <OperatorDialog
          operator={edited === 'new' ? undefined : edited}
          onClose={() => {
            setEdited(null);
            setVersion(version + 1);
          }}
        />
      )}
    </Stack>
  );
}

function LockSetting() {
  const minutes = useSession((state) => state.view?.lockAfterMinutes ?? null);
  return (
    <Stack gap={6} maw={520}>
      <Title order={2}>Lock</Title>
      <NumberInput
        key={minutes ?? 'never'}
        label="Lock after so many minutes without anybody at the console"
        description="Jobs go on behind the lock. Empty: never"
        min={1}
        max={1440}
        allowDecimal={false}
        defaultValue={minutes ?? ''}
        onBlur={(event) => {
          const text = event.currentTarget.value.trim();
          const next = text === '' ? null : Number(text);
          if (next === minutes) return;
          attempt('Not saved', () => api('session.setLock', { minutes: next }));
        }}
      />
    </Stack>
  );
}

function RoleTable() {
  return (
    <Stack gap={6}>
      <Title order={2}>What each role may do</Title>
      <div className="panel">
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>May</Table.Th>
              {ROLES.map((role) => (
                <Table.Th key={role} ta="center">
                  {ROLE_NAMES[role]}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {Object.entries(PERMISSIONS).map(([permission, { words }]) => (
              <Table.Tr key={permission}>
                <Table.Td>{words}</Table.Td>
                {ROLES.map((role) => (
                  <Table.Td key={role} ta="center">
                    {(permissionsOf(role, true) as string[]).includes(permission) ? 'yes' : '—'}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Stack>
  );
}

function OperatorDialog({ operator, onClose }: { operator: Operator | undefined; onClose: () => void }) {
  const providers = useProviders((state) => state.list) ?? [];
  const [name, setName] = useState(operator?.name ?? '');
  const [rights, setRights] = useState<OperatorRights>({
    role: operator?.role ?? 'operator',
    providers: operator?.providers ?? null,
    disabled: operator?.disabled ?? false,
  });
  const [password, setPassword] = useState('');
  const set = (change: Partial<OperatorRights>): void => {
    setRights((before) => ({ ...before, ...change }));
  };
  const missing =
    name.trim() === ''
      ? 'Enter a name.'
      : operator === undefined && password === ''
        ? 'Enter a first password.'
        : rights.providers?.length === 0
          ? 'Choose a service provider.'
          : null;
  const save = (): void => {
    attempt('Not saved', async () => {
      if (operator === undefined) await api('operators.create', { name, rights, password });
      else {
        await api('operators.setRights', { operatorId: operator.id, rights });
        if (password !== '') await api('operators.setPassword', { operatorId: operator.id, password });
      }
      showDone('Saved', `${name} is ${ROLE_NAMES[rights.role]}.`);
      onClose();
    });
  };
  return (
    <Modal opened onClose={onClose} title={operator === undefined ? 'Add an operator' : `Operator ${operator.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (missing === null) save();
        }}
      >
        <Stack>
          {operator === undefined && (
            <TextInput
              label="Name"
              description="Stays: the audit log names them by it"
              required
              maxLength={60}
              data-autofocus
              autoComplete="off"
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
            />
          )}
          <Select
            label="Role"
            size="xs"
            allowDeselect={false}
            data={ROLES.map((value) => ({ value, label: ROLE_NAMES[value] }))}
            value={rights.role}
            onChange={(value) => {
              set({ role: value as Role, ...(value === 'admin' ? { providers: null } : {}) });
            }}
          />
          <DisabledTooltip reason={rights.role === 'admin' ? 'An Admin has the rights for all of them.' : null}>
            <Switch
              label="For every service provider, also those to come"
              disabled={rights.role === 'admin'}
              checked={rights.providers === null}
              onChange={(event) => {
                set({ providers: event.currentTarget.checked ? null : [] });
              }}
            />
          </DisabledTooltip>
          {rights.providers !== null && (
            <MultiSelect
              label="Service providers"
              data={providers.map(({ id, name: label }) => ({ value: id.toString(), label }))}
              value={rights.providers.map(String)}
              onChange={(chosen) => {
                set({ providers: chosen.map(Number) });
              }}
            />
          )}
          <PasswordInput
            label={operator === undefined ? 'First password' : 'New password'}
            description={`They choose their own when they sign in.${operator === undefined ? '' : ' Empty: it stays'}`}
            required={operator === undefined}
            autoComplete="new-password"
            value={password}
            onChange={(event) => {
              setPassword(event.currentTarget.value);
            }}
          />
          {operator !== undefined && (
            <Switch
              label="Disabled: cannot sign in"
              checked={rights.disabled}
              onChange={(event) => {
                set({ disabled: event.currentTarget.checked });
              }}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <DisabledTooltip reason={missing}>
              <Button type="submit" disabled={missing !== null}>
                Save
              </Button>
            </DisabledTooltip>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
