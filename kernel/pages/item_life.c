/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The timeline of a record and the latest acts of the region, from the entries as the reader may see them. */
#include "kernel/pages/pages.h"

#include "kernel/types/input.h"
#include "kernel/types/types_queries.h"

#include <stdio.h>
#include <string.h>

#define LIFE_MOST 200

static enum lx_code prose_of(
	const struct lx_reader *reader, const char *ref, struct lx_words *words)
{
	struct lx_view view = lx_show_view(reader);
	struct lx_content content;
	int64_t number;

	if (ref == NULL || strncmp(ref, "content/", 8) != 0 ||
		!lx_text_int(lx_text(ref + 8), &number))
		return LX_OK;
	enum lx_code code = lx_content_read(reader->tx, number, &content);
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	if (content.gone != 0) {
		*words = lx_show_say(reader, "page.gone",
			lx_show_text(reader, "%lld", (long long)content.gone).at, NULL);
		return LX_OK;
	}
	*words = lx_words_in(&view, content.bytes, lx_show_text(reader, "%s", content.lang));
	return LX_OK;
}

/* The state that the entry's effects set, as a mark; else none. */
static enum lx_view_mark mark_of(const struct lx_type *type, const json_t *entry)
{
	const json_t *effects = json_object_get(entry, "do");

	for (size_t i = 0; i < json_array_size(effects); i++) {
		const json_t *effect = json_array_get(effects, i);
		const char *what = json_string_value(json_array_get(effect, 0));
		const char *name = json_string_value(json_array_get(effect, 1));
		const char *value = json_string_value(json_array_get(effect, 2));
		if (what == NULL || name == NULL)
			continue;
		if (strcmp(what, "term") == 0 && value != NULL && strcmp(value, "late") == 0)
			return LX_VIEW_LATE;
		if (strcmp(what, "set") == 0 && strcmp(name, "state") == 0 && value != NULL) {
			const struct lx_state *state = lx_state_find(type, lx_text(value));
			return state == NULL ? LX_VIEW_NONE : (enum lx_view_mark)state->mark;
		}
	}
	return LX_VIEW_NONE;
}

enum lx_code lx_show_reason(
	const struct lx_reader *reader, const json_t *entry, struct lx_words *words)
{
	const char *reason = json_string_value(json_object_get(entry, "reason"));
	const json_t *first = json_array_get(json_object_get(entry, "do"), 0);
	const char *what = json_string_value(json_array_get(first, 0));

	/* a voice carries its reason in what it does */
	if (reason == NULL && what != NULL && strcmp(what, "say") == 0)
		reason = json_string_value(json_array_get(first, 4));
	return prose_of(reader, reason, words);
}

static enum lx_code life_line(const struct lx_reader *reader, const struct lx_record *record,
	int64_t n, int64_t at, struct lx_life *line, bool *shown)
{
	LX_CLOSE(lx_json_free) json_t *entry = NULL;

	LX_TRY(lx_reduce_entry(&reader->sight, n, &entry));
	const json_t *inside = json_object_get(entry, "inside");
	const json_t *said = json_object_get(entry, "act") != NULL ? entry : inside;
	*shown = said != NULL;
	if (said == NULL)
		return LX_OK;
	*line = (struct lx_life){ .at = at,
		.entry = n,
		.address = lx_address_make(reader->call, "/record/%lld", (long long)n),
		.mark = mark_of(record->shape->type, said),
		.what = lx_show_act(reader, said) };
	const char *on = json_string_value(json_object_get(said, "on"));
	if (on != NULL)
		line->on = lx_words(lx_show_text(reader, "%s", on));
	return lx_show_reason(reader, said, &line->reason);
}

/* What later took a line back is said on it, unless it is the very next line. */
static void mark_undone(const struct lx_reader *reader, const struct lx_value *cells, size_t n,
	struct lx_life *life, size_t life_n)
{
	for (size_t i = 0; i < n; i++) {
		size_t done = life_n, undone = life_n;
		for (size_t k = 0; k < life_n; k++) {
			if (life[k].entry == cells[i * 6].number)
				done = k;
			if (cells[i * 6 + 5].number != 0 &&
				life[k].entry == cells[i * 6 + 5].number)
				undone = k;
		}
		if (done == life_n || undone == life_n || done <= undone + 1)
			continue;
		struct lx_text what = life[done].what.text;
		life[undone].later = lx_show_say(reader, "page.later",
			lx_show_text(reader, "%.*s", (int)what.len, what.at).at,
			lx_show_text(reader, "%lld", (long long)life[done].entry).at);
	}
}

/* "back" of "need.back". */
static struct lx_text act_name(struct lx_text act)
{
	const char *dot = memchr(act.at, '.', act.len);

	return dot == NULL ? act
			   : (struct lx_text){ dot + 1, act.len - (size_t)(dot + 1 - act.at) };
}

/* Acts that many do one after the other, each for himself: backing, raising a voice. */
static bool of_many(const struct lx_type *type, struct lx_text act)
{
	const struct lx_act *found = lx_act_find(type, act_name(act));
	struct lx_text rest;
	struct lx_taken taken;

	if (found == NULL || strcmp(found->name, "say") == 0)
		return found != NULL;
	rest = lx_text(found->takes);
	while (lx_takes_next(&rest, &taken)) {
		int list = taken.sign == '+' ? lx_rows_find(type, taken.name) : -1;
		if (list >= 0 && type->rows[list].many)
			return true;
	}
	return false;
}

/* Like acts in a row become one line that counts them; what each said stands elsewhere on the page. */
static void say_many(
	const struct lx_reader *reader, struct lx_text act, int64_t times, struct lx_life *line)
{
	struct lx_text name = act_name(act);
	char id[80];

	if (times < 2)
		return;
	(void)snprintf(id, sizeof id, "%.*s#", (int)act.len, act.at);
	if (!lx_has(id))
		(void)snprintf(id, sizeof id, "any.%.*s#", (int)name.len, name.at);
	line->what = lx_show_count(reader, lx_has(id) ? id : "any.times#", times);
	line->reason = lx_words_str("");
}

/* A run of like acts: its line is the first one's. */
struct life_run {
	struct lx_text act;
	int64_t times;
};

static enum lx_code life_lines(const struct lx_reader *reader, const struct lx_record *record,
	const struct lx_value *cells, size_t n, struct lx_life *life, size_t *shown_n)
{
	struct life_run run = { { "", 0 }, 0 };

	for (size_t i = 0; i < n; i++) {
		struct lx_text act = cells[i * 6 + 1].text;
		bool shown;
		LX_TRY(life_line(reader, record, cells[i * 6].number, cells[i * 6 + 2].number,
			&life[*shown_n], &shown));
		if (!shown)
			continue;
		if (*shown_n > 0 && lx_text_equal(run.act, act) &&
			of_many(record->shape->type, act)) {
			run.times++;
			continue;
		}
		if (*shown_n > 0)
			say_many(reader, run.act, run.times, &life[*shown_n - 1]);
		run = (struct life_run){ act, 1 };
		(*shown_n)++;
	}
	if (*shown_n > 0)
		say_many(reader, run.act, run.times, &life[*shown_n - 1]);
	return LX_OK;
}

enum lx_code lx_item_life(
	const struct lx_reader *reader, const struct lx_record *record, struct lx_item_page *page)
{
	struct lx_value *cells;
	size_t n, shown_n = 0;

	LX_TRY(lx_all(reader->tx, &lx_q_timeline,
		(struct lx_value[]){ LX_S(record->shape->type->name), LX_I(record->number), LX_I(0),
			LX_I(LIFE_MOST) },
		LIFE_MOST, &cells, &n));
	struct lx_life *life = lx_array(reader->call, n + 1, sizeof *life);
	if (life == NULL)
		return LX_BROKEN;
	LX_TRY(life_lines(reader, record, cells, n, life, &shown_n));
	mark_undone(reader, cells, n, life, shown_n);
	page->life = life;
	page->life_n = shown_n;
	return LX_OK;
}

static enum lx_code latest_line(
	const struct lx_reader *reader, const struct lx_value *cells, struct lx_latest *line)
{
	LX_CLOSE(lx_json_free) json_t *entry = NULL;
	json_t *title = NULL;

	LX_TRY(lx_reduce_entry(&reader->sight, cells[0].number, &entry));
	struct lx_text ref = lx_show_text(reader, "%.*s/%lld", (int)cells[1].text.len,
		cells[1].text.at, (long long)cells[2].number);
	LX_TRY(lx_title(&reader->sight, ref, &title));
	struct lx_words type = lx_show_key(reader, "", "", cells[1].text);
	*line = (struct lx_latest){ .at = cells[4].number,
		.entry = cells[0].number,
		.what = lx_show_act(reader, entry),
		.record = { lx_words(lx_show_text(reader, "%.*s %lld", (int)type.text.len,
				    type.text.at, (long long)cells[2].number)),
			lx_show_address(reader, ref) },
		.under = lx_show_words(reader, title) };
	json_decref(title);
	return LX_OK;
}

enum lx_code lx_latest_acts(
	const struct lx_reader *reader, size_t most, struct lx_latest **latest, size_t *n)
{
	struct lx_value *cells;

	LX_TRY(lx_all(reader->tx, &lx_q_latest,
		(struct lx_value[]){ LX_I(INT64_MAX), LX_I((int64_t)most) }, most, &cells, n));
	*latest = lx_array(reader->call, *n, sizeof **latest);
	if (*latest == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < *n; i++)
		LX_TRY(latest_line(reader, cells + i * 5, &(*latest)[i]));
	return LX_OK;
}
