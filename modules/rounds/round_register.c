/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * An electoral register from a file: who may vote in one round. Of an identity number nothing is kept but its hash under a key of
 * the round's own, and hash and key go when the round closes. A resident is found in it by what the residence was proved by.
 */
#include "base/csv.h"
#include "kernel/journal/hash.h"
#include "kernel/types/list.h"
#include "modules/rounds/round_queries.h"
#include "modules/rounds/round_words.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

lx_rule_fn round_may_register, round_register, round_forget_register;

#define COLUMNS_MOST  64
#define MEMBERS_MOST  1000
#define NUMBER_LEAST  5 /* characters of an identity number */
#define NUMBER_MOST   40
#define DISTRICT_MOST 60

/* --- identity numbers ---------------------------------------------------------------------------- */

/* Letters and digits alone, letters in capitals: however it was typed. 0 when it is none. */
static size_t plain_number(struct lx_text typed, char plain[NUMBER_MOST])
{
	size_t n = lx_typed_plain(typed, plain, NUMBER_MOST);
	bool good = n >= NUMBER_LEAST && n <= NUMBER_MOST;

	for (size_t i = 0; good && i < n; i++)
		good = (plain[i] >= '0' && plain[i] <= '9') || (plain[i] >= 'A' && plain[i] <= 'Z');
	return good ? n : 0;
}

static bool hash_number(struct lx_text typed, const unsigned char key[LX_SALT_BYTES],
	unsigned char hash[LX_HASH_BYTES])
{
	char plain[NUMBER_MOST];
	size_t n = plain_number(typed, plain);

	lx_hash_keyed(key, (struct lx_text){ plain, n }, hash);
	sodium_memzero(plain, sizeof plain);
	return n > 0;
}

enum lx_code lx_register_match(struct lx_tx *tx, int64_t person, int64_t round, int64_t *number)
{
	struct lx_value key, proof, found;
	unsigned char hash[LX_HASH_BYTES];
	struct lx_text text;

	*number = 0;
	enum lx_code code = lx_one(tx, &lx_q_register_key, &LX_I(round), &key);
	if (code == LX_OK)
		code = lx_one(tx, &lx_q_proof_of, &LX_I(person), &proof);
	if (code == LX_OK)
		code = lx_seal_read(tx, proof.number, &text);
	if (code == LX_OK && hash_number(text, (const unsigned char *)key.text.at, hash))
		code = lx_one(tx, &lx_q_register_one,
			(struct lx_value[]){ LX_I(round),
				LX_B(((struct lx_text){ (char *)hash, sizeof hash })) },
			&found);
	else if (code == LX_OK)
		return LX_OK; /* proved by something else */
	if (code == LX_OK)
		*number = found.number;
	return code == LX_NOT_FOUND ? LX_OK : code;
}

/* --- reading the file ---------------------------------------------------------------------------- */

struct entry {
	unsigned char hash[LX_HASH_BYTES];
	int64_t member, line, column;
	struct lx_text district;
};

/* A member by its code. */
struct named_member {
	struct lx_text code;
	int64_t number;
};

struct reading {
	struct lx_case *c;
	struct lx_csv csv;
	unsigned char key[LX_SALT_BYTES];
	int id, member, district, columns; /* places; -1: none */
	struct named_member members[MEMBERS_MOST];
	size_t members_n;
	struct entry *list;
	size_t n, cap;
};

static enum lx_code wrong(
	struct reading *r, const struct lx_csv_field *cell, const char *msgid, const char *detail)
{
	return lx_fault_at(
		&r->c->call->fault, LX_INVALID, r->csv.line, cell->column, msgid, "%s", detail);
}

static enum lx_code read_head(struct reading *r)
{
	static const char *const names[] = { "id", "member", "district" };
	struct lx_csv_field cells[COLUMNS_MOST];
	int *places[] = { &r->id, &r->member, &r->district };
	size_t n;

	LX_TRY(lx_csv_row(r->c->call, &r->csv, cells, COLUMNS_MOST, &n));
	r->columns = (int)n;
	for (size_t k = 0; k < 3; k++)
		*places[k] = -1;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		while (k < 3 && !lx_text_is(lx_text_trim(cells[i].text), names[k]))
			k++;
		if (k == 3 || *places[k] >= 0)
			return wrong(r, &cells[i], "round_register_columns", "");
		*places[k] = (int)i;
	}
	if (r->id < 0 || r->member < 0)
		return lx_fault_at(
			&r->c->call->fault, LX_INVALID, 1, 1, "round_register_columns", NULL);
	return LX_OK;
}

static enum lx_code load_members(struct reading *r)
{
	const struct lx_shape *shape = lx_shape_find(r->c->view.region, LX_TEXT_OF("member"));
	int64_t last;

	LX_TRY(lx_record_last(r->c->work->tx, shape, &last));
	for (int64_t number = 1; number <= last && r->members_n < MEMBERS_MOST; number++) {
		struct lx_record member;
		enum lx_code code = lx_record_load_head(r->c->work->tx, shape, number, &member);
		if (code == LX_NOT_FOUND)
			continue;
		LX_TRY(code);
		r->members[r->members_n++] =
			(struct named_member){ lx_record_value(&member, "code").text, number };
	}
	return LX_OK;
}

static int64_t member_of(const struct reading *r, struct lx_text named)
{
	struct lx_ref ref;
	bool linked = lx_ref_read(named, &ref) && lx_text_is(ref.type, "member");

	for (size_t i = 0; i < r->members_n; i++)
		if (linked ? r->members[i].number == ref.number
			   : lx_text_equal(r->members[i].code, named))
			return r->members[i].number;
	return 0;
}

static enum lx_code add_entry(struct reading *r, const struct entry *entry)
{
	if (r->n == r->cap) {
		size_t more = r->cap == 0 ? 1024 : 2 * r->cap;
		struct entry *list = lx_array(r->c->call, more, sizeof *list);
		if (list == NULL)
			return LX_BROKEN;
		if (r->n > 0)
			memcpy(list, r->list, r->n * sizeof *list);
		r->list = list;
		r->cap = more;
	}
	r->list[r->n++] = *entry;
	return LX_OK;
}

static enum lx_code read_line(struct reading *r, const struct lx_csv_field *cells, size_t n)
{
	struct entry entry = { .line = r->csv.line };

	if ((int)n != r->columns)
		return wrong(r, &cells[0], "round_register_cells", "");
	entry.column = cells[r->id].column;
	if (!hash_number(cells[r->id].text, r->key, entry.hash))
		return wrong(r, &cells[r->id], "round_register_id", "");
	entry.member = member_of(r, lx_text_trim(cells[r->member].text));
	if (entry.member == 0)
		return wrong(r, &cells[r->member], "round_register_member", "");
	if (r->district >= 0)
		entry.district = lx_text_trim(lx_csv_plain(cells[r->district].text));
	if (lx_utf8_count(entry.district) > DISTRICT_MOST)
		return wrong(r, &cells[r->district], "round_register_district", "");
	return add_entry(r, &entry);
}

static int by_hash(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = memcmp(a->hash, b->hash, LX_HASH_BYTES);

	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

/* In the order of hashes, which tells nothing to who has no key; nobody twice. */
static enum lx_code read_all(struct reading *r)
{
	struct lx_call *call = r->c->call;
	struct lx_csv_field cells[COLUMNS_MOST];
	char before[24];
	size_t n;

	LX_TRY(read_head(r));
	LX_TRY(load_members(r));
	for (;;) {
		LX_TRY(lx_csv_row(call, &r->csv, cells, COLUMNS_MOST, &n));
		if (n == 0)
			break;
		if (n > 1 || cells[0].text.len > 0)
			LX_TRY(read_line(r, cells, n));
	}
	if (r->n == 0)
		return lx_fault_at(&call->fault, LX_INVALID, 1, 1, "round_nobody_named", NULL);
	qsort(r->list, r->n, sizeof r->list[0], by_hash);
	for (size_t i = 1; i < r->n; i++)
		if (memcmp(r->list[i].hash, r->list[i - 1].hash, LX_HASH_BYTES) == 0) {
			(void)snprintf(
				before, sizeof before, "%lld", (long long)r->list[i - 1].line);
			return lx_fault_at(&call->fault, LX_INVALID, r->list[i].line,
				r->list[i].column, "round_register_twice", "%s", before);
		}
	return LX_OK;
}

/* --- the acts ------------------------------------------------------------------------------------ */

enum lx_code round_forget_register(struct lx_case *c)
{
	const struct lx_value round = LX_I(c->record->number);

	LX_TRY(lx_run(c->work->tx, &lx_q_electors_done, &round));
	if (lx_record_value(c->record, "electors").kind == LX_V_NULL)
		return LX_OK;
	LX_TRY(lx_run(c->work->tx, &lx_q_register_gone, &round));
	LX_TRY(lx_run(c->work->tx, &lx_q_register_key_gone, &round));
	return lx_store_scrub_later(c->work->tx);
}

enum lx_code round_may_register(struct lx_case *c)
{
	return c->aside.len > 0 ? LX_OK : lx_case_refuse(c, NULL, "round_register_file");
}

/* The whole register anew, in the place of an earlier one. */
enum lx_code round_register(struct lx_case *c)
{
	struct reading *r = lx_alloc(c->call, sizeof *r);

	if (r == NULL)
		return LX_BROKEN;
	*r = (struct reading){ .c = c, .csv = { .text = c->aside, .separator = ',' } };
	lx_hash_random(r->key, sizeof r->key);
	LX_TRY(read_all(r));
	LX_TRY(round_forget_register(c));
	LX_TRY(lx_run(c->work->tx, &lx_q_register_key_put,
		(struct lx_value[]){ LX_I(c->record->number),
			LX_B(((struct lx_text){ (char *)r->key, sizeof r->key })) }));
	sodium_memzero(r->key, sizeof r->key);
	for (size_t i = 0; i < r->n; i++) {
		const struct entry *e = &r->list[i];
		LX_TRY(lx_run(c->work->tx, &lx_q_register_put,
			(struct lx_value[]){ LX_I(c->record->number),
				LX_B(((struct lx_text){ (char *)e->hash, sizeof e->hash })),
				LX_I((int64_t)i + 1), LX_I(e->member),
				e->district.len == 0 ? LX_N : LX_T(e->district) }));
	}
	return lx_case_set(c, "electors", json_integer((json_int_t)r->n));
}
