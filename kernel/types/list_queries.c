/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The statements of lists, put together from the type's words; values are always bound. */
#include "kernel/types/list.h"

#include "kernel/types/types_queries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BINDS_MAX 48

struct statement {
	struct lx_buf sql; /* closed with the statement: statement_end */
	char takes[BINDS_MAX + 1];
	struct lx_value binds[BINDS_MAX];
	size_t n;
};

static void statement_end(struct statement *s)
{
	lx_buf_close(&s->sql);
}

static void bind(struct statement *s, struct lx_value value)
{
	if (s->n == BINDS_MAX) {
		s->sql.broken = true;
		return;
	}
	s->takes[s->n] = value.kind == LX_V_INT ? 'i' : 't';
	s->binds[s->n++] = value;
	lx_buf_printf(&s->sql, "$%zu", s->n);
}

/* States that everyone may read; a state asked for by name is always one of them. */
static void put_states(struct statement *s, const struct lx_list_spec *spec, bool chosen)
{
	bool first = true;

	/* with a filter its own index is the narrower one, and most records stand in public states: `+` keeps the index of states out */
	lx_buf_printf(&s->sql, " AND %sstate IN (",
		spec->filters_n > 0 || !chosen || spec->states_n == 0 ? "+" : "");
	for (const struct lx_state *state = spec->shape->type->states; state->name != NULL;
		state++) {
		bool wanted = !chosen || spec->states_n == 0;
		for (size_t i = 0; i < spec->states_n; i++)
			wanted = wanted || lx_text_is(spec->states[i], state->name);
		if ((state->shown != LX_PUBLIC && !spec->unpublished) || !wanted)
			continue;
		lx_buf_str(&s->sql, first ? "" : ", ");
		first = false;
		bind(s, LX_S(state->name));
	}
	lx_buf_str(&s->sql, first ? "'')" : ")");
}

static void put_filters(struct statement *s, const struct lx_list_spec *spec)
{
	const struct lx_type *type = spec->shape->type;

	for (size_t i = 0; i < spec->filters_n; i++) {
		if (spec->filters[i].list < 0) {
			lx_buf_printf(
				&s->sql, " AND f_%s = ", type->fields[spec->filters[i].field].name);
			bind(s, LX_T(spec->filters[i].value));
			continue;
		}
		const struct lx_rows *rows = &type->rows[spec->filters[i].list];
		lx_buf_printf(&s->sql,
			" AND id IN (SELECT record FROM %s_%s WHERE f_%s = ", type->name,
			rows->name, rows->fields[spec->filters[i].field].name);
		bind(s, LX_T(spec->filters[i].value));
		lx_buf_char(&s->sql, ')');
	}
}

static void put_where(struct statement *s, const struct lx_list_spec *spec, bool chosen)
{
	lx_buf_printf(&s->sql, " FROM %s WHERE hidden = 0", spec->shape->type->name);
	put_states(s, spec, chosen);
	put_filters(s, spec);
}

static enum lx_code run(struct lx_tx *tx, struct statement *s, const char *gives, size_t most,
	struct lx_value **rows, size_t *n)
{
	struct lx_query query = { "types.list", s->sql.at, s->takes, gives };

	if (lx_buf_failed(&s->sql))
		return lx_fail(lx_tx_call(tx), LX_INVALID, NULL, "list.too_much", NULL);
	return lx_all(tx, &query, s->binds, most, rows, n);
}

/* Without filters the numbers are kept; with them the records are counted. */
static enum lx_code read_states(
	struct lx_tx *tx, const struct lx_list_spec *spec, struct lx_value **rows, size_t *n)
{
	LX_CLOSE(statement_end) struct statement s = { .n = 0 };

	if (spec->filters_n == 0)
		return lx_all(tx, &lx_q_counts,
			(struct lx_value[]){ LX_S(spec->shape->type->name) }, 100, rows, n);
	lx_buf_str(&s.sql, "SELECT state, count(*)");
	put_where(&s, spec, false);
	lx_buf_str(&s.sql, " GROUP BY +state ORDER BY 1");
	return run(tx, &s, "ti", 100, rows, n);
}

static bool is_wanted(const struct lx_list_spec *spec, const char *state)
{
	bool wanted = spec->states_n == 0;

	for (size_t i = 0; i < spec->states_n; i++)
		wanted = wanted || lx_text_is(spec->states[i], state);
	return wanted;
}

static enum lx_code fill_counts(struct lx_tx *tx, const struct lx_list_spec *spec, int64_t *counts)
{
	const struct lx_state *states = spec->shape->type->states;
	struct lx_value *rows;
	size_t n;

	LX_TRY(read_states(tx, spec, &rows, &n));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; states[k].name != NULL; k++)
			if (lx_text_is(rows[2 * i].text, states[k].name) &&
				states[k].shown == LX_PUBLIC)
				counts[k] = rows[2 * i + 1].number;
	return LX_OK;
}

static enum lx_code count_states(
	struct lx_tx *tx, const struct lx_list_spec *spec, struct lx_list_found *found)
{
	const struct lx_state *states = spec->shape->type->states;
	size_t n = 0;

	while (states[n].name != NULL)
		n++;
	found->by_state = lx_array(lx_tx_call(tx), n, sizeof *found->by_state);
	if (found->by_state == NULL)
		return LX_BROKEN;
	if (spec->counted != NULL)
		memcpy(found->by_state, spec->counted, n * sizeof *found->by_state);
	else
		LX_TRY(fill_counts(tx, spec, found->by_state));
	for (size_t k = 0; k < n; k++)
		if (is_wanted(spec, states[k].name))
			found->total += found->by_state[k];
	return LX_OK;
}

static void put_order(struct statement *s, const struct lx_list_spec *spec)
{
	const char *count = spec->sort == LX_SORT_COUNT
				    ? spec->shape->type->fields[spec->count_field].name
				    : "";

	switch (spec->sort) {
	case LX_SORT_OLD:
		lx_buf_str(&s->sql, " ORDER BY id");
		break;
	case LX_SORT_CHANGED:
		lx_buf_str(&s->sql, " ORDER BY last_n DESC, id DESC");
		break;
	case LX_SORT_COUNT:
		lx_buf_printf(&s->sql, " ORDER BY f_%s DESC, id DESC", count);
		break;
	default:
		lx_buf_str(&s->sql, " ORDER BY id DESC");
	}
}

static enum lx_code find_plain(
	struct lx_tx *tx, const struct lx_list_spec *spec, struct lx_list_found *found)
{
	LX_CLOSE(statement_end) struct statement s = { .n = 0 };
	struct lx_buf *sql = &s.sql;
	struct lx_value *rows;

	lx_buf_str(sql, "SELECT id, last_n");
	put_where(&s, spec, true);
	if (spec->before > 0) {
		lx_buf_str(sql, " AND id < ");
		bind(&s, LX_I(spec->before));
	}
	if (spec->after > 0) {
		lx_buf_str(sql, " AND id > ");
		bind(&s, LX_I(spec->after));
	}
	put_order(&s, spec);
	lx_buf_str(sql, " LIMIT ");
	bind(&s, LX_I((int64_t)spec->most));
	lx_buf_str(sql, " OFFSET ");
	bind(&s, LX_I((int64_t)spec->skip));
	LX_TRY(run(tx, &s, "ii", spec->most, &rows, &found->n));
	found->numbers = lx_array(lx_tx_call(tx), found->n, sizeof *found->numbers);
	found->touched = lx_array(lx_tx_call(tx), found->n, sizeof *found->touched);
	if (found->numbers == NULL || found->touched == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < found->n; i++) {
		found->numbers[i] = rows[2 * i].number;
		found->touched[i] = rows[2 * i + 1].number;
	}
	return LX_OK;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Words first: the hits, best first, then those of them that pass the filters, in the order of the hits. */
static enum lx_code find_words(
	struct lx_tx *tx, const struct lx_list_spec *spec, struct lx_list_found *found)
{
	struct lx_list_spec all = *spec;
	struct lx_list_found passing = { 0 };
	struct lx_search_hit *hits;
	size_t n, at = 0;
	int64_t total;

	LX_TRY(lx_search_find(tx, spec->shape->type->name, spec->search, 0, LX_LIST_FOUND_MAX,
		&hits, &n, &total));
	all.skip = 0;
	all.most = SIZE_MAX >> 1;
	LX_CLOSE(statement_end) struct statement s = { .n = 0 };
	struct lx_buf *sql = &s.sql;
	struct lx_value *rows;
	lx_buf_str(sql, "SELECT id");
	put_where(&s, &all, true);
	lx_buf_str(sql, " AND id IN (0");
	for (size_t i = 0; i < n; i++)
		lx_buf_printf(sql, ", %lld", (long long)hits[i].record);
	lx_buf_str(sql, ") ORDER BY id");
	LX_TRY(run(tx, &s, "i", LX_LIST_FOUND_MAX, &rows, &passing.n));
	passing.numbers = lx_array(lx_tx_call(tx), passing.n + 1, sizeof *passing.numbers);
	found->numbers = lx_array(lx_tx_call(tx), spec->most, sizeof *found->numbers);
	if (passing.numbers == NULL || found->numbers == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < passing.n; i++)
		passing.numbers[i] = rows[i].number;
	for (size_t i = 0; i < n && found->n < spec->most; i++) {
		bool passes = bsearch(&hits[i].record, passing.numbers, passing.n,
				      sizeof *passing.numbers, by_number) != NULL;
		if (passes && at++ >= spec->skip)
			found->numbers[found->n++] = hits[i].record;
	}
	found->total = (int64_t)passing.n;
	return LX_OK;
}

enum lx_code lx_list_find(
	struct lx_tx *tx, const struct lx_list_spec *spec, struct lx_list_found *found)
{
	struct lx_list_found made = { 0 };

	LX_TRY(count_states(tx, spec, &made));
	if (spec->search.len > 0)
		LX_TRY(find_words(tx, spec, &made));
	else
		LX_TRY(find_plain(tx, spec, &made));
	*found = made;
	return LX_OK;
}
