/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The charter file's form as a JSON Schema (draft 2020-12), written from the same tables that founding enters it by. What a
 * schema cannot say (that a code is a member's, that rules fit their majorities) founding and adoption still test.
 */
#include "kernel/polity/founding.h"
#include "kernel/polity/polity.h"
#include "kernel/types/input.h"

#include <string.h>

static void say(struct lx_json *json, const char *key, const char *value)
{
	lx_json_key(json, key);
	lx_json_str(json, value);
}

static void say_number(struct lx_json *json, const char *key, int64_t number)
{
	lx_json_key(json, key);
	lx_json_int(json, number);
}

static void write_bounds(
	struct lx_json *json, const struct lx_field *field, const char *least, const char *most)
{
	int64_t low, high;

	lx_field_bounds(field, &low, &high);
	if (low > INT64_MIN)
		say_number(json, least, low);
	if (high < INT64_MAX)
		say_number(json, most, high);
}

static void write_text(struct lx_json *json, const struct lx_field *field)
{
	say(json, "type", "string");
	write_bounds(json, field, "minLength", "maxLength");
}

static void write_whole(struct lx_json *json, const struct lx_field *field)
{
	say(json, "type", "integer");
	write_bounds(json, field, "minimum", "maximum");
}

static void write_word(struct lx_json *json, const struct lx_field *field)
{
	write_text(json, field);
	say(json, "pattern", "^[!-~]+$");
}

static void write_date(struct lx_json *json, const struct lx_field *field)
{
	(void)field;
	say(json, "type", "string");
	say(json, "pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
}

static void write_choice(struct lx_json *json, const struct lx_field *field)
{
	struct lx_text rest = lx_text(field->of), word;

	lx_json_key(json, "enum");
	lx_json_open(json, '[');
	while (lx_text_word(&rest, &word))
		lx_json_text(json, word);
	lx_json_close(json, ']');
}

static void write_names(struct lx_json *json, const struct lx_field *field)
{
	static const char *const langs[] = { "zh", "en" };

	say(json, "type", "object");
	lx_json_key(json, "properties");
	lx_json_open(json, '{');
	for (size_t i = 0; i < 2; i++) {
		lx_json_key(json, langs[i]);
		lx_json_open(json, '{');
		say(json, "type", "string");
		say_number(json, "minLength", 1);
		write_bounds(json, field, "minLength", "maxLength");
		lx_json_close(json, '}');
	}
	lx_json_close(json, '}');
	lx_json_key(json, "required");
	lx_json_open(json, '[');
	lx_json_str(json, "zh");
	lx_json_str(json, "en");
	lx_json_close(json, ']');
	lx_json_key(json, "additionalProperties");
	lx_json_bool(json, false);
}

/* Money in whole units, as forms have it; what links is named by its code. */
static void write_plain(struct lx_json *json, const struct lx_field *field)
{
	(void)field;
	say(json, "type", "string");
	say_number(json, "minLength", 1);
}

static void write_field(struct lx_json *json, const struct lx_field *field)
{
	static void (*const writers[])(struct lx_json *, const struct lx_field *) = {
		[LX_NUMBER] = write_whole,
		[LX_DATE] = write_date,
		[LX_CHOICE] = write_choice,
		[LX_WORD] = write_word,
		[LX_NAMES] = write_names,
		[LX_TEXT] = write_text,
		[LX_COUNT] = NULL,
	};

	lx_json_key(json, field->name);
	lx_json_open(json, '{');
	if (writers[field->kind] != NULL)
		writers[field->kind](json, field);
	else
		write_plain(json, field);
	lx_json_close(json, '}');
}

static void begin_object(struct lx_json *json)
{
	lx_json_open(json, '{');
	say(json, "type", "object");
	lx_json_key(json, "additionalProperties");
	lx_json_bool(json, false);
	lx_json_key(json, "properties");
	lx_json_open(json, '{');
}

/* A list of rows: each an object of its fields, those of the key required. */
static void write_rows(struct lx_json *json, const struct lx_rows *rows)
{
	struct lx_text rest = lx_text(rows->key), word;

	lx_json_key(json, rows->name);
	lx_json_open(json, '{');
	say(json, "type", "array");
	lx_json_key(json, "items");
	begin_object(json);
	for (const struct lx_field *f = rows->fields; f->name != NULL; f++)
		write_field(json, f);
	lx_json_close(json, '}');
	lx_json_key(json, "required");
	lx_json_open(json, '[');
	while (lx_text_word(&rest, &word))
		lx_json_text(json, word);
	lx_json_close(json, ']');
	lx_json_close(json, '}');
	lx_json_close(json, '}');
}

static void write_taken(
	struct lx_json *json, const struct lx_type *type, const struct lx_taken *taken)
{
	int field = lx_field_find(type->fields, taken->name),
	    rows = lx_rows_find(type, taken->name);

	if (taken->sign == 0 && field >= 0)
		write_field(json, &type->fields[field]);
	else if (rows >= 0)
		write_rows(json, &type->rows[rows]);
}

/* A list of records as their act of founding takes them; `more`: a further word of theirs, or NULL. */
static void write_records(struct lx_json *json, const char *key, const struct lx_type *type,
	const char *act, const char *more)
{
	const struct lx_act *found = lx_act_find(type, lx_text(act));
	struct lx_text rest = lx_text(found->takes);
	struct lx_taken taken;

	lx_json_key(json, key);
	lx_json_open(json, '{');
	say(json, "type", "array");
	lx_json_key(json, "items");
	begin_object(json);
	while (lx_takes_next(&rest, &taken))
		write_taken(json, type, &taken);
	if (more != NULL) {
		const struct lx_field as = { more, LX_WORD, "24" };
		write_field(json, &as);
	}
	lx_json_close(json, '}');
	lx_json_key(json, "required");
	lx_json_open(json, '[');
	rest = lx_text(found->takes);
	while (lx_takes_next(&rest, &taken))
		if (taken.needed)
			lx_json_text(json, taken.name);
	lx_json_close(json, ']');
	lx_json_close(json, '}');
	lx_json_close(json, '}');
}

void lx_founding_schema(struct lx_buf *out)
{
	const struct lx_type *charter = &lx_charter_type;
	struct lx_json json = { .out = out };

	lx_json_open(&json, '{');
	say(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
	say(&json, "title", "A region's charter, as `lianxi init --charter` takes it");
	say(&json, "type", "object");
	lx_json_key(&json, "additionalProperties");
	lx_json_bool(&json, false);
	lx_json_key(&json, "required");
	lx_json_open(&json, '[');
	lx_json_str(&json, "members");
	lx_json_str(&json, "bodies");
	lx_json_close(&json, ']');
	lx_json_key(&json, "properties");
	lx_json_open(&json, '{');
	for (const char *const *name = lx_founding_scalars; *name != NULL; name++)
		write_field(
			&json, &charter->fields[lx_field_find(charter->fields, lx_text(*name))]);
	for (const char *const *name = lx_founding_lists; *name != NULL; name++)
		write_rows(&json, &charter->rows[lx_rows_find(charter, lx_text(*name))]);
	write_records(&json, "members", &lx_member_type, "name", NULL);
	write_records(&json, "bodies", &lx_body_type, "begin", "as");
	lx_json_close(&json, '}');
	lx_json_close(&json, '}');
	lx_buf_char(out, '\n');
}
