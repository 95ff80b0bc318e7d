/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The searchable text of a record, from its public fields and rows. */
#include "kernel/types/search_text.h"

#include "kernel/journal/journal.h"

static bool searchable(const struct lx_field *field)
{
	return field->seen_by == NULL && lx_word_in(LX_TEXT_OF("search"), field->use);
}

static enum lx_code add_value(struct lx_tx *tx, const struct lx_field *field,
	const struct lx_value *value, struct lx_buf *text)
{
	if (!searchable(field) || value->kind == LX_V_NULL)
		return LX_OK;
	if (field->kind != LX_TEXT) {
		lx_buf_text(text, value->text);
		lx_buf_char(text, '\n');
		return LX_OK;
	}
	struct lx_content content;
	enum lx_code code = lx_content_read(tx, value->number, &content);
	if (code == LX_OK && content.gone == 0) {
		lx_buf_text(text, content.bytes);
		lx_buf_char(text, '\n');
	}
	return code == LX_NOT_FOUND ? LX_OK : code;
}

static enum lx_code add_rows(
	struct lx_tx *tx, const struct lx_record *record, size_t list, struct lx_buf *text)
{
	const struct lx_field *fields = record->shape->rows[list].rows->fields;

	for (size_t r = 0; r < record->lists[list].n; r++)
		for (size_t i = 0; fields[i].name != NULL; i++)
			LX_TRY(add_value(
				tx, &fields[i], &record->lists[list].rows[r].values[i], text));
	return LX_OK;
}

enum lx_code lx_search_text_update(struct lx_tx *tx, const struct lx_record *record)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };
	const struct lx_type *type = record->shape->type;

	if (lx_record_class(record) != LX_PUBLIC)
		return lx_search_drop(tx, type->name, record->number);
	for (size_t i = 0; i < record->shape->fields_n; i++)
		LX_TRY(add_value(tx, &type->fields[i], &record->values[i], &text));
	for (size_t i = 0; i < record->shape->rows_n; i++)
		LX_TRY(add_rows(tx, record, i, &text));
	if (lx_buf_failed(&text))
		return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "base.memory", NULL);
	if (text.len == 0)
		return lx_search_drop(tx, type->name, record->number);
	return lx_search_put(tx, type->name, record->number, lx_buf_view(&text));
}
