/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The versions of an agreement's text, from its entries: each proposal holds the whole, each amendment what it changed. */
#include "modules/agreements/pages.h"

#include "base/time.h"
#include "kernel/types/types_queries.h"

#include <stdio.h>
#include <string.h>

#define LIFE_MOST 2000

static json_t *moment_json(int64_t moment)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_moment_write(&out, moment);
	return json_stringn(out.at, out.len);
}

/* Puts what an effect says of an article: its text's content number by row. */
static void note_article(const json_t *effect, json_t *texts, json_t *changed)
{
	const json_t *cells = json_array_get(effect, 3);
	const char *text = json_string_value(json_object_get(cells, "text"));
	int64_t content;
	char row[24];

	(void)snprintf(
		row, sizeof row, "%lld", (long long)json_integer_value(json_array_get(effect, 2)));
	if (json_is_null(cells)) {
		(void)json_object_del(texts, row);
		return;
	}
	if (text == NULL || strncmp(text, "content/", 8) != 0 ||
		!lx_text_int(lx_text(text + 8), &content))
		return;
	const json_t *before = json_object_get(texts, row);
	if (before == NULL || json_integer_value(before) != content)
		(void)json_array_append_new(
			changed, json_integer(json_integer_value(json_array_get(effect, 2))));
	(void)json_object_set_new(texts, row, json_integer(content));
}

static bool is_effect(const json_t *effect, const char *what, const char *name)
{
	const char *first = json_string_value(json_array_get(effect, 0));
	const char *second = json_string_value(json_array_get(effect, 1));

	return first != NULL && second != NULL && strcmp(first, what) == 0 &&
	       strcmp(second, name) == 0;
}

/* The version that the entry's effects made: 0 for none (it was only asked for, or is not open). */
static int64_t read_effects(const json_t *entry, json_t *texts, json_t *changed)
{
	const json_t *effects = json_object_get(entry, "do");
	int64_t version = 0;

	for (size_t i = 0; i < json_array_size(effects); i++) {
		const json_t *effect = json_array_get(effects, i);
		if (is_effect(effect, "set", "version"))
			version = json_integer_value(json_array_get(effect, 2));
		if (is_effect(effect, "row", "article"))
			note_article(effect, texts, changed);
	}
	return version;
}

/* Reads one entry on top of the texts before it. */
static enum lx_code add_version(const struct lx_reader *reader, const struct lx_value *cells,
	const char *act, json_t *texts, json_t *versions)
{
	LX_CLOSE(lx_json_free) json_t *entry = NULL;
	LX_CLOSE(lx_json_free) json_t *changed = json_array();
	LX_CLOSE(lx_json_free) json_t *own = json_copy(texts);

	LX_TRY(lx_reduce_entry(&reader->sight, cells[0].number, &entry));
	if (strcmp(act, "propose") == 0) /* the whole: what is not in it is gone */
		(void)json_object_clear(own);
	LX_CLOSE(lx_json_free) json_t *before = json_copy(texts);
	int64_t version = read_effects(entry, own, changed);
	if (version == 0)
		return LX_OK;
	LX_CLOSE(lx_json_free) json_t *really = json_array();
	for (size_t i = 0; i < json_array_size(changed); i++) {
		char row[24];
		(void)snprintf(row, sizeof row, "%lld",
			(long long)json_integer_value(json_array_get(changed, i)));
		if (version > 1 &&
			!json_equal(json_object_get(before, row), json_object_get(own, row)))
			(void)json_array_append(really, json_array_get(changed, i));
	}
	(void)json_object_clear(texts);
	(void)json_object_update(texts, own);
	json_t *made = json_pack("{s:I, s:I, s:o, s:s, s:o, s:O}", "version", (json_int_t)version,
		"entry", (json_int_t)cells[0].number, "at", moment_json(cells[2].number), "act",
		act, "texts", json_copy(own), "changed", really);
	if (json_array_append_new(versions, made) != 0)
		return lx_fail(reader->call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

enum lx_code lx_agreement_versions(
	const struct lx_reader *reader, const struct lx_record *record, json_t **versions)
{
	static const char *const acts[] = { "propose", "amend" };
	LX_CLOSE(lx_json_free) json_t *made = json_array();
	LX_CLOSE(lx_json_free) json_t *texts = json_object();
	struct lx_value *cells;
	size_t n;

	LX_TRY(lx_all(reader->tx, &lx_q_timeline,
		(struct lx_value[]){ LX_S(record->shape->type->name), LX_I(record->number), LX_I(0),
			LX_I(LIFE_MOST) },
		LIFE_MOST, &cells, &n));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < 2; k++) {
			char name[40];
			(void)snprintf(name, sizeof name, "agreement.%s", acts[k]);
			if (lx_text_is(cells[i * 6 + 1].text, name))
				LX_TRY(add_version(reader, &cells[i * 6], acts[k], texts, made));
		}
	*versions = json_incref(made);
	return LX_OK;
}
