/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Loading and saving a record whole. */
#include "kernel/types/record.h"

#include "kernel/types/types_queries.h"

#include <assert.h>
#include <string.h>

#define HEAD_SIZE 6

const char *const lx_stage_names[] = { "", "runs", "soon", "rests", "late", "over" };

enum lx_code lx_record_blank(struct lx_call *call, const struct lx_shape *shape, int64_t number,
	struct lx_record *record)
{
	struct lx_record blank = { .shape = shape, .number = number };

	blank.values = lx_array(call, shape->fields_n, sizeof *blank.values);
	blank.given = lx_array(call, shape->rows_n, sizeof *blank.given);
	blank.lists = lx_array(call, shape->rows_n, sizeof *blank.lists);
	blank.terms = lx_array(call, shape->terms_n, sizeof *blank.terms);
	if (blank.values == NULL || blank.given == NULL || blank.lists == NULL ||
		blank.terms == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < shape->fields_n; i++)
		if (shape->type->fields[i].kind == LX_COUNT)
			blank.values[i] = LX_I(0);
	*record = blank;
	return LX_OK;
}

struct lx_text lx_record_standing(const struct lx_record *record)
{
	return record->hidden == 0 ? record->state : (struct lx_text){ "", 0 };
}

static enum lx_code load_head(struct lx_tx *tx, struct lx_record *record)
{
	const struct lx_shape *shape = record->shape;
	struct lx_value head[LX_QUERY_COLUMNS];

	LX_TRY(lx_one(tx, &shape->load, (struct lx_value[]){ LX_I(record->number) }, head));
	record->made = true;
	record->state = head[0].text;
	record->hidden = head[1].number;
	record->counted = lx_record_standing(record);
	record->made_n = head[2].number;
	record->made_at = head[3].number;
	record->last_n = head[4].number;
	record->last_at = head[5].number;
	for (size_t i = 0; i < shape->rows_n; i++)
		record->given[i] = head[HEAD_SIZE + i].number;
	memcpy(record->values, head + HEAD_SIZE + shape->rows_n, shape->fields_n * sizeof *head);
	return LX_OK;
}

size_t lx_rows_room(size_t n)
{
	size_t room = 1;

	while (room < n)
		room *= 2;
	return n == 0 ? 0 : room;
}

static enum lx_code load_list(struct lx_tx *tx, struct lx_record *record, size_t list)
{
	const struct lx_rows_shape *shape = &record->shape->rows[list];
	size_t width = shape->fields_n + 1, n;
	struct lx_value *cells;

	if (shape->rows->many || record->given[list] == 0)
		return LX_OK;
	LX_TRY(lx_all(tx, &shape->load, (struct lx_value[]){ LX_I(record->number) },
		LX_ROWS_LOADED_MAX, &cells, &n));
	struct lx_row *rows = lx_array(lx_tx_call(tx), lx_rows_room(n), sizeof *rows);
	if (rows == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct lx_row){ cells[i * width].number, cells + i * width + 1 };
	record->lists[list] = (struct lx_row_list){ rows, n };
	return LX_OK;
}

static enum lx_stage stage_of(struct lx_text name)
{
	for (int i = LX_STAGE_RUNS; i <= LX_STAGE_OVER; i++)
		if (lx_text_is(name, lx_stage_names[i]))
			return (enum lx_stage)i;
	return LX_STAGE_NONE;
}

static enum lx_code load_terms(struct lx_tx *tx, struct lx_record *record)
{
	struct lx_value *cells;
	size_t n;

	if (record->shape->terms_n == 0)
		return LX_OK;
	LX_TRY(lx_all(tx, &lx_q_terms,
		(struct lx_value[]){ LX_S(record->shape->type->name), LX_I(record->number) }, 64,
		&cells, &n));
	for (size_t i = 0; i < n; i++) {
		int term = lx_term_find(record->shape->type, cells[i * 5].text);
		if (term >= 0)
			record->terms[term] = (struct lx_term_now){ stage_of(cells[i * 5 + 1].text),
				cells[i * 5 + 2].number, cells[i * 5 + 3].number,
				cells[i * 5 + 4].number };
	}
	return LX_OK;
}

static enum lx_code load_consents(struct lx_tx *tx, struct lx_record *record)
{
	struct lx_value *c, which[] = { LX_S(record->shape->type->name), LX_I(record->number) };
	size_t n;

	LX_TRY(lx_all(tx, &lx_q_consents, which, LX_ROWS_LOADED_MAX, &c, &n));
	record->pending = lx_array(lx_tx_call(tx), n, sizeof *record->pending);
	if (record->pending == NULL)
		return LX_BROKEN;
	record->pending_n = n;
	for (size_t i = 0; i < n; i++, c += 14)
		record->pending[i] = (struct lx_pending){ .number = c[0].number,
			.act = c[1].text,
			.stage = c[2].text,
			.rule = c[3].text,
			.input = c[4].text,
			.voices = c[5].text,
			.on = c[6].text,
			.reason = c[7].text,
			.by = c[8].text,
			.holder = c[9].text,
			.as = c[10].text,
			.until = c[11].number,
			.opened_n = c[12].number,
			.closed_n = c[13].number };
	if (n == 0)
		return LX_OK;
	LX_TRY(lx_all(tx, &lx_q_voices, which, LX_ROWS_LOADED_MAX, &c, &n));
	record->voices = lx_array(lx_tx_call(tx), n, sizeof *record->voices);
	if (record->voices == NULL)
		return LX_BROKEN;
	record->voices_n = n;
	for (size_t i = 0; i < n; i++, c += 6)
		record->voices[i] = (struct lx_voice){ c[0].number, c[1].text, c[2].text, c[3].text,
			c[4].text, c[5].number };
	return LX_OK;
}

enum lx_code lx_record_load_rows(
	struct lx_tx *tx, const struct lx_shape *shape, int64_t number, struct lx_record *record)
{
	struct lx_record loaded;

	LX_TRY(lx_record_blank(lx_tx_call(tx), shape, number, &loaded));
	LX_TRY(load_head(tx, &loaded));
	for (size_t i = 0; i < shape->rows_n; i++)
		LX_TRY(load_list(tx, &loaded, i));
	LX_TRY(load_terms(tx, &loaded));
	*record = loaded;
	return LX_OK;
}

enum lx_code lx_record_load(
	struct lx_tx *tx, const struct lx_shape *shape, int64_t number, struct lx_record *record)
{
	struct lx_record loaded;

	LX_TRY(lx_record_load_rows(tx, shape, number, &loaded));
	if (shape->type->consents != NULL)
		LX_TRY(load_consents(tx, &loaded));
	*record = loaded;
	return LX_OK;
}

enum lx_code lx_record_load_head(
	struct lx_tx *tx, const struct lx_shape *shape, int64_t number, struct lx_record *record)
{
	struct lx_record loaded;

	LX_TRY(lx_record_blank(lx_tx_call(tx), shape, number, &loaded));
	LX_TRY(load_head(tx, &loaded));
	LX_TRY(load_terms(tx, &loaded));
	*record = loaded;
	return LX_OK;
}

enum lx_code lx_record_count(
	struct lx_tx *tx, const struct lx_shape *shape, struct lx_text state, int64_t n)
{
	if (state.len == 0)
		return LX_OK;
	return lx_run(tx, &lx_q_count_add,
		(struct lx_value[]){ LX_S(shape->type->name), LX_T(state), LX_I(n) });
}

static enum lx_code count_standing(struct lx_tx *tx, struct lx_record *record)
{
	struct lx_text now = lx_record_standing(record);

	if (lx_text_equal(now, record->counted))
		return LX_OK;
	LX_TRY(lx_record_count(tx, record->shape, record->counted, -1));
	LX_TRY(lx_record_count(tx, record->shape, now, 1));
	record->counted = now;
	return LX_OK;
}

enum lx_code lx_record_put(struct lx_tx *tx, const struct lx_record *record)
{
	const struct lx_shape *shape = record->shape;
	struct lx_value binds[LX_QUERY_COLUMNS] = { LX_I(record->number), LX_T(record->state),
		LX_I(record->hidden), LX_I(record->made_n), LX_I(record->made_at),
		LX_I(record->last_n), LX_I(record->last_at) };

	for (size_t i = 0; i < shape->rows_n; i++)
		binds[1 + HEAD_SIZE + i] = LX_I(record->given[i]);
	memcpy(binds + 1 + HEAD_SIZE + shape->rows_n, record->values,
		shape->fields_n * sizeof *binds);
	return lx_run(tx, &shape->save, binds);
}

enum lx_code lx_record_put_term(struct lx_tx *tx, const struct lx_record *record, size_t term)
{
	const struct lx_type *type = record->shape->type;
	const struct lx_term_now *t = &record->terms[term];
	bool ticking = t->stage == LX_STAGE_RUNS || t->stage == LX_STAGE_SOON;
	int64_t due = !ticking ? 0 : t->stage == LX_STAGE_RUNS && t->warn > 0 ? t->warn : t->moment;

	return lx_run(tx, &lx_q_term_put,
		(struct lx_value[]){ LX_S(type->name), LX_I(record->number),
			LX_S(type->terms[term].field), LX_S(lx_stage_names[t->stage]),
			LX_I(t->moment), LX_I(t->warn), LX_I(due), LX_I(t->late_n) });
}

enum lx_code lx_record_save(struct lx_tx *tx, struct lx_record *record)
{
	LX_TRY(count_standing(tx, record));
	return lx_record_put(tx, record);
}

enum lx_code lx_record_last(struct lx_tx *tx, const struct lx_shape *shape, int64_t *number)
{
	struct lx_value last;

	LX_TRY(lx_one(tx, &shape->last, NULL, &last));
	*number = last.number;
	return LX_OK;
}

struct lx_value lx_record_value(const struct lx_record *record, const char *field)
{
	int i = lx_field_find(record->shape->type->fields, lx_text(field));

	return i < 0 ? LX_N : record->values[i];
}

const struct lx_row_list *lx_record_list(const struct lx_record *record, const char *list)
{
	int i = lx_rows_find(record->shape->type, lx_text(list));

	assert(i >= 0);
	return &record->lists[i];
}

struct lx_value lx_row_value(const struct lx_record *record, const char *list,
	const struct lx_row *row, const char *field)
{
	int i = lx_rows_find(record->shape->type, lx_text(list));
	int k = i < 0 ? -1 : lx_field_find(record->shape->type->rows[i].fields, lx_text(field));

	assert(k >= 0);
	return row->values[k];
}

enum lx_class lx_record_class(const struct lx_record *record)
{
	const struct lx_state *state = lx_state_find(record->shape->type, record->state);

	return record->hidden != 0 || state == NULL ? LX_WITHHELD : state->shown;
}

enum lx_mark lx_record_mark(const struct lx_record *record)
{
	const struct lx_state *state = lx_state_find(record->shape->type, record->state);
	enum lx_mark mark = state == NULL ? LX_SHUT : state->mark;

	for (size_t i = 0; i < record->shape->terms_n; i++) {
		if (record->terms[i].stage == LX_STAGE_LATE)
			return LX_LATE;
		if (record->terms[i].stage == LX_STAGE_SOON)
			mark = LX_SOON;
	}
	return mark;
}
