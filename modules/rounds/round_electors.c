/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A roll being frozen, beside the writer: who is on it is read from one snapshot, put into an order that tells nothing, laid ready
 * a few thousand at a time, and then entered part by part, so that no other act waits for more than one part.
 */
#include "modules/rounds/round_queries.h"
#include "modules/rounds/round_words.h"

#include <stdlib.h>
#include <string.h>

#define LAID_AT_ONCE 2000

struct elector {
	int64_t person, member;
	struct lx_text district;
	char pseudonym[LX_PSEUDONYM_TEXT];
};

struct electors {
	struct lx_call *call;
	struct elector *list;
	size_t n, cap;
};

static enum lx_code add_elector(struct electors *e, const struct elector *elector)
{
	if (e->n == e->cap) {
		size_t more = e->cap == 0 ? 1024 : 2 * e->cap;
		struct elector *list = lx_array(e->call, more, sizeof *list);
		if (list == NULL)
			return LX_BROKEN;
		if (e->n > 0)
			memcpy(list, e->list, e->n * sizeof *list);
		e->list = list;
		e->cap = more;
	}
	e->list[e->n++] = *elector;
	return LX_OK;
}

static enum lx_code add_resident(void *with, const struct lx_value *values)
{
	struct lx_ref home;

	if (!lx_ref_read(values[1].text, &home))
		return LX_OK;
	return add_elector(
		with, &(struct elector){ .person = values[0].number, .member = home.number });
}

static enum lx_code add_registered(void *with, const struct lx_value *values)
{
	struct electors *e = with;
	struct elector elector = { .member = values[1].number };

	if (values[2].kind != LX_V_NULL) {
		elector.district.len = values[2].text.len;
		elector.district.at = lx_arena_copy(
			e->call->arena, values[2].text.at, values[2].text.len);
		if (elector.district.at == NULL)
			return LX_BROKEN;
	}
	return add_elector(e, &elector);
}

static int by_pseudonym(const void *left, const void *right)
{
	return strcmp(((const struct elector *)left)->pseudonym,
		((const struct elector *)right)->pseudonym);
}

/* In the order of the register's hashes, else of pseudonyms. Who is erased while this is read is left out. */
static enum lx_code find_electors(
	struct lx_tx *tx, const struct lx_record *round, struct electors *e)
{
	size_t n = 0;

	if (lx_record_value(round, "electors").kind != LX_V_NULL)
		return lx_each(tx, &lx_q_register, &LX_I(round->number), add_registered, e);
	LX_TRY(lx_each(tx, &lx_q_electors, NULL, add_resident, e));
	for (size_t i = 0; i < e->n; i++) {
		enum lx_code code = lx_vault_pseudonym(
			tx, e->list[i].person, "round", round->number, e->list[i].pseudonym);
		if (code == LX_CONFLICT) {
			lx_fault_clear(&e->call->fault);
			continue;
		}
		LX_TRY(code);
		e->list[n++] = e->list[i];
	}
	e->n = n;
	qsort(e->list, n, sizeof e->list[0], by_pseudonym);
	return LX_OK;
}

/* --- laying ready ------------------------------------------------------------------------------- */

struct laying {
	const struct lx_record *round;
	const struct electors *electors;
	size_t from;
};

/* The next few thousand; the first ones clear what an earlier try left. Nothing once the round was cancelled. */
static enum lx_code lay_some(struct lx_work *work, void *argument)
{
	const struct laying *l = argument;
	struct lx_record now;
	size_t until = l->from + LAID_AT_ONCE;

	LX_TRY(lx_record_load_head(work->tx, l->round->shape, l->round->number, &now));
	if (now.last_n != l->round->last_n)
		return lx_fail(lx_tx_call(work->tx), LX_CONFLICT, NULL, "act.changed", "%lld",
			(long long)now.last_n);
	if (l->from == 0)
		LX_TRY(lx_run(work->tx, &lx_q_electors_done, &LX_I(now.number)));
	for (size_t i = l->from; i < until && i < l->electors->n; i++) {
		const struct elector *e = &l->electors->list[i];
		LX_TRY(lx_run(work->tx, &lx_q_elector_put,
			(struct lx_value[]){ LX_I(now.number), LX_I((int64_t)i + 1),
				LX_I(e->person), LX_I(e->member),
				e->district.len == 0 ? LX_N : LX_T(e->district) }));
	}
	return LX_OK;
}

static enum lx_code lay_ready(const struct lx_background *b, const struct lx_record *round)
{
	struct electors electors = { .call = b->call };
	struct laying laying = { round, &electors, 0 };
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(lx_store_read_patient(b->store, b->call, &tx));
	LX_TRY(find_electors(tx, round, &electors));
	lx_store_release(&tx);
	for (; laying.from < electors.n; laying.from += LAID_AT_ONCE)
		LX_TRY(lx_writer_submit(b->writer, b->call, lay_some, &laying));
	return LX_OK;
}

enum lx_code lx_round_freeze_step(const struct lx_background *b, const struct lx_record *round)
{
	int list = lx_rows_find(round->shape->type, LX_TEXT_OF("roll"));
	struct lx_value size = lx_record_value(round, "roll_size");
	const struct lx_text none = { "", 0 };

	if (size.kind == LX_V_NULL) {
		LX_TRY(lay_ready(b, round));
		return lx_round_perform(b, round->number, "enlist", NULL, none);
	}
	return lx_round_perform(b, round->number,
		round->given[list] < size.number ? "enrol" : "enrolled", NULL, none);
}
