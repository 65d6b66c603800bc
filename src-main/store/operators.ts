/** The console's operators; who may do what is in `domain/roles.ts`, signing in is the business of `access/`. */
import { ConsoleError } from '../domain/errors.ts';
import type { Role } from '../domain/roles.ts';
import type { Db } from './database.ts';

export interface OperatorRights {
  role: Role;
  /** The service providers that the rights are for; null for every one, also those to come. */
  providers: number[] | null;
  disabled: boolean;
}

export interface Operator extends OperatorRights {
  id: number;
  name: string;
  /** Somebody else chose it: it has to be changed at the next signing in. */
  passwordIsTemporary: boolean;
  /** When they ceased to be an Admin who can sign in; null for who is one and for who never was. UTC ISO 8601. */
  adminUntil: string | null;
  createdAt: string;
  lastSignedInAt: string | null;
}

interface Row {
  id: number;
  name: string;
  role: Role;
  all_providers: number;
  password_is_temporary: number;
  admin_until: string | null;
  disabled: number;
  created_at: string;
  last_signed_in_at: string | null;
}

const SELECT = `SELECT id, name, role, all_providers, password_is_temporary, admin_until, disabled, created_at,
  last_signed_in_at FROM operator`;

export class OperatorRepository {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Without any, whoever uses the computer may do everything. */
  any(): boolean {
    return this.#db.prepare<[], number>('SELECT count(*) FROM operator').pluck().get() !== 0;
  }

  list(): Operator[] {
    return this.#db
      .prepare<[], Row>(`${SELECT} ORDER BY name`)
      .all()
      .map((row) => this.#toOperator(row));
  }

  /** @throws ConsoleError `not-found` */
  get(id: number): Operator {
    const row = this.#db.prepare<[number], Row>(`${SELECT} WHERE id = ?`).get(id);
    if (row === undefined) throw new ConsoleError('not-found', `There is no operator number ${String(id)}.`);
    return this.#toOperator(row);
  }

  /** Without regard to case. */
  findByName(name: string): Operator | undefined {
    const row = this.#db.prepare<[string], Row>(`${SELECT} WHERE name = ?`).get(name);
    return row && this.#toOperator(row);
  }

  /** Only for checking a password against it. */
  passwordHash(id: number): string {
    return this.#db.prepare<[number], string>('SELECT password_hash FROM operator WHERE id = ?').pluck().get(id) ?? '';
  }

  /** @throws ConsoleError `bad-input` when the name is taken */
  insert(name: string, rights: OperatorRights, passwordHash: string, temporary: boolean, at: string): Operator {
    if (this.findByName(name) !== undefined)
      throw new ConsoleError('bad-input', `An operator named "${name}" exists already.`, 'Choose another name.');
    const { lastInsertRowid } = this.#db
      .prepare(
        `INSERT INTO operator (name, role, all_providers, password_hash, password_is_temporary, disabled, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        name,
        rights.role,
        rights.providers === null ? 1 : 0,
        passwordHash,
        temporary ? 1 : 0,
        rights.disabled ? 1 : 0,
        at,
      );
    const id = Number(lastInsertRowid);
    this.#setProviders(id, rights.providers);
    return this.get(id);
  }

  setRights(id: number, rights: OperatorRights): void {
    this.#db
      .prepare('UPDATE operator SET role = ?, all_providers = ?, disabled = ? WHERE id = ?')
      .run(rights.role, rights.providers === null ? 1 : 0, rights.disabled ? 1 : 0, id);
    this.#setProviders(id, rights.providers);
  }

  /** A new password ends the waiting after failed tries. */
  setPassword(id: number, passwordHash: string, temporary: boolean): void {
    this.#db
      .prepare('UPDATE operator SET password_hash = ?, password_is_temporary = ? WHERE id = ?')
      .run(passwordHash, temporary ? 1 : 0, id);
    this.#db.prepare("DELETE FROM sign_in_try WHERE who = 'operator ' || ?").run(id);
  }

  /** Somebody else has chosen the password. @param by their number */
  recordPasswordSetBy(id: number, by: number, at: string): void {
    this.#db.prepare('INSERT INTO password_set (operator_id, by_id, at) VALUES (?, ?, ?)').run(id, by, at);
  }

  /** Whose passwords were set by whom, at that time or later. */
  passwordsSet(since: string): { operatorId: number; byId: number }[] {
    return this.#db
      .prepare<[string], { operatorId: number; byId: number }>(
        'SELECT operator_id AS operatorId, by_id AS byId FROM password_set WHERE at >= ?',
      )
      .all(since);
  }

  /** @param until when they ceased to be an Admin; null when they are one */
  setAdminUntil(id: number, until: string | null): void {
    this.#db.prepare('UPDATE operator SET admin_until = ? WHERE id = ?').run(until, id);
  }

  recordSignIn(id: number, at: string): void {
    this.#db.prepare('UPDATE operator SET last_signed_in_at = ? WHERE id = ?').run(at, id);
  }

  #setProviders(id: number, providers: readonly number[] | null): void {
    this.#db.prepare('DELETE FROM operator_provider WHERE operator_id = ?').run(id);
    const insert = this.#db.prepare('INSERT INTO operator_provider (operator_id, provider_id) VALUES (?, ?)');
    for (const providerId of new Set(providers ?? [])) insert.run(id, providerId);
  }

  #toOperator(row: Row): Operator {
    return {
      id: row.id,
      name: row.name,
      role: row.role,
      providers:
        row.all_providers === 1
          ? null
          : this.#db
              .prepare<[number], number>(
                'SELECT provider_id FROM operator_provider WHERE operator_id = ? ORDER BY provider_id',
              )
              .pluck()
              .all(row.id),
      disabled: row.disabled === 1,
      passwordIsTemporary: row.password_is_temporary === 1,
      adminUntil: row.admin_until,
      createdAt: row.created_at,
      lastSignedInAt: row.last_signed_in_at,
    };
  }
}
