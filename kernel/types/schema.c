/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The derived tables and statements of the types, made from their declarations at start: the one place
 * where SQL is put together, from constant words only. Fields stand in columns f_<name>.
 */
#include "kernel/journal/journal.h"
#include "kernel/types/record.h"
#include "kernel/types/region.h"

#include <stdio.h>
#include <string.h>

#define HEAD_COLUMNS "state, hidden, made_n, made_at, last_n, last_at"
#define HEAD_LETTERS "tiiiii"
#define HEAD_SIZE    6

static char letter(const struct lx_field *field)
{
	switch (field->kind) {
	case LX_NUMBER:
	case LX_DECIMAL:
	case LX_MONEY:
	case LX_MOMENT:
	case LX_TEXT:
	case LX_FILE:
	case LX_DATA:
	case LX_SEALED:
	case LX_COUNT:
		return 'I';
	default:
		return 'T';
	}
}

static const char *keep(struct lx_call *call, struct lx_buf *buf)
{
	struct lx_text text = lx_buf_view(buf);
	char *copy = lx_buf_failed(buf) ? NULL : lx_alloc(call, text.len + 1);

	if (copy != NULL)
		memcpy(copy, text.at, text.len);
	else
		(void)lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	lx_buf_clear(buf);
	return copy;
}

static void put_fields(struct lx_buf *out, const struct lx_field *fields, const char *before)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		lx_buf_printf(out, "%sf_%s", before, fields->name);
}

static void put_columns(struct lx_buf *out, const struct lx_field *fields)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		lx_buf_printf(
			out, ", f_%s %s", fields->name, letter(fields) == 'I' ? "INTEGER" : "TEXT");
}

static void put_letters(struct lx_buf *out, const struct lx_field *fields)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		lx_buf_char(out, letter(fields));
}

static void put_holes(struct lx_buf *out, size_t n)
{
	for (size_t i = 1; i <= n; i++)
		lx_buf_printf(out, i == 1 ? "$%zu" : ", $%zu", i);
}

static void put_counters(struct lx_buf *out, const struct lx_type *type, const char *format)
{
	for (const struct lx_rows *rows = type->rows; rows != NULL && rows->name != NULL; rows++)
		lx_buf_printf(out, format, rows->name);
}

static void put_updates(struct lx_buf *out, const struct lx_type *type)
{
	lx_buf_str(out,
		"state = excluded.state, hidden = excluded.hidden, made_n = excluded.made_n, "
		"made_at = excluded.made_at, last_n = excluded.last_n, last_at = excluded.last_at");
	for (const struct lx_rows *rows = type->rows; rows != NULL && rows->name != NULL; rows++)
		lx_buf_printf(out, ", n_%s = excluded.n_%s", rows->name, rows->name);
	for (const struct lx_field *f = type->fields; f != NULL && f->name != NULL; f++)
		lx_buf_printf(out, ", f_%s = excluded.f_%s", f->name, f->name);
}

static void put_letters_of(struct lx_buf *out, const struct lx_shape *shape)
{
	lx_buf_str(out, HEAD_LETTERS);
	for (size_t i = 0; i < shape->rows_n; i++)
		lx_buf_char(out, 'i');
	put_letters(out, shape->type->fields);
}

static void type_queries(struct lx_call *call, struct lx_buf *sql, struct lx_shape *shape)
{
	const struct lx_type *type = shape->type;

	lx_buf_str(sql, "SELECT " HEAD_COLUMNS);
	put_counters(sql, type, ", n_%s");
	put_fields(sql, type->fields, ", ");
	lx_buf_printf(sql, " FROM %s WHERE id = $1", type->name);
	shape->load =
		(struct lx_query){ .name = "type.load", .sql = keep(call, sql), .takes = "i" };
	put_letters_of(sql, shape);
	shape->load.gives = keep(call, sql);

	lx_buf_printf(sql, "INSERT INTO %s (id, " HEAD_COLUMNS, type->name);
	put_counters(sql, type, ", n_%s");
	put_fields(sql, type->fields, ", ");
	lx_buf_str(sql, ") VALUES (");
	put_holes(sql, 1 + HEAD_SIZE + shape->rows_n + shape->fields_n);
	lx_buf_str(sql, ") ON CONFLICT (id) DO UPDATE SET ");
	put_updates(sql, type);
	shape->save = (struct lx_query){ .name = "type.save", .sql = keep(call, sql), .gives = "" };
	lx_buf_char(sql, 'i');
	put_letters_of(sql, shape);
	shape->save.takes = keep(call, sql);

	lx_buf_printf(sql, "SELECT coalesce(max(id), 0) FROM %s", type->name);
	shape->last = (struct lx_query){
		.name = "type.last", .sql = keep(call, sql), .takes = "", .gives = "i"
	};
	lx_buf_printf(sql, "SELECT last_n FROM %s WHERE id = $1", type->name);
	shape->touched = (struct lx_query){
		.name = "type.touched", .sql = keep(call, sql), .takes = "i", .gives = "i"
	};
}

/* "record = $1 AND f_a IS NOT DISTINCT FROM …" is not common to both stores; keys are never NULL. */
static void rows_find(
	struct lx_call *call, struct lx_buf *sql, const char *type, struct lx_rows_shape *shape)
{
	struct lx_text rest = lx_text(shape->rows->key), word;
	char takes[LX_QUERY_COLUMNS] = "i";
	size_t n = 1;

	if (shape->rows->key == NULL)
		return;
	lx_buf_printf(sql, "SELECT row FROM %s_%s WHERE record = $1", type, shape->rows->name);
	while (lx_text_word(&rest, &word)) {
		int i = lx_field_find(shape->rows->fields, word);
		takes[n++] = letter(&shape->rows->fields[i]);
		lx_buf_printf(sql, " AND f_%.*s = $%zu", (int)word.len, word.at, n);
	}
	shape->find =
		(struct lx_query){ .name = "rows.find", .sql = keep(call, sql), .gives = "i" };
	lx_buf_str(sql, takes);
	shape->find.takes = keep(call, sql);
}

static void rows_queries(
	struct lx_call *call, struct lx_buf *sql, const char *type, struct lx_rows_shape *shape)
{
	const struct lx_rows *rows = shape->rows;

	lx_buf_char(sql, 'i');
	put_letters(sql, rows->fields);
	const char *gives = keep(call, sql);
	lx_buf_str(sql, "ii");
	put_letters(sql, rows->fields);
	const char *takes = keep(call, sql);

	lx_buf_str(sql, "SELECT row");
	put_fields(sql, rows->fields, ", ");
	lx_buf_printf(sql, " FROM %s_%s WHERE record = $1 ORDER BY row", type, rows->name);
	shape->load = (struct lx_query){ "rows.load", keep(call, sql), "i", gives };
	lx_buf_str(sql, "SELECT row");
	put_fields(sql, rows->fields, ", ");
	lx_buf_printf(sql, " FROM %s_%s WHERE record = $1 AND row = $2", type, rows->name);
	shape->one = (struct lx_query){ "rows.one", keep(call, sql), "ii", gives };
	lx_buf_printf(sql, "INSERT INTO %s_%s (record, row", type, rows->name);
	put_fields(sql, rows->fields, ", ");
	lx_buf_str(sql, ") VALUES (");
	put_holes(sql, 2 + shape->fields_n);
	lx_buf_str(sql, ") ON CONFLICT (record, row) DO UPDATE SET ");
	for (size_t i = 0; i < shape->fields_n; i++)
		lx_buf_printf(sql, "%sf_%s = excluded.f_%s", i == 0 ? "" : ", ",
			rows->fields[i].name, rows->fields[i].name);
	shape->put = (struct lx_query){ "rows.put", keep(call, sql), takes, "" };
	lx_buf_printf(sql, "DELETE FROM %s_%s WHERE record = $1 AND row = $2", type, rows->name);
	shape->cut = (struct lx_query){ "rows.cut", keep(call, sql), "ii", "" };
	lx_buf_printf(sql, "SELECT count(*) FROM %s_%s WHERE record = $1", type, rows->name);
	shape->size = (struct lx_query){ "rows.size", keep(call, sql), "i", "i" };
	rows_find(call, sql, type, shape);
}

static bool is_thread(const struct lx_field *field)
{
	return field->kind == LX_LINK && lx_word_in(LX_TEXT_OF("thread"), field->use);
}

/* $1 the record itself ("project/3"), $2 to $3 its rows ("project/3#" to "project/3$"), $4 how many. */
static void add_thread(struct lx_call *call, struct lx_buf *sql, struct lx_shape *shape, int list,
	const struct lx_field *field)
{
	const char *rows = list < 0 ? NULL : shape->type->rows[list].name;
	const char *number = rows == NULL ? "id" : "record";

	lx_buf_printf(sql, "SELECT DISTINCT %s FROM %s%s%s WHERE f_%s = $1", number,
		shape->type->name, rows == NULL ? "" : "_", rows == NULL ? "" : rows, field->name);
	lx_buf_printf(sql, " OR (f_%s >= $2 AND f_%s < $3) ORDER BY %s LIMIT $4", field->name,
		field->name, number);
	shape->threads[shape->threads_n++] = (struct lx_thread_field){ field, list,
		{ .name = "thread.back", .sql = keep(call, sql), .takes = "ttti", .gives = "i" } };
}

static size_t thread_fields(const struct lx_field *fields)
{
	size_t n = 0;

	for (; fields != NULL && fields->name != NULL; fields++)
		n += is_thread(fields);
	return n;
}

static enum lx_code thread_queries(struct lx_call *call, struct lx_buf *sql, struct lx_shape *shape)
{
	const struct lx_type *type = shape->type;
	size_t n = thread_fields(type->fields);

	for (size_t r = 0; r < shape->rows_n; r++)
		n += thread_fields(type->rows[r].fields);
	shape->threads = lx_array(call, n, sizeof *shape->threads);
	if (shape->threads == NULL)
		return LX_BROKEN;
	for (const struct lx_field *f = type->fields; f != NULL && f->name != NULL; f++)
		if (is_thread(f))
			add_thread(call, sql, shape, -1, f);
	for (size_t r = 0; r < shape->rows_n; r++)
		for (const struct lx_field *f = type->rows[r].fields; f->name != NULL; f++)
			if (is_thread(f))
				add_thread(call, sql, shape, (int)r, f);
	return LX_OK;
}

/* What is looked for is a value: rows without one stay out of the index, and cost nothing until they have it. */
static bool indexed(const struct lx_field *field)
{
	return lx_word_in(LX_TEXT_OF("filter"), field->use) ||
	       lx_word_in(LX_TEXT_OF("thread"), field->use);
}

static void type_table(struct lx_call *call, struct lx_buf *sql, const struct lx_shape *shape,
	struct lx_table *table)
{
	const struct lx_type *type = shape->type;

	table->name = type->name;
	table->kind = LX_DERIVED;
	lx_buf_str(sql,
		"id INTEGER PRIMARY KEY, state TEXT NOT NULL, hidden INTEGER NOT NULL, made_n "
		"INTEGER NOT NULL, "
		"made_at INTEGER NOT NULL, last_n INTEGER NOT NULL, last_at INTEGER NOT NULL");
	put_counters(sql, type, ", n_%s INTEGER NOT NULL DEFAULT 0");
	put_columns(sql, type->fields);
	table->columns = keep(call, sql);
	lx_buf_printf(sql, "CREATE INDEX IF NOT EXISTS %s_by_state ON %s (state, id)", type->name,
		type->name);
	for (const struct lx_field *f = type->fields; f != NULL && f->name != NULL; f++) {
		bool unique = lx_word_in(LX_TEXT_OF("unique"), f->use);
		if (unique)
			lx_buf_printf(sql,
				";CREATE UNIQUE INDEX IF NOT EXISTS %s_by_%s ON %s (f_%s)",
				type->name, f->name, type->name, f->name);
		else if (indexed(f))
			lx_buf_printf(sql,
				";CREATE INDEX IF NOT EXISTS %s_by_%s ON %s (f_%s, id, state, "
				"hidden) WHERE f_%s IS NOT NULL",
				type->name, f->name, type->name, f->name, f->name);
	}
	table->indexes = keep(call, sql);
}

static void rows_table(struct lx_call *call, struct lx_buf *sql, const char *type,
	const struct lx_rows_shape *shape, struct lx_table *table)
{
	struct lx_text rest = lx_text(shape->rows->key), word;

	lx_buf_printf(sql, "%s_%s", type, shape->rows->name);
	table->name = keep(call, sql);
	table->kind = LX_DERIVED;
	table->without_rowid = true;
	lx_buf_str(sql, "record INTEGER NOT NULL, row INTEGER NOT NULL");
	put_columns(sql, shape->rows->fields);
	lx_buf_str(sql, ", PRIMARY KEY (record, row)");
	table->columns = keep(call, sql);
	if (shape->rows->key != NULL) {
		lx_buf_printf(sql, "CREATE UNIQUE INDEX IF NOT EXISTS %s_key ON %s (record",
			table->name, table->name);
		while (lx_text_word(&rest, &word))
			lx_buf_printf(sql, ", f_%.*s", (int)word.len, word.at);
		lx_buf_char(sql, ')');
	}
	for (const struct lx_field *f = shape->rows->fields; f->name != NULL; f++)
		if (indexed(f))
			lx_buf_printf(sql,
				"%sCREATE INDEX IF NOT EXISTS %s_by_%s ON %s (f_%s, record) WHERE "
				"f_%s IS NOT NULL",
				lx_buf_view(sql).len == 0 ? "" : ";", table->name, f->name,
				table->name, f->name, f->name);
	table->indexes = lx_buf_view(sql).len == 0 ? NULL : keep(call, sql);
}

static size_t count_tables(const struct lx_table *tables)
{
	size_t n = 0;

	while (tables[n].name != NULL)
		n++;
	return n;
}

static void measure(struct lx_shape *shape, const struct lx_type *type)
{
	*shape = (struct lx_shape){ .type = type, .version = 1 };
	while (type->fields != NULL && type->fields[shape->fields_n].name != NULL)
		shape->fields_n++;
	while (type->rows != NULL && type->rows[shape->rows_n].name != NULL)
		shape->rows_n++;
	while (type->terms != NULL && type->terms[shape->terms_n].field != NULL)
		shape->terms_n++;
	for (const struct lx_step *s = type->steps; s != NULL && s->version != 0; s++)
		if (s->version > shape->version)
			shape->version = s->version;
}

static enum lx_code make_shape(struct lx_call *call, struct lx_buf *sql, struct lx_shape *shape)
{
	shape->rows = lx_array(call, shape->rows_n, sizeof *shape->rows);
	if (shape->rows == NULL)
		return LX_BROKEN;
	type_queries(call, sql, shape);
	for (size_t r = 0; r < shape->rows_n; r++) {
		shape->rows[r].rows = &shape->type->rows[r];
		while (shape->type->rows[r].fields[shape->rows[r].fields_n].name != NULL)
			shape->rows[r].fields_n++;
		rows_queries(call, sql, shape->type->name, &shape->rows[r]);
	}
	LX_TRY(thread_queries(call, sql, shape));
	return call->fault.code;
}

static void add_tables(struct lx_region *region, size_t *at, const struct lx_table *tables)
{
	size_t n = count_tables(tables);

	memcpy(region->tables + *at, tables, n * sizeof *tables);
	*at += n;
}

static enum lx_code make_tables(struct lx_call *call, struct lx_buf *sql,
	const struct lx_table *const *further, struct lx_region *region)
{
	size_t n = count_tables(lx_journal_tables) + count_tables(lx_common_tables) + 1, at = 0;

	for (size_t i = 0; i < region->n; i++) {
		const struct lx_type *type = region->shapes[i].type;
		n += 1 + region->shapes[i].rows_n;
		n += type->tables == NULL ? 0 : count_tables(type->tables);
	}
	for (size_t i = 0; further[i] != NULL; i++)
		n += count_tables(further[i]);
	region->tables = lx_array(call, n, sizeof *region->tables);
	if (region->tables == NULL)
		return LX_BROKEN;
	add_tables(region, &at, lx_journal_tables);
	add_tables(region, &at, lx_common_tables);
	for (size_t i = 0; further[i] != NULL; i++)
		add_tables(region, &at, further[i]);
	for (size_t i = 0; i < region->n; i++) {
		const struct lx_shape *shape = &region->shapes[i];
		type_table(call, sql, shape, &region->tables[at++]);
		for (size_t r = 0; r < shape->rows_n; r++)
			rows_table(call, sql, shape->type->name, &shape->rows[r],
				&region->tables[at++]);
		if (shape->type->tables != NULL)
			add_tables(region, &at, shape->type->tables);
	}
	return call->fault.code;
}

enum lx_code lx_region_make(struct lx_call *call, const struct lx_type *const *types,
	const struct lx_data_check *checks, const struct lx_table *const *further,
	struct lx_region *region)
{
	LX_CLOSE(lx_buf_close) struct lx_buf sql = { .limit = 1 << 16 };
	struct lx_region made = { .types = types, .checks = checks };

	while (types[made.n] != NULL)
		made.n++;
	made.shapes = lx_array(call, made.n, sizeof *made.shapes);
	if (made.shapes == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < made.n; i++) {
		measure(&made.shapes[i], types[i]);
		LX_TRY(make_shape(call, &sql, &made.shapes[i]));
	}
	LX_TRY(make_tables(call, &sql, further, &made));
	*region = made;
	return LX_OK;
}
