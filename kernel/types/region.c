/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Looking things up in the tables of types; references to records. The derived SQL is made in schema.c. */
#include "kernel/types/region.h"

#include <string.h>

const struct lx_shape *lx_shape_find(const struct lx_region *region, struct lx_text name)
{
	for (size_t i = 0; i < region->n; i++)
		if (lx_text_is(name, region->shapes[i].type->name))
			return &region->shapes[i];
	return NULL;
}

const struct lx_shape *lx_shape_of_plural(const struct lx_region *region, struct lx_text plural)
{
	for (size_t i = 0; i < region->n; i++)
		if (lx_text_is(plural, region->shapes[i].type->plural))
			return &region->shapes[i];
	return NULL;
}

const struct lx_state *lx_state_find(const struct lx_type *type, struct lx_text name)
{
	for (const struct lx_state *s = type->states; s != NULL && s->name != NULL; s++)
		if (lx_text_is(name, s->name))
			return s;
	return NULL;
}

static const struct lx_act *act_in(const struct lx_act *acts, struct lx_text name)
{
	for (; acts != NULL && acts->name != NULL; acts++)
		if (lx_text_is(name, acts->name))
			return acts;
	return NULL;
}

const struct lx_act *lx_act_find(const struct lx_type *type, struct lx_text name)
{
	const struct lx_act *act = act_in(type->acts, name);

	return act != NULL ? act : act_in(lx_common_acts, name);
}

static const struct lx_relation *relation_in(
	const struct lx_relation *relations, struct lx_text name)
{
	for (; relations != NULL && relations->name != NULL; relations++)
		if (lx_text_is(name, relations->name))
			return relations;
	return NULL;
}

const struct lx_relation *lx_relation_find(const struct lx_type *type, struct lx_text name)
{
	const struct lx_relation *relation = relation_in(type->relations, name);

	return relation != NULL ? relation : relation_in(lx_common_relations, name);
}

const struct lx_consent *lx_consent_find(const struct lx_type *type, struct lx_text name)
{
	for (const struct lx_consent *c = type->consents; c != NULL && c->name != NULL; c++)
		if (lx_text_is(name, c->name))
			return c;
	return NULL;
}

int lx_field_find(const struct lx_field *fields, struct lx_text name)
{
	for (int i = 0; fields != NULL && fields[i].name != NULL; i++)
		if (lx_text_is(name, fields[i].name))
			return i;
	return -1;
}

int lx_rows_find(const struct lx_type *type, struct lx_text name)
{
	for (int i = 0; type->rows != NULL && type->rows[i].name != NULL; i++)
		if (lx_text_is(name, type->rows[i].name))
			return i;
	return -1;
}

int lx_term_find(const struct lx_type *type, struct lx_text field)
{
	for (int i = 0; type->terms != NULL && type->terms[i].field != NULL; i++)
		if (lx_text_is(field, type->terms[i].field))
			return i;
	return -1;
}

/* A whole number from 1, as references and addresses hold it: no sign, no leading zero. */
static bool read_number(struct lx_text text, int64_t *number)
{
	return text.len > 0 && text.at[0] >= '1' && text.at[0] <= '9' && lx_text_int(text, number);
}

bool lx_ref_read(struct lx_text text, struct lx_ref *ref)
{
	struct lx_ref read = { .row = 0 };
	struct lx_text record, row, rows;

	if (!lx_text_split(&text, '#', &record) || !lx_text_split(&record, '/', &read.type))
		return false;
	if (read.type.len == 0 || !read_number(record, &read.number))
		return false;
	if (text.len > 0) {
		row = text;
		if (!lx_text_split(&row, '.', &rows) || rows.len == 0 ||
			!read_number(row, &read.row))
			return false;
		read.rows = rows;
	}
	*ref = read;
	return true;
}

void lx_ref_write(struct lx_buf *out, const struct lx_ref *ref)
{
	lx_buf_printf(out, "%.*s/%lld", (int)ref->type.len, ref->type.at, (long long)ref->number);
	if (ref->row > 0)
		lx_buf_printf(
			out, "#%.*s.%lld", (int)ref->rows.len, ref->rows.at, (long long)ref->row);
}
