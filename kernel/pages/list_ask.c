/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the address of a list asks for: states, filters, words, order, page. */
#include "kernel/pages/listing.h"

#include <string.h>

#define PAGE_ROWS     50
#define API_ROWS_MOST 200
#define CSV_ROWS_MOST 5000

const struct lx_list_order lx_list_orders[LX_LIST_ORDERS] = { { "new", LX_SORT_NEW },
	{ "old", LX_SORT_OLD }, { "changed", LX_SORT_CHANGED } };

static enum lx_code wrong(struct listing *l, const char *field, const char *msgid)
{
	return lx_fail(l->reader->call, LX_INVALID, field, msgid, NULL);
}

static enum lx_code read_states(struct listing *l)
{
	const struct lx_text *value;

	for (size_t i = 0; (value = lx_query_param(l->reader->request, "state", i)) != NULL; i++) {
		if (value->len == 0)
			continue;
		if (lx_state_find(l->shape->type, *value) == NULL ||
			l->spec.states_n == LX_LIST_STATES_MAX)
			return wrong(l, "state", "list.state");
		l->spec.states[l->spec.states_n++] = *value;
	}
	return LX_OK;
}

static enum lx_code add_filter(struct listing *l, const struct lx_field *fields, int list)
{
	for (int i = 0; fields != NULL && fields[i].name != NULL; i++) {
		const struct lx_text *value = lx_query_param(l->reader->request, fields[i].name, 0);
		if (value == NULL || value->len == 0 ||
			!lx_word_in(LX_TEXT_OF("filter"), fields[i].use))
			continue;
		if (fields[i].kind == LX_MOMENT || fields[i].kind == LX_NUMBER)
			continue;
		if (l->spec.filters_n == LX_LIST_FILTERS_MAX)
			return wrong(l, fields[i].name, "list.too_much");
		l->spec.filters[l->spec.filters_n].field = i;
		l->spec.filters[l->spec.filters_n].list = list;
		l->spec.filters[l->spec.filters_n++].value = *value;
	}
	return LX_OK;
}

static enum lx_code read_number(
	struct listing *l, const char *name, int64_t low, int64_t high, int64_t *number)
{
	const struct lx_text *value = lx_query_param(l->reader->request, name, 0);

	if (value == NULL || value->len == 0)
		return LX_OK;
	if (!lx_text_int(*value, number) || *number < low || *number > high)
		return wrong(l, name, "list.number");
	return LX_OK;
}

static enum lx_code read_sort(struct listing *l)
{
	const struct lx_text *value = lx_query_param(l->reader->request, "sort", 0);

	l->sort = "new";
	if (value == NULL || value->len == 0)
		return LX_OK;
	for (size_t i = 0; i < LX_LIST_ORDERS; i++)
		if (lx_text_is(*value, lx_list_orders[i].name)) {
			l->sort = lx_list_orders[i].name;
			l->spec.sort = lx_list_orders[i].sort;
			return LX_OK;
		}
	int field = lx_field_find(l->shape->type->fields, *value);
	if (field < 0 || l->shape->type->fields[field].kind != LX_COUNT)
		return wrong(l, "sort", "list.sort");
	l->sort = l->shape->type->fields[field].name;
	l->spec.sort = LX_SORT_COUNT;
	l->spec.count_field = field;
	return LX_OK;
}

enum lx_code lx_list_ask(struct listing *l)
{
	const struct lx_text *search = lx_query_param(l->reader->request, "q", 0);
	int64_t rows = l->reader->request->media == LX_CSV ? CSV_ROWS_MOST : PAGE_ROWS;

	l->spec.shape = l->shape;
	/* without an order asked for, members and bodies stand in the charter's */
	LX_TRY(read_sort(l));
	if (strcmp(l->shape->type->section, "council") == 0 &&
		lx_query_param(l->reader->request, "sort", 0) == NULL)
		l->spec.sort = LX_SORT_OLD;
	LX_TRY(read_states(l));
	LX_TRY(add_filter(l, l->shape->type->fields, -1));
	for (int i = 0; i < (int)l->shape->rows_n; i++)
		LX_TRY(add_filter(l, l->shape->type->rows[i].fields, i));
	if (search != NULL)
		l->spec.search = lx_text_trim(*search);
	if (l->spec.search.len > 400)
		return wrong(l, "q", "list.search_long");
	l->page = 1;
	LX_TRY(read_number(l, "page", 1, LX_LIST_NUMBERED, &l->page));
	LX_TRY(read_number(l, "before", 1, INT64_MAX, &l->spec.before));
	LX_TRY(read_number(l, "limit", 1, API_ROWS_MOST, &rows));
	l->spec.most = (size_t)rows;
	l->spec.skip = l->spec.before > 0 ? 0 : (size_t)(l->page - 1) * l->spec.most;
	return LX_OK;
}
