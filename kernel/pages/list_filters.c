/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a list may be filtered by, with the numbers of records. The panel and, where there are filters, the numbers are the same for every
 * reader until an act touches the list, so both are kept between requests.
 */
#include "kernel/pages/listing.h"
#include "kernel/pages/piece_cache.h"

#include <stdio.h>
#include <string.h>

static void state_filter(const struct listing *l, struct lx_filter *filter)
{
	const struct lx_state *states = l->shape->type->states;
	struct lx_filter_choice *choices = lx_array(
		l->reader->call, LX_LIST_STATES_MAX, sizeof *choices);
	size_t n = 0;

	if (choices == NULL)
		return;
	for (size_t i = 0; states[i].name != NULL && n < LX_LIST_STATES_MAX; i++) {
		if (states[i].shown != LX_PUBLIC)
			continue;
		struct lx_words word = lx_show_key(
			l->reader, l->shape->type->name, "@", lx_text(states[i].name));
		choices[n] = (struct lx_filter_choice){ .value = lx_text(states[i].name),
			.state = { (enum lx_view_mark)states[i].mark, word.text },
			.count = l->found.by_state[i] };
		for (size_t k = 0; k < l->spec.states_n; k++)
			choices[n].chosen = choices[n].chosen ||
					    lx_text_is(l->spec.states[k], states[i].name);
		n++;
	}
	*filter = (struct lx_filter){ LX_FILTER_TICKS, LX_TEXT_OF("state"),
		lx_words_str(lx_tr(l->reader->request->lang, "page.state")), choices, n };
}

static bool is_chosen(const struct listing *l, const char *field, struct lx_text value)
{
	const struct lx_text *given = lx_query_param(l->reader->request, field, 0);

	return given != NULL && lx_text_equal(*given, value);
}

/* The first choice stands for any. */
static struct lx_filter_choice *choice_room(const struct listing *l, size_t n)
{
	struct lx_filter_choice *choices = lx_array(l->reader->call, n + 1, sizeof *choices);

	if (choices != NULL)
		choices[0].label = lx_words_str(lx_tr(l->reader->request->lang, "page.any"));
	return choices;
}

static size_t words_choices(
	const struct listing *l, const struct lx_field *field, struct lx_filter_choice **out)
{
	struct lx_text rest = lx_text(field->of), word;
	size_t n = 0;
	char mark[LX_FIELD_MAX];

	while (lx_text_word(&rest, &word))
		n++;
	struct lx_filter_choice *choices = choice_room(l, n);
	if (choices == NULL)
		return 0;
	rest = lx_text(field->of);
	(void)snprintf(mark, sizeof mark, ".%s.", field->name);
	for (n = 1; lx_text_word(&rest, &word); n++)
		choices[n] = (struct lx_filter_choice){ .value = word,
			.label = lx_show_key(l->reader, l->shape->type->name, mark, word),
			.chosen = is_chosen(l, field->name, word) };
	*out = choices;
	return n;
}

static size_t code_choices(
	const struct listing *l, const struct lx_field *field, struct lx_filter_choice **out)
{
	const struct lx_row *row;
	size_t at = 0, n = 0;

	while (lx_charter_row(&l->reader->charter, "word", lx_text(field->of), &at) != NULL)
		n++;
	struct lx_filter_choice *choices = choice_room(l, n);
	if (choices == NULL)
		return 0;
	at = 0;
	for (n = 1; (row = lx_charter_row(&l->reader->charter, "word", lx_text(field->of), &at)) !=
		    NULL;
		n++) {
		struct lx_text code =
			lx_charter_cell(&l->reader->charter, "word", row, "code").text;
		choices[n] = (struct lx_filter_choice){ .value = code,
			.label = lx_show_code(l->reader, field->of, code),
			.chosen = is_chosen(l, field->name, code) };
	}
	*out = choices;
	return n;
}

/* Members and bodies are few enough to choose from; other links are filtered by the address only. */
static size_t link_choices(
	const struct listing *l, const struct lx_field *field, struct lx_filter_choice **out)
{
	const struct lx_shape *shape = lx_shape_find(l->reader->app->region, LX_TEXT_OF("member"));
	int64_t last = 0;
	size_t n = 1;

	if (!lx_word_in(LX_TEXT_OF("member"), field->of) ||
		lx_record_last(l->reader->tx, shape, &last) != LX_OK || last > 500)
		return 0;
	struct lx_filter_choice *choices = choice_room(l, (size_t)last);
	for (int64_t i = 1; choices != NULL && i <= last; i++) {
		json_t *title = NULL;
		struct lx_text ref = lx_show_text(l->reader, "member/%lld", (long long)i);
		if (lx_title(&l->open, ref, &title) != LX_OK)
			break;
		if (!json_is_null(title))
			choices[n++] = (struct lx_filter_choice){ .value = ref,
				.label = lx_show_words(l->reader, title),
				.chosen = is_chosen(l, field->name, ref) };
		json_decref(title);
	}
	*out = choices;
	return n;
}

static void field_filter(const struct listing *l, const struct lx_field *field,
	struct lx_filters *filters, struct lx_filter *room)
{
	struct lx_filter_choice *choices = NULL;
	size_t n = 0;

	if (!lx_word_in(LX_TEXT_OF("filter"), field->use))
		return;
	if (field->kind == LX_CHOICE)
		n = words_choices(l, field, &choices);
	else if (field->kind == LX_CODE)
		n = code_choices(l, field, &choices);
	else if (field->kind == LX_LINK)
		n = link_choices(l, field, &choices);
	if (n < 3)
		return;
	for (size_t i = 0; i < n; i++)
		filters->chosen += choices[i].chosen;
	room[filters->filters_n++] = (struct lx_filter){ LX_FILTER_SELECT, lx_text(field->name),
		lx_show_key(l->reader, l->shape->type->name, ".", lx_text(field->name)), choices,
		n };
}

static void fill_filters(const struct listing *l, struct lx_filters *filters)
{
	const struct lx_type *type = l->shape->type;
	struct lx_filter *room = lx_array(l->reader->call, l->shape->fields_n + 1, sizeof *room);
	struct lx_hidden *hidden = lx_array(l->reader->call, 1, sizeof *hidden);

	if (room == NULL || hidden == NULL)
		return;
	filters->search = l->spec.search;
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		filters->searchable = filters->searchable ||
				      lx_word_in(LX_TEXT_OF("search"), f->use);
	state_filter(l, &room[filters->filters_n++]);
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		field_filter(l, f, filters, room);
	filters->filters = room;
	filters->chosen += (int64_t)l->spec.states_n;
	if (strcmp(l->sort, "new") != 0) {
		hidden[0] = (struct lx_hidden){ LX_TEXT_OF("sort"), lx_text(l->sort) };
		filters->hidden = hidden;
		filters->hidden_n = 1;
	}
	if (filters->chosen > 0)
		filters->clear = filters->action;
}

/* What a kept piece depends on, besides what the address asks for. */
static void name_piece(const struct listing *l, const char *what, struct lx_buf *name)
{
	lx_buf_printf(name, "%s %s %s %lld %lld", what, l->shape->type->name,
		lx_lang_names[l->reader->request->lang], (long long)l->around, (long long)l->seen);
}

static void name_panel(const struct listing *l, struct lx_buf *name)
{
	const struct lx_request *request = l->reader->request;

	name_piece(l, "panel", name);
	for (size_t i = 0; i < request->query_n; i++) {
		struct lx_text own = request->query[i].name, value = request->query[i].value;
		if (!lx_text_is(own, "page") && !lx_text_is(own, "before"))
			lx_buf_printf(name, " %zu:%.*s=%zu:%.*s", own.len, (int)own.len, own.at,
				value.len, (int)value.len, value.at);
	}
}

/* Kept as how many filters are set, and the panel printed. */
static enum lx_code set_panel(
	const struct listing *l, const struct lx_buf *piece, struct lx_filters *filters)
{
	struct lx_buf printed = { .at = piece->at + sizeof filters->chosen,
		.len = piece->len - sizeof filters->chosen };

	memcpy(&filters->chosen, piece->at, sizeof filters->chosen);
	return lx_html_of(l->reader->call, &printed, &filters->printed);
}

enum lx_code lx_list_filters(const struct listing *l, struct lx_filters *filters)
{
	LX_CLOSE(lx_buf_close) struct lx_buf name = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf piece = { 0 };
	struct lx_piece_cache *cache = l->reader->app->pieces;
	struct lx_view view = lx_show_view(l->reader);

	filters->action = lx_address_make(l->reader->call, "/%s", l->shape->type->plural);
	name_panel(l, &name);
	if (lx_buf_failed(&name))
		return lx_fail(l->reader->call, LX_BROKEN, NULL, "base.memory", NULL);
	if (lx_piece_cache_take(cache, lx_buf_view(&name), &piece) && !lx_buf_failed(&piece))
		return set_panel(l, &piece, filters);
	fill_filters(l, filters);
	lx_buf_put(&piece, &filters->chosen, sizeof filters->chosen);
	lx_view_filters(&piece, &view, filters);
	if (lx_buf_failed(&piece))
		return lx_fail(l->reader->call, LX_BROKEN, NULL, "base.memory", NULL);
	lx_piece_cache_give(cache, lx_buf_view(&name), lx_buf_view(&piece));
	return set_panel(l, &piece, filters);
}

static void name_counts(const struct listing *l, struct lx_buf *name)
{
	name_piece(l, "counts", name);
	for (size_t i = 0; i < l->spec.filters_n; i++) {
		struct lx_text value = l->spec.filters[i].value;
		lx_buf_printf(name, " %d.%d=%zu:%.*s", l->spec.filters[i].list,
			l->spec.filters[i].field, value.len, (int)value.len, value.at);
	}
}

enum lx_code lx_list_search(struct listing *l)
{
	LX_CLOSE(lx_buf_close) struct lx_buf name = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf piece = { 0 };
	struct lx_piece_cache *cache = l->reader->app->pieces;
	size_t n = 0;

	while (l->shape->type->states[n].name != NULL)
		n++;
	name_counts(l, &name);
	bool kept = l->spec.filters_n > 0 && !lx_buf_failed(&name) &&
		    lx_piece_cache_take(cache, lx_buf_view(&name), &piece) &&
		    piece.len == n * sizeof *l->spec.counted;
	int64_t *counted = kept ? lx_array(l->reader->call, n, sizeof *counted) : NULL;
	if (counted != NULL)
		memcpy(counted, piece.at, piece.len);
	l->spec.counted = counted;
	LX_TRY(lx_list_find(l->reader->tx, &l->spec, &l->found));
	if (l->spec.filters_n > 0 && counted == NULL && !lx_buf_failed(&name))
		lx_piece_cache_give(cache, lx_buf_view(&name),
			(struct lx_text){ (const char *)l->found.by_state, n * sizeof *counted });
	return LX_OK;
}
