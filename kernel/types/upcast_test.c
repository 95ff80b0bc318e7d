/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Upcasting on stored entries (tests/fixtures/journal/upcast.jsonl): each line has an entry of an older version, the record
 * as it was before, and the effects as this type's steps make them. */
#include "kernel/types/upcast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct lx_field fields[] = { { "title", LX_WORD, "40" },
	{ "outcome", LX_CHOICE, "yes no" }, { "due_by", LX_MOMENT }, { 0 } };
/* version 2 renamed "label" to "title" and "due" to "due_by"; 3 dropped "colour"; 4 split "closed" by the outcome */
static const struct lx_step steps[] = { { 2, LX_RENAMED, "label", "title" },
	{ 2, LX_RENAMED, "due", "due_by" }, { 3, LX_DROPPED, "colour" },
	{ 4, LX_SPLIT, "closed", "yes=settled no=unsettled =unheard", "outcome" }, { 0 } };
static const struct lx_type type = { .name = "matter", .fields = fields, .steps = steps };

struct fixture {
	struct lx_arena arena;
	struct lx_call call;
	struct lx_shape shape;
	struct lx_record record;
	struct lx_value values[3];
};

static json_t *parsed(struct fixture *f, const char *line)
{
	json_t *value = NULL;

	assert_int_equal(lx_json_read(&f->call.fault, lx_text_trim(lx_text(line)), &value), LX_OK);
	return value;
}

static void fill_record(struct fixture *f, const json_t *before)
{
	f->record = (struct lx_record){ .shape = &f->shape, .number = 1, .values = f->values };
	for (size_t i = 0; fields[i].name != NULL; i++) {
		const char *text = json_string_value(json_object_get(before, fields[i].name));
		f->values[i] = text == NULL ? LX_N : LX_S(text);
	}
}

static void check_line(struct fixture *f, const char *line)
{
	LX_CLOSE(lx_json_free) json_t *kept = parsed(f, line);
	LX_CLOSE(lx_json_free) json_t *effects = NULL;
	const json_t *entry = json_object_get(kept, "entry"),
		     *inner = json_object_get(kept, "inner");
	LX_CLOSE(lx_json_free) json_t *before = json_deep_copy(entry);

	fill_record(f, json_object_get(kept, "record"));
	assert_int_equal(
		lx_upcast(&f->call, &f->record, entry, inner == NULL ? entry : inner, &effects),
		LX_OK);
	if (!json_equal(effects, json_object_get(kept, "now")))
		fail_msg("%s", line);
	assert_true(json_equal(entry, before)); /* a stored entry stays what it was */
}

static void stored_entries_are_read_as_they_were_meant(void **state)
{
	static struct fixture f;
	static char line[4096];
	FILE *file = fopen(LX_FIXTURES "/journal/upcast.jsonl", "r");
	size_t n = 0;

	(void)state;
	f = (struct fixture){ .arena = { .limit = 1 << 20 },
		.shape = { .type = &type, .version = 4, .fields_n = 3 } };
	f.call.arena = &f.arena;
	assert_non_null(file);
	for (; fgets(line, sizeof line, file) != NULL; n++)
		check_line(&f, line);
	(void)fclose(file);
	assert_true(n >= 9);
	lx_arena_close(&f.arena);
}

static void an_entry_without_effects_is_none(void **state)
{
	static struct fixture f;
	LX_CLOSE(lx_json_free) json_t *entry = json_pack("{s:i}", "v", 1);
	json_t *effects = NULL;

	(void)state;
	f = (struct fixture){ .arena = { .limit = 1 << 20 },
		.shape = { .type = &type, .version = 4, .fields_n = 3 } };
	f.call.arena = &f.arena;
	fill_record(&f, NULL);
	assert_int_equal(lx_upcast(&f.call, &f.record, entry, entry, &effects), LX_CONFLICT);
	assert_string_equal(f.call.fault.msgid, "types.entry");
	lx_arena_close(&f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stored_entries_are_read_as_they_were_meant),
		cmocka_unit_test(an_entry_without_effects_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
