/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Walking the thread of a record, both ways, within bounds. */
#include "kernel/types/thread.h"

#include "kernel/types/reduce.h"

#include <stdio.h>
#include <string.h>

/* Whether a field may name records of the type, or rows of them: "need agreement.article". */
static bool names_type(const struct lx_field *field, const char *type)
{
	struct lx_text rest = lx_text(field->of), each, name;

	while (lx_text_word(&rest, &each))
		if (lx_text_split(&each, '.', &name) && lx_text_is(name, type))
			return true;
	return false;
}

bool lx_thread_has(const struct lx_region *region, const struct lx_type *type)
{
	for (size_t i = 0; i < region->n; i++)
		for (size_t t = 0; t < region->shapes[i].threads_n; t++)
			if (region->shapes[i].type == type ||
				names_type(region->shapes[i].threads[t].field, type->name))
				return true;
	return false;
}

/* --- the order of the steps ------------------------------------------------------------------- */

/* How many links a type stands behind its earliest origin; a circle of types is walked once. */
static size_t rank_of(const struct lx_region *region, const struct lx_shape *shape, size_t depth)
{
	size_t rank = 0;

	for (size_t t = 0; t < shape->threads_n && depth < region->n; t++)
		for (size_t i = 0; i < region->n; i++) {
			const struct lx_shape *to = &region->shapes[i];
			if (to == shape || !names_type(shape->threads[t].field, to->type->name))
				continue;
			size_t below = 1 + rank_of(region, to, depth + 1);
			rank = below > rank ? below : rank;
		}
	return rank;
}

static bool drawn(const struct lx_sight *sight, const struct lx_shape *shape)
{
	return shape->type->section != NULL && lx_charter_on(sight->charter, shape->type->name) &&
	       lx_thread_has(sight->region, shape->type);
}

static void order_steps(const struct lx_sight *sight, struct lx_thread *thread)
{
	size_t ranks[LX_THREAD_STEPS_MAX];

	for (size_t i = 0; i < sight->region->n; i++) {
		const struct lx_shape *shape = &sight->region->shapes[i];
		if (!drawn(sight, shape) || thread->steps_n == LX_THREAD_STEPS_MAX)
			continue;
		size_t rank = rank_of(sight->region, shape, 0), at = thread->steps_n++;
		for (; at > 0 && ranks[at - 1] > rank; at--) {
			ranks[at] = ranks[at - 1];
			thread->steps[at] = thread->steps[at - 1];
		}
		ranks[at] = rank;
		thread->steps[at] = shape;
	}
}

/* --- the walk --------------------------------------------------------------------------------- */

static bool step_of(const struct lx_thread *thread, const struct lx_shape *shape, size_t *step)
{
	for (size_t i = 0; i < thread->steps_n; i++)
		if (thread->steps[i] == shape) {
			*step = i;
			return true;
		}
	return false;
}

static bool find(
	const struct lx_thread *thread, const struct lx_shape *shape, int64_t number, size_t *at)
{
	for (size_t i = 0; i < thread->records_n; i++)
		if (thread->records[i].record.shape == shape &&
			thread->records[i].record.number == number) {
			*at = i;
			return true;
		}
	return false;
}

/* The record's place among those walked; *there false when it is not to be drawn, or there is no room. */
static enum lx_code reach(const struct lx_sight *sight, struct lx_thread *thread,
	const struct lx_shape *shape, int64_t number, size_t *at, bool *there)
{
	struct lx_thread_record *next = &thread->records[thread->records_n];
	bool may;

	*there = find(thread, shape, number, at);
	if (*there || !step_of(thread, shape, &(size_t){ 0 }))
		return LX_OK;
	if (thread->records_n == LX_THREAD_RECORDS_MAX) {
		thread->cut = true;
		return LX_OK;
	}
	enum lx_code code = lx_record_load(sight->tx, shape, number, &next->record);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	LX_TRY(lx_may_read(sight, &next->record, &may));
	if (!may)
		return LX_OK;
	(void)step_of(thread, shape, &next->step);
	next->down = false;
	*at = thread->records_n++;
	*there = true;
	return LX_OK;
}

static void join(
	struct lx_thread *thread, size_t later, size_t earlier, const struct lx_field *field)
{
	for (size_t i = 0; i < thread->links_n; i++)
		if (thread->links[i].later == later && thread->links[i].earlier == earlier)
			return;
	if (thread->links_n == LX_THREAD_LINKS_MAX) {
		thread->cut = true;
		return;
	}
	thread->links[thread->links_n++] = (struct lx_thread_link){ later, earlier, field };
}

static enum lx_code up_to(const struct lx_sight *sight, struct lx_thread *thread, size_t from,
	const struct lx_field *field, const struct lx_value *value, size_t *found)
{
	struct lx_ref ref;
	size_t at;
	bool there;

	if (value->kind != LX_V_TEXT || !lx_ref_read(value->text, &ref))
		return LX_OK;
	const struct lx_shape *shape = lx_shape_find(sight->region, ref.type);
	if (shape == NULL)
		return LX_OK;
	LX_TRY(reach(sight, thread, shape, ref.number, &at, &there));
	if (!there || at == from)
		return LX_OK;
	join(thread, from, at, field);
	++*found;
	return LX_OK;
}

/* What a record names; *found how much of it. */
static enum lx_code walk_up(
	const struct lx_sight *sight, struct lx_thread *thread, size_t from, size_t *found)
{
	const struct lx_record *record = &thread->records[from].record;
	const struct lx_type *type = record->shape->type;

	*found = 0;
	for (size_t t = 0; t < record->shape->threads_n; t++) {
		const struct lx_thread_field *thread_field = &record->shape->threads[t];
		bool may;
		LX_TRY(lx_may_see(sight, record, thread_field->field, &may));
		if (!may)
			continue;
		if (thread_field->list < 0) {
			LX_TRY(up_to(sight, thread, from, thread_field->field,
				&record->values[thread_field->field - type->fields], found));
			continue;
		}
		const struct lx_row_list *list = &record->lists[thread_field->list];
		const struct lx_field *fields = type->rows[thread_field->list].fields;
		for (size_t r = 0; r < list->n; r++)
			LX_TRY(up_to(sight, thread, from, thread_field->field,
				&list->rows[r].values[thread_field->field - fields], found));
	}
	return LX_OK;
}

static enum lx_code down_by(const struct lx_sight *sight, struct lx_thread *thread, size_t from,
	const struct lx_shape *shape, const struct lx_thread_field *by)
{
	const struct lx_record *record = &thread->records[from].record;
	const char *type = record->shape->type->name;
	char itself[64], least[66], beyond[66];
	struct lx_value *cells;
	size_t n, at;
	bool there, may;

	(void)snprintf(itself, sizeof itself, "%s/%lld", type, (long long)record->number);
	(void)snprintf(least, sizeof least, "%s#", itself);
	(void)snprintf(beyond, sizeof beyond, "%s$", itself);
	LX_TRY(lx_all(sight->tx, &by->back,
		(struct lx_value[]){
			LX_S(itself), LX_S(least), LX_S(beyond), LX_I(LX_THREAD_BACK_MAX + 1) },
		LX_THREAD_BACK_MAX + 1, &cells, &n));
	if (n > LX_THREAD_BACK_MAX) {
		thread->cut = true;
		n = LX_THREAD_BACK_MAX;
	}
	for (size_t i = 0; i < n; i++) {
		size_t before = thread->records_n;
		LX_TRY(reach(sight, thread, shape, cells[i].number, &at, &there));
		if (!there || at == from)
			continue;
		LX_TRY(lx_may_see(sight, &thread->records[at].record, by->field, &may));
		if (!may) { /* a link that this reader may not see leads nowhere */
			thread->records_n = before;
			continue;
		}
		thread->records[at].down = true;
		join(thread, at, from, by->field);
	}
	return LX_OK;
}

/* What names a record. */
static enum lx_code walk_down(const struct lx_sight *sight, struct lx_thread *thread, size_t from)
{
	const char *type = thread->records[from].record.shape->type->name;

	for (size_t s = 0; s < thread->steps_n; s++)
		for (size_t t = 0; t < thread->steps[s]->threads_n; t++)
			if (names_type(thread->steps[s]->threads[t].field, type))
				LX_TRY(down_by(sight, thread, from, thread->steps[s],
					&thread->steps[s]->threads[t]));
	return LX_OK;
}

/* Upwards first, then downwards: the origins are never what is cut. */
static enum lx_code walk(const struct lx_sight *sight, struct lx_thread *thread)
{
	bool walked[LX_THREAD_RECORDS_MAX] = { false };
	size_t found;

	for (size_t i = 0; i < thread->records_n; i++) {
		LX_TRY(walk_up(sight, thread, i, &found));
		thread->records[i].down = i == 0 || found > 0;
	}
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < thread->records_n; i++) {
			if (walked[i] || !thread->records[i].down)
				continue;
			walked[i] = more = true;
			LX_TRY(walk_down(sight, thread, i));
		}
	}
	return LX_OK;
}

bool lx_thread_leads(const struct lx_record *record)
{
	const struct lx_type *type = record->shape->type;

	for (size_t t = 0; t < record->shape->threads_n; t++) {
		const struct lx_thread_field *thread = &record->shape->threads[t];
		if (thread->list >= 0
				? record->lists[thread->list].n > 0
				: record->values[thread->field - type->fields].kind == LX_V_TEXT)
			return true;
	}
	return false;
}

enum lx_code lx_thread_walk(
	const struct lx_sight *sight, const struct lx_record *record, struct lx_thread *thread)
{
	struct lx_call *call = lx_tx_call(sight->tx);
	bool there;
	size_t at;

	*thread = (struct lx_thread){ .records = lx_array(call, LX_THREAD_RECORDS_MAX + 1,
					      sizeof *thread->records),
		.links = lx_array(call, LX_THREAD_LINKS_MAX, sizeof *thread->links) };
	if (thread->records == NULL || thread->links == NULL)
		return LX_BROKEN;
	order_steps(sight, thread);
	LX_TRY(reach(sight, thread, record->shape, record->number, &at, &there));
	return there ? walk(sight, thread) : LX_NOT_FOUND;
}
