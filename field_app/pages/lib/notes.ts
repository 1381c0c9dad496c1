/** Keys, signed notes (C2SP) and compact JWS, as a bundle holds them. */

import {
  type Bytes,
  base64,
  base64url,
  hex,
  joined,
  same,
  sha256,
  signed,
  toBase64,
  toBase64url,
  utf8,
} from "./proofs";
import { documentOf, type Told, textIn, textOf } from "./told";
import { WrongError } from "./zip";

export interface NoteKey {
  readonly name: string;
  readonly hash: Bytes;
  readonly key: Bytes;
  readonly told: string;
}

/** A key as verifiers of notes are given it: `name+hash+key`. */
export async function noteKey(text: string): Promise<NoteKey> {
  const [name = "", digest = "", ...rest] = text.split("+");
  const content = base64(rest.join("+"));
  const hash = (await sha256(joined(utf8(`${name}\n`), content))).slice(0, 4);
  if (!name || content[0] !== 1 || content.length !== 33 || hex(hash) !== digest) throw new WrongError("form");
  return { name, hash, key: content.slice(1), told: `${name}+${digest}+${toBase64(content)}` };
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  readonly by: NoteKey;
}

/** The checkpoint in a note that one of these keys signed under the log's own name. */
export async function opened(content: Bytes, keys: NoteKey[]): Promise<Checkpoint> {
  const note = textOf(content);
  const cut = note.lastIndexOf("\n\n");
  const [text, rest] = [note.slice(0, cut), note.slice(cut + 2)];
  const [origin = "", size = "", encoded = ""] = text.split("\n");
  if (cut < 0 || !rest.endsWith("\n") || !/^[1-9]\d{0,14}$/.test(size)) throw new WrongError("form");
  const root = base64(encoded);
  if (root.length !== 32) throw new WrongError("form");
  const own = keys.filter((key) => key.name === origin);
  for (const line of rest.slice(0, -1).split("\n")) {
    const by = await signerOf(line, utf8(`${text}\n`), own);
    if (by) return { origin, size: Number(size), root, by };
  }
  throw new WrongError("key");
}

/** The known key that signed by this line; null for a line of somebody else's. */
async function signerOf(line: string, message: Bytes, keys: NoteKey[]): Promise<NoteKey | null> {
  const [dash, name = "", encoded = ""] = line.split(" ");
  const content = base64(encoded);
  if (dash !== "—" || !name) throw new WrongError("form");
  const key = keys.find((each) => each.name === name && same(each.hash, content.slice(0, 4)));
  if (!key) return null;
  if (!(await signed(key.key, content.slice(4), message))) throw new WrongError("signature");
  return key;
}

export interface Jws {
  readonly payload: Told;
  readonly kid: string;
}

/** What a compact JWS of one kind says, once its signature was checked. */
export async function jws(content: Bytes, kind: string, keys: ReadonlyMap<string, Bytes>): Promise<Jws> {
  const parts = textOf(content).split(".");
  const [head = "", body = "", signature = ""] = parts;
  const header = documentOf(base64url(head));
  const kid = textIn(header, "kid");
  const key = keys.get(kid);
  const plain = Object.keys(header).length === 3 && header.alg === "EdDSA" && header.typ === kind;
  if (parts.length !== 3 || !plain || !key) throw new WrongError("form");
  if (!(await signed(key, base64url(signature), utf8(`${head}.${body}`)))) throw new WrongError("signature");
  return { payload: documentOf(base64url(body)), kid };
}

/** The name of a receipt key: the thumbprint of RFC 7638. */
export async function thumbprint(key: Bytes): Promise<string> {
  return toBase64url(await sha256(utf8(`{"crv":"Ed25519","kty":"OKP","x":"${toBase64url(key)}"}`)));
}
