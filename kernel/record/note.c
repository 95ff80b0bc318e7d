/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signed notes and the keys they are signed with. Written after C2SP signed-note v1.0.0. */
#include "kernel/record/note.h"

#include "kernel/journal/hash.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define DASH    "\xe2\x80\x94 " /* U+2014 and a blank */
#define TYPED   44 /* the type and 32 bytes of key; of SM2 the type, its name, 33 bytes */
#define SM2     "\xfflianxi/sm2"
#define PRIVATE "PRIVATE+KEY+"
#define LINE    (LX_NOTE_ID + crypto_sign_BYTES)
#define MOMENT  8 /* bytes of a cosignature's moment, the highest first */

/* --- keys ------------------------------------------------------------------------------------ */

/* The blanks of Unicode that are not ASCII: they would hide where a name ends. */
static bool is_blank(uint32_t code)
{
	return code <= 0x20 || code == 0x7f || (code >= 0x80 && code <= 0xa0) || code == 0x1680 ||
	       (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
	       code == 0x202f || code == 0x205f || code == 0x3000;
}

bool lx_note_name_fits(struct lx_text name)
{
	if (name.len == 0 || name.len >= LX_NOTE_NAME || !lx_utf8_valid(name.at, name.len, NULL))
		return false;
	for (size_t at = 0; at < name.len;) {
		uint32_t code = lx_utf8_next(name.at, name.len, &at);
		if (code == '+' || is_blank(code))
			return false;
	}
	return true;
}

/* The type and the bytes of a key, as keys are written; how many they are. */
static size_t put_typed(
	enum lx_note_type type, const unsigned char *bytes, unsigned char typed[TYPED])
{
	size_t begin = type == LX_NOTE_SM2 ? sizeof SM2 - 1 : 1,
	       n = type == LX_NOTE_SM2 ? LX_PUBLIC_MOST : 32;

	typed[0] = (unsigned char)type;
	if (type == LX_NOTE_SM2)
		memcpy(typed, SM2, begin);
	memcpy(typed + begin, bytes, n);
	return begin + n;
}

/* The first bytes of SHA-256(name ‖ \n ‖ type ‖ public key). */
static void make_id(struct lx_note_key *key)
{
	unsigned char hash[LX_HASH_BYTES], typed[TYPED];
	struct lx_hashing hashing;

	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, key->name, strlen(key->name));
	lx_hash_add(&hashing, "\n", 1);
	lx_hash_add(&hashing, typed, put_typed(key->type, key->public, typed));
	lx_hash_end(&hashing, hash);
	memcpy(key->id, hash, LX_NOTE_ID);
}

enum lx_code lx_note_signer_make(struct lx_call *call, enum lx_note_type type, struct lx_text name,
	const unsigned char seed[LX_NOTE_SEED], struct lx_note_signer *signer)
{
	if (!lx_note_name_fits(name))
		return lx_fail(call, LX_INVALID, NULL, "record.name", "%.*s",
			(int)(name.len < LX_NOTE_NAME ? name.len : LX_NOTE_NAME), name.at);
	*signer = (struct lx_note_signer){ .key.type = type };
	memcpy(signer->key.name, name.at, name.len);
	memcpy(signer->seed, seed, LX_NOTE_SEED);
	(void)crypto_sign_seed_keypair(signer->key.public, signer->secret, seed);
	make_id(&signer->key);
	return LX_OK;
}

void lx_note_forget(struct lx_note_signer *signer)
{
	sodium_memzero(signer, sizeof *signer);
}

static void write_key(const char *before, const struct lx_note_key *key, const unsigned char *bytes,
	char text[LX_NOTE_KEY_TEXT])
{
	unsigned char typed[TYPED];
	char base64[64];

	(void)sodium_bin2base64(base64, sizeof base64, typed, put_typed(key->type, bytes, typed),
		sodium_base64_VARIANT_ORIGINAL);
	(void)snprintf(text, LX_NOTE_KEY_TEXT, "%s%s+%02x%02x%02x%02x+%s", before, key->name,
		key->id[0], key->id[1], key->id[2], key->id[3], base64);
	sodium_memzero(typed, sizeof typed);
	sodium_memzero(base64, sizeof base64);
}

void lx_note_key_write(const struct lx_note_key *key, char text[LX_NOTE_KEY_TEXT])
{
	write_key("", key, key->public, text);
}

void lx_note_signer_write(const struct lx_note_signer *signer, char text[LX_NOTE_KEY_TEXT])
{
	write_key(PRIVATE, &signer->key, signer->seed, text);
}

/* The same back; false for a type that is not known. */
static bool take_typed(const unsigned char typed[TYPED], size_t n, enum lx_note_type *type,
	unsigned char bytes[LX_PUBLIC_MOST])
{
	struct lx_public_key point;
	size_t begin = sizeof SM2 - 1;

	if (n == 33 && (typed[0] == LX_NOTE_ED25519 || typed[0] == LX_NOTE_COSIGNATURE)) {
		*type = (enum lx_note_type)typed[0];
		memcpy(bytes, typed + 1, 32);
		return true;
	}
	if (n != TYPED || memcmp(typed, SM2, begin) != 0 ||
		!lx_public_of_bytes(LX_SIGN_SM2, typed + begin, n - begin, &point))
		return false;
	*type = LX_NOTE_SM2;
	memcpy(bytes, typed + begin, LX_PUBLIC_MOST);
	return true;
}

/* A key taken apart: name, id in hexadecimal digits, type and bytes; false unless all have their form. */
static bool take_apart(struct lx_text text, struct lx_text *name, unsigned char id[LX_NOTE_ID],
	enum lx_note_type *type, unsigned char bytes[LX_PUBLIC_MOST])
{
	unsigned char typed[TYPED];
	struct lx_text hex, base64;
	size_t n = 0, m = 0;

	/* base64 holds '+' itself: only the first two part */
	if (!lx_text_split(&text, '+', name) || !lx_text_split(&text, '+', &hex))
		return false;
	base64 = text;
	if (!lx_note_name_fits(*name) || hex.len != (size_t)2 * LX_NOTE_ID ||
		sodium_hex2bin(id, LX_NOTE_ID, hex.at, hex.len, NULL, &n, NULL) != 0 ||
		n != LX_NOTE_ID)
		return false;
	bool whole = sodium_base642bin(typed, sizeof typed, base64.at, base64.len, NULL, &m, NULL,
			     sodium_base64_VARIANT_ORIGINAL) == 0 &&
		     take_typed(typed, m, type, bytes);
	sodium_memzero(typed, sizeof typed);
	return whole;
}

enum lx_code lx_note_key_read(struct lx_call *call, struct lx_text text, struct lx_note_key *key)
{
	struct lx_note_key read = { .type = LX_NOTE_ED25519 };
	unsigned char id[LX_NOTE_ID];
	struct lx_text name;

	if (!take_apart(lx_text_trim(text), &name, id, &read.type, read.public))
		return lx_fail(call, LX_INVALID, NULL, "record.key", NULL);
	memcpy(read.name, name.at, name.len);
	make_id(&read);
	if (memcmp(id, read.id, LX_NOTE_ID) != 0)
		return lx_fail(call, LX_INVALID, NULL, "record.key", NULL);
	*key = read;
	return LX_OK;
}

enum lx_code lx_note_signer_read(
	struct lx_call *call, struct lx_text text, struct lx_note_signer *signer)
{
	struct lx_note_signer read = { .seed = { 0 } };
	unsigned char id[LX_NOTE_ID], seed[LX_PUBLIC_MOST];
	struct lx_text name, rest = lx_text_trim(text);
	size_t before = sizeof PRIVATE - 1;
	enum lx_note_type type;

	if (!lx_text_starts(rest, PRIVATE))
		return lx_fail(call, LX_INVALID, NULL, "record.private_key", NULL);
	rest = (struct lx_text){ rest.at + before, rest.len - before };
	bool whole = take_apart(rest, &name, id, &type, seed) && type != LX_NOTE_SM2 &&
		     lx_note_signer_make(call, type, name, seed, &read) == LX_OK &&
		     memcmp(id, read.key.id, LX_NOTE_ID) == 0;
	if (whole)
		*signer = read;
	sodium_memzero(seed, sizeof seed);
	lx_note_forget(&read);
	return whole ? LX_OK : lx_fail(call, LX_INVALID, NULL, "record.private_key", NULL);
}

/* --- notes ----------------------------------------------------------------------------------- */

void lx_note_sign(const struct lx_note_signer *signer, struct lx_text text, struct lx_buf *out)
{
	unsigned char line[LINE];
	char base64[128];

	memcpy(line, signer->key.id, LX_NOTE_ID);
	(void)crypto_sign_detached(
		line + LX_NOTE_ID, NULL, (const unsigned char *)text.at, text.len, signer->secret);
	(void)sodium_bin2base64(
		base64, sizeof base64, line, sizeof line, sodium_base64_VARIANT_ORIGINAL);
	lx_buf_text(out, text);
	lx_buf_printf(out, "\n" DASH "%s %s\n", signer->key.name, base64);
}

enum lx_code lx_note_sm2_key(struct lx_call *call, struct lx_text name,
	const struct lx_public_key *public, struct lx_note_key *key)
{
	struct lx_note_key made = { .type = LX_NOTE_SM2 };

	if (!lx_note_name_fits(name))
		return lx_fail(call, LX_INVALID, NULL, "record.name", NULL);
	memcpy(made.name, name.at, name.len);
	memcpy(made.public, public->bytes, public->n);
	make_id(&made);
	*key = made;
	return LX_OK;
}

enum lx_code lx_note_sm2_line(struct lx_call *call, const struct lx_note_key *key,
	const struct lx_secret_key *secret, struct lx_text text, struct lx_buf *out)
{
	unsigned char line[LINE];
	char base64[128];

	memcpy(line, key->id, LX_NOTE_ID);
	LX_TRY(lx_signature_make(call, secret, text, line + LX_NOTE_ID));
	(void)sodium_bin2base64(
		base64, sizeof base64, line, sizeof line, sodium_base64_VARIANT_ORIGINAL);
	lx_buf_printf(out, DASH "%s %s\n", key->name, base64);
	return LX_OK;
}

/* What a cosignature signs: C2SP tlog-cosignature, "cosignature/v1". */
static void write_cosigned(int64_t seconds, struct lx_text text, struct lx_buf *out)
{
	lx_buf_printf(out, "cosignature/v1\ntime %lld\n", (long long)seconds);
	lx_buf_text(out, text);
}

void lx_note_cosign(const struct lx_note_signer *signer, struct lx_text text, int64_t seconds,
	struct lx_buf *out)
{
	LX_CLOSE(lx_buf_close) struct lx_buf said = { 0 };
	unsigned char line[LINE + MOMENT];
	char base64[128];

	write_cosigned(seconds, text, &said);
	if (lx_buf_failed(&said)) {
		out->broken = true;
		return;
	}
	memcpy(line, signer->key.id, LX_NOTE_ID);
	for (int i = 0; i < MOMENT; i++)
		line[LX_NOTE_ID + i] = (unsigned char)((uint64_t)seconds >> (8 * (MOMENT - 1 - i)));
	(void)crypto_sign_detached(line + LX_NOTE_ID + MOMENT, NULL, (const unsigned char *)said.at,
		said.len, signer->secret);
	(void)sodium_bin2base64(
		base64, sizeof base64, line, sizeof line, sodium_base64_VARIANT_ORIGINAL);
	lx_buf_printf(out, DASH "%s %s\n", signer->key.name, base64);
}

static bool cosignature_holds(
	const struct lx_note_key *key, struct lx_text text, const unsigned char *bytes)
{
	LX_CLOSE(lx_buf_close) struct lx_buf said = { 0 };
	uint64_t seconds = 0;

	for (int i = 0; i < MOMENT; i++)
		seconds = seconds << 8 | bytes[i];
	if (seconds > INT64_MAX)
		return false;
	write_cosigned((int64_t)seconds, text, &said);
	return !lx_buf_failed(&said) &&
	       crypto_sign_verify_detached(
		       bytes + MOMENT, (const unsigned char *)said.at, said.len, key->public) == 0;
}

static bool sm2_holds(
	const struct lx_note_key *key, struct lx_text text, const unsigned char *signature)
{
	struct lx_public_key public;

	return lx_public_of_bytes(LX_SIGN_SM2, key->public, LX_PUBLIC_MOST, &public) &&
	       lx_signature_holds(&public, text, signature);
}

/* `n` bytes of a line of this key, its id among them. */
static bool signature_holds(
	const struct lx_note_key *key, struct lx_text text, const unsigned char *bytes, size_t n)
{
	if (key->type == LX_NOTE_COSIGNATURE)
		return n == LINE + MOMENT && cosignature_holds(key, text, bytes + LX_NOTE_ID);
	if (key->type == LX_NOTE_SM2)
		return n == LINE && sm2_holds(key, text, bytes + LX_NOTE_ID);
	return n == LINE && crypto_sign_verify_detached(bytes + LX_NOTE_ID,
				    (const unsigned char *)text.at, text.len, key->public) == 0;
}

/* Splits at the last empty line: the text itself may hold some. */
static bool split_note(struct lx_text note, struct lx_text *text, struct lx_text *lines)
{
	if (note.len > LX_NOTE_MOST || note.len < 4 || note.at[note.len - 1] != '\n' ||
		!lx_utf8_valid(note.at, note.len, NULL))
		return false;
	for (size_t i = 0; i < note.len; i++)
		if ((unsigned char)note.at[i] < 0x20 && note.at[i] != '\n')
			return false;
	const char *empty = NULL;
	for (size_t i = note.len - 1; i > 0 && empty == NULL; i--)
		if (note.at[i] == '\n' && note.at[i - 1] == '\n')
			empty = note.at + i;
	if (empty == NULL)
		return false;
	*text = (struct lx_text){ note.at, (size_t)(empty - note.at) };
	*lines = (struct lx_text){ empty + 1, note.len - text->len - 1 };
	return lines->len > 0;
}

/* "— name base64": its name and its bytes, of which as many as fit are kept and all are counted. */
static bool read_line(
	struct lx_text line, struct lx_text *name, unsigned char bytes[LINE + MOMENT], size_t *n)
{
	size_t before = sizeof DASH - 1;
	unsigned char all[8192]; /* post-quantum signatures take nearly 5 kB */

	if (!lx_text_starts(line, DASH))
		return false;
	line = (struct lx_text){ line.at + before, line.len - before };
	if (!lx_text_split(&line, ' ', name) || !lx_note_name_fits(*name))
		return false;
	if (sodium_base642bin(all, sizeof all, line.at, line.len, NULL, n, NULL,
		    sodium_base64_VARIANT_ORIGINAL) != 0 ||
		*n <= LX_NOTE_ID)
		return false;
	memcpy(bytes, all, *n < LINE + MOMENT ? *n : LINE + MOMENT);
	return true;
}

static bool is_of(const struct lx_note_key *key, struct lx_text name, const unsigned char *id)
{
	return lx_text_is(name, key->name) && memcmp(id, key->id, LX_NOTE_ID) == 0;
}

enum lx_code lx_note_verify(struct lx_call *call, struct lx_text note,
	const struct lx_note_key *key, struct lx_text *text)
{
	struct lx_text signed_text, lines, line, name;
	unsigned char bytes[LINE + MOMENT];
	bool found = false;
	size_t n = 0;

	if (!split_note(note, &signed_text, &lines))
		return lx_fail(call, LX_INVALID, NULL, "record.note", NULL);
	for (size_t i = 0; lx_text_split(&lines, '\n', &line); i++) {
		if (i == LX_NOTE_SIGNATURES || !read_line(line, &name, bytes, &n))
			return lx_fail(call, LX_INVALID, NULL, "record.note", NULL);
		if (!is_of(key, name, bytes))
			continue;
		if (!signature_holds(key, signed_text, bytes, n))
			return lx_fail(
				call, LX_CONFLICT, NULL, "record.signature", "%s", key->name);
		found = true;
	}
	if (!found)
		return lx_fail(call, LX_CONFLICT, NULL, "record.unsigned", "%s", key->name);
	*text = signed_text;
	return LX_OK;
}
