/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The demonstration's charter says everything that the types of this binary ask of a charter: the length of every term, the
 * rule, majority and closing term of every consent, the words of every list. */
#include "base/json.h"
#include "demo/demo_data.h"
#include "modules/modules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static json_t *charter;

static int read_charter(void **state)
{
	struct lx_text file = lx_embedded_find(lx_demo_files, "charter.json");

	(void)state;
	charter = json_loadb(file.at, file.len, 0, NULL);
	return charter == NULL;
}

static int drop_charter(void **state)
{
	(void)state;
	json_decref(charter);
	return 0;
}

/* Whether a row of the charter's list has the word in its field. */
static bool has(const char *list, const char *field, const char *word)
{
	const json_t *rows = json_object_get(charter, list);

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *there = json_string_value(
			json_object_get(json_array_get(rows, i), field));
		if (there != NULL && strcmp(there, word) == 0)
			return true;
	}
	return false;
}

static void must_have(const char *list, const char *field, const char *word, const char *type)
{
	if (!has(list, field, word))
		fail_msg("%s: the charter's list %s has no %s", type, list, word);
}

static void every_term_has_a_length(void **state)
{
	(void)state;
	for (const struct lx_type *const *t = lx_types; *t != NULL; t++)
		for (const struct lx_term *term = (*t)->terms; term != NULL && term->field != NULL;
			term++)
			if (term->length != NULL)
				must_have("term", "name", term->length, (*t)->name);
}

static void every_consent_has_rule_majority_and_end(void **state)
{
	(void)state;
	for (const struct lx_type *const *t = lx_types; *t != NULL; t++)
		for (const struct lx_consent *c = (*t)->consents; c != NULL && c->name != NULL;
			c++) {
			if (strcmp(c->rule, "all") == 0)
				continue;
			must_have("rule", "name", c->rule, (*t)->name);
			must_have("majority", "rule", c->rule, (*t)->name);
			must_have("term", "name", c->rule, (*t)->name);
		}
}

static void every_list_of_codes_has_words(void **state)
{
	(void)state;
	for (const struct lx_type *const *t = lx_types; *t != NULL; t++)
		for (const struct lx_field *f = (*t)->fields; f->name != NULL; f++)
			if (f->kind == LX_CODE)
				must_have("word", "list", f->of, (*t)->name);
}

static void there_are_41_seats_for_41_full_members(void **state)
{
	const json_t *members = json_object_get(charter, "members");
	const json_t *seats = json_object_get(
		json_array_get(json_object_get(charter, "bodies"), 0), "seat");
	size_t full = 0;

	(void)state;
	for (size_t i = 0; i < json_array_size(members); i++)
		full += strcmp(json_string_value(
				       json_object_get(json_array_get(members, i), "part")),
				"full") == 0;
	assert_int_equal(full, 41);
	assert_int_equal(json_array_size(seats), 41);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_term_has_a_length),
		cmocka_unit_test(every_consent_has_rule_majority_and_end),
		cmocka_unit_test(every_list_of_codes_has_words),
		cmocka_unit_test(there_are_41_seats_for_41_full_members),
	};

	return cmocka_run_group_tests(tests, read_charter, drop_charter);
}
