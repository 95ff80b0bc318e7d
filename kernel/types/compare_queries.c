/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Comparing derived tables with a rebuild: one digest a table, over all rows in a fixed order. */
#include "kernel/journal/hash.h"
#include "kernel/types/apply.h"

#include <string.h>

/* A statement that gives all rows of a table, from its declared columns. */
struct reading {
	struct lx_buf sql, order;
	char gives[LX_QUERY_COLUMNS + 1];
	size_t n;
};

static void reading_end(struct reading *r)
{
	lx_buf_close(&r->sql);
	lx_buf_close(&r->order);
}

/* "name TYPE …" or "PRIMARY KEY (…)", separated by commas outside parentheses. */
static void add_column(struct reading *r, struct lx_text column)
{
	struct lx_text name, type;

	column = lx_text_trim(column);
	if (!lx_text_word(&column, &name) || lx_text_is(name, "PRIMARY") ||
		lx_text_is(name, "UNIQUE") || !lx_text_word(&column, &type) ||
		r->n == LX_QUERY_COLUMNS)
		return;
	lx_buf_printf(&r->sql, "%s%.*s", r->n == 0 ? "" : ", ", (int)name.len, name.at);
	lx_buf_printf(&r->order, "%s%zu", r->n == 0 ? "" : ", ", r->n + 1);
	r->gives[r->n++] = lx_text_starts(type, "INTEGER") ? 'I'
			   : lx_text_starts(type, "BLOB")  ? 'B'
							   : 'T';
}

static void read_columns(struct reading *r, const struct lx_table *table)
{
	const char *from = table->columns;
	int depth = 0;

	lx_buf_str(&r->sql, "SELECT ");
	for (const char *at = from;; at++) {
		depth += (*at == '(') - (*at == ')');
		if (*at != '\0' && (*at != ',' || depth > 0))
			continue;
		add_column(r, (struct lx_text){ from, (size_t)(at - from) });
		from = at + 1;
		if (*at == '\0')
			break;
	}
	lx_buf_printf(&r->sql, " FROM %s ORDER BY %s", table->name, r->order.at);
}

struct digesting {
	struct lx_hashing hashing;
	size_t columns;
};

static enum lx_code add_row(void *with, const struct lx_value *values)
{
	struct digesting *d = with;

	for (size_t i = 0; i < d->columns; i++) {
		int64_t head[2] = { values[i].kind, values[i].kind == LX_V_INT
							    ? values[i].number
							    : (int64_t)values[i].text.len };
		lx_hash_add(&d->hashing, head, sizeof head);
		if (values[i].kind == LX_V_TEXT || values[i].kind == LX_V_BYTES)
			lx_hash_add(&d->hashing, values[i].text.at, values[i].text.len);
	}
	return LX_OK;
}

static enum lx_code digest(
	struct lx_tx *tx, const struct lx_table *table, unsigned char hash[LX_HASH_BYTES])
{
	LX_CLOSE(reading_end) struct reading r = { .n = 0 };
	struct digesting d;

	read_columns(&r, table);
	if (lx_buf_failed(&r.sql))
		return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "base.memory", NULL);
	struct lx_query query = { "types.compare", r.sql.at, "", r.gives };
	d.columns = r.n;
	lx_hash_begin(&d.hashing);
	LX_TRY(lx_each(tx, &query, NULL, add_row, &d));
	lx_hash_end(&d.hashing, hash);
	return LX_OK;
}

static enum lx_code compare(struct lx_tx *own, struct lx_tx *other, const struct lx_region *region)
{
	unsigned char a[LX_HASH_BYTES], b[LX_HASH_BYTES];

	for (const struct lx_table *t = region->tables; t->name != NULL; t++) {
		if (t->kind != LX_DERIVED)
			continue;
		LX_TRY(digest(own, t, a));
		LX_TRY(digest(other, t, b));
		if (memcmp(a, b, sizeof a) != 0)
			return lx_fail(lx_tx_call(own), LX_CONFLICT, NULL, "types.table_differs",
				"%s", t->name);
	}
	return LX_OK;
}

static enum lx_code compare_stores(struct lx_store *own, struct lx_store *other,
	struct lx_call *call, const struct lx_region *region)
{
	LX_CLOSE(lx_store_release) struct lx_tx *a = NULL;
	LX_CLOSE(lx_store_release) struct lx_tx *b = NULL;

	LX_TRY(lx_store_read_patient(own, call, &a));
	LX_TRY(lx_store_read_patient(other, call, &b));
	return compare(a, b, region);
}

enum lx_code lx_tables_verify(struct lx_store *store, struct lx_call *call,
	const struct lx_region *region, const char *scratch)
{
	struct lx_store *copy = NULL;

	LX_TRY(lx_store_backup(store, call, scratch));
	LX_TRY(lx_store_open(call, scratch, LX_STORE_SCRATCH, region->tables, &copy));
	enum lx_code code = lx_rebuild(copy, call, region, false);
	if (code == LX_OK)
		code = compare_stores(store, copy, call, region);
	lx_store_close(&copy);
	return code;
}
