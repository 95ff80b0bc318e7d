/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who asks without an account: a person whose key is made from the query code. On the record stands a pseudonym as of any
 * other person; whoever brings the code makes the same again and is the asker. Nothing of the code is kept, so nothing of it can
 * be lost or stolen here; and with eighty random bits nobody finds it from the pseudonym.
 */
#include "kernel/journal/hash.h"
#include "kernel/types/actor.h"

#include <string.h>

#define CODE_CHARS 16
#define PURPOSE    "lianxi query code 1\n"

/* Digits and letters without those that are mistaken for one another (Crockford). */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void lx_query_code_new(char code[LX_QUERY_CODE_TEXT])
{
	unsigned char bytes[CODE_CHARS];
	size_t n = 0;

	lx_hash_random(bytes, sizeof bytes);
	for (size_t i = 0; i < CODE_CHARS; i++) {
		if (i > 0 && i % 4 == 0)
			code[n++] = '-';
		code[n++] = alphabet[bytes[i] & 31];
	}
	code[n] = '\0';
}

static char mended(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		return '0';
	return c == 'I' || c == 'L' ? '1' : c;
}

/* The sixteen characters alone, however they were written. */
static bool plain_code(struct lx_text code, char plain[CODE_CHARS])
{
	size_t n = 0;

	for (size_t i = 0; i < code.len; i++) {
		char c = mended(code.at[i]);
		if (c == '-' || c == ' ')
			continue;
		if (n == CODE_CHARS || c == '\0' || strchr(alphabet, c) == NULL)
			return false;
		plain[n++] = c;
	}
	return n == CODE_CHARS;
}

bool lx_actor_visit(struct lx_text code, struct lx_actor *actor)
{
	char plain[CODE_CHARS];
	struct lx_hashing hashing;

	if (!plain_code(code, plain))
		return false;
	*actor = (struct lx_actor){ .kind = LX_BY_VISITOR };
	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, PURPOSE, sizeof PURPOSE - 1);
	lx_hash_add(&hashing, plain, sizeof plain);
	lx_hash_end(&hashing, actor->key);
	return true;
}

enum lx_code lx_actor_pseudonym(struct lx_tx *tx, const struct lx_actor *actor, const char *type,
	int64_t record, char pseudonym[LX_PSEUDONYM_TEXT])
{
	pseudonym[0] = '\0';
	if (actor->kind == LX_BY_VISITOR)
		return lx_pseudonym_by(lx_tx_call(tx), actor->key, type, record, pseudonym);
	if (actor->kind != LX_BY_PERSON || actor->person <= 0)
		return LX_OK;
	return lx_vault_pseudonym(tx, actor->person, type, record, pseudonym);
}
