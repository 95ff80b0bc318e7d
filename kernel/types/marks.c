/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which entry last touched a type, and what leads to a record. */
#include "kernel/types/marks.h"

#include "kernel/types/batch.h"
#include "kernel/types/types_queries.h"

enum lx_code lx_marks_put(struct lx_tx *tx, struct lx_text type, int64_t record, int64_t n)
{
	return lx_run(tx, &lx_q_mark_put, (struct lx_value[]){ LX_T(type), LX_I(record), LX_I(n) });
}

static enum lx_code hold(
	struct lx_batch *batch, const struct lx_shape *shape, int64_t record, int64_t n)
{
	struct lx_held *held = lx_batch_hold(batch, shape, record);

	if (held == NULL)
		return lx_fail(&batch->call, LX_BROKEN, NULL, "base.memory", NULL);
	held->mark = n;
	return LX_OK;
}

static enum lx_code lead(
	struct lx_tx *tx, struct lx_batch *batch, const struct lx_value *value, int64_t n)
{
	struct lx_ref ref;

	if (value->kind != LX_V_TEXT || !lx_ref_read(value->text, &ref))
		return LX_OK;
	const struct lx_shape *shape = batch == NULL ? NULL
						     : lx_shape_find(batch->region, ref.type);
	return shape == NULL ? lx_marks_put(tx, ref.type, ref.number, n)
			     : hold(batch, shape, ref.number, n);
}

enum lx_code lx_marks_lead(
	struct lx_tx *tx, struct lx_batch *batch, const struct lx_record *record, int64_t n)
{
	const struct lx_type *type = record->shape->type;

	for (size_t t = 0; t < record->shape->threads_n; t++) {
		const struct lx_thread_field *thread = &record->shape->threads[t];
		if (thread->list < 0) {
			LX_TRY(lead(tx, batch, &record->values[thread->field - type->fields], n));
			continue;
		}
		const struct lx_row_list *list = &record->lists[thread->list];
		const struct lx_field *fields = type->rows[thread->list].fields;
		for (size_t r = 0; r < list->n; r++)
			LX_TRY(lead(tx, batch, &list->rows[r].values[thread->field - fields], n));
	}
	return LX_OK;
}

enum lx_code lx_marks_type(
	struct lx_tx *tx, struct lx_batch *batch, const struct lx_record *record, int64_t n)
{
	return batch == NULL ? lx_marks_put(tx, lx_text(record->shape->type->name), 0, n)
			     : hold(batch, record->shape, 0, n);
}

static enum lx_code get(struct lx_tx *tx, const char *type, int64_t record, int64_t *n)
{
	struct lx_value mark;

	LX_TRY(lx_one(tx, &lx_q_mark, (struct lx_value[]){ LX_S(type), LX_I(record) }, &mark));
	*n = mark.number;
	return LX_OK;
}

enum lx_code lx_mark_of_type(struct lx_tx *tx, const struct lx_shape *shape, int64_t *n)
{
	int64_t last;

	enum lx_code code = get(tx, shape->type->name, 0, n);
	if (code != LX_NOT_FOUND)
		return code;
	LX_TRY(lx_record_last(tx, shape, &last));
	*n = last == 0 ? 0 : INT64_MAX;
	return LX_OK;
}

enum lx_code lx_mark_of_record(struct lx_tx *tx, const struct lx_record *record, int64_t *n)
{
	enum lx_code code = get(tx, record->shape->type->name, record->number, n);

	if (code == LX_NOT_FOUND)
		*n = 0;
	return code == LX_NOT_FOUND ? LX_OK : code;
}

enum lx_code lx_record_touched(
	struct lx_tx *tx, const struct lx_shape *shape, int64_t number, int64_t *n)
{
	struct lx_value touched;

	enum lx_code code = lx_one(
		tx, &shape->touched, (struct lx_value[]){ LX_I(number) }, &touched);
	*n = code == LX_OK ? touched.number : 0;
	return code == LX_NOT_FOUND ? LX_OK : code;
}
