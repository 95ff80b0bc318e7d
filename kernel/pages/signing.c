/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The forms of acts that must be signed: a field for the order as `lianxi sign` wrote it. What the other fields gave stands in it,
 * as JSON, when the form comes back unsigned: that is what is to be signed.
 */
#include "kernel/pages/pages.h"

#include "kernel/types/proof.h"

#include <stdio.h>
#include <string.h>

#define ORDER_LINES 8

/* The first of the reader's valid mandates that has a key: what to write after --as. */
static enum lx_code own_key(const struct lx_reader *reader, struct lx_text *key)
{
	const struct lx_shape *shape = lx_shape_find(reader->app->region, LX_TEXT_OF("mandate"));
	struct lx_record mandate;

	*key = lx_text("mandate/N#key.N");
	for (size_t i = 0; i < reader->actor.mandates_n; i++) {
		LX_TRY(lx_record_load(
			reader->tx, shape, reader->actor.mandates[i].number, &mandate));
		const struct lx_row_list *keys = lx_record_list(&mandate, "key");
		if (keys->n == 0)
			continue;
		*key = lx_show_text(reader, "mandate/%lld#key.%lld", (long long)mandate.number,
			(long long)keys->rows[keys->n - 1].number);
		return LX_OK;
	}
	return LX_OK;
}

/* "lianxi sign need.route need/1 --key FILE …" */
static enum lx_code command(const struct lx_reader *reader, const struct lx_type *type,
	int64_t record, const struct lx_act *act, struct lx_text *line)
{
	const char *origin = reader->app->region->origin;
	struct lx_text key, of = lx_show_text(reader, "%s/%lld", type->name, (long long)record);

	LX_TRY(own_key(reader, &key));
	*line = lx_show_text(reader,
		"lianxi sign %s.%s %.*s --input order.json --key FILE --as %.*s --log %s",
		type->name, act->name, (int)(record == 0 ? strlen(type->name) : of.len),
		record == 0 ? type->name : of.at, (int)key.len, key.at,
		origin == NULL ? "" : origin);
	return LX_OK;
}

/* What was typed, as it is to be signed. */
static enum lx_code typed_text(
	const struct lx_reader *reader, const json_t *typed, struct lx_text *text)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	*text = (struct lx_text){ "", 0 };
	if (typed == NULL)
		return LX_OK;
	if (lx_json_canonical(&out, typed, &reader->call->fault) != LX_OK) {
		lx_fault_clear(&reader->call->fault); /* an unfit number is told of its own field */
		return LX_OK;
	}
	*text = lx_show_text(reader, "%.*s", (int)out.len, lx_buf_view(&out).at);
	return LX_OK;
}

enum lx_code lx_form_signing(const struct lx_reader *reader, const struct lx_type *type,
	int64_t record, const struct lx_act *act, const json_t *typed, struct lx_form *form)
{
	const struct lx_fault *fault = &reader->call->fault;
	struct lx_field_view *fields;
	struct lx_text line;

	if (!lx_charter_signs(&reader->charter, type->name, act->name))
		return LX_OK;
	fields = lx_array(reader->call, form->fields_n + 1, sizeof *fields);
	if (fields == NULL)
		return LX_BROKEN;
	if (form->fields_n > 0)
		memcpy(fields, form->fields, form->fields_n * sizeof *fields);
	LX_TRY(command(reader, type, record, act, &line));
	struct lx_field_view *field = &fields[form->fields_n];
	*field = (struct lx_field_view){ .kind = LX_FIELD_AREA,
		.id = LX_TEXT_OF("signed"),
		.name = LX_TEXT_OF("signed"),
		.label = lx_words_str(lx_tr(reader->request->lang, "signing.order")),
		.hint = lx_show_say(reader, "signing.how", line.at, NULL),
		.lines = ORDER_LINES };
	if (strcmp(fault->field, "signed") == 0 && fault->code != LX_OK)
		field->error = lx_show_say(reader, fault->msgid, fault->detail, NULL);
	LX_TRY(typed_text(reader, typed, &field->value));
	form->fields = fields;
	form->fields_n++;
	return LX_OK;
}
