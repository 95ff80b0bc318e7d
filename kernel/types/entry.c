/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Building an entry: what is open, what is inside, and whether anything is open at all. */
#include "kernel/types/entry.h"

#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"
#include "kernel/types/effects.h"
#include "kernel/types/proof.h"

#include <string.h>

enum lx_code lx_entry_actor(struct lx_case *c, struct lx_text *by)
{
	const struct lx_actor *actor = c->view.actor;
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	char pseudonym[LX_PSEUDONYM_TEXT];

	if (actor->kind == LX_BY_CLOCK || actor->kind == LX_BY_INIT) {
		*by = lx_text(actor->kind == LX_BY_CLOCK ? "clock" : "init");
		return LX_OK;
	}
	if (c->holding.mandate > 0) {
		lx_buf_printf(&out, "mandate/%lld", (long long)c->holding.mandate);
	} else if (actor->person > 0 || actor->kind == LX_BY_VISITOR) {
		LX_TRY(lx_actor_pseudonym(c->work->tx, actor, c->record->shape->type->name,
			c->record->number, pseudonym));
		lx_buf_str(&out, pseudonym);
	} else {
		lx_buf_str(&out, "anyone");
	}
	char *copy = lx_arena_copy(c->call->arena, lx_buf_view(&out).at, out.len);
	if (copy == NULL)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	*by = (struct lx_text){ copy, out.len };
	return LX_OK;
}

static void put_text(json_t *entry, const char *key, struct lx_text text)
{
	if (text.len > 0)
		(void)json_object_set_new(entry, key, json_stringn(text.at, text.len));
}

static void put_number(json_t *entry, const char *key, int64_t number)
{
	if (number != 0)
		(void)json_object_set_new(entry, key, json_integer(number));
}

/* What is common to an open entry and to the inner part of a shut one. */
static json_t *head(struct lx_case *c, const struct lx_header *header, struct lx_text by)
{
	const struct lx_type *type = c->record->shape->type;
	json_t *entry = json_object(), *value;

	(void)json_object_set_new(entry, "act", json_sprintf("%s.%s", type->name, header->act));
	(void)json_object_set_new(
		entry, "of", json_sprintf("%s/%lld", type->name, (long long)c->record->number));
	(void)json_object_set_new(entry, "v", json_integer(c->record->shape->version));
	put_text(entry, "by", by);
	put_text(entry, "for", header->holder);
	put_text(entry, "as", header->as);
	if ((value = json_object_get(c->input, "on")) != NULL)
		(void)json_object_set(entry, "on", value);
	if ((value = json_object_get(c->input, "reason")) != NULL && json_is_string(value))
		(void)json_object_set(entry, "reason", value);
	put_number(entry, "cause", header->cause);
	put_number(entry, "undoes", header->undoes);
	put_number(entry, "consent", header->consent);
	put_number(entry, "import", header->import);
	if (c->proof != NULL)
		(void)json_object_set(entry, "proof", (json_t *)c->proof);
	return entry;
}

/* The class after the act decides: hiding and showing again are always said in public. */
static bool is_shut(const struct lx_case *c, const struct lx_header *header)
{
	const struct lx_state *after = lx_state_find(c->record->shape->type, lx_state_after(c));
	bool hidden = c->record->hidden != 0;

	if (strcmp(header->act, "hide") == 0 || strcmp(header->act, "unhide") == 0)
		return after == NULL || after->shown != LX_PUBLIC;
	if (hidden || after == NULL || after->shown != LX_PUBLIC)
		return true;
	return json_array_size(c->open) == 0 && json_array_size(c->inner) > 0;
}

static void merge_into(json_t *to, const json_t *from)
{
	(void)json_object_update(to, (json_t *)from);
}

static enum lx_code append(struct lx_case *c, json_t *entry, json_t *inner, int64_t *n)
{
	LX_TRY(lx_journal_append(c->work->tx, c->work->edge, c->work->now, entry, inner));
	*n = c->work->edge->size;
	return lx_apply(c->work->tx, c->view.region, *n, entry, inner, c->record);
}

static enum lx_code write_shut(
	struct lx_case *c, const struct lx_header *header, struct lx_text by, int64_t *n)
{
	LX_CLOSE(lx_json_free) json_t *inner = head(c, header, by);
	LX_CLOSE(lx_json_free)
	json_t *entry = json_pack("{s:s}", "shut", c->record->shape->type->name);
	json_t *effects = json_copy(c->open), *with = json_copy(c->bound);

	(void)json_array_extend(effects, c->inner);
	merge_into(with, c->bound_in);
	(void)json_object_set_new(inner, "do", effects);
	if (json_object_size(with) > 0)
		(void)json_object_set(inner, "with", with);
	json_decref(with);
	return append(c, entry, inner, n);
}

static enum lx_code write_open(
	struct lx_case *c, const struct lx_header *header, struct lx_text by, int64_t *n)
{
	LX_CLOSE(lx_json_free) json_t *entry = head(c, header, by);
	LX_CLOSE(lx_json_free) json_t *inner = NULL;

	(void)json_object_set(entry, "do", c->open);
	if (json_object_size(c->bound) > 0)
		(void)json_object_set(entry, "with", c->bound);
	if (json_array_size(c->inner) > 0) {
		inner = json_pack("{s:O}", "do", c->inner);
		if (json_object_size(c->bound_in) > 0)
			(void)json_object_set(inner, "with", c->bound_in);
	}
	return append(c, entry, inner, n);
}

enum lx_code lx_entry_write(struct lx_case *c, const struct lx_header *header, int64_t *n)
{
	struct lx_text by = header->by;

	if (by.len == 0)
		LX_TRY(lx_entry_actor(c, &by));
	LX_TRY(lx_proof_fits(c, header->act, by));
	return is_shut(c, header) ? write_shut(c, header, by, n) : write_open(c, header, by, n);
}
