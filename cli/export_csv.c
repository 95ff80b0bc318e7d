/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reduced records as lines of separated values. */
#include "cli/export.h"

#include "base/csv.h"
#include "base/decimal.h"

#include <string.h>

/* The parts of a field, each a column: the field itself, or the field, a point and the part. */
struct parts {
	const char *names[3]; /* "" is the field itself; ends with NULL */
};

static struct parts parts_of(const struct lx_field *field)
{
	switch (field->kind) {
	case LX_NAMES:
		return (struct parts){ { "zh", "en" } };
	case LX_TEXT:
		return (struct parts){ { "", "lang" } };
	case LX_MONEY:
		return (struct parts){ { "", "currency" } };
	default:
		return (struct parts){ { "" } };
	}
}

static bool everyone_sees(const struct lx_field *field)
{
	return field->seen_by == NULL || lx_word_in(LX_TEXT_OF("anyone"), field->seen_by);
}

static bool list_shown(const struct lx_rows *rows)
{
	bool any = false;

	for (const struct lx_field *f = rows->fields; f->name != NULL; f++)
		any = any || everyone_sees(f);
	return any && !rows->many;
}

void lx_export_csv_head(struct lx_export *export)
{
	const struct lx_type *type = export->shape->type;
	struct lx_buf *out = &export->cli->out;

	lx_buf_str(out, "number,state,made.n,made.at,last.n,last.at");
	for (const struct lx_field *f = type->fields; f->name != NULL; f++) {
		struct parts parts = parts_of(f);
		for (size_t i = 0; everyone_sees(f) && parts.names[i] != NULL; i++)
			lx_buf_printf(out, ",%s%s%s", f->name, parts.names[i][0] == '\0' ? "" : ".",
				parts.names[i]);
	}
	for (const struct lx_rows *r = type->rows; r != NULL && r->name != NULL; r++)
		if (list_shown(r))
			lx_buf_printf(out, ",%s", r->name);
	lx_buf_str(out, "\r\n");
}

static void put_string(struct lx_buf *out, const json_t *value)
{
	lx_csv_write(
		out, (struct lx_text){ json_string_value(value), json_string_length(value) }, ',');
}

static void put_json(struct lx_export *export, const json_t *value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	if (lx_json_told(&text, value, &export->cli->call.fault) != LX_OK)
		export->code = LX_BROKEN;
	else
		lx_csv_write(&export->cli->out, lx_buf_view(&text), ',');
}

static void put_money(struct lx_export *export, const json_t *value)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };
	int64_t minor = 0;

	if (lx_text_int(lx_text(json_string_value(json_object_get(value, "minor"))), &minor))
		lx_decimal_write(&text, minor, export->places);
	lx_csv_write(&export->cli->out, lx_buf_view(&text), ',');
}

/* A value whose kind has no parts, or the field itself of one that has. */
static void put_whole(struct lx_export *export, const struct lx_field *field, const json_t *value)
{
	static const char *const inside[] = {
		[LX_TEXT] = "text", [LX_LINK] = "ref", [LX_COUNT] = NULL
	};

	if (value == NULL || json_is_null(value))
		return;
	if (field->kind == LX_MONEY)
		put_money(export, value);
	else if (field->kind == LX_DATA)
		put_json(export, value);
	else if (inside[field->kind] != NULL)
		put_string(&export->cli->out, json_object_get(value, inside[field->kind]));
	else if (json_is_integer(value))
		lx_buf_int(&export->cli->out, json_integer_value(value));
	else
		put_string(&export->cli->out, value);
}

static void put_field(struct lx_export *export, const struct lx_field *field, const json_t *value)
{
	struct parts parts = parts_of(field);

	for (size_t i = 0; parts.names[i] != NULL; i++) {
		lx_buf_char(&export->cli->out, ',');
		if (parts.names[i][0] == '\0')
			put_whole(export, field, value);
		else
			put_string(&export->cli->out, json_object_get(value, parts.names[i]));
	}
}

static void put_about(struct lx_buf *out, const json_t *about)
{
	lx_buf_printf(out, ",%lld,", (long long)json_integer_value(json_object_get(about, "n")));
	put_string(out, json_object_get(about, "at"));
}

void lx_export_csv_row(struct lx_export *export, const json_t *record)
{
	const struct lx_type *type = export->shape->type;
	struct lx_buf *out = &export->cli->out;

	lx_buf_printf(
		out, "%lld,", (long long)json_integer_value(json_object_get(record, "number")));
	put_string(out, json_object_get(record, "state"));
	put_about(out, json_object_get(record, "made"));
	put_about(out, json_object_get(record, "last"));
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if (everyone_sees(f))
			put_field(export, f, json_object_get(record, f->name));
	for (const struct lx_rows *r = type->rows; r != NULL && r->name != NULL; r++) {
		const json_t *rows = json_object_get(record, r->name);
		if (!list_shown(r))
			continue;
		lx_buf_char(out, ',');
		if (json_array_size(rows) > 0)
			put_json(export, rows);
	}
	lx_buf_str(out, "\r\n");
}
