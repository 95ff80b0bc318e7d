/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The vault: what ties acts to people, kept so that it can be erased for good. A person's key makes
 * pseudonyms; standings say which records the person stands in a relation to; seals hold personal
 * data. Numbers of erased seals and persons stay taken.
 */
#include "kernel/journal/hash.h"
#include "kernel/journal/journal_queries.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum lx_code lx_vault_person(struct lx_tx *tx, int64_t person)
{
	unsigned char key[LX_SALT_BYTES], mark[LX_HASH_BYTES];
	struct lx_hashing hashing;

	lx_hash_random(key, sizeof key);
	lx_hash_begin(&hashing);
	lx_hash_add(&hashing, key, sizeof key);
	lx_hash_end(&hashing, mark);
	struct lx_value binds[] = { LX_I(person),
		LX_B(((struct lx_text){ (char *)key, sizeof key })),
		LX_B(((struct lx_text){ (char *)mark, sizeof mark })) };
	return lx_run(tx, &lx_journal_queries[Q_PERSON_INSERT], binds);
}

enum lx_code lx_vault_pseudonym(struct lx_tx *tx, int64_t person, const char *type, int64_t record,
	char pseudonym[LX_PSEUDONYM_TEXT])
{
	struct lx_value key;

	LX_TRY(lx_one(tx, &lx_journal_queries[Q_PERSON], &LX_I(person), &key));
	if (key.kind == LX_V_NULL || key.text.len != LX_SALT_BYTES)
		return lx_fail(lx_tx_call(tx), LX_CONFLICT, NULL, "journal.erased", NULL);
	return lx_pseudonym_by(
		lx_tx_call(tx), (const unsigned char *)key.text.at, type, record, pseudonym);
}

enum lx_code lx_pseudonym_by(struct lx_call *call, const unsigned char key[LX_HASH_BYTES],
	const char *type, int64_t record, char pseudonym[LX_PSEUDONYM_TEXT])
{
	unsigned char hash[LX_HASH_BYTES];
	char subject[96];

	int n = snprintf(subject, sizeof subject, "%s/%" PRId64, type, record);
	if (n < 0 || (size_t)n >= sizeof subject)
		return lx_fail(call, LX_INVALID, NULL, "journal.form", "%s", type);
	lx_hash_keyed(key, lx_text(subject), hash);
	pseudonym[0] = 'p';
	pseudonym[1] = ':';
	for (size_t i = 0; i < 16; i++)
		(void)snprintf(pseudonym + 2 + 2 * i, 3, "%02x", hash[i]);
	return LX_OK;
}

enum lx_code lx_vault_stand(
	struct lx_tx *tx, int64_t person, const char *type, int64_t record, const char *relation)
{
	struct lx_value binds[] = { LX_I(person), LX_S(type), LX_I(record), LX_S(relation) };

	return lx_run(tx, &lx_journal_queries[Q_STANDING_INSERT], binds);
}

enum lx_code lx_vault_unstand(
	struct lx_tx *tx, int64_t person, const char *type, int64_t record, const char *relation)
{
	struct lx_value binds[] = { LX_I(person), LX_S(type), LX_I(record), LX_S(relation) };

	return lx_run(tx, &lx_journal_queries[Q_STANDING_DELETE], binds);
}

enum lx_code lx_vault_standings(struct lx_tx *tx, int64_t person, const char *type,
	const char *relation, size_t most, struct lx_standing **standings, size_t *n)
{
	struct lx_value binds[] = { LX_I(person), type == NULL ? LX_N : LX_S(type),
		relation == NULL ? LX_N : LX_S(relation), LX_I((int64_t)most) };
	struct lx_value *rows = NULL;
	size_t found = 0;

	int query = type == NULL ? Q_STANDINGS : Q_STANDINGS_OF_TYPE;
	LX_TRY(lx_all(tx, &lx_journal_queries[query], binds, most, &rows, &found));
	struct lx_standing *list = lx_array(lx_tx_call(tx), found, sizeof *list);
	if (list == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < found; i++, rows += 3)
		list[i] = (struct lx_standing){ rows[0].text.at, rows[1].number, rows[2].text.at };
	*standings = list;
	*n = found;
	return LX_OK;
}

enum lx_code lx_vault_who(
	struct lx_tx *tx, const char *type, int64_t record, const char *relation, int64_t *person)
{
	struct lx_value binds[] = { LX_S(type), LX_I(record), LX_S(relation) }, row;

	LX_TRY(lx_one(tx, &lx_journal_queries[Q_STANDING_WHO], binds, &row));
	*person = row.number;
	return LX_OK;
}

enum lx_code lx_seal_put(struct lx_tx *tx, struct lx_edge *edge, int64_t person,
	struct lx_text text, int64_t *number, char commitment[LX_HASH_TEXT])
{
	unsigned char salt[LX_SALT_BYTES], hash[LX_HASH_BYTES];
	int64_t next = edge->seals + 1;

	lx_hash_random(salt, sizeof salt);
	lx_hash_salted(salt, text, hash);
	struct lx_value binds[] = { LX_I(next),
		LX_B(((struct lx_text){ (char *)hash, sizeof hash })), LX_I(person),
		LX_B(((struct lx_text){ (char *)salt, sizeof salt })), LX_T(text) };
	LX_TRY(lx_run(tx, &lx_journal_queries[Q_SEAL_INSERT], binds));
	edge->seals = next;
	*number = next;
	lx_hash_write(hash, commitment);
	return LX_OK;
}

enum lx_code lx_seal_read(struct lx_tx *tx, int64_t number, struct lx_text *text)
{
	struct lx_value row[3];

	LX_TRY(lx_one(tx, &lx_journal_queries[Q_SEAL], &LX_I(number), row));
	if (row[1].kind == LX_V_NULL)
		return LX_NOT_FOUND;
	*text = row[2].text;
	return LX_OK;
}

enum lx_code lx_seal_remove(struct lx_tx *tx, int64_t number)
{
	return lx_run(tx, &lx_journal_queries[Q_SEAL_GONE], &LX_I(number));
}

static enum lx_code seals_of(struct lx_tx *tx, int64_t person, int64_t **seals, size_t *n)
{
	struct lx_value *rows = NULL;
	size_t found = 0;

	LX_TRY(lx_all(tx, &lx_journal_queries[Q_SEALS_OF], &LX_I(person), SIZE_MAX, &rows, &found));
	int64_t *list = lx_array(lx_tx_call(tx), found, sizeof *list);
	if (list == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < found; i++)
		list[i] = rows[i].number;
	*seals = list;
	*n = found;
	return LX_OK;
}

enum lx_code lx_vault_erase(struct lx_tx *tx, int64_t person, int64_t **seals, size_t *n)
{
	LX_TRY(seals_of(tx, person, seals, n));
	LX_TRY(lx_run(tx, &lx_journal_queries[Q_SEALS_OF_GONE], &LX_I(person)));
	LX_TRY(lx_run(tx, &lx_journal_queries[Q_STANDINGS_GONE], &LX_I(person)));
	LX_TRY(lx_store_scrub_later(tx));
	return lx_run(tx, &lx_journal_queries[Q_PERSON_GONE], &LX_I(person));
}

struct telling {
	lx_erased_fn *each;
	void *with;
};

static enum lx_code tell_erased(void *with, const struct lx_value *row)
{
	struct telling *t = with;

	if (row[1].text.len != LX_HASH_BYTES)
		return LX_BROKEN;
	return t->each(t->with, row[0].number, (const unsigned char *)row[1].text.at);
}

enum lx_code lx_vault_erased(struct lx_tx *tx, lx_erased_fn *each, void *with)
{
	struct telling telling = { each, with };

	return lx_each(tx, &lx_journal_queries[Q_PERSONS_ERASED], &LX_I(0), tell_erased, &telling);
}

enum lx_code lx_vault_must_go(
	struct lx_tx *tx, int64_t person, const unsigned char mark[LX_HASH_BYTES], bool *must)
{
	struct lx_value row[2];

	*must = false;
	enum lx_code code = lx_one(tx, &lx_journal_queries[Q_PERSON_MARK], &LX_I(person), row);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	*must = row[1].number == 0 && row[0].text.len == LX_HASH_BYTES &&
		memcmp(row[0].text.at, mark, LX_HASH_BYTES) == 0;
	return LX_OK;
}
