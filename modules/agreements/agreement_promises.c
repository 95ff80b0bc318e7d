/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Promises of an agreement become commitments when it enters into force, and go with it. */
#include "modules/agreements/inner.h"

#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"
#include "kernel/types/list.h"

#include <string.h>

lx_rule_fn agreement_undertake, agreement_annul;

#define COMMITMENTS_MOST 1000 /* of one article */

/* {"text", "lang"} of a content named as entries do, for handing prose on; NULL where there is none. */
static enum lx_code prose_of(struct lx_case *c, const json_t *ref, json_t **prose)
{
	struct lx_text text = lx_text(json_string_value(ref));
	struct lx_content content;
	int64_t number;

	*prose = NULL;
	if (!lx_text_starts(text, "content/") ||
		!lx_text_int((struct lx_text){ text.at + 8, text.len - 8 }, &number))
		return LX_OK;
	LX_TRY(lx_content_read(c->work->tx, number, &content));
	if (content.gone == 0)
		*prose = json_pack("{s:s%, s:s}", "text", content.bytes.at, content.bytes.len,
			"lang", content.lang);
	return LX_OK;
}

static enum lx_code put_prose(struct lx_case *c, json_t *input, const char *as, const json_t *ref)
{
	json_t *prose;

	LX_TRY(prose_of(c, ref, &prose));
	if (prose != NULL && json_object_set_new(input, as, prose) != 0)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

static void put_as_is(json_t *input, const char *name, const json_t *promise)
{
	json_t *value = json_object_get(promise, name);

	if (value != NULL && !json_is_null(value))
		(void)json_object_set(input, name, value);
}

enum lx_code lx_agreement_undertake(struct lx_case *c, const json_t *promise)
{
	const char *article = json_string_value(json_object_get(promise, "article"));
	LX_CLOSE(lx_json_free) json_t *input = json_object();

	LX_TRY(put_prose(c, input, "title", json_object_get(promise, "title")));
	LX_TRY(put_prose(c, input, "indicator", json_object_get(promise, "indicator")));
	put_as_is(input, "owner", promise);
	put_as_is(input, "due", promise);
	put_as_is(input, "target", promise);
	(void)json_object_set_new(input, "source",
		json_sprintf("agreement/%lld#article.%lld", (long long)c->record->number,
			(long long)lx_agreement_article(c, lx_text(article))));
	return lx_case_follow(c, "commitment", 0, "undertake", json_incref(input));
}

/* The cells of a row as entries have them. */
static json_t *row_json(const struct lx_rows *rows, const struct lx_row *row)
{
	json_t *cells = json_object();

	for (size_t i = 0; rows->fields[i].name != NULL; i++)
		(void)json_object_set_new(cells, rows->fields[i].name,
			lx_json_of_value(&rows->fields[i], &row->values[i]));
	return cells;
}

enum lx_code agreement_undertake(struct lx_case *c)
{
	const struct lx_type *type = c->record->shape->type;
	int list = lx_rows_find(type, LX_TEXT_OF("promise"));

	for (size_t i = 0; i < c->record->lists[list].n; i++) {
		LX_CLOSE(lx_json_free)
		json_t *promise = row_json(&type->rows[list], &c->record->lists[list].rows[i]);
		LX_TRY(lx_agreement_undertake(c, promise));
	}
	return LX_OK;
}

/* What is still to be kept goes with the agreement; what was kept, broken or released stays as it is. */
static enum lx_code annul_of_article(struct lx_case *c, const struct lx_shape *commitments,
	struct lx_text source, const json_t *reason)
{
	struct lx_list_spec spec = { .shape = commitments,
		.states = { LX_TEXT_OF("open"), LX_TEXT_OF("reported"), LX_TEXT_OF("doubted") },
		.states_n = 3,
		.filters = { { lx_field_find(commitments->type->fields, LX_TEXT_OF("source")), -1,
			source } },
		.filters_n = 1,
		.sort = LX_SORT_OLD,
		.unpublished = true,
		.most = COMMITMENTS_MOST };
	struct lx_list_found found;

	LX_TRY(lx_list_find(c->work->tx, &spec, &found));
	for (size_t i = 0; i < found.n; i++)
		LX_TRY(lx_case_follow(c, "commitment", found.numbers[i], "annul",
			json_pack("{s:O}", "reason", reason)));
	return LX_OK;
}

enum lx_code agreement_annul(struct lx_case *c)
{
	const struct lx_shape *commitments = lx_shape_find(
		c->view.region, LX_TEXT_OF("commitment"));
	const struct lx_row_list *articles = lx_record_list(c->record, "article");
	LX_CLOSE(lx_json_free) json_t *reason = NULL;

	LX_TRY(prose_of(c, json_object_get(c->input, "reason"), &reason));
	if (reason == NULL)
		return LX_OK;
	for (size_t i = 0; i < articles->n; i++) {
		LX_CLOSE(lx_buf_close) struct lx_buf source = { 0 };
		lx_buf_printf(&source, "agreement/%lld#article.%lld", (long long)c->record->number,
			(long long)articles->rows[i].number);
		LX_TRY(annul_of_article(c, commitments, lx_buf_view(&source), reason));
	}
	return LX_OK;
}
