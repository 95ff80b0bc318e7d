/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi appraise: who ranks where, from a file, with no database. The engine is engines/appraise. */
#include "cli/appraise.h"

#include <string.h>

static const struct lx_option options[] = {
	{ .name = "method", .kind = LX_OPTION_TEXT, .value = "M[,M…]" },
	{ .name = "format", .kind = LX_OPTION_CHOICE, .of = "text json" },
	{ .name = "seed", .kind = LX_OPTION_INT, .of = "0..9223372036854775807" },
	{ .name = "draws", .kind = LX_OPTION_INT, .of = "1..1000000" },
	{ .name = "permutations", .kind = LX_OPTION_INT, .of = "0..1000000" },
	{ .name = "threads", .kind = LX_OPTION_INT, .of = "1..64" },
	{ 0 },
};

/* JSON begins with a brace; all else is a table. */
static bool is_json(struct lx_text text)
{
	struct lx_text trimmed = lx_text_trim(text);

	return lx_text_starts(trimmed, "{") || lx_text_starts(trimmed, "[");
}

static enum lx_code read_file(struct lx_cli *cli, struct lx_appraisal *appraisal)
{
	const char *methods = lx_option(cli, "method");
	enum lx_appraise_kind kind;
	struct lx_text text;

	LX_TRY(lx_cli_read(cli, cli->operands[0], &text));
	if (is_json(text))
		return lx_appraise_read_json(&cli->call, text, appraisal);
	if (methods == NULL)
		return lx_fail(&cli->call, LX_INVALID, "method", "cli.appraise_method", NULL);
	if (!lx_appraise_kind_of(lx_text(methods), &kind))
		return lx_fail(&cli->call, LX_INVALID, "method", "appraise.method", "%s", methods);
	return lx_appraise_read_csv(&cli->call, text, kind, appraisal);
}

static void apply_options(const struct lx_cli *cli, struct lx_appraisal *a)
{
	a->composite.seed = (uint64_t)lx_option_int(cli, "seed", (int64_t)a->composite.seed);
	a->composite.draws = (size_t)lx_option_int(cli, "draws", (int64_t)a->composite.draws);
	a->permutations = (size_t)lx_option_int(cli, "permutations", (int64_t)a->permutations);
}

static enum lx_code run(struct lx_cli *cli)
{
	const char *format = lx_option(cli, "format");
	struct lx_appraisal appraisal;
	struct lx_appraise_report report;

	cli->call.threads = (unsigned)lx_option_int(cli, "threads", cli->call.threads);
	LX_TRY(read_file(cli, &appraisal));
	apply_options(cli, &appraisal);
	cli->call.progress = lx_cli_progress(cli, "cli.appraise_progress");
	enum lx_code code = lx_appraise(&cli->call, &appraisal, lx_option(cli, "method"), &report);
	lx_cli_progress_end(cli);
	LX_TRY(code);
	if (format != NULL && strcmp(format, "json") == 0)
		return lx_appraise_json(&cli->call, &cli->out, cli->lang, &report);
	return lx_appraise_text(cli, &report);
}

const struct lx_command lx_appraise_command = {
	.name = "appraise",
	.operands = "FILE",
	.operands_least = 1,
	.operands_most = 1,
	.options = options,
	.run = run,
};
