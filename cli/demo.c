/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi demo DIR: a region with two years of life, to look at and to try. */
#include "cli/demo.h"
#include "cli/columns.h"
#include "cli/result.h"
#include "kernel/polity/founding.h"

#include <stdio.h>
#include <string.h>

#define FOUNDING_BEFORE                                                                            \
	(INT64_C(30) * 60000) /* the charter's file, before the first person comes */
#define STORY_END "2026-11-20T17:00:00+08:00"

static enum lx_code hash_password(struct lx_demo *demo)
{
	return lx_password_hash(demo->opened->accounts, &demo->cli->call, lx_text("demonstration"),
		lx_text(LX_DEMO_PASSWORD), demo->hash);
}

/* A refusal names the step: whoever changes the data finds the place. */
static enum lx_code name_step(
	struct lx_demo *demo, const struct lx_demo_event *event, enum lx_code code)
{
	struct lx_fault *fault = &demo->cli->call.fault;
	char field[LX_FIELD_MAX];

	if (code == LX_OK || code == LX_BROKEN || event->story == NULL)
		return code;
	(void)snprintf(field, sizeof field, "%.40s.%.20s%s%.24s", event->story->key,
		json_string_value(json_object_get(event->what, "act")),
		fault->field[0] == '\0' ? "" : ".", fault->field);
	memcpy(fault->field, field, sizeof field);
	return code;
}

static enum lx_code perform(struct lx_demo *demo, const struct lx_demo_event *event)
{
	LX_TRY(lx_demo_advance(demo, event->at));
	return event->story == NULL ? lx_demo_person(demo, event->what)
				    : name_step(demo, event, lx_demo_step(demo, event));
}

static enum lx_code perform_all(struct lx_demo *demo)
{
	struct lx_call *call = &demo->cli->call;
	int64_t end;

	for (size_t i = 0; i < demo->events_n; i++) {
		struct lx_arena_mark here = lx_arena_here(call->arena);
		LX_TRY(perform(demo, &demo->events[i]));
		lx_arena_back(call->arena, here);
		LX_TRY(lx_step(call, i + 1, demo->events_n));
	}
	return lx_moment_read(lx_text(STORY_END), &end) ? lx_demo_advance(demo, end) : LX_BROKEN;
}

static enum lx_code enter(struct lx_demo *demo, const char *folder)
{
	struct lx_opened *opened = demo->opened;

	LX_TRY(lx_region_open(demo->cli, folder, LX_REGION_CREATE, opened));
	LX_TRY(lx_demo_read(demo));
	if (demo->events_n == 0)
		return lx_fail(&demo->cli->call, LX_BROKEN, NULL, "demo.data", "%s", "steps");
	opened->clock = (struct lx_clock){ .start = demo->events[0].at - FOUNDING_BEFORE,
		.stands = true };
	LX_TRY(lx_region_start(demo->cli, opened));
	LX_TRY(hash_password(demo));
	LX_TRY(lx_writer_submit(opened->writer, &demo->cli->call, lx_found_job, demo->charter));
	return perform_all(demo);
}

static enum lx_code count_records(struct lx_demo *demo, const char *type, int64_t *n)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(lx_store_read(demo->opened->store, &demo->cli->call, &tx));
	return lx_record_last(tx, lx_shape_find(&demo->opened->region, lx_text(type)), n);
}

static void tell_count(struct lx_cli *cli, const char *key, int64_t n)
{
	if (lx_tells_json(cli))
		return;
	lx_buf_str(&cli->out, "  ");
	lx_say_count(&cli->out, cli->lang, key, n);
	lx_buf_char(&cli->out, '\n');
}

static enum lx_code print_made(struct lx_demo *demo, const char *folder)
{
	static const char *const types[] = { "member", "body", "person", "mandate", "organisation",
		"need", "project", "round", "allocation", "agreement", "commitment", "voucher" };
	struct lx_cli *cli = demo->cli;
	struct lx_edge edge;

	json_t *made = json_object();

	lx_tell(cli, "demo.made", folder);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		char key[32];
		int64_t n;
		LX_TRY(count_records(demo, types[i], &n));
		(void)snprintf(key, sizeof key, "demo.n_%s", types[i]);
		(void)json_object_set_new(made, types[i], json_integer(n));
		tell_count(cli, key, n);
	}
	lx_writer_edge(demo->opened->writer, &edge);
	tell_count(cli, "demo.n_entry", (int64_t)edge.size);
	lx_fact_text(cli, "region", folder);
	lx_fact(cli, "made", made);
	lx_fact_number(cli, "entries", (int64_t)edge.size);
	return LX_OK;
}

/* The names of what an account acts for, in the language of the output; a resident's city. */
static const char *holder_name(const struct lx_demo *demo, const json_t *person)
{
	const char *link = json_string_value(json_object_get(person, "holder"));
	const char *list = "members";
	struct lx_ref ref;

	if (link == NULL)
		link = json_string_value(json_object_get(person, "home"));
	link = link == NULL ? NULL : json_string_value(json_object_get(demo->links, link));
	if (link == NULL || !lx_ref_read(lx_text(link), &ref))
		return "";
	if (lx_text_is(ref.type, "body"))
		list = "bodies";
	const json_t *names = json_object_get(
		json_array_get(json_object_get(demo->charter, list), (size_t)ref.number - 1),
		"names");
	const char *name = json_string_value(
		json_object_get(names, demo->cli->lang == LX_ZH ? "zh" : "en"));
	return name == NULL ? "" : name;
}

static enum lx_code print_accounts(struct lx_demo *demo)
{
	struct lx_cli *cli = demo->cli;
	struct lx_columns table = { .call = &cli->call, .align = "lll" };
	static const char *const heads[] = { "demo.account", "demo.person", "demo.holder" };
	int64_t crowd = 0; /* residents that are there to vote: counted, not listed */

	lx_say(&cli->out, cli->lang, "demo.accounts", LX_DEMO_PASSWORD);
	lx_buf_str(&cli->out, "\n\n");
	for (size_t i = 0; i < 3; i++) {
		LX_CLOSE(lx_buf_close) struct lx_buf head = { 0 };
		lx_say(&head, cli->lang, heads[i], NULL);
		lx_columns_cell(&table, lx_buf_view(&head));
	}
	for (size_t i = 0; i < json_array_size(demo->people); i++) {
		const json_t *person = json_array_get(demo->people, i);
		if (json_is_true(json_object_get(person, "crowd"))) {
			crowd++;
			continue;
		}
		lx_columns_cell(
			&table, lx_text(json_string_value(json_object_get(person, "account"))));
		lx_columns_cell(
			&table, lx_text(json_string_value(json_object_get(person, "name"))));
		lx_columns_cell(&table, lx_text(holder_name(demo, person)));
	}
	LX_TRY(lx_columns_write(&table, &cli->out));
	if (crowd == 0)
		return LX_OK;
	lx_buf_char(&cli->out, '\n');
	lx_say_count(&cli->out, cli->lang, "demo.crowd", crowd);
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}

/* The same for programs: who there is, and the one password. */
static enum lx_code tell_accounts(struct lx_demo *demo)
{
	struct lx_cli *cli = demo->cli;
	json_t *accounts = json_array();

	for (size_t i = 0; i < json_array_size(demo->people); i++) {
		const json_t *person = json_array_get(demo->people, i);
		(void)json_array_append_new(accounts,
			json_pack("{s:O, s:O, s:s}", "account", json_object_get(person, "account"),
				"name", json_object_get(person, "name"), "for",
				holder_name(demo, person)));
	}
	lx_fact(cli, "accounts", accounts);
	lx_fact_text(cli, "password", LX_DEMO_PASSWORD);
	lx_fact_text(cli, "now", STORY_END);
	return LX_OK;
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	LX_CLOSE(lx_demo_close) struct lx_demo demo = { .cli = cli, .opened = &opened };
	const char *folder = cli->operands[0];

	cli->call.progress = lx_cli_progress(cli, "demo.progress");
	enum lx_code code = enter(&demo, folder);
	lx_cli_progress_end(cli);
	LX_TRY(code);
	LX_TRY(print_made(&demo, folder));
	if (lx_tells_json(cli))
		return tell_accounts(&demo);
	lx_buf_char(&cli->out, '\n');
	LX_TRY(print_accounts(&demo));
	lx_buf_char(&cli->out, '\n');
	lx_say(&cli->out, cli->lang, "demo.serve", folder, STORY_END);
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}

static const struct lx_option options[] = {
	LX_FORMAT_OPTION,
	{ 0 },
};

const struct lx_command lx_demo_command = { "demo", "DIR", 1, 1, options, run };
