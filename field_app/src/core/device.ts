/**
 * This device towards the server: a key per person that cannot be read out, its enrolment, and a deck of nonces.
 *
 * The deck is filled while there is signal and good for days without; each nonce leaves it once, before it is used.
 */

import { type Api, type Credentials, OfflineError } from "./api";
import { uuid7 } from "./bytes";
import { DURABLE, type FieldDatabase, type KeyRecord } from "./database";

/** What is needed to sign one photo. */
export interface Seal {
  readonly key: CryptoKey;
  readonly device: string;
  readonly nonce: string;
}

const DECK = 50;
const LOW = 25;
const MOST = 200;
const OFFSET = "clock-offset-ms";
const CURRENT = "current-device";

export class Device {
  readonly #database: FieldDatabase;
  readonly #api: Api;
  readonly #now: () => number;
  readonly #name: string;
  #offsetMs: number | null = null;

  /** `name` is how the person will know this phone again in the list of devices. */
  constructor(database: FieldDatabase, api: Api, now: () => number, name: string) {
    this.#database = database;
    this.#api = api;
    this.#now = now;
    this.#name = name.slice(0, 100);
  }

  /** Read what the last hand-shake left. */
  async load(): Promise<this> {
    this.#offsetMs = ((await this.#database.get("settings", OFFSET)) as number | undefined) ?? null;
    return this;
  }

  /** After a sign-in, and whenever there is signal: enrol this phone's key and fill its deck of nonces. */
  async ready(credentials: Credentials): Promise<void> {
    try {
      const device = await this.#enrolled(credentials);
      if (device === null) return;
      await this.#database.put("settings", device, CURRENT);
      await this.#refill(device, credentials.token);
    } catch (error) {
      // Without a network there is nothing to be ready for; the next signal asks again.
      if (!(error instanceof OfflineError)) throw error;
    }
  }

  /** This phone's id at the server for whoever signed in last, or null before its first enrolment. */
  async id(): Promise<string | null> {
    return ((await this.#database.get("settings", CURRENT)) as string | undefined) ?? null;
  }

  /** Server minus phone in milliseconds at the last hand-shake, or null before the first. */
  clockOffsetMs(): number | null {
    return this.#offsetMs;
  }

  /** Nobody is signed in; keys, nonces, photos and receipts stay. */
  async signedOut(): Promise<void> {
    await this.#database.delete("settings", CURRENT);
  }

  /** Key and nonce for one photo of a person; null where the phone is not enrolled or the deck is empty. */
  async takeSeal(person: string): Promise<Seal | null> {
    const record = await this.#database.get("keys", person);
    if (record?.device == null) return null;
    const nonce = await this.#draw(record.device);
    return nonce === null ? null : { key: record.keys.privateKey, device: record.device, nonce };
  }

  async #enrolled({ token, person }: Credentials): Promise<string | null> {
    const record = (await this.#database.get("keys", person.id)) ?? (await this.#newKey(person.id));
    if (record.device !== null) return record.device;
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", record.keys.publicKey);
    const id = uuid7(this.#now());
    const body = { public_key: { kty, crv, x, y }, name: this.#name, id };
    const answer = await this.#api.ask("POST", "/api/v1/devices", token, body);
    if (answer.status !== 200 && answer.status !== 201) return null;
    const device = String((answer.body as { id?: unknown } | null)?.id ?? id);
    await this.#database.put("keys", { ...record, device });
    return device;
  }

  async #newKey(person: string): Promise<KeyRecord> {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const keys = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
    const transaction = this.#database.transaction("keys", "readwrite", DURABLE);
    // Another tab may have made one meanwhile; the first stays.
    const record = (await transaction.store.get(person)) ?? { person, keys, device: null };
    await transaction.store.put(record);
    await transaction.done;
    return record;
  }

  async #refill(device: string, token: string): Promise<void> {
    await this.#discardExpired();
    for (const count of [DECK, MOST]) {
      if ((await this.#deck(device)) >= LOW) return;
      // Nonces lost with a cleared deck still count at the server for days; the larger wish gets past them.
      await this.#fetchNonces(device, token, count);
    }
  }

  async #fetchNonces(device: string, token: string, count: number): Promise<void> {
    const asked = this.#now();
    const answer = await this.#api.ask("POST", `/api/v1/devices/${device}/nonces`, token, { count });
    if (answer.status === 403 || answer.status === 404) return this.#revoked(device);
    if (answer.status !== 200) return;
    const body = answer.body as { nonces: { nonce: string; expires_at: string }[]; server_time: string };
    await this.#setOffset(Date.parse(body.server_time) - (asked + this.#now()) / 2);
    const transaction = this.#database.transaction("nonces", "readwrite", DURABLE);
    for (const { nonce, expires_at } of body.nonces) {
      await transaction.store.put({ nonce, device, expiresAt: Date.parse(expires_at) });
    }
    await transaction.done;
  }

  /** A device that the server no longer takes is forgotten with its key, so that the next sign-in enrols anew. */
  async #revoked(device: string): Promise<void> {
    const transaction = this.#database.transaction(["keys", "nonces"], "readwrite", DURABLE);
    for (const record of await transaction.objectStore("keys").getAll()) {
      if (record.device === device) await transaction.objectStore("keys").delete(record.person);
    }
    for (const key of await transaction.objectStore("nonces").index("device").getAllKeys(device)) {
      await transaction.objectStore("nonces").delete(key);
    }
    await transaction.done;
  }

  async #setOffset(offsetMs: number): Promise<void> {
    this.#offsetMs = Math.round(offsetMs);
    await this.#database.put("settings", this.#offsetMs, OFFSET);
  }

  #deck(device: string): Promise<number> {
    return this.#database.countFromIndex("nonces", "device", device);
  }

  async #discardExpired(): Promise<void> {
    const transaction = this.#database.transaction("nonces", "readwrite");
    for (const { nonce, expiresAt } of await transaction.store.getAll()) {
      if (expiresAt <= this.#serverNow()) await transaction.store.delete(nonce);
    }
    await transaction.done;
  }

  /** The nonce of a device that expires first, taken off the deck for good. */
  async #draw(device: string): Promise<string | null> {
    const transaction = this.#database.transaction("nonces", "readwrite", DURABLE);
    const deck = (await transaction.store.index("device").getAll(device)).filter(
      ({ expiresAt }) => expiresAt > this.#serverNow(),
    );
    const drawn = deck.sort((a, b) => a.expiresAt - b.expiresAt)[0] ?? null;
    if (drawn !== null) await transaction.store.delete(drawn.nonce);
    await transaction.done;
    return drawn?.nonce ?? null;
  }

  #serverNow(): number {
    return this.#now() + (this.#offsetMs ?? 0);
  }
}
