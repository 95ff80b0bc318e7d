/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi.conf and the environment: each key is one row here, and checked before anything starts. */
#include "cli/conf.h"

#include "kernel/http/network.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME   "lianxi.conf"
#define PATH_MOST   4096
#define LINES_MOST  1000
#define TOKEN_LEAST 16
#define TOKEN_MOST  200

static bool is_listen(struct lx_call *call, const char *value)
{
	char address[LX_LISTEN_ADDRESS];
	unsigned port;

	return lx_listen_read(call, value, address, &port) == LX_OK;
}

static bool is_networks(struct lx_call *call, const char *value)
{
	struct lx_networks networks;

	return lx_networks_read(call, value, &networks) == LX_OK;
}

static bool is_switch(struct lx_call *call, const char *value)
{
	if (lx_word_in(lx_text(value), "yes no"))
		return true;
	return lx_fail(call, LX_INVALID, NULL, "cli.choice", "yes no") == LX_OK;
}

/* Long enough not to be guessed, and fit for a header field. */
static bool is_token(struct lx_call *call, const char *value)
{
	size_t n = strlen(value);
	bool fits = n >= TOKEN_LEAST && n <= TOKEN_MOST;

	for (size_t i = 0; i < n; i++)
		fits = fits && value[i] > ' ' && value[i] < 0x7f;
	return fits || lx_fail(call, LX_INVALID, NULL, "metrics.token", NULL) == LX_OK;
}

/* `when`: the value at which the option counts as given; NULL: the value is the option's own. */
static const struct setting {
	const char *key, *environment, *option, *when;
	bool (*fits)(struct lx_call *call, const char *value);
} settings[] = {
	{ "listen", "LIANXI_LISTEN", "listen", NULL, is_listen },
	{ "proxy", "LIANXI_PROXY", "proxy", NULL, is_networks },
	{ "log", "LIANXI_LOG", "log", "yes", is_switch },
	{ "limits", "LIANXI_LIMITS", "no-limits", "no", is_switch },
	{ "metrics-token", "LIANXI_METRICS_TOKEN", "metrics-token", NULL, is_token },
	{ "sandbox", "LIANXI_SANDBOX", "no-sandbox", "no", is_switch },
};

#define SETTINGS (sizeof settings / sizeof settings[0])

enum lx_code lx_listen_read(
	struct lx_call *call, const char *text, char address[LX_LISTEN_ADDRESS], unsigned *port)
{
	const char *colon = strrchr(text, ':');
	int64_t number;

	if (colon == NULL || !lx_text_int(lx_text(colon + 1), &number) || number < 0 ||
		number > 65535)
		return lx_fail(call, LX_INVALID, "listen", "serve.listen", "%s", text);
	const char *from = text[0] == '[' ? text + 1 : text;
	size_t n = (size_t)(colon - from) - (text[0] == '[' && colon > from ? 1 : 0);
	if (n >= LX_LISTEN_ADDRESS)
		return lx_fail(call, LX_INVALID, "listen", "serve.listen", "%s", text);
	memcpy(address, from, n);
	address[n] = '\0';
	if (n == 0)
		(void)snprintf(address, LX_LISTEN_ADDRESS, "127.0.0.1");
	*port = (unsigned)number;
	return LX_OK;
}

/* The fault is the value's; where it stands is what helps. */
static enum lx_code at_place(struct lx_call *call, const char *place)
{
	(void)snprintf(call->fault.field, sizeof call->fault.field, "%s", place);
	return LX_INVALID;
}

/* A setting checked, and given unless something before it has given the option. */
static enum lx_code settle(struct lx_cli *cli, const struct setting *s, const char *value,
	const char *place, bool settled[SETTINGS])
{
	size_t i = (size_t)(s - settings);

	if (!s->fits(&cli->call, value))
		return at_place(&cli->call, place);
	if (settled[i])
		return LX_OK;
	settled[i] = true;
	if (s->when == NULL)
		return lx_option_give(cli, s->option, value);
	return strcmp(value, s->when) == 0 ? lx_option_give(cli, s->option, "") : LX_OK;
}

static const char *kept(struct lx_cli *cli, struct lx_text text)
{
	return lx_arena_copy(cli->call.arena, text.at, text.len);
}

static enum lx_code read_line(struct lx_cli *cli, struct lx_text line, unsigned number,
	bool seen[SETTINGS], bool settled[SETTINGS])
{
	char place[32];
	struct lx_text key;
	size_t i = 0;

	line = lx_text_trim(line);
	if (line.len == 0 || line.at[0] == '#')
		return LX_OK;
	(void)snprintf(place, sizeof place, FILE_NAME ":%u", number);
	const char *sign = memchr(line.at, '=', line.len);
	if (sign == NULL)
		return lx_fail(&cli->call, LX_INVALID, place, "conf.line", NULL);
	key = lx_text_trim((struct lx_text){ line.at, (size_t)(sign - line.at) });
	struct lx_text value = lx_text_trim(
		(struct lx_text){ sign + 1, line.len - (size_t)(sign - line.at) - 1 });
	while (i < SETTINGS && !lx_text_is(key, settings[i].key))
		i++;
	if (i == SETTINGS)
		return lx_fail(&cli->call, LX_INVALID, place, "conf.unknown", "%.*s", (int)key.len,
			key.at);
	if (seen[i])
		return lx_fail(&cli->call, LX_INVALID, place, "cli.twice", NULL);
	seen[i] = true;
	const char *text = kept(cli, value);
	if (text == NULL)
		return lx_fail(&cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	return settle(cli, &settings[i], text, place, settled);
}

static enum lx_code read_file(struct lx_cli *cli, const char *folder, bool settled[SETTINGS])
{
	char path[PATH_MOST];
	bool seen[SETTINGS] = { false };
	struct lx_text rest, line;

	int n = snprintf(path, sizeof path, "%s/" FILE_NAME, folder);
	if (n < 0 || n >= PATH_MOST || access(path, F_OK) != 0)
		return LX_OK;
	LX_TRY(lx_cli_read(cli, path, &rest));
	for (unsigned number = 1; lx_text_split(&rest, '\n', &line); number++) {
		if (number > LINES_MOST)
			return lx_fail(
				&cli->call, LX_INVALID, FILE_NAME, "conf.long", "%d", LINES_MOST);
		LX_TRY(read_line(cli, line, number, seen, settled));
	}
	return LX_OK;
}

enum lx_code lx_conf_read(struct lx_cli *cli, const char *folder)
{
	bool settled[SETTINGS];

	for (size_t i = 0; i < SETTINGS; i++)
		settled[i] = lx_option(cli, settings[i].option) != NULL;
	for (size_t i = 0; i < SETTINGS; i++) {
		const char *value = lx_cli_environment(settings[i].environment);
		if (value != NULL)
			LX_TRY(settle(cli, &settings[i], value, settings[i].environment, settled));
	}
	return read_file(cli, folder, settled);
}
