/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The simulated clock of the demonstration, and one step of a story as an act of its person. */
#include "cli/demo.h"

#include <stdio.h>

#define DUE_MOST 10000 /* acts of the clock between two steps: more is a story that never ends */

static enum lx_code nothing(struct lx_work *work, void *argument)
{
	(void)work;
	(void)argument;
	return LX_OK;
}

static enum lx_code next_due(struct lx_demo *demo, int64_t *next)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(lx_store_read(demo->opened->store, &demo->cli->call, &tx));
	return lx_clock_next(tx, next);
}

enum lx_code lx_demo_advance(struct lx_demo *demo, int64_t until)
{
	struct lx_clock *clock = &demo->opened->clock;
	int64_t next;

	for (int i = 0; i < DUE_MOST; i++) {
		LX_TRY(next_due(demo, &next));
		if (next > until) {
			clock->start = until;
			return LX_OK;
		}
		if (next > clock->start)
			clock->start = next;
		LX_TRY(lx_writer_submit(demo->opened->writer, &demo->cli->call, nothing, NULL));
		LX_TRY(lx_demo_beside(demo));
	}
	return lx_fail(&demo->cli->call, LX_BROKEN, NULL, "demo.data", "%s", "clock");
}

static const char *actor_of(const struct lx_demo_event *event)
{
	const json_t *who = json_object_get(event->what, "who");

	return json_string_value(json_is_array(who) ? json_array_get(who, event->who) : who);
}

enum lx_code lx_demo_step(struct lx_demo *demo, const struct lx_demo_event *event)
{
	struct lx_demo_story *story = event->story;
	const char *who = actor_of(event);
	LX_CLOSE(lx_json_free) json_t *input = NULL;
	struct lx_order order = { .type = story->type,
		.record = story->record,
		.act = json_string_value(json_object_get(event->what, "act")),
		.lang = story->lang };

	order.person = who == NULL ? 0 : json_integer_value(json_object_get(demo->persons, who));
	if (order.act == NULL || order.person == 0)
		return lx_fail(&demo->cli->call, LX_INVALID, story->key, "demo.data", "%s",
			who == NULL ? story->key : who);
	LX_TRY(lx_demo_linked(demo, json_object_get(event->what, "input"), &input));
	LX_TRY(lx_demo_documents(demo, order.person, input));
	order.input = input;
	if (json_object_get(event->what, "approves") != NULL)
		LX_TRY(lx_demo_ballot(demo, story->record, json_object_get(event->what, "approves"),
			&order.aside));
	LX_TRY(lx_writer_submit(demo->opened->writer, &demo->cli->call, lx_order_job, &order));
	if (story->record == 0) {
		char name[128];
		(void)snprintf(name, sizeof name, "%s:%s", story->type, story->key);
		LX_TRY(lx_demo_link(demo, name, story->type, order.made_record));
	}
	story->record = order.made_record;
	return json_is_true(json_object_get(event->what, "beside")) ? lx_demo_beside(demo) : LX_OK;
}
