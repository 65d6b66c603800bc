/** Making and editing operators. Whoever calls it has been asked for the permission `operators` before. */
import { userInfo } from 'node:os';
import { appendEntry, type ActionContext } from '../audit/action-context.ts';
import { isoTime } from '../domain/clock.ts';
import { ConsoleError } from '../domain/errors.ts';
import { isActiveAdmin } from '../domain/roles.ts';
import type { Operator, OperatorRights } from '../store/operators.ts';
import { operatorName } from '../domain/actor.ts';
import { hashPassword } from './passwords.ts';

/**
 * The first operator is an Admin for every service provider, with a password of their own; of all others the password is
 * temporary, because somebody else knows it.
 * @param systemName the computer's user: no operator has that name
 * @throws ConsoleError `bad-input`
 */
export async function createOperator(
  context: ActionContext,
  name: string,
  rights: OperatorRights,
  password: string,
  systemName = userInfo().username,
): Promise<Operator> {
  const { store, audit, clock, actor, acting } = context;
  const read = operatorName(name, systemName);
  if ('problem' in read) throw new ConsoleError('bad-input', read.problem);
  const wanted = read.name;
  const first = !store.operators.any();
  if (first && (rights.role !== 'admin' || rights.providers !== null))
    throw new ConsoleError(
      'bad-input',
      'The first operator must be an Admin for every service provider.',
      'Others can be added afterwards.',
    );
  checkRights(rights);
  const hash = await hashPassword(password, wanted);
  context.askAgain();
  return store.transaction(() => {
    const at = isoTime(clock.now());
    const operator = store.operators.insert(wanted, rights, hash, !first, at);
    if (acting.id !== null) store.operators.recordPasswordSetBy(operator.id, acting.id, at);
    audit.append({
      at,
      actor,
      action: 'operator.created',
      subject: `operator ${operator.name}`,
      detail: { ...rights },
    });
    return operator;
  });
}

/** @throws ConsoleError `refused` when no Admin who can sign in would be left */
export function setOperatorRights(context: ActionContext, id: number, rights: OperatorRights): void {
  checkRights(rights);
  const { store, clock } = context;
  store.transaction(() => {
    const before = store.operators.get(id);
    const { name } = before;
    store.operators.setRights(id, rights);
    // Whoever was an Admin until now counts as a second one for a while: else one Admin could make themselves the only one.
    const [was, is] = [isActiveAdmin(before), isActiveAdmin(rights)];
    if (was !== is) store.operators.setAdminUntil(id, is ? null : isoTime(clock.now()));
    if (!store.operators.list().some(isActiveAdmin))
      throw new ConsoleError(
        'refused',
        `${name} is the only Admin who can sign in.`,
        'Make another operator an Admin first. Nothing was changed.',
      );
    appendEntry(context, 'operator.edited', `operator ${name}`, { ...rights });
  });
}

/** A temporary one, to be changed at the next signing in. @throws ConsoleError `bad-input` */
export async function setOperatorPassword(context: ActionContext, id: number, password: string): Promise<void> {
  const { store, audit, clock, actor, acting } = context;
  const { name } = store.operators.get(id);
  const hash = await hashPassword(password, name);
  context.askAgain();
  store.transaction(() => {
    const at = isoTime(clock.now());
    store.operators.setPassword(id, hash, true);
    if (acting.id !== null) store.operators.recordPasswordSetBy(id, acting.id, at);
    audit.append({
      at,
      actor,
      action: 'operator.edited',
      subject: `operator ${name}`,
      detail: { password: `set by ${actor}` },
    });
  });
}

function checkRights({ role, providers }: OperatorRights): void {
  if (role === 'admin' && providers !== null)
    throw new ConsoleError('bad-input', 'An Admin has the rights for every service provider.');
  if (providers?.length === 0)
    throw new ConsoleError('bad-input', 'Choose at least one service provider.', 'Or give the rights for all of them.');
}
