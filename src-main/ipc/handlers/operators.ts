import { createOperator, setOperatorPassword, setOperatorRights } from '../../access/operators.ts';
import { knowTyped } from '../../security/redaction.ts';
import type { HandlerContext, Handlers } from '../handler-context.ts';

type Calls =
  | 'session.view'
  | 'session.signIn'
  | 'session.signOut'
  | 'session.lock'
  | 'session.active'
  | 'session.changePassword'
  | 'session.setLock'
  | 'operators.list'
  | 'operators.create'
  | 'operators.setRights'
  | 'operators.setPassword';

export function operatorHandlers({ app }: HandlerContext): Handlers<Calls> {
  const { access } = app;
  return {
    'session.view': () => access.view(),
    'session.signIn': async ({ name, password }) => {
      await access.signIn(name, password);
      // Only a right one: what somebody typed wrongly may be any word, and would be missing from every text.
      knowTyped(password);
    },
    'session.signOut': () => {
      access.signOut();
    },
    'session.lock': () => {
      access.lock('asked');
    },
    'session.active': () => {
      access.touch();
    },
    'session.changePassword': async ({ old, fresh }) => {
      await access.changeOwnPassword(old, fresh);
      knowTyped(fresh);
    },
    'session.setLock': ({ minutes }) => {
      access.setLockAfterMinutes(minutes);
    },
    'operators.list': () => app.store.operators.list(),
    'operators.create': async ({ name, rights, password }) => {
      const first = !app.store.operators.any();
      await createOperator(app, name, rights, password);
      knowTyped(password);
      if (first) await access.signIn(name, password);
    },
    'operators.setRights': ({ operatorId, rights }) => {
      setOperatorRights(app, operatorId, rights);
      access.rightsChanged();
    },
    'operators.setPassword': async ({ operatorId, password }) => {
      await setOperatorPassword(app, operatorId, password);
      knowTyped(password);
      access.rightsChanged();
    },
  };
}
