/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi init DIR --charter FILE: founds a region in draft and prints one-time links for the first administrators. */
#include "cli/region.h"
#include "cli/result.h"
#include "kernel/polity/founding.h"

#include <stdio.h>
#include <string.h>

#define LINK_DAYS 30

struct linking {
	struct lx_cli *cli;
	char holder[48], token[LX_TOKEN_TEXT];
};

static enum lx_code link_job(struct lx_work *work, void *argument)
{
	struct linking *l = argument;

	return lx_link_add(work->tx, work->now, "first", lx_text(l->holder),
		LINK_DAYS * INT64_C(86400000), l->token);
}

static enum lx_code print_link(struct lx_cli *cli, struct lx_opened *opened, const char *type,
	size_t number, const json_t *names, json_t *links)
{
	struct linking l = { .cli = cli };
	const char *name = json_string_value(
		json_object_get(names, cli->lang == LX_ZH ? "zh" : "en"));

	(void)snprintf(l.holder, sizeof l.holder, "%s/%zu", type, number);
	lx_token_new(l.token);
	LX_TRY(lx_writer_submit(opened->writer, &cli->call, link_job, &l));
	if (!lx_tells_json(cli))
		lx_buf_printf(&cli->out, "%-12s %s  /first/%s\n", l.holder,
			name == NULL ? "" : name, l.token);
	if (json_array_append_new(
		    links, json_pack("{s:s, s:s, s:s+}", "holder", l.holder, "name",
				   name == NULL ? "" : name, "path", "/first/", l.token)) != 0)
		return lx_fail(&cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

/* The secretariat's first secretary, and each founding member's first administrator. */
static enum lx_code print_links(
	struct lx_cli *cli, struct lx_opened *opened, const json_t *file, json_t *links)
{
	const json_t *bodies = json_object_get(file, "bodies"),
		     *members = json_object_get(file, "members");

	lx_tell(cli, "init.links", NULL);
	for (size_t i = 0; i < json_array_size(bodies); i++) {
		const char *as = json_string_value(
			json_object_get(json_array_get(bodies, i), "as"));
		if (as != NULL && strcmp(as, "council") != 0)
			LX_TRY(print_link(cli, opened, "body", i + 1,
				json_object_get(json_array_get(bodies, i), "names"), links));
	}
	for (size_t i = 0; i < json_array_size(members); i++)
		LX_TRY(print_link(cli, opened, "member", i + 1,
			json_object_get(json_array_get(members, i), "names"), links));
	return LX_OK;
}

static enum lx_code read_charter(struct lx_cli *cli, json_t **file)
{
	const char *path = lx_option(cli, "charter");
	struct lx_text text;

	if (path == NULL)
		return lx_fail(&cli->call, LX_INVALID, "charter", "cli.needs_value", NULL);
	LX_TRY(lx_cli_read(cli, path, &text));
	return lx_json_read(&cli->call.fault, text, file);
}

/* "members.3.names" becomes "$.members[3].names", so that the place can be found in the file. */
static void name_place(struct lx_fault *fault)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = sizeof fault->field - 1 };
	struct lx_text rest = lx_text(fault->field), piece;
	int64_t number;

	lx_buf_char(&out, '$');
	while (lx_text_split(&rest, '.', &piece))
		if (lx_text_int(piece, &number))
			lx_buf_printf(&out, "[%.*s]", (int)piece.len, piece.at);
		else
			lx_buf_printf(&out, ".%.*s", (int)piece.len, piece.at);
	if (fault->field[0] != '\0' && !lx_buf_failed(&out))
		(void)snprintf(fault->field, sizeof fault->field, "%s", out.at);
}

static enum lx_code found(struct lx_cli *cli, struct lx_opened *opened, json_t *file)
{
	enum lx_code code = lx_writer_submit(opened->writer, &cli->call, lx_found_job, file);

	if (code != LX_OK)
		name_place(&cli->call.fault);
	return code;
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	LX_CLOSE(lx_json_free) json_t *file = NULL;

	LX_TRY(read_charter(cli, &file));
	LX_TRY(lx_region_open(cli, cli->operands[0], LX_REGION_CREATE, &opened));
	LX_TRY(lx_region_start(cli, &opened));
	LX_TRY(found(cli, &opened, file));
	LX_CLOSE(lx_json_free) json_t *links = json_array();
	LX_TRY(print_links(cli, &opened, file, links));
	lx_fact_text(cli, "region", cli->operands[0]);
	lx_fact(cli, "links", json_incref(links));
	return LX_OK;
}

static const struct lx_option options[] = {
	LX_FORMAT_OPTION,
	{ .name = "charter", .kind = LX_OPTION_TEXT, .value = "FILE" },
	{ .name = "origin", .kind = LX_OPTION_TEXT, .value = "NAME" },
	{ 0 },
};

const struct lx_command lx_init_command = { "init", "DIR", 1, 1, options, run };
