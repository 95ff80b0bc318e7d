/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi sign ACT RECORD: an order signed with a mandate's key, on the machine of whoever acts. It asks no network. */
#include "cli/region.h"

#include "kernel/types/proof.h"

#include <stdio.h>
#include <string.h>

#define HOURS 24 /* until when it may be entered, unless said otherwise */

static enum lx_code needed(struct lx_cli *cli, const char *name, const char **value)
{
	*value = lx_option(cli, name);
	return *value == NULL ? lx_fail(&cli->call, LX_INVALID, name, "cli.needs_value", NULL)
			      : LX_OK;
}

static enum lx_code read_key(struct lx_cli *cli, struct lx_secret_key *key)
{
	struct lx_text text;
	const char *path;

	LX_TRY(needed(cli, "key", &path));
	LX_TRY(lx_cli_read(cli, path, &text));
	enum lx_code code = lx_secret_read(&cli->call, text, key);
	if (code != LX_OK)
		lx_cli_in(cli, path);
	return code;
}

static enum lx_code read_input(struct lx_cli *cli, json_t **input)
{
	const char *path = lx_option(cli, "input");
	struct lx_text text = LX_TEXT_OF("{}");

	if (path != NULL)
		LX_TRY(lx_cli_read(cli, path, &text));
	enum lx_code code = lx_json_read(&cli->call.fault, text, input);
	if (code == LX_OK && !json_is_object(*input))
		code = lx_fail(&cli->call, LX_INVALID, NULL, "input.object", NULL);
	if (code != LX_OK && path != NULL)
		lx_cli_in(cli, path);
	return code;
}

/* "need" makes a need: what is signed says so. */
static enum lx_code write_of(struct lx_cli *cli, char of[96])
{
	const char *operand = cli->operands[1];
	int n = snprintf(of, 96, "%s%s", operand, strchr(operand, '/') == NULL ? "/new" : "");

	return n < 96 ? LX_OK : lx_fail(&cli->call, LX_INVALID, "of", "proof.form", NULL);
}

static enum lx_code sign(struct lx_cli *cli, const struct lx_secret_key *key, const json_t *input)
{
	LX_CLOSE(lx_json_free) json_t *order = NULL;
	struct lx_signing_order said = { .act = cli->operands[0], .input = input };
	int64_t hours = lx_option_int(cli, "hours", HOURS);
	struct lx_clock clock = { 0 };
	char of[96];

	LX_TRY(write_of(cli, of));
	LX_TRY(needed(cli, "as", &said.key));
	LX_TRY(needed(cli, "log", &said.log));
	said.of = of;
	said.until = lx_clock_now(&clock) + hours * LX_HOUR_MS;
	LX_TRY(lx_proof_sign(&cli->call, key, &said, &order));
	LX_TRY(lx_json_canonical(&cli->out, order, &cli->call.fault));
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_json_free) json_t *input = NULL;
	LX_CLOSE(lx_secret_forget) struct lx_secret_key key = { .secret = { 0 } };

	LX_TRY(read_key(cli, &key));
	LX_TRY(read_input(cli, &input));
	return sign(cli, &key, input);
}

static const struct lx_option options[] = {
	{ .name = "key", .kind = LX_OPTION_TEXT, .value = "FILE" },
	{ .name = "as", .kind = LX_OPTION_TEXT, .value = "mandate/N#key.N" },
	{ .name = "log", .kind = LX_OPTION_TEXT, .value = "NAME" },
	{ .name = "input", .kind = LX_OPTION_TEXT, .value = "FILE" },
	{ .name = "hours", .kind = LX_OPTION_INT, .of = "1..8760", .value = "N" },
	{ 0 },
};

const struct lx_command lx_sign_command = { "sign", "ACT RECORD", 2, 2, options, run };
