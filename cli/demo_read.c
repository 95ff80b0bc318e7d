/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The demonstration's files read into events in order of time. A file of stories is a list of
 *	{ "key", "type", "lang"?, "record"?, "steps": [{ "at", "who": account or list, "every"?: minutes, "act", "input"? }] }
 * ("approves" makes a ballot of a step, "beside" lets the machine's own work be done after it: demo_ballot.c; a value "file:study.pdf" is a
 * document: demo_files.c)
 * and a person is { "account", "at", "name", … } (demo_people.c).
 */
#include "cli/demo.h"
#include "demo/demo_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const story_files[LX_DEMO_FILES] = { "council.json", "organisations.json",
	"needs.json", "projects.json", "rounds.json", "agreements.json", "commitments.json",
	"fund.json", "dues.json" };

static enum lx_code read_file(struct lx_demo *demo, const char *name, json_t **value)
{
	struct lx_call *call = &demo->cli->call;

	struct lx_text file = lx_embedded_find(lx_demo_files, name);

	if (file.len == 0)
		return lx_fail(call, LX_BROKEN, name, "demo.data", "%s", name);
	return lx_json_read(&call->fault, file, value);
}

/* "2026-03-05 10:20" where the region's clocks are. */
static bool read_moment(const struct lx_demo *demo, const json_t *text, int64_t *at)
{
	const char *given = json_string_value(text);
	unsigned hour, minute;
	int64_t day;

	if (given == NULL || strlen(given) != 16 ||
		!lx_day_read((struct lx_text){ given, 10 }, &day) ||
		sscanf(given + 10, " %2u:%2u", &hour, &minute) != 2 || hour > 23 || minute > 59)
		return false;
	*at = lx_day_begin(day, demo->offset) + (hour * INT64_C(60) + minute) * 60000;
	return true;
}

static enum lx_code bad_place(struct lx_demo *demo, const char *file, size_t item, size_t step)
{
	return lx_fail(
		&demo->cli->call, LX_INVALID, file, "demo.data", "%s %zu %zu", file, item, step);
}

static size_t actors_of(const json_t *step)
{
	const json_t *who = json_object_get(step, "who");

	return json_is_array(who) ? json_array_size(who) : 1;
}

/* A step of several actors is as many events, `every` minutes apart. */
static enum lx_code add_step(struct lx_demo *demo, struct lx_demo_story *story, const json_t *step,
	const char *file, size_t item, size_t number)
{
	int64_t at, every = json_integer_value(json_object_get(step, "every")) * 60000;

	if (!read_moment(demo, json_object_get(step, "at"), &at))
		return bad_place(demo, file, item, number);
	for (size_t who = 0; who < actors_of(step); who++) {
		demo->events[demo->events_n] = (struct lx_demo_event){ at + (int64_t)who * every,
			demo->events_n, step, story, who };
		demo->events_n++;
	}
	return LX_OK;
}

static enum lx_code add_story(
	struct lx_demo *demo, const json_t *given, const char *file, size_t item)
{
	const json_t *steps = json_object_get(given, "steps");
	struct lx_demo_story *story = lx_alloc(&demo->cli->call, sizeof *story);

	if (story == NULL)
		return LX_BROKEN;
	*story = (struct lx_demo_story){ json_string_value(json_object_get(given, "key")),
		json_string_value(json_object_get(given, "type")),
		json_string_value(json_object_get(given, "lang")),
		json_integer_value(json_object_get(given, "record")) };
	if (story->key == NULL || story->type == NULL)
		return bad_place(demo, file, item, 0);
	if (story->record != 0) {
		char name[128];
		(void)snprintf(name, sizeof name, "%s:%s", story->type, story->key);
		LX_TRY(lx_demo_link(demo, name, story->type, story->record));
	}
	for (size_t i = 0; i < json_array_size(steps); i++)
		LX_TRY(add_step(demo, story, json_array_get(steps, i), file, item, i));
	return LX_OK;
}

static enum lx_code add_people(struct lx_demo *demo)
{
	for (size_t i = 0; i < json_array_size(demo->people); i++) {
		const json_t *person = json_array_get(demo->people, i);
		int64_t at;
		if (!read_moment(demo, json_object_get(person, "at"), &at))
			return bad_place(demo, "people.json", i, 0);
		demo->events[demo->events_n] = (struct lx_demo_event){ at, demo->events_n, person,
			NULL, 0 };
		demo->events_n++;
	}
	return LX_OK;
}

static size_t count_events(const struct lx_demo *demo)
{
	size_t n = json_array_size(demo->people);

	for (size_t f = 0; f < LX_DEMO_FILES; f++)
		for (size_t i = 0; i < json_array_size(demo->files[f]); i++) {
			const json_t *steps = json_object_get(
				json_array_get(demo->files[f], i), "steps");
			for (size_t k = 0; k < json_array_size(steps); k++)
				n += actors_of(json_array_get(steps, k));
		}
	return n;
}

static int by_time(const void *first, const void *second)
{
	const struct lx_demo_event *a = first, *b = second;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* What the charter's file already names: members by code, bodies by office or place. */
static enum lx_code name_founders(struct lx_demo *demo)
{
	const json_t *members = json_object_get(demo->charter, "members"),
		     *bodies = json_object_get(demo->charter, "bodies");
	char name[64];

	for (size_t i = 0; i < json_array_size(members); i++) {
		(void)snprintf(name, sizeof name, "member:%s",
			json_string_value(json_object_get(json_array_get(members, i), "code")));
		LX_TRY(lx_demo_link(demo, name, "member", (int64_t)i + 1));
	}
	for (size_t i = 0; i < json_array_size(bodies); i++) {
		const char *as = json_string_value(
			json_object_get(json_array_get(bodies, i), "as"));
		if (as == NULL) /* what holds no office of the charter goes by its place */
			(void)snprintf(name, sizeof name, "body:%zu", i + 1);
		else
			(void)snprintf(name, sizeof name, "body:%s", as);
		LX_TRY(lx_demo_link(demo, name, "body", (int64_t)i + 1));
	}
	return LX_OK;
}

enum lx_code lx_demo_read(struct lx_demo *demo)
{
	struct lx_call *call = &demo->cli->call;

	demo->links = json_object();
	demo->persons = json_object();
	LX_TRY(read_file(demo, "charter.json", &demo->charter));
	LX_TRY(read_file(demo, "people.json", &demo->people));
	for (size_t f = 0; f < LX_DEMO_FILES; f++)
		LX_TRY(read_file(demo, story_files[f], &demo->files[f]));
	if (!lx_offset_read(lx_text(json_string_value(json_object_get(demo->charter, "zone"))),
		    &demo->offset))
		return bad_place(demo, "charter.json", 0, 0);
	LX_TRY(name_founders(demo));
	demo->events = lx_array(call, count_events(demo), sizeof *demo->events);
	if (demo->events == NULL)
		return LX_BROKEN;
	LX_TRY(add_people(demo));
	for (size_t f = 0; f < LX_DEMO_FILES; f++)
		for (size_t i = 0; i < json_array_size(demo->files[f]); i++)
			LX_TRY(add_story(
				demo, json_array_get(demo->files[f], i), story_files[f], i));
	qsort(demo->events, demo->events_n, sizeof *demo->events, by_time);
	return LX_OK;
}

void lx_demo_close(struct lx_demo *demo)
{
	json_t *owned[] = { demo->charter, demo->people, demo->links, demo->persons };

	for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
		json_decref(owned[i]);
	for (size_t f = 0; f < LX_DEMO_FILES; f++)
		json_decref(demo->files[f]);
}
