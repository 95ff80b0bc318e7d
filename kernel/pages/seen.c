/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a page read, as one number for its tag: the last entry that touched any of it. Too late a number only costs a
 * rendering; too early a one would show what is no longer so, hence whatever is not known counts as just touched.
 */
#include "kernel/pages/pages.h"

#include "kernel/types/marks.h"
#include "kernel/types/thread.h"

#include <string.h>

#define LINKS_MOST                                                                                 \
	64 /* followed one by one; a record with more is known by the types it links to */

struct seeing {
	const struct lx_reader *reader;
	int64_t seen;
	struct lx_text by_type; /* the types that are known as a whole */
	size_t links;
};

static void add(struct seeing *s, int64_t n)
{
	if (n > s->reader->size)
		n = s->reader->size;
	if (n > s->seen)
		s->seen = n;
}

static enum lx_code add_type(struct seeing *s, struct lx_text type)
{
	const struct lx_shape *shape = lx_shape_find(s->reader->app->region, type);
	int64_t n = 0;

	if (shape != NULL)
		LX_TRY(lx_mark_of_type(s->reader->tx, shape, &n));
	add(s, n);
	return LX_OK;
}

static enum lx_code add_types(struct seeing *s, struct lx_text types)
{
	struct lx_text word, name;

	while (lx_text_word(&types, &word)) /* "member agreement.article" */
		if (lx_text_split(&word, '.', &name))
			LX_TRY(add_type(s, name));
	return LX_OK;
}

/* Whoever holds a mandate is named wherever its bearer acted. */
static struct lx_text holders(const struct lx_reader *reader)
{
	const struct lx_shape *mandates = lx_shape_find(reader->app->region, LX_TEXT_OF("mandate"));
	int i = lx_field_find(mandates->type->fields, LX_TEXT_OF("holder"));

	return i < 0 ? LX_TEXT_OF("") : lx_text(mandates->type->fields[i].of);
}

/* What is sealed and shown to everyone goes with the person it is about. */
static enum lx_code add_seals(struct seeing *s, const struct lx_type *type)
{
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if (f->kind == LX_SEALED && lx_word_in(LX_TEXT_OF("anyone"), f->seen_by))
			return add_type(s, LX_TEXT_OF("person"));
	return LX_OK;
}

static enum lx_code begin(struct seeing *s, const struct lx_type *type)
{
	add(s, s->reader->charter.record.last_n);
	s->by_type = holders(s->reader);
	LX_TRY(add_types(s, s->by_type));
	return add_seals(s, type);
}

static enum lx_code add_link(
	struct seeing *s, const struct lx_field *field, const struct lx_value *value)
{
	struct lx_ref ref;
	int64_t n = 0;

	if (field->kind != LX_LINK || value->kind != LX_V_TEXT || !lx_ref_read(value->text, &ref) ||
		lx_word_in(ref.type, s->by_type.at))
		return LX_OK;
	if (++s->links > LINKS_MOST)
		return add_type(s, ref.type);
	const struct lx_shape *shape = lx_shape_find(s->reader->app->region, ref.type);
	if (shape != NULL)
		LX_TRY(lx_record_touched(s->reader->tx, shape, ref.number, &n));
	add(s, n);
	return LX_OK;
}

static enum lx_code add_links(struct seeing *s, const struct lx_record *record)
{
	const struct lx_type *type = record->shape->type;

	for (size_t i = 0; i < record->shape->fields_n; i++)
		LX_TRY(add_link(s, &type->fields[i], &record->values[i]));
	for (size_t l = 0; l < record->shape->rows_n; l++)
		for (size_t r = 0; r < record->lists[l].n; r++)
			for (size_t i = 0; i < record->shape->rows[l].fields_n; i++)
				LX_TRY(add_link(s, &type->rows[l].fields[i],
					&record->lists[l].rows[r].values[i]));
	return LX_OK;
}

/* A record that is part of a thread shows its steps: whatever of their types is touched may change them. */
static enum lx_code add_thread(struct seeing *s, const struct lx_record *record, int64_t led)
{
	const struct lx_region *region = s->reader->app->region;

	if (!lx_thread_has(region, record->shape->type) || (led == 0 && !lx_thread_leads(record)))
		return LX_OK;
	for (size_t i = 0; i < region->n; i++)
		if (lx_thread_has(region, region->shapes[i].type))
			LX_TRY(add_type(s, lx_text(region->shapes[i].type->name)));
	return LX_OK;
}

/* A thread is walked over many records: whatever takes part in threads may stand in it. */
static enum lx_code add_threads(struct seeing *s)
{
	const struct lx_region *region = s->reader->app->region;

	for (size_t i = 0; i < region->n; i++)
		if (lx_thread_has(region, region->shapes[i].type))
			LX_TRY(add_type(s, lx_text(region->shapes[i].type->name)));
	return LX_OK;
}

enum lx_code lx_seen_record(const struct lx_reader *reader, const struct lx_record *record,
	const char *types, int64_t *seen)
{
	struct seeing s = { .reader = reader };
	int64_t led;

	LX_TRY(begin(&s, record->shape->type));
	LX_TRY(add_types(&s, lx_text(types)));
	add(&s, record->last_n);
	LX_TRY(lx_mark_of_record(reader->tx, record, &led));
	add(&s, led);
	if (led > 0 || lx_thread_leads(record))
		LX_TRY(add_threads(&s));
	LX_TRY(add_thread(&s, record, led));
	LX_TRY(add_links(&s, record));
	*seen = s.seen;
	return LX_OK;
}

enum lx_code lx_seen_list(const struct lx_reader *reader, const struct lx_shape *shape,
	int64_t *around, int64_t *seen)
{
	struct seeing s = { .reader = reader };

	LX_TRY(begin(&s, shape->type));
	/* columns name what they link to; filters name members only, who are among the holders */
	for (const struct lx_field *f = shape->type->fields; f->name != NULL; f++)
		if (f->kind == LX_LINK && lx_word_in(LX_TEXT_OF("list"), f->use))
			LX_TRY(add_types(&s, lx_text(f->of)));
	*around = s.seen;
	LX_TRY(add_type(&s, lx_text(shape->type->name)));
	*seen = s.seen;
	return LX_OK;
}
