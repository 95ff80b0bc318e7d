/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The clock's due acts: what must happen when a moment has passed is entered once, in order of moments,
 * at the beginning of a batch. Pages never compare with the clock; they print what is entered here.
 */
#include "kernel/types/consent.h"
#include "kernel/types/effects.h"
#include "kernel/types/entry.h"
#include "kernel/types/performing.h"
#include "kernel/types/types_queries.h"

#include <string.h>

#define DUE_MOST 200 /* a batch; the rest in the next one */

enum lx_code lx_enter_term(const struct lx_performing *p, struct lx_record *record, size_t term,
	enum lx_stage stage, int64_t *n)
{
	const struct lx_act *act = lx_act_find(
		record->shape->type, lx_text(stage == LX_STAGE_SOON ? "soon" : "late"));
	LX_CLOSE(lx_case_end) struct lx_case c = { 0 };
	struct lx_header header = { .act = act->name };

	LX_TRY(lx_case_begin(p, record, act, NULL, &c));
	LX_TRY(lx_effect_term(&c, term, stage, record->terms[term].moment, 0));
	return lx_entry_write(&c, &header, n);
}

/* The term's own act; where the record refuses it by now, the lateness alone is entered, so that it is entered once. */
static enum lx_code pass_term(const struct lx_performing *p, struct lx_record *record, size_t term)
{
	const struct lx_type *type = record->shape->type;
	const struct lx_act *act = lx_act_find(type, lx_text(type->terms[term].then));
	struct lx_call *call = lx_tx_call(p->work->tx);
	struct lx_edge edge = *p->work->edge;
	int64_t number = record->number, n;
	bool opened;

	LX_TRY(lx_store_mark(p->work->tx));
	enum lx_code code = lx_enter(p, record, act, NULL, false, NULL, &n, &opened);
	if (code == LX_OK)
		return lx_store_keep(p->work->tx);
	if (code == LX_BROKEN || code == LX_BUSY)
		return code;
	LX_TRY(lx_store_drop(p->work->tx));
	*p->work->edge = edge;
	lx_fault_clear(&call->fault);
	LX_TRY(lx_record_load(p->work->tx, record->shape, number, record));
	bool runs = lx_word_in(record->state, type->terms[term].runs);
	return lx_enter_term(p, record, term, runs ? LX_STAGE_LATE : LX_STAGE_OVER, &n);
}

static enum lx_code due_term(const struct lx_performing *p, const struct lx_value *cells)
{
	const struct lx_shape *shape = lx_shape_find(p->region, cells[1].text);
	struct lx_record record;
	int64_t n;

	if (shape == NULL)
		return LX_OK;
	LX_TRY(lx_record_load(p->work->tx, shape, cells[2].number, &record));
	int term = lx_term_find(shape->type, cells[3].text);
	if (term < 0)
		return LX_OK;
	const struct lx_term_now *now = &record.terms[term];
	/* an earlier due act of this batch may have changed it */
	if (now->stage != LX_STAGE_RUNS && now->stage != LX_STAGE_SOON)
		return LX_OK;
	if (now->moment > p->work->now)
		return now->stage == LX_STAGE_RUNS && now->warn > 0 && now->warn <= p->work->now
			       ? lx_enter_term(p, &record, (size_t)term, LX_STAGE_SOON, &n)
			       : LX_OK;
	return pass_term(p, &record, (size_t)term);
}

static enum lx_code due_consent(const struct lx_performing *p, const struct lx_value *cells)
{
	const struct lx_shape *shape = lx_shape_find(p->region, cells[1].text);
	struct lx_record record;
	int64_t n;

	if (shape == NULL)
		return LX_OK;
	LX_TRY(lx_record_load(p->work->tx, shape, cells[2].number, &record));
	const struct lx_pending *pending = lx_consent_open_one(&record, cells[3].number);
	return pending == NULL ? LX_OK : lx_enter_count(p, &record, pending, true, &n);
}

enum lx_code lx_clock_job(struct lx_work *work, void *nothing)
{
	const struct lx_region *region = work->with;
	struct lx_call *call = lx_tx_call(work->tx);
	struct lx_value *cells, until[] = { LX_I(work->now), LX_I(DUE_MOST) };
	const struct lx_actor clock = { .kind = LX_BY_CLOCK };
	struct lx_charter charter;
	size_t terms_n, consents_n;
	(void)nothing;

	LX_TRY(lx_all(work->tx, &lx_q_terms_due, until, DUE_MOST, &cells, &terms_n));
	struct lx_value *consents;
	LX_TRY(lx_all(work->tx, &lx_q_consents_due, until, DUE_MOST, &consents, &consents_n));
	if (terms_n + consents_n == 0)
		return LX_OK;
	for (size_t i = 0; i < terms_n; i++) {
		LX_TRY(lx_charter_load(work->tx, region, &charter));
		struct lx_performing p = {
			.work = work, .region = region, .charter = &charter, .actor = &clock
		};
		LX_TRY(due_term(&p, cells + 4 * i));
	}
	for (size_t i = 0; i < consents_n; i++) {
		LX_TRY(lx_charter_load(work->tx, region, &charter));
		struct lx_performing p = {
			.work = work, .region = region, .charter = &charter, .actor = &clock
		};
		LX_TRY(due_consent(&p, consents + 4 * i));
	}
	return call->fault.code;
}

enum lx_code lx_clock_next(struct lx_tx *tx, int64_t *moment)
{
	struct lx_value next;

	LX_TRY(lx_one(tx, &lx_q_next_due, NULL, &next));
	*moment = next.kind == LX_V_NULL ? INT64_MAX : next.number;
	return LX_OK;
}
