/**
 * This device towards the server: a key per person that cannot be read out, its enrolment, and a deck of nonces.
 *
 * The deck is filled while there is signal and good for days without; each nonce leaves it once, before it is used.
 * A device that was withdrawn forgets key and deck as soon as it hears of it, and enrols a fresh key only on its
 * person's word, which is a sign-in.
 */

import { type Answer, type Api, type Credentials, OfflineError } from "./api";
import { uuid7 } from "./bytes";
import type { ClockReading, PhoneClock } from "./clock";
import { DURABLE, type FieldDatabase, type KeyRecord, type NonceRecord } from "./database";
import { dealOf, enrolmentOf, problemOf } from "./documents";

/** What is needed to sign one photo. */
export interface Seal {
  readonly key: CryptoKey;
  readonly device: string;
  readonly nonce: string;
}

/** How a photo taken now would be signed: by this phone, not at all for want of a nonce, or not as it was withdrawn. */
export interface Standing {
  readonly kind: "ready" | "unsigned" | "withdrawn";
  /** This phone's id at the server; the last one where it was withdrawn. */
  readonly device: string | null;
}

const DECK = 50;
const CURRENT = "current-device";
/** People for whom this phone was withdrawn since they last signed in, and the ids of all that ever were. */
const [WITHDRAWN, WITHDRAWN_IDS] = ["withdrawn", "withdrawn-devices"] as const;

export class Device {
  readonly #database: FieldDatabase;
  readonly #api: Api;
  readonly #now: () => number;
  readonly #name: string;
  readonly #clock: PhoneClock;
  /** Who has just signed in: their word for one fresh key. */
  #fresh: string | null = null;

  /** `name` is how the person will know this phone again in the list of devices. */
  constructor(database: FieldDatabase, api: Api, now: () => number, name: string, clock: PhoneClock) {
    this.#database = database;
    this.#api = api;
    this.#now = now;
    this.#name = name.slice(0, 100);
    this.#clock = clock;
  }

  /** Read what the last answers left. */
  async load(): Promise<this> {
    await this.#clock.load();
    return this;
  }

  /** Whenever there is signal: ask whether this device still stands, enrol it where it may be, fill its deck. */
  async ready(credentials: Credentials): Promise<void> {
    try {
      const stands = await this.#stands(credentials);
      // Heard just after a sign-in: that was the person's word for another key, which is tried once.
      if (!stands && this.#fresh === credentials.person.id) {
        await this.signedIn(credentials.person.id);
        await this.#stands(credentials);
      }
      if (this.#fresh === credentials.person.id) this.#fresh = null;
    } catch (error) {
      // Without a network there is nothing to be ready for; the next signal asks again.
      if (!(error instanceof OfflineError)) throw error;
    }
  }

  /** A person gave their password: a phone that was withdrawn may be enrolled for them again. */
  async signedIn(person: string): Promise<void> {
    this.#fresh = person;
    await this.#change(WITHDRAWN, (people) => people.filter((each) => each !== person));
  }

  /** A device was withdrawn: nothing is signed by it any more, and its key and nonces are forgotten. */
  async withdrawn(device: string): Promise<void> {
    const owners = await this.#forget(device);
    await this.#change(WITHDRAWN, (people) => [...people.filter((each) => !owners.includes(each)), ...owners]);
    await this.#change(WITHDRAWN_IDS, (ids) => [...ids.filter((each) => each !== device), device]);
  }

  /** How a photo of this person would be signed now. */
  async standing(person: string): Promise<Standing> {
    const record = await this.#database.get("keys", person);
    const device = record?.device ?? (await this.id());
    if ((await this.#list(WITHDRAWN)).includes(person)) return { kind: "withdrawn", device };
    const deck = record?.device == null ? [] : await this.#unexpired(record.device);
    return { kind: deck.length > 0 ? "ready" : "unsigned", device };
  }

  /** Every device that this phone was and that was withdrawn: what it signed will be returned. */
  withdrawnIds(): Promise<readonly string[]> {
    return this.#list(WITHDRAWN_IDS);
  }

  /** This phone's id at the server for whoever signed in last, or null before its first enrolment. */
  async id(): Promise<string | null> {
    return ((await this.#database.get("settings", CURRENT)) as string | undefined) ?? null;
  }

  /** Server minus phone in milliseconds by the last honest measure; null before the first and after a jump. */
  clockOffsetMs(): number | null {
    return this.#clock.offsetMs();
  }

  /** The same for the screens, which may say what is likely. */
  clock(): ClockReading {
    return this.#clock.reading();
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

  /** Resolves to whether this phone stands as a device that can be signed with, as far as the server answered. */
  async #stands(credentials: Credentials): Promise<boolean> {
    if ((await this.#list(WITHDRAWN)).includes(credentials.person.id)) return false;
    const device = await this.#enrolled(credentials);
    if (device === null) return false;
    await this.#database.put("settings", device, CURRENT);
    return this.#refill(device, credentials);
  }

  async #enrolled({ token, person }: Credentials): Promise<string | null> {
    const record = (await this.#database.get("keys", person.id)) ?? (await this.#newKey(person.id));
    if (record.device !== null) return record.device;
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", record.keys.publicKey);
    const id = uuid7(this.#now());
    const body = { public_key: { kty, crv, x, y }, name: this.#name, id };
    const answer = await this.#api.ask("POST", "/api/v1/devices", token, body);
    if (answer.status !== 200 && answer.status !== 201) return null;
    // Whoever answers in the server's place enrols nothing: the next signal sends the same key again.
    const told = enrolmentOf(answer.body);
    if (told === null) return null;
    await this.#database.put("keys", { ...record, device: told.id });
    if (!told.revoked) return told.id;
    await this.withdrawn(told.id);
    return null;
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

  /** Fill the deck; asked every time, for one at least, because the answer says whether the device still stands. */
  async #refill(device: string, credentials: Credentials): Promise<boolean> {
    await this.#discardExpired();
    const wanted = Math.max(DECK - (await this.#deck(device)), 1);
    return this.#fetchNonces(device, credentials, wanted);
  }

  /** Resolves to whether the server did not say that the device stands no more. */
  async #fetchNonces(device: string, credentials: Credentials, count: number): Promise<boolean> {
    const asked = this.#now();
    const answer = await this.#api.ask("POST", `/api/v1/devices/${device}/nonces`, credentials.token, { count });
    if (says(answer, 403, "not-allowed")) await this.withdrawn(device);
    else if (says(answer, 404, "not-found")) await this.#forget(device);
    else await this.#take(device, answer, asked);
    return ![403, 404].includes(answer.status);
  }

  async #take(device: string, { status, body }: Answer, asked: number): Promise<void> {
    const deal = status === 200 ? dealOf(body) : null;
    if (deal === null) return;
    this.#clock.heard(deal.serverTime, 0, asked, this.#now());
    const transaction = this.#database.transaction("nonces", "readwrite", DURABLE);
    for (const nonce of deal.nonces) await transaction.store.put({ ...nonce, device });
    await transaction.done;
  }

  /** Forget a device with its key and deck. Resolves to whose it was. */
  async #forget(device: string): Promise<readonly string[]> {
    const owners: string[] = [];
    const transaction = this.#database.transaction(["keys", "nonces"], "readwrite", DURABLE);
    for (const record of await transaction.objectStore("keys").getAll()) {
      if (record.device !== device) continue;
      owners.push(record.person);
      await transaction.objectStore("keys").delete(record.person);
    }
    for (const key of await transaction.objectStore("nonces").index("device").getAllKeys(device)) {
      await transaction.objectStore("nonces").delete(key);
    }
    await transaction.done;
    return owners;
  }

  async #list(key: typeof WITHDRAWN | typeof WITHDRAWN_IDS): Promise<readonly string[]> {
    return ((await this.#database.get("settings", key)) ?? []) as readonly string[];
  }

  /** Change one of the lists, in a transaction of its own, as another tab may do so too. */
  async #change(
    key: typeof WITHDRAWN | typeof WITHDRAWN_IDS,
    change: (before: readonly string[]) => readonly string[],
  ): Promise<void> {
    const transaction = this.#database.transaction("settings", "readwrite", DURABLE);
    const before = ((await transaction.store.get(key)) ?? []) as readonly string[];
    await transaction.store.put(change(before), key);
    await transaction.done;
  }

  #deck(device: string): Promise<number> {
    return this.#database.countFromIndex("nonces", "device", device);
  }

  async #discardExpired(): Promise<void> {
    const transaction = this.#database.transaction("nonces", "readwrite");
    for (const { nonce, expiresAt } of await transaction.store.getAll()) {
      if (expiresAt <= this.#clock.serverNow()) await transaction.store.delete(nonce);
    }
    await transaction.done;
  }

  /** The nonce of a device that expires first, taken off the deck for good. */
  async #draw(device: string): Promise<string | null> {
    const transaction = this.#database.transaction("nonces", "readwrite", DURABLE);
    const deck = (await transaction.store.index("device").getAll(device)).filter(this.#holds);
    const drawn = deck.sort((a, b) => a.expiresAt - b.expiresAt)[0] ?? null;
    if (drawn !== null) await transaction.store.delete(drawn.nonce);
    await transaction.done;
    return drawn?.nonce ?? null;
  }

  async #unexpired(device: string): Promise<NonceRecord[]> {
    return (await this.#database.getAllFromIndex("nonces", "device", device)).filter(this.#holds);
  }

  readonly #holds = ({ expiresAt }: NonceRecord): boolean => expiresAt > this.#clock.serverNow();
}

/** Whether an answer is this refusal of the server's own, and not some proxy's. */
function says(answer: Answer, status: number, problem: string): boolean {
  return answer.status === status && problemOf(status, answer.body).type === `/problems/${problem}`;
}
