/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reading the charter: terms, words, rules, calendar. */
#include "kernel/types/charter.h"

#include "kernel/types/types_queries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int list_of(const struct lx_charter *charter, const char *list)
{
	return charter->record.shape == NULL
		       ? -1
		       : lx_rows_find(charter->record.shape->type, lx_text(list));
}

const struct lx_row *lx_charter_row(
	const struct lx_charter *charter, const char *list, struct lx_text key, size_t *at)
{
	int i = list_of(charter, list);

	for (; i >= 0 && *at < charter->record.lists[i].n; *at += 1) {
		const struct lx_row *row = &charter->record.lists[i].rows[*at];
		if (key.len == 0 || lx_text_equal(row->values[0].text, key)) {
			*at += 1;
			return row;
		}
	}
	return NULL;
}

struct lx_value lx_charter_cell(const struct lx_charter *charter, const char *list,
	const struct lx_row *row, const char *field)
{
	int i = list_of(charter, list);
	int f = i < 0 ? -1
		      : lx_field_find(charter->record.shape->type->rows[i].fields, lx_text(field));

	return f < 0 ? LX_N : row->values[f];
}

static int by_day(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static enum lx_code load_calendar(struct lx_call *call, struct lx_charter *charter)
{
	int list = list_of(charter, "day");
	size_t n = list < 0 ? 0 : charter->record.lists[list].n, holidays_n = 0, workdays_n = 0,
	       at = 0;
	int64_t *holidays = lx_array(call, n, sizeof *holidays),
		*workdays = lx_array(call, n, sizeof *workdays);
	const struct lx_row *row;

	if (holidays == NULL || workdays == NULL)
		return LX_BROKEN;
	while ((row = lx_charter_row(charter, "day", LX_TEXT_OF(""), &at)) != NULL) {
		int64_t day;
		if (!lx_day_read(row->values[0].text, &day))
			continue;
		if (lx_text_is(lx_charter_cell(charter, "day", row, "is").text, "holiday"))
			holidays[holidays_n++] = day;
		else
			workdays[workdays_n++] = day;
	}
	if (holidays_n > 0)
		qsort(holidays, holidays_n, sizeof *holidays, by_day);
	if (workdays_n > 0)
		qsort(workdays, workdays_n, sizeof *workdays, by_day);
	charter->calendar = (struct lx_calendar){ holidays, holidays_n, workdays, workdays_n };
	return LX_OK;
}

enum lx_code lx_charter_load(
	struct lx_tx *tx, const struct lx_region *region, struct lx_charter *charter)
{
	const struct lx_shape *shape = lx_shape_find(region, LX_TEXT_OF("charter"));
	struct lx_charter loaded = { .founding = true };

	if (shape == NULL) {
		*charter = loaded;
		return LX_OK;
	}
	enum lx_code code = lx_record_load(tx, shape, 1, &loaded.record);
	if (code == LX_NOT_FOUND)
		code = lx_record_blank(lx_tx_call(tx), shape, 1, &loaded.record);
	LX_TRY(code);
	loaded.founding = !lx_text_is(loaded.record.state, "in_force");
	(void)lx_offset_read(lx_record_value(&loaded.record, "zone").text, &loaded.offset);
	struct lx_text currency = lx_record_value(&loaded.record, "currency").text;
	if (currency.len == 3)
		memcpy(loaded.currency, currency.at, 3);
	loaded.places = (unsigned)lx_record_value(&loaded.record, "places").number;
	LX_TRY(load_calendar(lx_tx_call(tx), &loaded));
	*charter = loaded;
	return LX_OK;
}

enum lx_code lx_charter_kept_load(struct lx_tx *tx, const struct lx_region *region,
	struct lx_charter_kept *kept, const struct lx_charter **charter)
{
	struct lx_call *call = lx_tx_call(tx), own = { .arena = &kept->arena };
	struct lx_value last[2];

	enum lx_code code = lx_one(tx, &lx_q_charter_last, NULL, last);
	if (code == LX_NOT_FOUND)
		last[0] = last[1] = LX_I(0);
	else
		LX_TRY(code);
	*charter = &kept->charter;
	if (kept->last_n != 0 && kept->last_n == last[0].number && kept->last_at == last[1].number)
		return LX_OK;
	lx_charter_kept_close(kept);
	lx_tx_serve(tx, &own);
	code = lx_charter_load(tx, region, &kept->charter);
	lx_tx_serve(tx, call);
	if (code != LX_OK) {
		call->fault = own.fault;
		return code;
	}
	kept->last_n = last[0].number;
	kept->last_at = last[1].number;
	return LX_OK;
}

void lx_charter_kept_close(struct lx_charter_kept *kept)
{
	lx_arena_close(&kept->arena);
	kept->charter = (struct lx_charter){ 0 };
	kept->last_n = 0;
}

bool lx_charter_term(const struct lx_charter *charter, const char *name, struct lx_text code,
	struct lx_length *length)
{
	const struct lx_row *row, *found = NULL;
	size_t at = 0;

	while ((row = lx_charter_row(charter, "term", lx_text(name), &at)) != NULL) {
		struct lx_text own = lx_charter_cell(charter, "term", row, "code").text;
		if (own.len == 0 && found == NULL)
			found = row;
		if (own.len > 0 && lx_text_equal(own, code))
			found = row;
	}
	if (found == NULL)
		return false;
	struct lx_text unit = lx_charter_cell(charter, "term", found, "unit").text;
	*length = (struct lx_length){ lx_charter_cell(charter, "term", found, "length").number,
		lx_charter_cell(charter, "term", found, "soon").number,
		unit.len > 0 ? unit.at[0] : 'd' };
	return true;
}

bool lx_charter_word(const struct lx_charter *charter, const char *list, struct lx_text code)
{
	const struct lx_row *row;
	size_t at = 0;

	while ((row = lx_charter_row(charter, "word", lx_text(list), &at)) != NULL)
		if (lx_text_equal(lx_charter_cell(charter, "word", row, "code").text, code))
			return true;
	return false;
}

bool lx_charter_on(const struct lx_charter *charter, const char *type)
{
	static const char own[] = "charter body member person mandate";
	size_t at = 0;
	const struct lx_row *row = lx_charter_row(charter, "institution", lx_text(type), &at);

	if (lx_word_in(lx_text(type), own))
		return true;
	return row != NULL &&
	       lx_text_is(lx_charter_cell(charter, "institution", row, "on").text, "yes");
}

bool lx_charter_signs(const struct lx_charter *charter, const char *type, const char *act)
{
	char name[128];
	size_t at = 0;

	(void)snprintf(name, sizeof name, "%s.%s", type, act);
	return lx_charter_row(charter, "signing", lx_text(name), &at) != NULL;
}

int64_t lx_charter_end(const struct lx_charter *charter, struct lx_length length, int64_t now)
{
	int64_t today = lx_day_at(now, charter->offset);

	if (length.unit == 'h')
		return now + length.length * LX_HOUR_MS;
	/* days count from the next one, to the end of the last */
	if (length.unit == 'w')
		return lx_day_begin(
			lx_working_day_after(&charter->calendar, today, length.length) + 1,
			charter->offset);
	return lx_day_begin(today + length.length + 1, charter->offset);
}

int64_t lx_charter_warn(const struct lx_charter *charter, struct lx_length length, int64_t end)
{
	int64_t day = lx_day_at(end - 1, charter->offset);

	if (length.soon == 0)
		return 0;
	if (length.unit == 'h')
		return end - length.soon * LX_HOUR_MS;
	if (length.unit == 'd')
		return lx_day_begin(day - length.soon + 1, charter->offset);
	for (int64_t left = length.soon - 1; left > 0; day--)
		left -= lx_is_working_day(&charter->calendar, day);
	return lx_day_begin(day, charter->offset);
}
