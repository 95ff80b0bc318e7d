/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The frame of every page: region, navigation that shows only what is on, who is signed in. */
#include "kernel/pages/pages.h"

#include <stdio.h>
#include <string.h>

/* Sections of the navigation, in order; a section stands there when one of its types is on. Without a page that gathers it, its path is
 * the list of its first type that is on; that list leads to the others. */
static const struct {
	const char *section, *path;
} sections[] = {
	{ "needs", "/needs" },
	{ "projects", NULL },
	{ "council", "/council" },
	{ "fund", "/fund" },
	{ "duty", "/duty" },
	{ "record", "/record" },
};

#define SECTIONS (sizeof sections / sizeof sections[0])

static const struct lx_type *first_on(const struct lx_reader *reader, const char *section)
{
	const struct lx_region *region = reader->app->region;

	for (size_t i = 0; i < region->n; i++) {
		const struct lx_type *type = region->shapes[i].type;
		if (type->section != NULL && strcmp(type->section, section) == 0 &&
			lx_charter_on(&reader->charter, type->name))
			return type;
	}
	return NULL;
}

static struct lx_address path_of(
	const struct lx_reader *reader, const char *path, const struct lx_type *first)
{
	return path != NULL ? lx_address_make(reader->call, "%s", path)
			    : lx_address_make(reader->call, "/%s", first->plural);
}

static void fill_sections(
	const struct lx_reader *reader, const char *section, struct lx_frame *frame)
{
	struct lx_link_view *links = lx_array(reader->call, SECTIONS + 1, sizeof *links);
	char id[64];
	size_t n = 0;

	if (links == NULL)
		return;
	links[n++] = (struct lx_link_view){ lx_words_str(lx_tr(reader->request->lang, "page.home")),
		lx_address_make(reader->call, "/"), strcmp(section, "home") == 0 };
	for (size_t i = 0; i < SECTIONS; i++) {
		const struct lx_type *first = first_on(reader, sections[i].section);
		if (first == NULL && strcmp(sections[i].section, "record") != 0)
			continue;
		(void)snprintf(id, sizeof id, "page.section.%s", sections[i].section);
		links[n++] = (struct lx_link_view){ lx_words_str(lx_tr(reader->request->lang, id)),
			path_of(reader, sections[i].path, first),
			strcmp(section, sections[i].section) == 0 };
	}
	frame->sections = links;
	frame->sections_n = n;
}

/* This page with one parameter of the query set anew. */
static struct lx_address with_param(
	const struct lx_reader *reader, const char *name, const char *value)
{
	const struct lx_request *request = reader->request;
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 8192 };
	struct lx_view view = lx_show_view(reader);

	lx_buf_text(&out, request->path);
	lx_buf_printf(&out, "?%s=%s", name, value);
	for (size_t i = 0; i < request->query_n; i++) {
		struct lx_text own = request->query[i].name;
		if (lx_text_is(own, "lang") || lx_text_is(own, "size") || lx_text_is(own, "theme"))
			continue;
		lx_buf_char(&out, '&');
		lx_view_part(&out, &view, own);
		lx_buf_char(&out, '=');
		lx_view_part(&out, &view, request->query[i].value);
	}
	if (lx_buf_failed(&out))
		return lx_address_make(reader->call, "/?%s=%s", name, value);
	return lx_address_local(lx_show_text(reader, "%s", out.at));
}

static struct lx_words region_name(const struct lx_reader *reader)
{
	struct lx_value names = lx_record_value(&reader->charter.record, "names");
	LX_CLOSE(lx_json_free) json_t *json = lx_json_own(names.text);

	return json == NULL ? lx_words_str(lx_tr(reader->request->lang, "page.region"))
			    : lx_show_words(reader, json);
}

static void fill_person(const struct lx_reader *reader, struct lx_frame *frame)
{
	const struct lx_visitor *visitor = &reader->request->visitor;

	if (visitor->account == 0)
		return;
	frame->person = lx_show_text(reader, "%s", visitor->name);
	frame->csrf = lx_text(visitor->csrf);
}

static bool needs_on(const struct lx_reader *reader)
{
	return lx_shape_find(reader->app->region, LX_TEXT_OF("need")) != NULL &&
	       lx_charter_on(&reader->charter, "need");
}

static void fill_act(const struct lx_reader *reader, struct lx_frame *frame)
{
	if (needs_on(reader) && !reader->charter.founding)
		frame->act = (struct lx_link_view){ lx_words_str(lx_tr(
							    reader->request->lang, "need.submit")),
			lx_address_make(reader->call,
				reader->request->visitor.account == 0 && lx_may_ask_openly(reader)
					? "/needs/open/submit"
					: "/needs/new/submit") };
}

static void fill_foot(const struct lx_reader *reader, struct lx_frame *frame)
{
	struct lx_link_view *links = lx_array(reader->call, 4, sizeof *links);

	if (links == NULL)
		return;
	links[0] = (struct lx_link_view){ lx_words_str(lx_tr(reader->request->lang, "charter")),
		lx_address_make(reader->call, "/charter") };
	links[1] = (struct lx_link_view){ lx_words_str(lx_tr(
						  reader->request->lang, "page.section.record")),
		lx_address_make(reader->call, "/record") };
	links[2] = (struct lx_link_view){ lx_words_str("API"),
		lx_address_make(reader->call, "/api/v1/needs") };
	frame->foot = links;
	frame->foot_n = needs_on(reader) ? 3 : 2;
	if (lx_may_ask_openly(reader))
		links[frame->foot_n++] = (struct lx_link_view){
			lx_words_str(lx_tr(reader->request->lang, "visit.follow")),
			lx_address_make(reader->call, "/follow")
		};
}

void lx_frame_fill(const struct lx_reader *reader, struct lx_words title, const char *section,
	int64_t entry, struct lx_frame *frame)
{
	const struct lx_request *request = reader->request;
	bool sample = lx_text_is(lx_record_value(&reader->charter.record, "sample").text, "yes");

	*frame = (struct lx_frame){ .title = title,
		.region = region_name(reader),
		.large = request->large,
		.theme = lx_text(request->theme),
		.entry = entry };
	frame->size = with_param(reader, "size", request->large ? "normal" : "large");
	frame->language = with_param(reader, "lang", request->lang == LX_ZH ? "en" : "zh");
	if (sample)
		frame->sample = lx_words_str(lx_tr(request->lang, "page.sample"));
	frame->verify = lx_address_make(reader->call, "/record");
	fill_sections(reader, section, frame);
	fill_person(reader, frame);
	fill_act(reader, frame);
	fill_foot(reader, frame);
}

void lx_frame_crumbs(const struct lx_reader *reader, const struct lx_type *type,
	struct lx_words last, struct lx_frame *frame)
{
	struct lx_link_view *crumbs = lx_array(reader->call, 2, sizeof *crumbs);
	struct lx_words many = lx_show_key(reader, "", "", lx_show_text(reader, "%s+", type->name));

	if (crumbs == NULL)
		return;
	crumbs[0] = (struct lx_link_view){ many,
		lx_address_make(reader->call, "/%s", type->plural) };
	crumbs[1] = (struct lx_link_view){ .label = last };
	frame->crumbs = crumbs;
	frame->crumbs_n = 2;
}

struct lx_text lx_show_once(const struct lx_reader *reader)
{
	char token[LX_TOKEN_TEXT];

	lx_token_new(token);
	return lx_show_text(reader, "%s", token);
}
