/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which entry last touched a type, and what leads to a record. */
#include "kernel/types/marks.h"

#include "kernel/types/types_queries.h"

static enum lx_code put(struct lx_tx *tx, struct lx_text type, int64_t record, int64_t n)
{
	return lx_run(tx, &lx_q_mark_put, (struct lx_value[]){ LX_T(type), LX_I(record), LX_I(n) });
}

enum lx_code lx_marks_lead(struct lx_tx *tx, const struct lx_record *record, int64_t n)
{
	const struct lx_field *fields = record->shape->type->fields;

	for (size_t i = 0; i < record->shape->fields_n; i++) {
		struct lx_ref ref;
		if (fields[i].kind == LX_LINK && fields[i].use != NULL &&
			lx_word_in(LX_TEXT_OF("thread"), fields[i].use) &&
			record->values[i].kind == LX_V_TEXT &&
			lx_ref_read(record->values[i].text, &ref))
			LX_TRY(put(tx, ref.type, ref.number, n));
	}
	return LX_OK;
}

enum lx_code lx_marks_type(struct lx_tx *tx, const struct lx_record *record, int64_t n)
{
	return put(tx, lx_text(record->shape->type->name), 0, n);
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
